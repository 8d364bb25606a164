"""From a picture file to its hash and quality: Clew's reader beside OpenCV and ``pdqhash``.

One core. The peer decodes the whole picture with ``cv2.imread`` and hashes it with
``pdqhash.compute``. Clew reads the file, decodes it as far as needed and computes the hash in
eight orientations; the best of several runs counts for both.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pdqhash

from bench.material import distinct_photos, shared_data
from bench.results import Result, Row, freeze
from clew.media.image import ImageReader
from clew.media.limits import Limits
from clew.signals.picture.extract import hash_part
from clew.signals.space import PDQ

_RUNS = 5


def run() -> Result:
    """Time both on large and on small photos, and see how far the hashes are apart."""
    cv2.setNumThreads(1)
    inputs = shared_data() / "neardup_pdq/pdq_data/reg-test-input"
    large = sorted((inputs / "exif-rotn").glob("*.jpg"))
    middle = sorted((inputs / "dih").glob("*.jpg"))
    small = [p for p in distinct_photos() if _pixels(p) <= 1_000_000][:60]
    rows, figures = [], {}
    for name, files, bar in (
        ("12 megapixels", large, 10),
        ("1.6 megapixels", middle, 2),
        ("up to 1 megapixel", small, 2),
    ):
        peer = sum(_best(_peer, file, 2 if bar == 10 else _RUNS) for file in files) / len(files)
        ours = sum(_best(_clew, file, _RUNS) for file in files) / len(files)
        apart = max(_apart(file) for file in files)
        figures[name] = {"ratio": peer / ours, "apart": apart, "bar": bar}
        rows.append(
            Row(
                cells={
                    "photos": f"{name} ({len(files)})",
                    "OpenCV + pdqhash": f"{peer * 1e3:.1f} ms",
                    "Clew": f"{ours * 1e3:.1f} ms",
                    "times faster": f"{peer / ours:.1f}",
                    "most bits apart at quality 80+": str(apart),
                }
            )
        )
    return Result(
        title="Reading pictures",
        says="Milliseconds a file on one core, file to hash and quality.",
        rows=rows,
        bars=[
            f"{name}: at least {f['bar']} times faster: "
            f"{'met' if f['ratio'] >= f['bar'] else 'missed'} ({f['ratio']:.1f})"
            for name, f in figures.items()
        ],
        figures=figures,
    )


def _pixels(file: Path) -> int:
    with file.open("rb") as source:
        facts = ImageReader(source, Limits()).facts
    return facts.width * facts.height


def _best(work: Callable[[Path], object], file: Path, runs: int) -> float:
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        work(file)
        taken.append(time.perf_counter() - start)
    return min(taken)


def _peer(file: Path) -> tuple[np.ndarray, int]:
    pixels = cv2.cvtColor(cv2.imread(str(file)), cv2.COLOR_BGR2RGB)
    bits, quality = pdqhash.compute(pixels)
    return np.packbits(bits), int(quality)


def _clew(file: Path) -> tuple[np.ndarray, int]:
    with file.open("rb") as source:
        feature = hash_part(ImageReader(source, Limits()).picture())
    return PDQ.indexed(feature.value), feature.quality


def _apart(file: Path) -> int:
    (theirs, quality), (ours, _) = _peer(file), _clew(file)
    return int(np.bitwise_count(theirs ^ ours).sum()) if quality >= 80 else 0


if __name__ == "__main__":
    freeze("picture_speed", run())
