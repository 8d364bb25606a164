"""Borders and bars: the part of a picture that carries the picture.

Copies get frames, letterbox and pillarbox bars, so that a hash of the whole no longer agrees. A
border here is a run of rows or columns from the edge that are all one colour, the same one.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

_EVEN = 5.0
_SAME = 8.0
_LEAST_KEPT = 0.2
_LOOKED_AT = 100
_TOGETHER = 24  # lines, then twice as many: most of a picture lies behind its border


class Box(NamedTuple):
    """The part of a picture inside its borders: ``pixels[top:bottom, left:right]``."""

    top: int
    bottom: int
    left: int
    right: int

    def union(self, other: Box) -> Box:
        """The smallest box that holds both."""
        return Box(
            min(self.top, other.top),
            max(self.bottom, other.bottom),
            min(self.left, other.left),
            max(self.right, other.right),
        )


def content_box(pixels: NDArray[np.uint8]) -> Box | None:
    """Find what lies inside the borders of a picture.

    Args:
        pixels: uint8 array of shape (height, width, 3).

    Returns:
        The box inside, or None when there is no border worth removing, or when so little would be
        left (a fifth of either side) that the picture is flat rather than bordered.
    """
    height, width = pixels.shape[:2]
    top = _run_from_start(pixels)
    if top == height or top + (bottom := _run_from_start(pixels[::-1])) >= height:
        return None
    columns = pixels[top : height - bottom].transpose(1, 0, 2)
    left, right = _run_from_start(columns), _run_from_start(columns[::-1])
    box = Box(*_inward(top, bottom, height), *_inward(left, right, width))
    if box == (0, height, 0, width):
        return None
    kept_height, kept_width = box.bottom - box.top, box.right - box.left
    if kept_height < _LEAST_KEPT * height or kept_width < _LEAST_KEPT * width:
        return None
    return box


def _run_from_start(lines: NDArray[np.uint8]) -> int:
    """How many lines from the start are one even colour, the edge's own.

    Args:
        lines: uint8 array of shape (lines, pixels, 3).
    """
    lines = lines[:, :: max(1, lines.shape[1] // _LOOKED_AT)]
    colour, even = _colour(lines[:1])
    if not even[0]:
        return 0  # nearly every picture: nothing more to look at
    first, together = 0, _TOGETHER
    while first < len(lines):
        colours, even = _colour(lines[first : first + together])
        same = even & (np.abs(colours - colour).max(axis=1) <= _SAME)
        if not same.all():
            return first + int(np.argmin(same))
        first, together = first + together, 2 * together
    return len(lines)


def _colour(lines: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """The mean colour of each line, and whether it is all of that colour but for noise."""
    count = lines.shape[1]
    # Channel by channel: a last axis of three is slow to reduce.
    samples = np.ascontiguousarray(lines.transpose(2, 0, 1)).astype(np.float32)
    mean = np.add.reduce(samples, axis=2) / count  # NumPy's own mean takes thrice as long
    samples -= mean[:, :, None]
    spread = np.maximum.reduce(np.abs(samples, out=samples), axis=0)
    # Compression rings around a hard edge: two odd pixels in a hundred do not end a border.
    odd = np.add.reduce(spread > 2 * _EVEN, axis=1, dtype=np.int64)
    few = odd < count - int(count * 0.98)
    return mean.T, few & (np.add.reduce(spread, axis=1) / count <= _EVEN)


def _inward(before: int, after: int, length: int) -> tuple[int, int]:
    """Cut one line more where there is a border: reduction blends its edge with the picture."""
    start = before + 1 if before else 0
    end = length - after - 1 if after else length
    return start, max(start, end)


def crop(pixels: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """The pixels inside a box (a view)."""
    return pixels[box.top : box.bottom, box.left : box.right]


def luma(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Brightness after ITU-R BT.601 of an RGB picture, uint8 of shape (height, width)."""
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))
