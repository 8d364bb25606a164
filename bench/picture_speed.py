"""From a picture file to its hash and quality: Clew's reader beside OpenCV and ``pdqhash``.

One core. The peer decodes the whole picture with ``cv2.imread`` and hashes it with
``pdqhash.compute``. Clew reads the file, decodes it as far as needed and computes the hash in
eight orientations; the best of several runs counts for both.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pdqhash
from PIL import Image

from bench.material import distinct_photos, scratch, shared_data
from bench.results import Result, Row, freeze
from clew.media.image import MIN_SIDE, ImageReader
from clew.media.limits import Limits
from clew.signals.picture.extract import hash_part
from clew.signals.space import PDQ

_RUNS = 5


def run() -> Result:
    """Time both on photos of several sizes and formats, and see how far the hashes are apart."""
    cv2.setNumThreads(1)
    with scratch() as name:
        rows, figures = [], {}
        for title, files, bar in _sets(Path(name)):
            row, figure = _measure(title, files, bar)
            rows.append(row)
            figures[title] = figure
    return Result(
        title="Reading pictures",
        says=(
            "Milliseconds a file on one core, file to hash and quality. The peer decodes the whole "
            "picture with OpenCV and hashes it with pdqhash (OpenCV reads no HEIC). The decoder "
            "alone is Pillow at the scale that Clew uses: what is left to gain is the difference."
        ),
        rows=rows,
        bars=[
            f"{title}: at least {f['bar']} times faster: "
            f"{'met' if f['ratio'] >= f['bar'] else 'missed'} ({f['ratio']:.1f})"
            for title, f in figures.items()
            if f["bar"]
        ],
        figures=figures,
    )


def _sets(folder: Path) -> Iterator[tuple[str, list[Path], int]]:
    """Photos by size and format, each with the bar that was set for it (0 for none)."""
    inputs = shared_data() / "neardup_pdq/pdq_data/reg-test-input"
    large = sorted((inputs / "exif-rotn").glob("*.jpg"))
    yield "JPEG, 12 megapixels", large, 10
    yield "JPEG, 1.6 megapixels", sorted((inputs / "dih").glob("*.jpg")), 0
    small = [p for p in distinct_photos() if p.suffix == ".jpg" and _pixels(p) <= 1_000_000]
    yield "JPEG, up to 1 megapixel", small[:60], 2
    with Image.open(large[0]) as photo:
        for form, suffix in (("PNG", ".png"), ("WebP", ".webp"), ("HEIF", ".heic")):
            file = folder / f"photo{suffix}"
            photo.convert("RGB").save(file, form)
            yield f"{suffix[1:].upper()}, 12 megapixels", [file], 0


def _measure(title: str, files: list[Path], bar: int) -> tuple[Row, dict[str, float]]:
    runs = _RUNS if len(files) > 2 else 3
    readable = cv2.haveImageReader(str(files[0]))
    peer = sum(_best(_peer, f, runs) for f in files) / len(files) if readable else 0.0
    ours = sum(_best(_clew, f, runs) for f in files) / len(files)
    decoder = sum(_best(_decoder_alone, f, runs) for f in files) / len(files)
    apart = max(_apart(file) for file in files) if readable else -1
    cells = {
        "photos": f"{title} ({len(files)})",
        "OpenCV + pdqhash": f"{peer * 1e3:.1f} ms" if readable else "—",
        "Clew": f"{ours * 1e3:.1f} ms",
        "times faster": f"{peer / ours:.1f}" if readable else "—",
        "decoder alone": f"{decoder * 1e3:.1f} ms",
        "most bits apart at quality 80+": str(apart) if readable else "—",
    }
    return Row(cells=cells), {"ratio": peer / ours, "apart": apart, "bar": bar}


def _decoder_alone(file: Path) -> None:
    with Image.open(file) as image:
        scale = 1
        while scale < 8 and min(image.size) // (scale * 2) >= MIN_SIDE:
            scale *= 2
        image.draft(None, (image.size[0] // scale, image.size[1] // scale))
        image.load()


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
