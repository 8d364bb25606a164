"""Several processes on one folder, and processes that are killed at any moment."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from brute import listed
from made import random_hashes

from clew.index import HammingIndex

ROWS = 3000


def hashes_of(keys: np.ndarray) -> np.ndarray:
    """Each key has a hash of its own that any process can make."""
    return random_hashes(ROWS, np.random.default_rng(11))[keys % ROWS]


# Keys come in order and each step is reported, so that what must be there is known at any kill.
WRITER = """
import sys
from pathlib import Path
import numpy as np
sys.path.insert(0, sys.argv[2])
from test_processes import ROWS, hashes_of
from clew.index import HammingIndex
index = HammingIndex.open(Path(sys.argv[1]), threads=2)
first = index.covered_upto
while first + 50 <= ROWS:
    keys = np.arange(first, first + 50)
    index.add(keys, hashes_of(keys))
    index.seal(first + 50)
    print("sealed", first + 50, flush=True)
    index.delete(keys[:5])
    print("deleted", first, flush=True)
    index.compact(everything=first % 200 == 0)
    first += 50
"""

READER = """
import sys
from pathlib import Path
import numpy as np
sys.path.insert(0, sys.argv[2])
from test_processes import hashes_of
from clew.index import HammingIndex
states = set()
folder, searches, covered, enough = Path(sys.argv[1]), 0, 0, int(sys.argv[3])
while covered < enough:
    index = HammingIndex.open(folder, threads=1) if searches % 4 == 0 else index
    index.refresh()
    covered = index.covered_upto
    keys = np.arange(covered)
    hits = index.search(hashes_of(keys), 0)
    kept = keys[keys % 50 >= 5]
    found = hits.key[hits.query == hits.key]
    assert len(found) == len(hits), "another key's hash"
    missing = np.setdiff1d(kept, found)
    assert not len(missing), f"covered up to {covered} but missing {missing}"
    states.add(covered)
    searches += 1
print("covered", covered, "states seen", len(states), flush=True)
"""


def started(script: str, folder: Path, *more: str) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-X",
        "faulthandler",
        "-c",
        script,
        str(folder),
        str(Path(__file__).parent),
        *more,
    ]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def check(folder: Path, sealed: int, deleted: int) -> int:
    """All that was reported is there, nothing else is; returns what is covered."""
    index = HammingIndex.open(folder, threads=1)
    index.verify()
    covered = index.covered_upto
    assert covered in (sealed, sealed + 50)
    keys = np.arange(covered)
    found = index.search(hashes_of(keys), 0)
    assert (found.query == found.key).all()
    gone = np.setdiff1d(keys, found.key)
    must_be_gone = keys[(keys % 50 < 5) & (keys <= deleted + 4)]
    may_be_gone = keys[keys % 50 < 5]
    assert np.isin(must_be_gone, gone).all()
    assert np.isin(gone, may_be_gone).all()
    assert len(index) == len(found)
    return covered


def kill_after(folder: Path, sealed: int, deleted: int, delay: float) -> tuple[int, int]:
    """Run the writer, kill it after so many seconds of writing; what it reported last."""
    writer = started(WRITER, folder)
    assert writer.stdout is not None
    lines = [writer.stdout.readline()]
    time.sleep(delay)
    os.kill(writer.pid, signal.SIGKILL)
    lines += writer.stdout.readlines()
    writer.wait()
    writer.stdout.close()
    assert writer.stderr is not None
    assert writer.stderr.read() == ""
    writer.stderr.close()
    for what, number in (line.split() for line in lines if line.endswith("\n")):
        if what == "sealed":
            sealed = max(sealed, int(number))
        else:
            deleted = max(deleted, int(number))
    return sealed, deleted


def kill_again_and_again(folder: Path, times: int, seed: int, longest: float) -> None:
    random.seed(seed)
    sealed, deleted = 0, -50
    for _ in range(times):
        if sealed + 50 >= ROWS:
            for path in folder.iterdir():
                path.unlink()
            sealed, deleted = 0, -50
        sealed, deleted = kill_after(folder, sealed, deleted, random.uniform(0, longest))
        sealed = check(folder, sealed, deleted)
        # The log is replayed: deletions that were not reported come again.
        index = HammingIndex.open(folder, threads=1)
        index.delete(np.arange(sealed)[np.arange(sealed) % 50 < 5])
        deleted = sealed - 50
    index = HammingIndex.open(folder, threads=1)
    index.compact(everything=True)
    assert len(list(folder.glob("*.segment"))) == 1
    assert not list(folder.glob("*.building"))
    assert not list(folder.glob("*.writing"))


def test_a_killed_writer_leaves_the_old_state_or_the_new(tmp_path: Path) -> None:
    kill_again_and_again(tmp_path, times=4, seed=1, longest=0.3)


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_a_writer_killed_very_often(tmp_path: Path) -> None:
    kill_again_and_again(tmp_path, times=60, seed=int(time.time()), longest=0.5)


def test_readers_go_on_while_a_writer_seals_deletes_and_compacts(tmp_path: Path) -> None:
    readers = [started(READER, tmp_path, "1500") for _ in range(2)]
    writer = started(WRITER, tmp_path)
    for reader in readers:
        output, errors = reader.communicate(timeout=120)
        assert errors == ""
        words = output.split()
        assert int(words[1]) >= 1500
        assert int(words[-1]) >= 3  # it did watch the index grow
    writer.kill()
    writer.communicate()


@pytest.mark.parametrize("lock", ["building.lock", "publishing.lock"])
def test_a_dead_process_holds_no_lock(tmp_path: Path, lock: str) -> None:
    index = HammingIndex.open(tmp_path)
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import fcntl, os, sys, time\n"
            "fcntl.flock(os.open(sys.argv[1], os.O_RDWR | os.O_CREAT), fcntl.LOCK_EX)\n"
            "print('held', flush=True)\n"
            "time.sleep(600)\n",
            str(tmp_path / lock),
        ],
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    holder.kill()
    holder.communicate()
    index.add(np.array([1]), hashes_of(np.array([1])))
    index.seal(1)
    assert listed(index.search(hashes_of(np.array([1])), 0)) == [(0, 0, 1)]


def test_importing_compiles_nothing() -> None:
    script = (
        "import clew.index, clew.index.hamming as h, clew.index.flat as f\n"
        "kernels = [h._search, h._examine, f._scan, f._unpacked]\n"
        "assert not any(kernel.signatures for kernel in kernels)\n"
        "clew.index.warm()\n"
        "assert h._search.signatures and f._scan.signatures\n"
        "before = [len(kernel.signatures) for kernel in kernels]\n"
        "import numpy as np\n"
        "index = clew.index.HammingIndex()\n"
        "hashes = np.random.default_rng(1).integers(0, 256, (20000, 32), np.uint8)\n"
        "index.add(np.arange(20000), hashes)\n"
        "index.seal()\n"
        "assert len(index.search(hashes, 31)) == len(index.search_nearest(hashes, 1)) == 20000\n"
        "assert [len(kernel.signatures) for kernel in kernels] == before\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=120)
