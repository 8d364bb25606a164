"""One room, filmed twice: two cameras are no copy of one another.

Clips of the drawn world, of cases from seeds that nothing else uses: at one event by both cameras,
and at another event in the same room. They show the same things, and none is made from another; a
lead by place, once there is one, may connect them, but none that says *copy*. What was drawn is
kept in the folder that ``CLEW_BENCH_KEPT`` names, if it does.
"""

from __future__ import annotations

import os
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from functools import partial
from itertools import combinations
from multiprocessing import get_context
from pathlib import Path

import cv2

from bench.film_clips import drawn_room
from bench.material import scratch, subjects
from bench.results import Result, Row, freeze, upper_limit
from clew.compare.pair import compare
from clew.training import footage as film

_FIRST, _COUNT = 67_000, 40


def run() -> Result:
    """Draw the clips, read them, compare all of one room."""
    with ExitStack() as stack:
        kept = os.environ.get("CLEW_BENCH_KEPT")
        folder = (Path(kept) if kept else Path(stack.enter_context(scratch()))) / "rooms"
        folder.mkdir(exist_ok=True)
        # Not forked: what the parent decoded with may hold locks.
        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
            rooms = list(pool.map(partial(_drawn, folder), range(_FIRST, _FIRST + _COUNT)))
        read = subjects(file for room in rooms for file in room)
        pairs: dict[str, int] = defaultdict(int)
        wrong: dict[str, int] = defaultdict(int)
        for room in rooms:
            for one, other in combinations(room, 2):
                kind = "two cameras at once" if _event(one) == _event(other) else "two visits"
                pairs[kind] += 1
                wrong[kind] += bool(compare(read[one], read[other]))
    rows = [
        Row(
            cells={
                "clips": kind,
                "pairs": str(count),
                "connected": str(wrong[kind]),
                "rate at most": f"{upper_limit(wrong[kind], count):.3f}",
            }
        )
        for kind, count in sorted(pairs.items())
    ]
    return Result(
        title="One room filmed twice",
        says=(
            f"Clips of {_COUNT} rooms of the drawn world, from seeds that nothing was tuned on: "
            "pairs of different recordings of one room, which show the same things and are no "
            "copies."
        ),
        rows=rows,
        bars=[],
        figures={"pairs": dict(pairs), "wrong": dict(wrong)},
    )


def _drawn(folder: Path, seed: int) -> list[Path]:
    """The clips of a case of the drawn world, named by seed, number and event."""
    cv2.setNumThreads(1)
    place = folder / f"{seed}"
    if not place.is_dir():
        half = folder / f"{seed} begun"
        half.mkdir(exist_ok=True)
        for number, (event, footage) in enumerate(drawn_room(seed)):
            film.write(footage, half / f"{number}-{event}.mp4")
        half.rename(place)
    return sorted(place.glob("*.mp4"))


def _event(file: Path) -> str:
    return file.stem.partition("-")[2]


if __name__ == "__main__":
    freeze("two_cameras", run())
