"""Pixels to the bytes of a picture file, one function for each format."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pillow_heif
from PIL import Image

from clew.training.pictures import Pixels

_ORIENTATION_TAG = 0x0112
_SHOW_TURNED_RIGHT = 6  # EXIF: turn a quarter to the right before showing


@dataclass(frozen=True)
class Encoding:
    """How pixels become a file: the usual ending of its name and the function that writes it."""

    suffix: str
    encode: Callable[[Pixels], bytes]


def _save(pixels: Pixels, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, form, **options)
    return buffer.getvalue()


def jpeg(quality: int) -> Encoding:
    """JPEG of a quality from 1 to 95."""
    return Encoding(".jpg", lambda pixels: _save(pixels, "JPEG", quality=quality))


def _turned_jpeg(pixels: Pixels) -> bytes:
    """Pixels lie on their side; the orientation tag says how to stand them up, as phones do."""
    exif = Image.Exif()
    exif[_ORIENTATION_TAG] = _SHOW_TURNED_RIGHT
    lying = np.ascontiguousarray(np.rot90(pixels, 1))
    return _save(lying, "JPEG", quality=90, exif=exif.tobytes())


def _heic(pixels: Pixels) -> bytes:
    buffer = io.BytesIO()
    picture = pillow_heif.from_bytes("RGB", (pixels.shape[1], pixels.shape[0]), pixels.tobytes())
    picture.save(buffer, quality=60, enc_params={"preset": "ultrafast"})
    return buffer.getvalue()


JPEG = jpeg(88)
JPEG_LOW = jpeg(30)
JPEG_TURNED = Encoding(".jpg", _turned_jpeg)
PNG = Encoding(".png", lambda pixels: _save(pixels, "PNG", compress_level=1))
WEBP = Encoding(".webp", lambda pixels: _save(pixels, "WEBP", quality=75, method=0))
HEIC = Encoding(".heic", _heic)
AVIF = Encoding(".avif", lambda pixels: _save(pixels, "AVIF", quality=60, speed=10, max_threads=1))
TIFF = Encoding(".tif", lambda pixels: _save(pixels, "TIFF"))
BMP = Encoding(".bmp", lambda pixels: _save(pixels, "BMP"))
GIF = Encoding(".gif", lambda pixels: _save(pixels, "GIF"))
