"""Small derivatives for people to look at."""

from __future__ import annotations

from io import BytesIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from clew.media.image import Picture

THUMBNAIL_SIDE = 320
"""Longer side of a thumbnail, in pixels."""


def thumbnail(picture: Picture) -> bytes:
    """A JPEG of ``picture`` no larger than :data:`THUMBNAIL_SIDE`; its metadata stays behind."""
    pixels = picture.pixels
    rows, columns = pixels.shape[:2]
    # Means of whole blocks, then a little by interpolation: looks like one antialiased step, and
    # takes a tenth of its time.
    if (block := max(rows, columns) // THUMBNAIL_SIDE) > 1 and min(rows, columns) >= block:
        rows, columns = rows // block, columns // block
        whole = pixels[: rows * block, : columns * block]
        pixels = _resized(whole, columns, rows, cv2.INTER_AREA)
    if (scale := THUMBNAIL_SIDE / max(rows, columns)) < 1:
        columns, rows = max(1, round(columns * scale)), max(1, round(rows * scale))
        pixels = _resized(pixels, columns, rows, cv2.INTER_LINEAR)
    out = BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=72)
    return out.getvalue()


def _resized(pixels: NDArray[np.uint8], columns: int, rows: int, how: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.resize(pixels, (columns, rows), interpolation=how), np.uint8)
