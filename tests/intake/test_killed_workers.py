"""Workers, server and database are killed meanwhile: nothing handed in is lost or doubled."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from left import everything

from clew.access.demonstration import sign_in_for_practice
from clew.audit.models import Entry
from clew.records.models import ContributedFile, Original
from clew.training.practice import practice
from served import Served

CLEW = Path(sys.executable).parent / "clew"
PATIENCE = 120


class Workers:
    """Workers of one workspace, each started again when it was killed."""

    def __init__(self, workspace: Path, number: int) -> None:
        self._workspace = workspace
        self.running = [self._start() for _ in range(number)]

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [CLEW, "worker", "-w", self._workspace],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"CLEW_WORKERS": "1"},
            start_new_session=True,
        )

    def kill(self, chance: random.Random) -> None:
        place = chance.randrange(len(self.running))
        self.running[place].kill()
        self.running[place].wait()
        self.running[place] = self._start()

    def stop(self) -> list[int]:
        for one in self.running:
            one.send_signal(signal.SIGTERM)
        return [one.wait(timeout=30) for one in self.running]


@pytest.fixture
def workers() -> Iterator[Callable[[Path, int], Workers]]:
    made: list[Workers] = []

    def start(workspace: Path, number: int) -> Workers:
        made.append(Workers(workspace, number))
        return made[-1]

    yield start
    for some in made:
        for one in some.running:
            one.kill()
            one.wait()


def kill_database(workspace: Path) -> None:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError, ValueError):
        (file,) = (workspace / "database").rglob("postmaster.pid")
        os.kill(int(file.read_text().splitlines()[0]), signal.SIGKILL)


def ask(workspace: Path, *arguments: object) -> object:
    """Ask until there is an answer: the database may be away."""
    deadline = time.monotonic() + PATIENCE
    while True:
        asked = [CLEW, *map(str, arguments), "-w", workspace, "--json"]
        done = subprocess.run(asked, capture_output=True, timeout=PATIENCE)
        if done.returncode == 0:
            return json.loads(done.stdout)
        assert time.monotonic() < deadline, done.stderr.decode()
        time.sleep(0.2)


def hand_in(workspace: Path, files: list[Path]) -> int:
    told = ask(workspace, "contribute", "--no-wait", *files)
    assert isinstance(told, dict)
    return int(told["contribution"])


def until_ended(workspace: Path, number: int) -> dict[str, object]:
    deadline = time.monotonic() + PATIENCE
    while True:
        state = ask(workspace, "contribution", "watch", number, "--once")
        assert isinstance(state, dict)
        if state["ended"]:
            return state
        assert not state["halted"], state
        assert time.monotonic() < deadline, state
        time.sleep(0.5)


def left(workspace: Path) -> dict[str, object]:
    """What is recorded, the log's steps of each contribution included; sightings and all."""
    with practice(workspace):
        files = sorted(
            (one.contribution_id, bytes(one.path), one.state, one.standing, one.again)
            for one in ContributedFile.objects.all()
        )
        steps = Counter(
            (entry.about, json.loads(entry.details)["act"])
            for entry in Entry.objects.filter(event="contribution")
        )
        originals = Original.objects.count()
    return everything(workspace) | {"files": files, "steps": steps, "originals": originals}


def files_of(place: Path, picture: Callable[..., bytes], number: int) -> list[Path]:
    """So many pictures, and copies of some of them."""
    (place / "drive").mkdir()
    for one in range(number):
        (place / "drive" / f"{one}.jpg").write_bytes(picture(one % (number - 5), 80))
    return sorted((place / "drive").iterdir())


def large_files_of(place: Path, picture: Callable[..., bytes]) -> list[Path]:
    """Pictures with so much behind their end that uploading them takes many pieces."""
    (place / "large").mkdir()
    for one in range(3):
        behind = random.Random(one).randbytes(30_000_000)
        (place / "large" / f"{one}.jpg").write_bytes(picture(one, 70) + behind)
    return sorted((place / "large").iterdir())


def upload(workspace: Path, server: Served, files: list[Path]) -> subprocess.Popen[bytes]:
    """Begin to upload; it is announced once this returns."""
    with practice(workspace):
        secret = sign_in_for_practice()
    uploading = subprocess.Popen(
        [CLEW, "upload", *files, "--server", server.url, "--json"],
        stdout=subprocess.PIPE,
        env=os.environ | {"CLEW_TOKEN": secret},
    )
    deadline = time.monotonic() + PATIENCE
    while len(ask(workspace, "contribution", "list")) < 3:  # type: ignore[arg-type]
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return uploading


def disturbed(
    make_place: Callable[[], Path],
    practised: Callable[[Path], Path],
    workers: Callable[[Path, int], Workers],
    picture: Callable[..., bytes],
    kills: int,
) -> Counter[str]:
    """Hand in again and again, kill meanwhile, and compare with nothing being killed."""
    place = make_place()
    files, large = files_of(place, picture, 60), large_files_of(place, picture)
    chance = random.Random(int(os.environ.get("CLEW_TEST_SEED", "1")))
    killed: Counter[str] = Counter()
    undisturbed = None
    while killed.total() < kills or undisturbed is None:
        workspace = practised(make_place() / "workspace")
        working = workers(workspace, 2)
        numbers = [hand_in(workspace, files), hand_in(workspace, files[:40])]
        server = Served(workspace)
        uploading = upload(workspace, server, large)
        for _ in range(0 if undisturbed is None else min(5, kills - killed.total())):
            time.sleep(chance.uniform(0.2, 1.5))
            killing = chance.choice(("worker", "worker", "server", "database"))
            killed[killing] += 1
            if killing == "worker":
                working.kill(chance)
            elif killing == "server":
                server.kill()
                server.start()
            else:
                kill_database(workspace)
        told, _ = uploading.communicate(timeout=PATIENCE)
        assert uploading.returncode == 0
        for number in (*numbers, json.loads(told)["contribution"]):
            until_ended(workspace, number)
        server.kill()
        assert working.stop() == [0, 0], "SIGTERM stops it calmly"
        found = left(workspace)
        if undisturbed is None:
            undisturbed = found
        assert comparable(found) == comparable(undisturbed)
    return killed


def comparable(found: dict[str, object]) -> dict[str, object]:
    """Which of two that hold the same bytes came second is chance; how many did is not."""
    files = found["files"]
    assert isinstance(files, list)
    told = [(number, path, state) for number, path, state, _, _ in files]
    again = Counter((number, standing, again) for number, _, _, standing, again in files)
    return found | {"files": told, "again": again}


@pytest.mark.soak
def test_fifty_kills_of_workers_server_and_database(make_place, practised, workers, picture):
    kills = int(os.environ.get("CLEW_TEST_KILLS", "50"))
    killed = disturbed(make_place, practised, workers, picture, kills)
    assert killed.total() >= kills
    print(f"\n{dict(killed)} killed: nothing lost, nothing doubled")
