"""Pictures: decoded upright, in RGB, and only as large as they are needed.

JPEG is decoded at 1/2, 1/4 or 1/8 scale straight from its DCT coefficients (libjpeg's scaled
inverse transform), which spares most of the work on camera photos; other formats are decoded
whole and averaged down. Everything goes through Pillow, so that there is one picture decoder to
keep up to date.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import BinaryIO

import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image, ImageFile, UnidentifiedImageError

from clew.media.borders import Box, crop, luma
from clew.media.errors import OverLimitError, UnreadableError, words_of
from clew.media.limits import Limits

MIN_SIDE = 320
"""Pictures are reduced as far as their shorter side stays at least this long, in pixels.

With this the hashes of the picture signal stay within a few bits of those of the full-size picture
("Distance to the reference" in ``docs/benchmarks.md``), with room for a trimmed border.
"""

_MOST_PAGES = 100
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ORIENTATION_TAG = 0x0112
_SCALED = ("JPEG", "MPO")
_ANIMATED = {"GIF", "PNG", "WEBP", "AVIF"}
# Each decoder is attack surface, so only these are used (none that starts another program).
_DECODERS = (
    *("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "HEIF", "AVIF"),
    *("JPEG2000", "PPM", "ICO", "PSD"),
)

pillow_heif.register_heif_opener()
Image.init()
Image.MAX_IMAGE_PIXELS = None  # Limits.pixels is checked instead, with a reason for people


@dataclass(frozen=True)
class Picture:
    """One decoded picture or film frame.

    Attributes:
        pixels: uint8 array of shape (height, width, 3), RGB, upright; maybe reduced.
        width: width of the original in pixels, upright, before reduction.
        height: likewise its height.
    """

    pixels: NDArray[np.uint8]
    width: int
    height: int

    @cached_property
    def luma(self) -> NDArray[np.uint8]:
        """Its brightness, uint8 of shape (height, width)."""
        return luma(self.pixels)

    def inside(self, box: Box) -> Picture:
        """The part of the picture in a box (of the reduced pixels), a view."""
        rows, columns = self.pixels.shape[:2]
        part = Picture(
            crop(self.pixels, box),
            max(1, round(self.width * (box.right - box.left) / columns)),
            max(1, round(self.height * (box.bottom - box.top) / rows)),
        )
        vars(part)["luma"] = crop(self.luma, box)  # converted once, for all parts
        return part


@dataclass
class ImageFacts:
    """What is known of a picture file beside its pixels.

    Attributes:
        format: the decoder's name for it in lower case, such as ``jpeg``.
        width: upright width in pixels; height likewise.
        pages: pictures in the file that are not an animation (TIFF pages).
        moving: true for an animation (GIF, APNG, WebP, AVIF), which is read as a film.
        duration: seconds of an animation.
        notes: what was wrong or left out, for people; empty when all was read.
    """

    format: str
    width: int
    height: int
    pages: int = 1
    moving: bool = False
    duration: float | None = None
    notes: list[str] = field(default_factory=list)


class ImageReader:
    """Reads one picture file, strictly first and then as far as it goes.

    Args:
        source: seekable file of the picture.
        limits: how large a picture may be.

    Raises:
        UnreadableError: when no decoder knows the content or it is broken at the start.
        OverLimitError: when it claims more pixels than ``limits.pixels``.
    """

    def __init__(self, source: BinaryIO, limits: Limits) -> None:
        self._source = source
        self._limits = limits
        self._image = self._open()
        width, height = self._image.size
        # Pillow decodes a whole PNG to find its EXIF: not one that is too large to be decoded.
        scaled = self._image.format in _SCALED
        fits = scaled or width * height <= limits.pixels
        self._orientation = _orientation(self._image) if fits else 1
        if self._orientation >= 5:
            width, height = height, width
        frames = _frame_count(self._image)
        self.facts = ImageFacts(
            format=(self._image.format or "unknown").lower(),
            width=width,
            height=height,
            pages=frames if self._image.format == "TIFF" else 1,
            moving=self._image.format in _ANIMATED and frames > 1,
        )

    def _open(self) -> Image.Image:
        self._source.seek(0)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # damaged tags: the pixels decide
                image = Image.open(self._source, formats=_DECODERS)
        except UnidentifiedImageError:
            raise UnreadableError("no picture decoder recognises the content") from None
        except Exception as error:
            raise UnreadableError(f"the picture's header is damaged ({words_of(error)})") from error
        return image

    def picture(self) -> Picture:
        """Decode the picture (of several pages the first).

        Raises:
            UnreadableError: when nothing of the picture can be decoded.
        """
        try:
            return self._decode(self._image, reduce=True)
        except (OverLimitError, MemoryError):
            raise
        except Exception as error:
            return self._decode_damaged(error)

    def more_pages(self) -> Iterator[Picture]:
        """The second and later pages of a picture with several, in order."""
        for page in range(1, min(self.facts.pages, _MOST_PAGES)):
            try:
                self._image.seek(page)
                yield self._decode(self._image, reduce=True)
            except OverLimitError as error:
                self.facts.notes.append(f"page {page + 1}: {error}")
            except Exception as error:
                self.facts.notes.append(f"page {page + 1} is damaged ({words_of(error)})")
                return
        if self.facts.pages > _MOST_PAGES:
            self.facts.notes.append(f"{_MOST_PAGES} of {self.facts.pages} pages read (limit)")

    def frames(self) -> Iterator[tuple[float, Picture]]:
        """The frames of an animation with their start times in seconds."""
        clock = 0.0
        for number in range(_frame_count(self._image)):
            if number >= self._limits.frames:
                self.facts.notes.append(f"only the first {number} frames read (limit)")
                break
            try:
                self._image.seek(number)
                picture = self._decode(self._image, reduce=False)
            except (OverLimitError, MemoryError):
                raise
            except Exception as error:
                if number == 0:
                    raise UnreadableError(
                        f"the animation is damaged ({words_of(error)})"
                    ) from error
                self.facts.notes.append(f"damaged from {clock:.1f} s on ({words_of(error)})")
                break
            yield clock, picture
            # Browsers show frames that claim under 20 ms for 100 ms; so did who made them.
            shown = float(self._image.info.get("duration", 100) or 100)
            clock += (shown if shown >= 20 else 100.0) / 1000
        self.facts.duration = clock

    def _decode(self, image: Image.Image, *, reduce: bool) -> Picture:
        width, height = image.size
        if reduce and image.format in _SCALED and image.mode in ("RGB", "L"):
            image.draft(None, (width // (scale := _scale(image.size, 8)), height // scale))
        # A scaled JPEG never exists at full size; of a progressive one the coefficients do.
        if image.size[0] * image.size[1] > self._limits.pixels:
            raise OverLimitError(
                f"the picture claims to be {width} × {height} pixels, more than the limit of "
                f"{self._limits.pixels // 1_000_000} megapixels"
            )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image.load()
            rgb = _as_rgb(image)
            if (factor := _scale(rgb.size, 64)) > 1:
                rgb = rgb.reduce(factor)
            if self._orientation > 1:
                rgb = rgb.transpose(_UPRIGHT[self._orientation])
        if self._orientation >= 5:
            width, height = height, width
        return Picture(np.asarray(rgb), width, height)

    def _decode_damaged(self, error: Exception) -> Picture:
        """Decode what there is of a damaged picture; missing parts come out flat."""
        reason = words_of(error)
        self._image = self._open()
        ImageFile.LOAD_TRUNCATED_IMAGES = True
        try:
            picture = self._decode(self._image, reduce=True)
        except (OverLimitError, MemoryError):
            raise
        except Exception:
            raise UnreadableError(f"the picture is damaged ({reason})") from error
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = False
        if int(picture.pixels.max()) == int(picture.pixels.min()):
            raise UnreadableError(f"the picture is damaged and nothing of it decodes ({reason})")
        self.facts.notes.append(f"partly read: {reason}")
        return picture


def _scale(size: tuple[int, int], most: int) -> int:
    """The largest power of two up to ``most`` that leaves the shorter side :data:`MIN_SIDE`."""
    scale = 1
    while scale < most and min(size) // (scale * 2) >= MIN_SIDE:
        scale *= 2
    return scale


def _as_rgb(image: Image.Image) -> Image.Image:
    """RGB pixels of any mode; transparent parts on white, as viewers show them."""
    if image.mode == "RGB":
        return image
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        return _stretched(image).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")
    return image.convert("RGB")


def _stretched(image: Image.Image) -> Image.Image:
    """Deep samples brought to 8 bits: 16-bit by their range, others by what occurs."""
    samples = np.nan_to_num(np.asarray(image, dtype=np.float32))
    if image.mode.startswith("I;16") or (image.mode == "I" and samples.max() <= 65535):
        low, high = 0.0, 65535.0
    else:
        low, high = float(samples.min()), float(samples.max())
    scaled = (samples - low) * (255.0 / max(high - low, 1e-9))
    return Image.fromarray(np.clip(scaled, 0, 255).astype(np.uint8))


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation still to be applied; a missing or damaged tag means 1 (upright).

    TIFF is turned by Pillow itself, HEIF by libheif; theirs says nothing more.
    """
    if image.format in ("TIFF", "HEIF"):
        return 1
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = image.getexif().get(_ORIENTATION_TAG, 1)
    except Exception:
        return 1
    return value if value in _UPRIGHT else 1


def _frame_count(image: Image.Image) -> int:
    """Frames or pages that the file claims; 1 where that part of it is damaged."""
    try:
        return max(1, int(getattr(image, "n_frames", 1)))
    except Exception:
        return 1
