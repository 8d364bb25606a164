"""The ladder of hard edits: what methods find on each rung, of real photos and of the world's.

The same edits on both sides, and the same methods: Clew, plain PDQ, and two that look for points.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from itertools import combinations
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from bench.material import scratch, subjects
from bench.places import METHODS, look
from bench.results import Row
from clew.compare.pair import compare
from clew.training.edits.hard import HARD_PICTURE_EDITS, RUNGS
from clew.training.world.interval import interval

LADDER_METHODS = ("Clew", "PDQ at 31 bits", "ORB, 20 inliers", "SIFT, 20 inliers")

Count = tuple[int, int]
"""So many of so many."""
Climbed = dict[str, dict[str, Count]]
"""By edit and method, how many copies are connected with their original."""


def climb(photos: list[Path]) -> Climbed:
    """Edit every photo in every hard way, and ask every method for every copy."""
    with scratch() as name:
        folder = Path(name)
        with ProcessPoolExecutor(2) as pool:
            told = list(pool.map(_asked, photos, [folder] * len(photos)))
        read = subjects([*photos, *sorted(folder.iterdir())])
        found: Climbed = {}
        for place, edit in enumerate(HARD_PICTURE_EDITS):
            counts = {method: sum(row[edit][method] for row in told) for method in told[0][edit]}
            counts["Clew"] = sum(
                photo in read
                and (copy := _copy(folder, photo, place)) in read
                and bool(compare(read[photo], read[copy]))
                for photo in photos
            )
            found[edit] = {method: (counts[method], len(photos)) for method in LADDER_METHODS}
    return found


def _copy(folder: Path, photo: Path, edit: int) -> Path:
    return folder / f"{photo.parent.name}-{photo.stem}-{edit:02d}.jpg"


def _asked(photo: Path, folder: Path) -> dict[str, dict[str, bool]]:
    """Write all copies of a photo; by edit, which of the well-known methods find it."""
    import cv2

    cv2.setNumThreads(1)
    with Image.open(photo) as image:
        pixels = np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    original, told = look(photo), {}
    for place, (name, edit) in enumerate(HARD_PICTURE_EDITS.items()):
        copy = _copy(folder, photo, place)
        copy.write_bytes(edit.file(pixels))
        seen = look(copy)
        told[name] = {method: METHODS[method](original, seen) for method in LADDER_METHODS[1:]}
    return told


def ladder_rows(world: Climbed, real: Climbed) -> list[Row]:
    """Side by side, from the lowest rung."""
    return [
        Row(
            cells={
                "what": f"rung {RUNGS[edit]}: {edit}",
                "method": method,
                "world": f"{world[edit][method][0]} of {world[edit][method][1]}",
                "real photos": f"{real[edit][method][0]} of {real[edit][method][1]}",
            }
        )
        for edit in sorted(HARD_PICTURE_EDITS, key=lambda name: RUNGS[name])
        for method in LADDER_METHODS
    ]


def whole_rungs(climbed: Climbed) -> dict[int, Mapping[str, Count]]:
    """By rung, all its edits together."""
    return {
        rung: {
            method: (
                sum(climbed[edit][method][0] for edit in climbed if RUNGS[edit] == rung),
                sum(climbed[edit][method][1] for edit in climbed if RUNGS[edit] == rung),
            )
            for method in LADDER_METHODS
        }
        for rung in (1, 2, 3)
    }


def same_order(world: list[Count], real: list[Count]) -> Count:
    """Of pairs that differ beyond chance on real photos, those in the same order on the world.

    They do when their 95 % intervals are apart. A rank correlation counts single photos as much
    as that: where all but one or two of two hundred succeed there is no order to agree with.
    """
    apart = [
        (one, other)
        for one, other in combinations(range(len(real)), 2)
        if interval(*real[one])[0] > interval(*real[other])[1]
        or interval(*real[other])[0] > interval(*real[one])[1]
    ]

    def gap(counts: list[Count], one: int, other: int) -> float:
        return counts[one][0] / counts[one][1] - counts[other][0] / counts[other][1]

    return sum(gap(world, *two) * gap(real, *two) > 0 for two in apart), len(apart)
