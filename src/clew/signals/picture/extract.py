"""From a decoded picture to its hashes: of the whole and of telling parts."""

from __future__ import annotations

from clew.media.borders import Box, content_box
from clew.media.image import Picture
from clew.signals.base import Feature
from clew.signals.picture.pdq import eight_hashes

WHOLE = "whole"
INSIDE = "inside its border"
_CROPS = (0.04, 0.08)
_LEAST_FOR_MIDDLE = 64


class PictureExtractor:
    """Hashes each page of a picture: whole, without its borders, and its middle.

    The two middle parts (without 4 % and 8 % at each side) are what a copy cropped all round looks
    like; a crop of up to a fifth lies near one of them.
    """

    def __init__(self) -> None:
        self._features: list[Feature] = []
        self._pages = 0

    def take(self, item: Picture) -> None:
        """Take the next page."""
        self._pages += 1
        page = f", page {self._pages}" if self._pages > 1 else ""
        self._features.append(hash_part(item, None, WHOLE + page))
        rows, columns = item.pixels.shape[:2]
        inside = item
        # A border inside a border: a letterboxed film still that somebody framed.
        for name in (INSIDE, "inside its inner border"):
            box = content_box(inside.pixels)
            if box is None:
                break
            inside = inside.inside(box)
            self._features.append(hash_part(inside, None, name + page))
        for share in _CROPS:
            trim_rows, trim_columns = round(rows * share), round(columns * share)
            box = Box(trim_rows, rows - trim_rows, trim_columns, columns - trim_columns)
            if min(rows, columns) >= _LEAST_FOR_MIDDLE:
                self._features.append(hash_part(item, box, f"its middle, {share:.0%} off{page}"))

    def finish(self) -> list[Feature]:
        """The features of all pages."""
        return self._features


def hash_part(picture: Picture, part: Box | None = None, variant: str = WHOLE) -> Feature:
    """The feature of one part of a picture (``None``: of all of it).

    The value is 256 bytes: the eight hashes of :func:`clew.signals.picture.pdq.eight_hashes`.
    """
    if part is not None:
        picture = picture.inside(part)
    hashes, quality = eight_hashes(picture.luma, picture.height, picture.width)
    return Feature(variant=variant, value=hashes.tobytes(), quality=quality)
