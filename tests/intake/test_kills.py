"""A scan that is killed at any moment loses nothing, doubles nothing, and goes on."""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from left import everything

from clew.records.models import ContributedFile
from clew.training.practice import practice

CLEW = Path(sys.executable).parent / "clew"
WAYS = ("parent", "group", "all", "ctrl-c")


def stored_in(workspace: Path) -> set[str]:
    """The places of the one folder that was scanned, if the scan got so far."""
    folders = everything(workspace)["places"]
    return {path for found in folders.values() for path in found}  # type: ignore[attr-defined]


def start(folder: Path, workspace: Path, workers: int = 2) -> subprocess.Popen[bytes]:
    return begin(["scan", folder], workspace, workers)


def begin(command: list[str | Path], workspace: Path, workers: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [CLEW, *command, "-w", workspace],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=os.environ | {"CLEW_WORKERS": str(workers)},
        start_new_session=True,
    )


def descendants(number: int) -> list[int]:
    """Processes started by a process, and by those: decoders, whatever session they are in."""
    parents: dict[int, list[int]] = {}
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            status = (process / "stat").read_text().rpartition(") ")[2].split()
            parents.setdefault(int(status[1]), []).append(int(process.name))
    found = list(parents.get(number, []))
    for child in found:
        found.extend(parents.get(child, []))
    return found


def end(scan: subprocess.Popen[bytes], way: str) -> None:
    decoders = [number for number in descendants(scan.pid) if is_decoder(number)]
    if way == "parent":
        scan.kill()
    elif way == "group":
        os.killpg(scan.pid, signal.SIGKILL)
    elif way == "ctrl-c":
        os.killpg(scan.pid, signal.SIGINT)
    else:
        os.kill(scan.pid, signal.SIGSTOP)  # nobody may react to the end of another
        for number in [*descendants(scan.pid), scan.pid]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
    scan.communicate(timeout=60)
    deadline = time.monotonic() + 10
    while any(is_decoder(number) for number in decoders):
        assert time.monotonic() < deadline, "decoders are left behind"
        time.sleep(0.02)


def is_decoder(number: int) -> bool:
    with contextlib.suppress(OSError):
        return b"clew.media.child" in Path(f"/proc/{number}/cmdline").read_bytes()
    return False


@dataclass
class Disturbed:
    """Scans one collection again and again into fresh workspaces, and kills it."""

    folder: Path
    undisturbed: dict[str, object]
    make_place: Callable[[], Path]
    practised: Callable[[Path], Path]
    chance: random.Random
    seconds: float
    kills: dict[str, int] = field(default_factory=dict)

    def until_done(self, most: int) -> None:
        """Kill a scan up to so many times, let it end, and compare with the undisturbed one."""
        workspace = self.practised(self.make_place() / "workspace")
        stored: set[str] = set()
        for _ in range(most):
            way = self.chance.choice(WAYS)
            scan = start(self.folder, workspace)
            try:
                scan.communicate(timeout=self.chance.uniform(0.1, self.seconds))
                break
            except subprocess.TimeoutExpired:
                end(scan, way)
                self.kills[way] = self.kills.get(way, 0) + 1
            if (workspace / "database").exists() and self.chance.random() < 0.3:
                now = stored_in(workspace)
                assert stored <= now, "what was stored once stays"
                stored = now
        scan = start(self.folder, workspace)
        _, said = scan.communicate(timeout=120)
        assert scan.returncode == 0, said.decode()
        left = everything(workspace)
        assert left["connected"] ^ self.undisturbed["connected"] == set()  # type: ignore[operator]
        assert left == self.undisturbed


@pytest.fixture
def disturbed(collection, scanned, make_place, practised) -> Disturbed:
    workspace = practised(make_place() / "workspace")
    started = time.monotonic()
    scan = start(collection.folder, workspace)
    scan.communicate(timeout=120)
    seconds = 0.8 * (time.monotonic() - started)  # most scans are not at their end by then
    chance = random.Random(int(os.environ.get("CLEW_TEST_SEED", "1")))
    return Disturbed(collection.folder, everything(scanned), make_place, practised, chance, seconds)


@pytest.mark.soak
def test_three_kills_lose_and_double_nothing(disturbed):
    disturbed.until_done(3)
    assert sum(disturbed.kills.values()) >= 1


@pytest.mark.soak
def test_fifty_kills_lose_and_double_nothing(disturbed):
    while sum(disturbed.kills.values()) < 50:
        disturbed.until_done(6)
    assert set(disturbed.kills) == set(WAYS)
    print(f"\n{disturbed.kills} kills: no file lost, none doubled, matches as undisturbed")


def until_reading(running: subprocess.Popen[bytes], workspace: Path, sign: str) -> list[int]:
    """Wait until the log has a sign, and decoders are there; all processes of the command."""
    log = workspace / "log" / "clew.log"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if log.exists() and sign in log.read_text():
            children = descendants(running.pid)
            if any(map(is_decoder, children)):
                return children
        time.sleep(0.02)
    raise AssertionError("it must be in the middle of its work")


def test_ctrl_c_says_what_is_stored_and_that_it_goes_on(collection, place, practised):
    workspace = practised(place / "workspace")
    scan = start(collection.folder, workspace, workers=1)
    # Then all files are known and one process has seconds of reading before it.
    children = until_reading(scan, workspace, "decoders confined")
    os.killpg(scan.pid, signal.SIGINT)
    _, said = scan.communicate(timeout=60)
    assert scan.returncode == 130, said.decode()
    text = " ".join(said.decode().split())
    stopped = re.search(r"Stopped\. (\d+) of 34 files are stored; the same command goes on", text)
    assert stopped, text
    assert "Traceback" not in text
    whole = [path for path in stored_in(workspace) if "!/" not in path]
    assert len(whole) >= int(stopped[1]), "what was said to be stored is"
    assert not any(is_decoder(number) for number in children)

    # A contribution likewise, with what it says to go on with. Twice: people are impatient.
    files = sorted(path for path in collection.folder.rglob("*") if path.is_file())
    contributing = begin(["contribute", *files], workspace, 1)
    children = until_reading(contributing, workspace, "contribution begun")
    for _ in range(2):
        os.killpg(contributing.pid, signal.SIGINT)
        time.sleep(0.1)
    _, said = contributing.communicate(timeout=60)
    assert contributing.returncode == 130, said.decode()
    text = " ".join(said.decode().split())
    assert re.search(r"Stopped\..* go on with: clew contribution retry 1$", text), text
    assert not any(is_decoder(number) for number in children)
    again = begin(["contribution", "retry", "1"], workspace, 2)
    _, said = again.communicate(timeout=120)
    assert again.returncode == 0, said.decode()
    with practice(workspace):
        states = Counter(one.state for one in ContributedFile.objects.filter(contribution=1))
    assert set(states) <= {"stored", "failed"}
    assert states.total() == len(files)
