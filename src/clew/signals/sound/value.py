"""How a landmark is stored, and the space in which landmarks are near one another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clew.signals.sound.landmarks import BITS
from clew.signals.space import Space

_BYTES = BITS // 8


def packed(bits: NDArray[np.uint8], band: int) -> bytes:
    """A landmark's value: its hash of 32 bytes, and its band in one more."""
    return bits.tobytes() + bytes([band])


def band(value: bytes) -> int:
    """The band a landmark lies in, 24 to the octave from 130 Hz."""
    return value[_BYTES]


def _hash(value: bytes) -> NDArray[np.uint8]:
    if len(value) != _BYTES + 1:
        raise ValueError(f"a landmark has {_BYTES + 1} bytes, not {len(value)}")
    return np.frombuffer(value, np.uint8, _BYTES)


def _asked(value: bytes) -> NDArray[np.uint8]:
    return _hash(value).reshape(1, _BYTES)


SOUND = Space(name="sound", bits=BITS, orientations=("as it is",), indexed=_hash, queries=_asked)
"""Hashes of 256 bits of what is heard around a landmark."""
