"""Workspaces and collections that tests of several rooms share."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from django.db import OperationalError
from hypothesis import settings

from clew.training.collection import make_collection
from clew.training.practice import practice
from clew.training.truth import Truth

sys.path.insert(0, str(Path(__file__).parent))  # for what lies beside this

from forked import COLUMNS, Ended, Forking, can_share
from places import FINISHED, stop_database
from prepared import made_once, make_database, use

# What takes longer than usual on a busy machine is not wrong.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")

Make = Callable[[], Path]
Once = Callable[[str, Callable[[Path], None]], Path]

_PLACES: list[Path] = []


_LONG = ("desk", "training", "cli", "journeys", "backup", "serving", "intake", "report")
"""Rooms whose files take minutes: begun first, or one worker is left alone with them at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take long before all others, each as it was."""
    items.sort(key=lambda item: item.path.parent.name not in _LONG)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    call: pytest.CallInfo[None],
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell, when a test lost its database, why databases ended: their folders will be gone."""
    report = yield
    lost = call.excinfo is not None and call.excinfo.errisinstance(OperationalError)
    if lost:
        told = [
            f"{log.parent.parent}: {line}"
            for place in _PLACES
            for log in place.glob("*/database/server.log")
            for line in log.read_text(errors="replace").splitlines()[-200:]
            if any(sign in line for sign in ("KEEPER", "FATAL", "shutdown", "shut down"))
        ]
        report.sections.append(("What databases said of their ends", "\n".join(told)))
    return report


@pytest.fixture(scope="session")
def make_place() -> Iterator[Make]:
    """Makes folders that every user may enter, in memory where possible.

    PostgreSQL does not run as root and syncs all files after a kill: a busy disk would be what
    the tests spend their time on. Servers of workspaces in them are stopped at the end.
    """
    memory = Path("/dev/shm")
    made = _PLACES

    def make() -> Path:
        for place in [one for one in made if (one / FINISHED).exists()]:
            made.remove(place)
            _clear(place)
        place = tempfile.mkdtemp(prefix="clew-test-", dir=memory if memory.is_dir() else None)
        Path(place).chmod(0o755)
        made.append(Path(place))
        return made[-1]

    yield make
    for place in made:
        _clear(place)


def _clear(place: Path) -> None:
    """Stop the servers of the workspaces in a folder, and remove it."""
    for mark in place.rglob("workspace.json"):
        stop_database(mark.parent)
    # Some tests take permissions away.
    subprocess.run(["chmod", "-R", "u+rwX", place], check=False, capture_output=True)
    shutil.rmtree(place)


@pytest.fixture(scope="session")
def once(make_place: Make, tmp_path_factory: pytest.TempPathFactory) -> Once:
    """Fills a folder once for all processes that run tests; nobody may change what is in it."""
    base = tmp_path_factory.getbasetemp()
    # Of the processes that run tests beside each other, each has a folder in one of the run.
    notes = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    return lambda name, make: made_once(notes / f"{name}-made-once", make_place(), make)


@pytest.fixture(scope="session")
def template(once: Once) -> Callable[[], Path]:
    """The folder of a database with all its tables, made when it is first asked for."""
    return cache(lambda: once("database", make_database) / "template" / "database")


@pytest.fixture(scope="session", autouse=True)
def _databases_from_a_template(template: Callable[[], Path]) -> Iterator[None]:
    """New workspaces of this process begin with a copy of a database that has all its tables."""
    end = use(template)
    yield
    end()


@pytest.fixture
def place(make_place: Make) -> Iterator[Path]:
    """A fresh folder; removed before the next one is made, when its servers are idle anyhow."""
    folder = make_place()
    yield folder
    with contextlib.suppress(OSError):  # gone, or shut by its test
        (folder / FINISHED).touch()


@dataclass(frozen=True)
class Collection:
    """A tiny collection with its truth; nobody may change it."""

    folder: Path
    truth: Truth

    def first(self, kind: str, edit: str = "original") -> Path:
        """The first file of a kind that was made by an edit."""
        return self.folder / next(
            f.path for f in self.truth.files if (f.kind, f.edit) == (kind, edit)
        )


@pytest.fixture(scope="session")
def collection(once: Once) -> Collection:
    """Six pictures and two short clips with their copies, and odd files."""

    def make(place: Path) -> None:
        truth = place / "truth.json"
        make_collection(place / "files", pictures=6, clips=2, clip_seconds=3, truth_file=truth)

    place = once("collection", make)
    return Collection(place / "files", Truth.load(place / "truth.json"))


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture(scope="session")
def forking() -> Iterator[Forking]:
    """The process that commands are forked from."""
    with Forking() as begun:
        yield begun


@pytest.fixture(scope="session")
def clew(template: Callable[[], Path], forking: Forking) -> Run:
    """Runs the command as people do, in a process of its own."""

    def run(
        *arguments: object,
        timeout: float = 120,
        powerless: bool = False,
        answers: bytes = b"",
        **environment: str,
    ) -> Ran:
        whole = os.environ | {"COLUMNS": COLUMNS, "CLEW_WORKERS": "2"} | environment
        if not powerless and can_share(environment):
            words = [str(one) for one in arguments]
            return _told(forking.run(words, whole, timeout, template(), answers))
        # Root may read everything, unless that power is taken from it.
        setpriv = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
        done = subprocess.run(
            [
                *(setpriv if powerless and os.geteuid() == 0 else []),
                Path(sys.executable).parent / "clew",
                *map(str, arguments),
            ],
            input=answers,
            capture_output=True,
            timeout=timeout,
            env=whole,
        )
        return _told(Ended(done.returncode, done.stdout, done.stderr))

    return run


Up = Callable[..., AbstractContextManager[str]]


@pytest.fixture(scope="session")
def up(template: Callable[[], Path], forking: Forking) -> Up:
    """Serves a workspace as its operator does; tells at which address of this machine."""

    @contextlib.contextmanager
    def serve(workspace: Path, **environment: str) -> Iterator[str]:
        asked = ["up", "--no-worker", "--port", "0", "-w", str(workspace)]
        begun, said = forking.begin(asked, os.environ | environment, template())
        with said:
            try:
                line = said.readline()
                port = re.search(r":(\d+)\s*$", line)
                assert port is not None, line
                yield f"http://localhost:{port[1]}"
            finally:
                begun.send(signal.SIGTERM)
                begun.wait(10)

    return serve


def _told(ended: Ended) -> Ran:
    out, err = (stream.decode("utf-8") for stream in (ended.out, ended.err))
    assert "Traceback" not in err, err
    return Ran(ended.code, out, err)


@pytest.fixture(scope="session")
def practised() -> Callable[[Path], Path]:
    """Makes a demo workspace, in which commands find an officer at work; as `clew setup --demo`."""

    def make(workspace: Path) -> Path:
        with practice(workspace):
            return workspace

    return make


@pytest.fixture(scope="session")
def scanned(
    make_place: Make,
    collection: Collection,
    clew: Run,
    practised: Callable[[Path], Path],
) -> Path:
    """A demo workspace into which the collection was scanned; nobody may change it."""
    workspace = practised(make_place() / "workspace")
    done = clew("scan", collection.folder, "--workspace", workspace)
    assert done.code == 0, done.err
    return workspace
