"""Small derivatives for people to look at."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from clew.media.image import Picture

THUMBNAIL_SIDE = 320
"""Longer side of a thumbnail, in pixels."""


def thumbnail(picture: Picture) -> bytes:
    """A JPEG of ``picture`` no larger than :data:`THUMBNAIL_SIDE`; its metadata stays behind."""
    image = Image.fromarray(picture.pixels)
    image.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.BILINEAR)
    out = BytesIO()
    image.save(out, "JPEG", quality=72)
    return out.getvalue()
