"""A view: all regions of one frame with their places, packed into some thousand bytes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clew.signals.regions.describe import BITS, Regions

_HEAD = 4
_MOST_ASKED = 64
"""However long a stored value is: a process taken over by a file may answer anything."""
_BYTES = BITS // 8
_RECORD = _BYTES + 4
_SIZES = 24.0  # steps of an octave
_MIRROR = np.repeat(np.array([0, 0xFFFF_FFFF_FFFF_FFFF], np.uint64), BITS // 128)


@dataclass(frozen=True)
class View:
    """Regions of one frame.

    Attributes:
        place: float32[n, 4]: x, y, size, angle as in :class:`Regions`.
        bits: uint64[n, 4].
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
        return View(place, self.bits ^ _MIRROR, self.width, self.height, self.plain)


def packed(regions: Regions, width: int, height: int, asked: NDArray[np.int64]) -> bytes:
    """The bytes of a view of a frame of some width and height in pixels.

    Args:
        regions: at most 255.
        width: of the frame; and
        height: of it.
        asked: which of the regions are asked for through it, in order, int64[k].
    """
    short = min(width, height)
    records = np.empty((len(regions), _RECORD), np.uint8)
    records[:, :_BYTES] = regions.bits
    x, y, size, angle = regions.place.T
    records[:, _BYTES] = np.clip(np.round(x * short / width * 255), 0, 255)
    records[:, _BYTES + 1] = np.clip(np.round(y * short / height * 255), 0, 255)
    records[:, _BYTES + 2] = np.clip(np.round(255 + np.log2(size) * _SIZES), 0, 255)
    records[:, _BYTES + 3] = np.round(angle / (2 * np.pi) * 256).astype(np.int64) % 256
    # The head: which side is longer, and by how much, in steps of a percent; how many are plain;
    # how many there are.
    longer = min(round(100 * max(width, height) / short), 0x7FFF) | (0x8000 * (height > width))
    head = longer.to_bytes(2, "little") + bytes([regions.plain, len(regions)])
    return head + records.tobytes() + asked.astype(np.uint8).tobytes()


def unpacked(value: bytes) -> View:
    """A view from its bytes; what is no whole record is left out."""
    longer = int.from_bytes(value[:2], "little")
    upright, ratio = bool(longer & 0x8000), max(1.0, (longer & 0x7FFF) / 100)
    width, height = (1.0, ratio) if upright else (ratio, 1.0)
    records = _records(value)
    numbers = records[:, _BYTES:].astype(np.float32)
    place = np.stack(
        [
            numbers[:, 0] / 255 * width,
            numbers[:, 1] / 255 * height,
            np.exp2((numbers[:, 2] - 255) / _SIZES),
            numbers[:, 3] / 256 * 2 * np.pi,
        ],
        axis=1,
    ).astype(np.float32)
    bits = np.ascontiguousarray(records[:, :_BYTES]).view(np.uint64)
    plain = min(value[2], len(records)) if len(records) else 0
    return View(place, bits, width, height, plain)


def asked_of(value: bytes) -> list[bytes]:
    """The bits of the regions that are asked for through a view, 32 bytes each, in order."""
    records = _records(value)
    rows = value[_HEAD + records.size :][:_MOST_ASKED]
    return [records[row, :_BYTES].tobytes() for row in rows if row < len(records)]


def _records(value: bytes) -> NDArray[np.uint8]:
    count = min(value[_HEAD - 1], (len(value) - _HEAD) // _RECORD) if len(value) >= _HEAD else 0
    records = np.frombuffer(value, np.uint8, count * _RECORD, _HEAD if count else 0)
    return records.reshape(count, _RECORD)
