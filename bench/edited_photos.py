"""Edited copies of real photos: how many are connected to their original, edit by edit.

Beside Clew stands plain PDQ as it is commonly used: one hash of the whole full-size picture by the
``pdqhash`` package, a match at 31 bits or fewer and quality 50 or more on both sides.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from io import BytesIO
from itertools import combinations
from pathlib import Path

import numpy as np
import pdqhash
from PIL import Image, ImageOps

from bench.material import distinct_photos, scratch, subjects
from bench.results import Result, Row, freeze, upper_limit
from clew.compare.calibration import Thresholds
from clew.compare.pair import compare
from clew.compare.subject import Subject
from clew.training.edits.pictures import PICTURE_EDITS

_PLAIN_BITS, _PLAIN_QUALITY = 31, 50

Plain = tuple[np.ndarray, int]


def run() -> Result:
    """Edit every photo in every way, and ask of each copy whether its original is found."""
    photos = distinct_photos()
    with scratch() as name:
        folder = Path(name)
        with ProcessPoolExecutor(2) as pool:
            hashes = pool.map(_edited, photos, [folder] * len(photos))
            plain = dict(zip(photos, hashes, strict=True))
        copies = sorted(folder.iterdir())
        read = subjects([*photos, *copies])
    found = {edit: [0, 0, 0] for edit in PICTURE_EDITS}
    for photo in photos:
        for place, edit in enumerate(PICTURE_EDITS):
            copy = folder / _name(photo, place)
            tally = found[edit]
            tally[0] += 1
            if photo in read and copy in read:
                tally[1] += bool(compare(read[photo], read[copy]))
            tally[2] += _plainly(plain[photo][""], plain[photo][edit])
    wrong, pairs = _false(photos, read)
    return _result(found, wrong, pairs)


def _name(photo: Path, edit: int) -> str:
    return f"{photo.parent.name}-{photo.stem}-{edit:02d}"


def _edited(photo: Path, folder: Path) -> dict[str, Plain]:
    """Write all copies of a photo; return their plain hashes by edit, its own under ''."""
    with Image.open(photo) as image:
        pixels = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    hashes = {"": _plain(pixels)}
    for place, (name, edit) in enumerate(PICTURE_EDITS.items()):
        content = edit.file(pixels)
        (folder / _name(photo, place)).write_bytes(content)
        with Image.open(BytesIO(content)) as image:
            hashes[name] = _plain(np.asarray(ImageOps.exif_transpose(image).convert("RGB")))
    return hashes


def _plain(pixels: np.ndarray) -> Plain:
    bits, quality = pdqhash.compute(pixels)
    return np.packbits(bits), int(quality)


def _plainly(one: Plain, other: Plain) -> bool:
    near = int(np.bitwise_count(one[0] ^ other[0]).sum()) <= _PLAIN_BITS
    return near and min(one[1], other[1]) >= _PLAIN_QUALITY


def _false(photos: list[Path], read: dict[Path, Subject]) -> tuple[int, int]:
    pairs = list(combinations([photo for photo in photos if photo in read], 2))
    return sum(bool(compare(read[one], read[other])) for one, other in pairs), len(pairs)


def _result(found: dict[str, list[int]], wrong: int, pairs: int) -> Result:
    rows = [
        Row(
            cells={
                "edit": edit,
                "Clew": f"{ours / total:.3f}",
                "plain PDQ at 31": f"{plain / total:.3f}",
            }
        )
        for edit, (total, ours, plain) in found.items()
    ]
    total = next(iter(found.values()))[0]
    return Result(
        title="Edited photos",
        says=(
            f"Recall over {total} distinct photos of photos_mixed, each edited in "
            f"{len(found)} ways, at Clew's threshold of {Thresholds().picture} bits. Among the "
            f"distinct photos themselves {wrong} of {pairs:,} pairs matched (95 % upper limit of "
            f"the rate: {upper_limit(wrong, pairs):.1e})."
        ),
        rows=rows,
        bars=[f"no false match among the distinct photos: {'met' if not wrong else 'missed'}"],
        figures={"recall": {e: ours / n for e, (n, ours, _) in found.items()}, "wrong": wrong},
    )


if __name__ == "__main__":
    freeze("edited_photos", run())
