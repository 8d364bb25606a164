"""Making a world: case after case, in several processes; one that was stopped goes on.

The world is a folder with ``files`` and, beside them, ``truth.jsonl``. A case counts once its line
is in the truth, which comes after its files; what a stopped run left of others is made anew.
"""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import count
from multiprocessing import get_context
from pathlib import Path

from clew.training.world import sounds
from clew.training.world.case import make_case
from clew.training.world.plan import BRIEF, WHOLE, Amount
from clew.training.world.truth import (
    VERSION,
    CaseTruth,
    End,
    Opening,
    TruthError,
    line,
    read_lines,
)

SIZES: dict[str, int | None] = {"tiny": 2, "demo": 3, "small": 10, "medium": 200, "large": None}
"""Cases of each size, of 50 files each (*tiny*: 15); *large* goes on until it is stopped."""
FILES, TRUTH = "files", "truth.jsonl"
_LEFT = 2 * 1024**3
"""Bytes of free disk that are left alone."""


class WorldError(Exception):
    """A world cannot be made there; ``str(error)`` says why and what to do."""


@dataclass(frozen=True)
class Progress:
    """How far it is: cases made, of how many (None without an end), their files and bytes."""

    cases: int
    of: int | None
    files: int
    bytes: int


@dataclass(frozen=True)
class Made:
    """What came of it.

    Attributes:
        cases: that are there now; and
        files: of them.
        whole: unless the disk is nearly full.
        why: it is not whole.
        drawing: seconds of processors that this run took, all processes together.
    """

    cases: int
    files: int
    whole: bool
    why: str = ""
    drawing: float = 0.0


Watching = Callable[[Progress], None]


def make_world(
    folder: Path,
    seed: int,
    size: str = "small",
    *,
    cases: int | None = None,
    workers: int = 2,
    watcher: Watching = lambda _progress: None,
) -> Made:
    """Make a world in a new or empty folder, or go on with one that was stopped.

    Args:
        folder: of the world.
        seed: the same seed gives the same truth, and on one machine the same bytes.
        size: one of :data:`SIZES`.
        cases: so many instead of what the size says.
        workers: processes that draw.
        watcher: shown how far it is after each case.

    Raises:
        WorldError: there is something else in the folder, or another world.
    """
    wanted = SIZES[size] if cases is None else cases
    opening = Opening(version=VERSION, seed=seed, size=size, cases=wanted, voices=sounds.speaker())
    done, files, whole = _begun(folder, opening)
    if whole:
        return Made(len(done), files, whole=True)
    total = sum(entry.stat().st_size for entry in (folder / FILES).rglob("*") if entry.is_file())
    missing = (number for number in _numbers(wanted) if number not in done)
    made, why, drawing = len(done), "", 0.0
    with (folder / TRUTH).open("ab") as truth:
        for case, seconds in _cases(folder / FILES, opening, missing, workers):
            drawing += seconds
            truth.write(line(case))
            truth.flush()
            os.fsync(truth.fileno())
            made, files = made + 1, files + len(case.files)
            total += sum((folder / FILES / file.path).stat().st_size for file in case.files)
            watcher(Progress(made, wanted, files, total))
            if shutil.disk_usage(folder).free < _LEFT:
                why = "the disk is nearly full"
                break
        else:
            truth.write(line(End(cases=made, files=files)))
    return Made(made, files, not why, why, drawing)


def _begun(folder: Path, opening: Opening) -> tuple[set[int], int, bool]:
    """Numbers of the cases that are there, how many files they have, and whether it is whole."""
    file = folder / TRUTH
    if not file.exists():
        if folder.exists() and not _empty(folder):
            raise WorldError(f"{folder} is not empty, and files of yours stay as they are.")
        (folder / FILES).mkdir(parents=True, exist_ok=True)
        with file.open("xb") as truth:
            truth.write(line(opening))
            truth.flush()
            os.fsync(truth.fileno())
        return set(), 0, False
    done: set[int] = set()
    files, whole, first = 0, False, True
    try:
        for one in read_lines(file):
            if first and one != opening:
                raise WorldError(
                    f"{folder} holds another world. Name a new folder, or ask for the same seed, "
                    "size and number of cases to go on with it."
                )
            first = False
            if isinstance(one, CaseTruth):
                done.add(one.number)
                files += len(one.files)
            whole = isinstance(one, End)
    except TruthError as error:
        raise WorldError(str(error)) from error
    _cut_off_half_a_line(file)
    if first:  # not even the first line was written
        file.unlink()
        return _begun(folder, opening)
    (folder / FILES).mkdir(exist_ok=True)
    return done, files, whole


def _empty(folder: Path) -> bool:
    """Whether nothing is there but what a run left that was killed in its first moment."""
    return folder.is_dir() and all(
        entry.name == FILES and entry.is_dir() and not any(entry.iterdir())
        for entry in folder.iterdir()
    )


def _cut_off_half_a_line(file: Path) -> None:
    content = file.read_bytes()
    kept = content.rfind(b"\n") + 1
    if kept < len(content):
        os.truncate(file, kept)


def _numbers(wanted: int | None) -> Iterator[int]:
    return iter(range(wanted)) if wanted is not None else count()


def _cases(
    files: Path, opening: Opening, numbers: Iterator[int], workers: int
) -> Iterator[tuple[CaseTruth, float]]:
    """The cases in their order, each with what it cost; a few are made ahead."""
    amount = BRIEF if opening.size == "tiny" else WHOLE
    waiting: deque[Future[tuple[CaseTruth, float]]] = deque()
    context = get_context("forkserver")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_quietly) as pool:
        try:
            while True:
                while len(waiting) < workers + 2 and (number := next(numbers, None)) is not None:
                    waiting.append(
                        pool.submit(_timed, files, opening.seed, number, opening.voices, amount)
                    )
                if not waiting:
                    return
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def _timed(
    files: Path, seed: int, number: int, made_with: str, amount: Amount
) -> tuple[CaseTruth, float]:
    began = time.process_time()
    return make_case(files, seed, number, made_with, amount), time.process_time() - began


def _quietly() -> None:
    """Ctrl-C is for the process that asked; several threads would only get in each other's way."""
    import cv2

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(1)
