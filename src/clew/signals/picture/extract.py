"""From a decoded picture to its hashes: of the whole, and of what lies inside its borders."""

from __future__ import annotations

from clew.media.borders import Box, content_box, crop, luma
from clew.media.image import Picture
from clew.signals.base import Feature
from clew.signals.picture.pdq import eight_hashes

WHOLE = "whole"
INSIDE = "inside its border"
_MOST_BORDERS = 2


class PictureExtractor:
    """Hashes each page of a picture, with and without its borders."""

    def __init__(self) -> None:
        self._features: list[Feature] = []
        self._pages = 0

    def take(self, item: Picture) -> None:
        """Take the next page."""
        self._pages += 1
        page = f", page {self._pages}" if self._pages > 1 else ""
        self._features.append(hash_part(item, None, WHOLE + page))
        pixels, part = item.pixels, Box(0, item.pixels.shape[0], 0, item.pixels.shape[1])
        # A border inside a border: a letterboxed film still that somebody framed.
        for depth in range(_MOST_BORDERS):
            box = content_box(pixels)
            if box is None:
                break
            pixels = crop(pixels, box)
            part = Box(
                part.top + box.top,
                part.top + box.bottom,
                part.left + box.left,
                part.left + box.right,
            )
            name = INSIDE if depth == 0 else "inside its inner border"
            self._features.append(hash_part(item, part, name + page))

    def finish(self) -> list[Feature]:
        """The features of all pages."""
        return self._features


def hash_part(picture: Picture, part: Box | None = None, variant: str = WHOLE) -> Feature:
    """The feature of one part of a picture (``None``: of all of it).

    The value is 256 bytes: the eight hashes of :func:`clew.signals.picture.pdq.eight_hashes`.
    """
    if part is not None:
        picture = picture.inside(part)
    hashes, quality = eight_hashes(luma(picture.pixels), picture.height, picture.width)
    return Feature(variant=variant, value=hashes.tobytes(), quality=quality)
