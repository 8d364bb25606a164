"""Real servers in fresh folders, and a look at the processes that serve them."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from clew.postgres import Server

CLIENT = """
import sys
from pathlib import Path
from clew.postgres import Server
with Server.open(Path(sys.argv[1])) as server:
    print(server.url, flush=True)
    sys.stdin.read()
"""


class Processes:
    """The processes that belong to one database folder, by what they were started with."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keepers(self) -> list[int]:
        return self._having([b"clew.postgres", os.fsencode(self.folder)])

    def postmasters(self) -> list[int]:
        return self._having([b"-D", os.fsencode(self.folder / "data")])

    def keeper(self) -> int:
        (number,) = self.keepers()
        return number

    def postmaster(self) -> int:
        (number,) = self.postmasters()
        return number

    def workers(self) -> list[int]:
        """Everything whose current folder is the data folder: PostgreSQL and its children."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if (process / "cwd").readlink() == self.folder / "data":
                    found.append(int(process.name))
        return found

    def gone(self, seconds: float) -> bool:
        return wait_until(lambda: not (self.keepers() or self.workers()), seconds)

    def kill_all(self) -> None:
        """As a power cut would, before any part can react to the end of another."""
        keeper = self.keeper()
        os.kill(keeper, signal.SIGSTOP)
        for number in [*self.workers(), keeper]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        assert self.gone(5)

    def stop(self) -> None:
        """Stop at once what would stop by itself after the grace."""
        for keeper in self.keepers():
            with contextlib.suppress(ProcessLookupError):
                os.kill(keeper, signal.SIGTERM)
        assert self.gone(10), f"processes of {self.folder} are left"

    def _having(self, arguments: list[bytes]) -> list[int]:
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                parts = (process / "cmdline").read_bytes().split(b"\0")
                if all(argument in parts for argument in arguments):
                    found.append(int(process.name))
        return found


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture
def until() -> Callable[[Callable[[], bool], float], bool]:
    return wait_until


def make_place() -> Path:
    """A folder that every user may enter, unlike pytest's own.

    In memory where possible: recovery after a kill syncs all files, and a busy disk would be
    what the tests spend their time on.
    """
    memory = Path("/dev/shm")
    place = Path(tempfile.mkdtemp(prefix="clew-test-", dir=memory if memory.is_dir() else None))
    place.chmod(0o755)
    return place


@pytest.fixture
def place() -> Iterator[Path]:
    place = make_place()
    yield place
    shutil.rmtree(place)


@pytest.fixture
def processes(place: Path) -> Iterator[Callable[[Path], Processes]]:
    """Processes by folder; whatever still serves such a folder is stopped afterwards."""
    known: list[Processes] = []

    def of(folder: Path) -> Processes:
        known.append(Processes(folder))
        return known[-1]

    yield of
    for each in known:
        each.stop()


@pytest.fixture
def empty_folder(place: Path, processes: Callable[[Path], Processes]) -> Path:
    processes(place / "database")
    return place / "database"


@pytest.fixture(scope="session")
def made_before() -> Iterator[Path]:
    place = make_place()
    Server.open(place / "database").close()
    Processes(place / "database").stop()
    yield place / "database"
    shutil.rmtree(place)


@pytest.fixture
def folder(empty_folder: Path, made_before: Path) -> Path:
    """A folder whose database was made and stopped before: copying is faster than making."""
    shutil.copytree(made_before, empty_folder)
    return empty_folder


@pytest.fixture
def start_client() -> Iterator[Callable[[Path], "subprocess.Popen[str]"]]:
    """Another process that holds a folder open until its input ends; returned when it is in."""
    started: list[subprocess.Popen[str]] = []

    def start(folder: Path) -> "subprocess.Popen[str]":
        client = subprocess.Popen(
            [sys.executable, "-c", CLIENT, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(client)
        assert client.stdout is not None
        assert client.stdout.readline().startswith("postgresql://")
        return client

    yield start
    for client in started:
        client.kill()
        client.communicate()


@pytest.fixture
def query() -> Callable[[str, str], object]:
    """Run one statement and return its first value, if it has one."""

    def run(url: str, statement: str) -> object:
        with psycopg.connect(url) as connection:
            cursor = connection.execute(statement)
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None

    return run
