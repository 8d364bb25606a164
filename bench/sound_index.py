"""A minute of sound against a thousand hours: memory and time of the index of landmarks.

No thousand hours of recordings are at hand: the index is filled with hashes crossed byte by byte
from those of real and made-up recordings, so that they lie as unevenly as real ones do, as many
as a thousand hours of the measured recordings would have. The minute asked for is real.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.results import Result, Row, freeze
from bench.sounds import Samples, pieces, recordings, subject
from clew.compare.calibration import Thresholds
from clew.compare.ways.sound import judge
from clew.index import HammingIndex, Hits
from clew.media.sound import RATE
from clew.signals.sound import SIGNAL
from clew.signals.sound.value import SOUND

HOURS = 1000
_TIMES = 7


def run() -> Result:
    """Fill, ask, and say what it costs."""
    seeds, density = _seeds()
    count = round(HOURS * 3600 * density)
    minute = subject(_minute())
    looks = minute.within(SOUND)
    own = [r for r, f in enumerate(looks.features) if f.quality >= SIGNAL.usable_quality]
    with tempfile.TemporaryDirectory() as folder:
        index = HammingIndex.open(Path(folder))
        random = np.random.default_rng(5)
        for start in range(0, count, 1_000_000):
            some = min(1_000_000, count - start)
            index.add(np.arange(start, start + some), _crossed(random, seeds, some))
        index.add(np.arange(count, count + len(own)), looks.hashes[own])
        index.seal(1)
        size = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file())
        asked = looks.queries.reshape(-1, 32)
        radius = Thresholds().landmark
        index.search(asked, radius)
        taken, hits = [], None
        for _ in range(_TIMES):
            begin = time.perf_counter()
            hits = index.search(asked, radius)
            taken.append(time.perf_counter() - begin)
        assert hits is not None
        mine = hits.key >= count
        begin = time.perf_counter()
        found = judge(
            minute,
            minute,
            Hits(hits.query[mine], np.array(own)[hits.key[mine] - count], hits.distance[mine]),
            Thresholds(),
        )
        judging = time.perf_counter() - begin
    seconds = statistics.median(taken)
    gigabytes = size / 1e9
    return Result(
        title="A thousand hours of sound",
        says=(
            f"{count:,} landmarks, as {HOURS:,} hours have at the {density:.2f} a second that were "
            f"measured on {len(seeds):,} of them from recordings, sealed into memory-mapped "
            f"segments; {len(asked)} landmarks of a minute of speech asked for at {radius} bits, "
            f"{index.threads} threads, warm, median of {_TIMES}. "
            f"{len(hits) - int(mine.sum()):,} chance hits came with it."
        ),
        rows=[
            Row(
                cells={
                    "entries": f"{count:,}",
                    "GB in all": f"{gigabytes:.2f}",
                    "bytes an entry": f"{size / count:.0f}",
                    "search, s": f"{seconds:.3f}",
                    "slowest, s": f"{max(taken):.3f}",
                    "judging the copy, s": f"{judging:.3f}",
                }
            )
        ],
        bars=[
            f"sound's share of the memory at most 1.2 GB: {gigabytes:.2f}, "
            + ("met" if gigabytes <= 1.2 else "missed"),
            f"sound's share of the time at most 0.4 s: {seconds + judging:.2f}, "
            + ("met" if seconds + judging <= 0.4 else "missed"),
            f"the copy is found: {len(found)}, " + ("met" if found else "missed"),
        ],
        figures={"entries": count, "bytes": size, "seconds": taken, "chance hits": len(hits)},
    )


def _seeds() -> tuple[NDArray[np.uint8], float]:
    """Indexed hashes of many pieces, and how many there are in a second."""
    hashes, seconds = [], 0.0
    for piece in [*pieces(False, 60, 40, 40), *pieces(True, 60, 40, 40)]:
        looks = subject(piece.samples).within(SOUND)
        rows = [r for r, f in enumerate(looks.features) if f.quality >= SIGNAL.usable_quality]
        hashes.append(looks.hashes[rows])
        seconds += len(piece.samples) / RATE
    seeds = np.concatenate(hashes)
    return seeds, len(seeds) / seconds


def _crossed(
    random: np.random.Generator, seeds: NDArray[np.uint8], count: int
) -> NDArray[np.uint8]:
    """Hashes of which each byte comes from one of two real ones, a tenth of their bits flipped."""
    one, other = (seeds[random.integers(len(seeds), size=count)] for _ in range(2))
    hashes = np.where(random.random((count, 32)) < 0.5, one, other)
    flips = random.integers(0, 256, (3, count, 32), np.uint8)
    return np.asarray(hashes ^ (flips[0] & flips[1] & flips[2]), np.uint8)


def _minute() -> Samples:
    spoken = [samples for name, samples in recordings().items() if "voices/3080" in name]
    return np.concatenate(spoken)[: 60 * RATE]


if __name__ == "__main__":
    freeze("sound_index", run())
