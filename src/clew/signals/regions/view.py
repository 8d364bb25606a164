"""A view: all regions of one frame with their places, packed into a few hundred bytes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clew.signals.regions.describe import BITS, Regions

VIEW_BYTES = BITS // 16
"""Bytes of each region's bits that a view keeps: half of either kind."""

_HEAD = 3
_RECORD = VIEW_BYTES + 4
_SIZES = 24.0  # steps of an octave
_MIRROR = np.repeat(np.array([0, 255], np.uint8), VIEW_BYTES // 2)


@dataclass(frozen=True)
class View:
    """Regions of one frame.

    Attributes:
        place: float32[n, 4]: x, y, size, angle as in :class:`Regions`.
        bits: uint64[n, 2].
        width: of the frame, in shares of its shorter side; height likewise.
        plain: how many of the regions are so plain that any copy should show them.
    """

    place: NDArray[np.float32]
    bits: NDArray[np.uint64]
    width: float
    height: float
    plain: int

    def mirrored(self) -> View:
        """The same frame with left and right swapped."""
        place = self.place.copy()
        place[:, 0] = self.width - place[:, 0]
        place[:, 3] = np.pi - place[:, 3]
        bits = (self.bits.view(np.uint8) ^ _MIRROR).view(np.uint64)
        return View(place, bits, self.width, self.height, self.plain)


def packed(regions: Regions, width: int, height: int) -> bytes:
    """The bytes of a view of a frame of some width and height in pixels."""
    short = min(width, height)
    records = np.empty((len(regions), _RECORD), np.uint8)
    half = BITS // 16
    kept = VIEW_BYTES // 2
    records[:, :kept] = regions.bits[:, :kept]
    records[:, kept:VIEW_BYTES] = regions.bits[:, half : half + kept]
    x, y, size, angle = regions.place.T
    records[:, VIEW_BYTES] = np.clip(np.round(x * short / width * 255), 0, 255)
    records[:, VIEW_BYTES + 1] = np.clip(np.round(y * short / height * 255), 0, 255)
    records[:, VIEW_BYTES + 2] = np.clip(np.round(255 + np.log2(size) * _SIZES), 0, 255)
    records[:, VIEW_BYTES + 3] = np.round(angle / (2 * np.pi) * 256).astype(np.int64) % 256
    # The head: which side is longer, and by how much, in steps of a percent; how many are plain.
    longer = min(round(100 * max(width, height) / short), 0x7FFF) | (0x8000 * (height > width))
    head = longer.to_bytes(_HEAD - 1, "little") + bytes([min(regions.plain, 255)])
    return head + records.tobytes()


def unpacked(value: bytes) -> View:
    """A view from its bytes; what is no whole record is left out."""
    longer = int.from_bytes(value[: _HEAD - 1], "little")
    plain = value[_HEAD - 1] if len(value) >= _HEAD else 0
    upright, ratio = bool(longer & 0x8000), max(1.0, (longer & 0x7FFF) / 100)
    width, height = (1.0, ratio) if upright else (ratio, 1.0)
    count = max(0, len(value) - _HEAD) // _RECORD
    records = np.frombuffer(value, np.uint8, count * _RECORD, _HEAD if count else 0)
    records = records.reshape(count, _RECORD)
    numbers = records[:, VIEW_BYTES:].astype(np.float32)
    place = np.stack(
        [
            numbers[:, 0] / 255 * width,
            numbers[:, 1] / 255 * height,
            np.exp2((numbers[:, 2] - 255) / _SIZES),
            numbers[:, 3] / 256 * 2 * np.pi,
        ],
        axis=1,
    ).astype(np.float32)
    bits = np.ascontiguousarray(records[:, :VIEW_BYTES]).view(np.uint64)
    return View(place, bits, width, height, plain)
