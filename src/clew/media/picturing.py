"""From a decoded frame to pixels: upright, undistorted, of one field, no larger than needed.

Only what is looked at is converted: a miniature of every frame, read off the brightness as it was
decoded, and a reduced picture of the few that are handed on.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import av
import cv2
import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from clew.media.image import MIN_SIDE, Picture
from clew.media.shots import MINIATURE

_ROWS, _COLUMNS = MINIATURE
_MOST_STRETCHED = 8.0
_PQ = 16  # SMPTE ST 2084 among the transfer characteristics of ITU-T H.273
_KNEE = 0.8
_WHITE = 203.0  # candelas per square metre, ITU-R BT.2408


def miniature(frame: av.VideoFrame) -> NDArray[np.uint8]:
    """Luma of a frame, uint8 of shape :data:`clew.media.shots.MINIATURE`."""
    if _has_plain_luma(frame.format.name):
        plane = frame.planes[0]
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        luma = _halved(_thinned(rows[: frame.height, : frame.width]))
        return np.asarray(cv2.resize(luma, (_COLUMNS, _ROWS), interpolation=cv2.INTER_AREA))
    small = frame.reformat(_COLUMNS, _ROWS, "gray", interpolation="AREA", threads=1)
    return np.asarray(small.to_ndarray(), np.uint8)


@cache
def _has_plain_luma(name: str) -> bool:
    """Whether the first plane of a pixel format is brightness in bytes."""
    planar = name.startswith(("yuv4", "yuvj4", "nv12", "gray"))
    return planar and av.VideoFormat(name).components[0].bits == 8


@cache
def _is_plain_colour(name: str) -> bool:
    """Whether a pixel format is brightness and colour in planes of bytes, nothing else."""
    return name.startswith(("yuv4", "yuvj4")) and _has_plain_luma(name)


def _thinned(luma: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Fewer rows of a large picture, in numbers that average down quickly.

    An even step between rows keeps to one field of an interlaced picture.
    """
    rows, columns = luma.shape
    step = max(1, rows // (2 * _ROWS) // 2 * 2)
    return luma[: _even(rows, 2 * _ROWS * step) : step, : _even(columns, _COLUMNS)]


def _halved(luma: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Means of two by two pixels: a mean over uneven parts costs three times as much of each."""
    rows, columns = luma.shape[0] // 2, luma.shape[1] // 2
    if rows < _ROWS or columns < _COLUMNS:
        return luma
    whole = luma[: 2 * rows, : 2 * columns]
    return np.asarray(cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA), np.uint8)


def _even(length: int, part: int) -> int:
    """As much of a side as holds whole parts, unless more than a little would be cut off."""
    whole = length // part * part
    return whole if length - whole <= length // 16 else length


@dataclass(frozen=True)
class Shape:
    """How a frame is to be seen.

    Attributes:
        width: upright, in square pixels, before reduction; ``height`` likewise.
        turns: quarters of a turn, against the clock, that make it upright.
    """

    width: int
    height: int
    turns: int

    @classmethod
    def of(cls, frame: av.VideoFrame, stretch: float) -> Shape:
        """The shape of a frame.

        Args:
            frame: as decoded.
            stretch: width of its pixels, where their height is 1.
        """
        width, height = frame.width, frame.height
        if 1.0 < stretch <= _MOST_STRETCHED:
            width = round(width * stretch)
        elif 1 / _MOST_STRETCHED <= stretch < 1.0:
            height = round(height / stretch)
        turns = round(frame.rotation / 90) % 4
        return cls(height, width, turns) if turns % 2 else cls(width, height, turns)


class Picturing:
    """Makes pictures of the frames of one film."""

    def __init__(self) -> None:
        # One of each for all frames: setting a scaler up costs as much as using it.
        self._scaler = VideoReformatter()
        self._converter = VideoReformatter()

    def picture(self, frame: av.VideoFrame, shape: Shape) -> Picture:
        """A frame as people see it, its shorter side reduced to about 320 pixels."""
        lying = (shape.height, shape.width) if shape.turns % 2 else (shape.width, shape.height)
        scale = max(1.0, min(lying) / MIN_SIDE)
        # The scaler wants at least a few pixels, and even widths are its fast path.
        width, height = (max(2, round(side / scale / 2) * 2) for side in lying)
        pixels = self._field(frame, width, height) if frame.interlaced_frame else None
        if pixels is None:
            pixels = self._converted(self._scaled(frame, width, height), width, height)
        if frame.color_trc == _PQ:
            pixels = np.asarray(cv2.LUT(pixels, _shown_on_usual_screens()), np.uint8)
        if shape.turns:
            pixels = np.ascontiguousarray(np.rot90(pixels, shape.turns))
        return Picture(pixels, shape.width, shape.height)

    def _field(self, frame: av.VideoFrame, width: int, height: int) -> NDArray[np.uint8] | None:
        """Of two half pictures that are moments apart only the first; None if too few rows."""
        if frame.height < 4:
            return None
        rows = self._converted(frame, width, frame.height)[::2]
        how = cv2.INTER_AREA if len(rows) >= height else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(rows, (width, height), interpolation=how), np.uint8)

    def _scaled(self, frame: av.VideoFrame, width: int, height: int) -> av.VideoFrame:
        """A frame reduced in its own colours: converting all of its pixels would cost most."""
        name = frame.format.name
        if (width, height) == (frame.width, frame.height) or not _is_plain_colour(name):
            return frame
        small = "yuvj420p" if name.startswith("yuvj") else "yuv420p"
        return self._scaler.reformat(frame, width, height, small, interpolation="AREA", threads=1)

    def _converted(self, frame: av.VideoFrame, width: int, height: int) -> NDArray[np.uint8]:
        small = self._converter.reformat(
            frame, width, height, "rgb24", interpolation="AREA", threads=1
        )
        return np.asarray(small.to_ndarray(), np.uint8)


@cache
def _shown_on_usual_screens() -> NDArray[np.uint8]:
    """What a level of a film of high dynamic range (ITU-R BT.2100, PQ) becomes on usual screens.

    Decoded to light by SMPTE ST 2084, what is brighter than white paper pressed together above a
    knee, encoded with a gamma of 2.2: nearer than the raw level to what a copy for usual screens
    holds.
    """
    m1, m2, c1, c2, c3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875
    power = (np.arange(256) / 255) ** (1 / m2)
    light = 10_000 / _WHITE * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1)
    above = np.maximum(light - _KNEE, 0) / (1 - _KNEE)
    shown = (np.minimum(light, _KNEE) + (1 - _KNEE) * (1 - np.exp(-above))) ** (1 / 2.2)
    return np.round(shown * 255).astype(np.uint8)
