"""Named edits of pictures, in one registry: `PICTURE_EDITS`.

An edit changes pixels (uint8, shape (height, width, 3), red, green, blue) and says how the result
is written to a file. They work on any picture, generated or real.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from clew.training.edits import encodings
from clew.training.edits.encodings import Encoding
from clew.training.pictures import Pixels


@dataclass(frozen=True)
class PictureEdit:
    """One way to make a copy: the change of pixels with its parameters, and the file format."""

    name: str
    change: Callable[..., Pixels]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    encoding: Encoding = encodings.JPEG

    def pixels(self, original: Pixels) -> Pixels:
        """The changed pixels, before any encoding."""
        return np.ascontiguousarray(self.change(original, **self.parameters))

    def file(self, original: Pixels) -> bytes:
        """The bytes of the copy's file."""
        return self.encoding.encode(self.pixels(original))


def same(pixels: Pixels) -> Pixels:
    """No change: only the encoding differs."""
    return pixels


def resize(pixels: Pixels, factor: float) -> Pixels:
    """Scale both sides by a factor."""
    height, width = pixels.shape[:2]
    size = max(1, round(width * factor)), max(1, round(height * factor))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def bars(pixels: Pixels, rows: float, columns: float, paint: Sequence[int] = (0, 0, 0)) -> Pixels:
    """Add a bar above and below, left and right: shares of the height and of the width, each."""
    high, wide = round(pixels.shape[0] * rows), round(pixels.shape[1] * columns)
    result = cv2.copyMakeBorder(
        pixels, high, high, wide, wide, cv2.BORDER_CONSTANT, value=tuple(paint)
    )
    return np.asarray(result, np.uint8)


def border(pixels: Pixels, share: float, paint: Sequence[int]) -> Pixels:
    """A frame of one colour, `share` of the shorter side thick."""
    thick = share * min(pixels.shape[:2])
    return bars(pixels, thick / pixels.shape[0], thick / pixels.shape[1], paint)


def logo(pixels: Pixels, area: float) -> Pixels:
    """An opaque badge in the lower right that covers this share of the area."""
    height, width = pixels.shape[:2]
    tall = min(round((height * width * area / 1.6) ** 0.5), height)
    wide = min(round(height * width * area / tall), width)
    margin = round(0.03 * min(height, width))
    top, left = max(height - tall - margin, 0), max(width - wide - margin, 0)
    result = pixels.copy()
    result[top : top + tall, left : left + wide] = _badge(tall, wide)
    return result


@lru_cache(maxsize=8)
def _badge(tall: int, wide: int) -> Pixels:
    """What `logo` puts on, height and width in pixels; kept, because a clip asks for each frame."""
    badge = Image.new("RGB", (wide, tall), (196, 43, 52))
    draw = ImageDraw.Draw(badge)
    edge = max(1, tall // 16)
    draw.rectangle((edge, edge, wide - edge - 1, tall - edge - 1), outline="white", width=edge)
    font = ImageFont.load_default(max(6.0, tall * 0.36))
    draw.text((wide / 2, tall / 2), "COPY", "white", font, anchor="mm")
    return np.asarray(badge)


def mirror(pixels: Pixels) -> Pixels:
    """Left and right swapped."""
    return pixels[:, ::-1]


def flip(pixels: Pixels) -> Pixels:
    """Top and bottom swapped."""
    return pixels[::-1]


def rotate(pixels: Pixels, degrees: int) -> Pixels:
    """Turned clockwise by a multiple of 90 degrees."""
    return np.rot90(pixels, -degrees // 90)


def brightness(pixels: Pixels, factor: float) -> Pixels:
    """Every value times a factor."""
    return np.asarray(np.clip(pixels * np.float32(factor), 0, 255), np.uint8)


def greyscale(pixels: Pixels) -> Pixels:
    """Luma (BT.601) in all three channels."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    return np.repeat(grey[..., None], 3, axis=2)


def sepia(pixels: Pixels) -> Pixels:
    """Greyscale, tinted brown."""
    tint = np.array([1.08, 0.9, 0.68], np.float32)
    return np.asarray(np.clip(greyscale(pixels) * tint, 0, 255), np.uint8)


def crop(pixels: Pixels, share: float) -> Pixels:
    """Take away this share of the height and of the width, half of it at each side."""
    high, wide = (round(length * share / 2) for length in pixels.shape[:2])
    return pixels[high : pixels.shape[0] - high, wide : pixels.shape[1] - wide]


def blur(pixels: Pixels, sigma: float) -> Pixels:
    """Gaussian blur; sigma in thousandths of the longer side."""
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), sigma * max(pixels.shape[:2]) / 1000))


def noise(pixels: Pixels, strength: float) -> Pixels:
    """Gaussian noise of this standard deviation in grey levels, always the same."""
    grain = np.random.default_rng(1).standard_normal(pixels.shape, dtype=np.float32)
    return np.asarray(np.clip(pixels + grain * np.float32(strength), 0, 255), np.uint8)


def caption(pixels: Pixels, text: str) -> Pixels:
    """White text with a dark outline near the lower edge."""
    picture = Image.fromarray(pixels)
    height, width = pixels.shape[:2]
    font = ImageFont.load_default(max(8.0, height * 0.07))
    ImageDraw.Draw(picture).text(
        (width / 2, height * 0.9),
        text,
        "white",
        font,
        anchor="mm",
        stroke_width=3,
        stroke_fill="black",
    )
    return np.asarray(picture)


def _registry(*edits: PictureEdit) -> Mapping[str, PictureEdit]:
    return MappingProxyType({edit.name: edit for edit in edits})


PICTURE_EDITS: Mapping[str, PictureEdit] = _registry(
    PictureEdit("jpeg quality 30", same, encoding=encodings.JPEG_LOW),
    PictureEdit("half size", resize, {"factor": 0.5}),
    PictureEdit("quarter size", resize, {"factor": 0.25}),
    PictureEdit("border", border, {"share": 0.08, "paint": [245, 245, 245]}),
    PictureEdit("letterbox", bars, {"rows": 0.16, "columns": 0.0}),
    PictureEdit("pillarbox", bars, {"rows": 0.0, "columns": 0.16}),
    PictureEdit("logo 10 %", logo, {"area": 0.10}),
    PictureEdit("logo 25 %", logo, {"area": 0.25}),
    PictureEdit("mirror", mirror),
    PictureEdit("flip", flip),
    PictureEdit("rotate 90", rotate, {"degrees": 90}),
    PictureEdit("rotate 180", rotate, {"degrees": 180}),
    PictureEdit("rotate 270", rotate, {"degrees": 270}),
    PictureEdit("brighter", brightness, {"factor": 1.3}),
    PictureEdit("darker", brightness, {"factor": 0.65}),
    PictureEdit("greyscale", greyscale),
    PictureEdit("sepia", sepia),
    PictureEdit("crop 10 %", crop, {"share": 0.10}),
    PictureEdit("blur", blur, {"sigma": 1.5}),
    PictureEdit("noise", noise, {"strength": 12.0}),
    PictureEdit("caption", caption, {"text": "summer memories"}),
    PictureEdit("as PNG", same, encoding=encodings.PNG),
    PictureEdit("as WebP", same, encoding=encodings.WEBP),
    PictureEdit("as HEIC", same, encoding=encodings.HEIC),
    PictureEdit("as AVIF", same, encoding=encodings.AVIF),
    PictureEdit("as TIFF", same, encoding=encodings.TIFF),
    PictureEdit("as BMP", same, encoding=encodings.BMP),
    PictureEdit("as GIF", same, encoding=encodings.GIF),
    PictureEdit("EXIF orientation", same, encoding=encodings.JPEG_TURNED),
)
