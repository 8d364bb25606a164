"""How far Clew's picture hash is from the reference, over every photo of the shared data.

The reference is ``pdqhash``, which wraps the code of PDQ's authors, on the whole picture at full
size, upright by its EXIF orientation and with transparent parts on white. Clew decodes a picture
only as far as it needs. Both read a file with Pillow, so that the hashes are what is compared.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import msgspec
import numpy as np
import pdqhash
from numpy.typing import NDArray
from PIL import Image, ImageFile, ImageOps

from bench.material import shared_data
from bench.results import Result, Row, freeze
from clew.media.errors import UnreadableError
from clew.media.image import ImageReader
from clew.media.limits import Limits
from clew.signals.picture.extract import hash_part
from clew.signals.space import PDQ

_NAMES = {".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".avif", ".bmp", ".tif", ".tiff"}
_LEFT_OUT = "hostile"
"""Opened in confined processes only."""
_MOST_PIXELS = 13_000_000
_USABLE = 80
_BAR = 10


class Compared(msgspec.Struct):
    """One photo: the reference's quality, and the bits by which the hashes differ.

    Attributes:
        file: its path below the shared data.
        quality: of the reference; None where the two were not compared.
        apart: bits of 256.
        unread: why they were not compared.
    """

    file: str
    quality: int | None = None
    apart: int = 0
    unread: str = ""


def run() -> Result:
    """Hash every photo both ways."""
    root = shared_data()
    sets = [p for p in sorted(root.iterdir()) if p.is_dir() and p.name != _LEFT_OUT]
    files = [file for folder in sets for file in _photos(folder)]
    with ProcessPoolExecutor(2) as processes:
        compared = list(processes.map(_compare, [(root, file) for file in files], chunksize=8))
    names = dict.fromkeys(one.file.split("/")[0] for one in compared)
    rows = [_row(name, [o for o in compared if o.file.startswith(f"{name}/")]) for name in names]
    usable = [one for one in compared if one.quality is not None and one.quality >= _USABLE]
    worst = max(one.apart for one in usable)
    return Result(
        title="Distance to the reference",
        says=(
            "Bits of 256 between Clew's hash and that of `pdqhash` on the same photo at full size "
            f"(all up to {_MOST_PIXELS // 10**6} megapixels in the shared data, hostile files "
            "excepted), both read with Pillow, upright by EXIF, transparent parts on white. Hashes "
            f"of a quality under {_USABLE} propose no connections and are only counted."
        ),
        rows=[*rows, _row("all", compared)],
        bars=[
            f"at most {_BAR} bits at quality {_USABLE} and more: "
            f"{'met' if worst <= _BAR else 'missed'} ({worst} over {len(usable)} photos)"
        ],
        figures={
            "worst": worst,
            "photos by bits apart": dict(sorted(Counter(one.apart for one in usable).items())),
            "not compared": {one.file: one.unread for one in compared if one.quality is None},
        },
    )


def _photos(folder: Path) -> Iterator[Path]:
    for file in sorted(folder.rglob("*")):
        if file.suffix.lower() in _NAMES and file.is_file():
            yield file


def _row(name: str, compared: list[Compared]) -> Row:
    usable = [one for one in compared if one.quality is not None and one.quality >= _USABLE]
    read = sum(one.quality is not None for one in compared)
    apart = np.array([one.apart for one in usable])
    farthest = max(usable, key=lambda one: one.apart, default=None)
    return Row(
        cells={
            "set": name,
            f"photos at quality {_USABLE}+": str(len(usable)),
            "below": str(read - len(usable)),
            "not compared": str(len(compared) - read),
            "median": f"{np.median(apart):.0f} bits" if usable else "—",
            "worst": f"{farthest.apart} bits ({Path(farthest.file).name})" if farthest else "—",
        }
    )


def _compare(which: tuple[Path, Path]) -> Compared:
    root, file = which
    compared = Compared(str(file.relative_to(root)))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reference, quality = _reference(file)
            own = _own(file)
    except (UnreadableError, OSError, SyntaxError, ValueError) as error:
        compared.unread = str(error).replace(str(file), file.name)
        return compared
    compared.quality = quality
    compared.apart = int(np.bitwise_count(reference ^ own).sum())
    return compared


def _reference(file: Path) -> tuple[NDArray[np.uint8], int]:
    with Image.open(file) as image:
        if image.size[0] * image.size[1] > _MOST_PIXELS:
            raise ValueError("larger than is compared here")
        if image.mode.startswith(("I", "F")):
            raise ValueError("more than 8 bits a sample: the reference takes none")
        ImageFile.LOAD_TRUNCATED_IMAGES = True  # as far as it goes, like Clew
        # libheif and the TIFF decoder turn pictures themselves.
        turned = image.format in ("TIFF", "HEIF")
        upright = image.copy() if turned else ImageOps.exif_transpose(image)
    if upright.mode != "RGB":
        if "transparency" in upright.info or upright.mode in ("RGBA", "LA", "PA", "La", "RGBa"):
            clear = upright.convert("RGBA")
            white = Image.new("RGBA", clear.size, "white")
            upright = Image.alpha_composite(white, clear)
        upright = upright.convert("RGB")
    bits, quality = pdqhash.compute(np.ascontiguousarray(upright))
    return np.packbits(bits), int(quality)


def _own(file: Path) -> NDArray[np.uint8]:
    with file.open("rb") as source:
        return PDQ.indexed(hash_part(ImageReader(source, Limits()).picture()).value)


if __name__ == "__main__":
    freeze("reference_distance", run())
