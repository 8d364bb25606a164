"""Spaces in which binary features are near each other.

Signals that share a space find each other's media: a photo is found among the frames of films and
a film among photos because both hash pictures into the same space.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Space:
    """Where features are near each other. Signals that share a space find each other's media.

    Attributes:
        name: stored with index segments, so it never changes its meaning; names their folder.
        bits: length of a searched hash.
        orientations: names of the ways a query is turned; the first is ``as it is``.
        indexed: from a feature's value to the uint8 hash that is searched, shape (bits / 8,).
        queries: from a value to uint8 hashes of shape (orientations, bits / 8).
    """

    name: str
    bits: int
    orientations: Sequence[str]
    indexed: Callable[[bytes], NDArray[np.uint8]]
    queries: Callable[[bytes], NDArray[np.uint8]]


_PDQ_BYTES = 32
_PDQ_ORIENTATIONS = (
    "as it is",
    "mirrored",
    "upside down",
    "turned by 180°",
    "turned by 90°",
    "turned by 270°",
    "mirrored and turned by 90°",
    "mirrored and turned by 270°",
)


def _upright(value: bytes) -> NDArray[np.uint8]:
    return np.frombuffer(value, np.uint8, _PDQ_BYTES)


def _all_orientations(value: bytes) -> NDArray[np.uint8]:
    return np.frombuffer(value, np.uint8).reshape(len(_PDQ_ORIENTATIONS), _PDQ_BYTES)


PDQ = Space(
    name="pdq",
    bits=8 * _PDQ_BYTES,
    orientations=_PDQ_ORIENTATIONS,
    indexed=_upright,
    queries=_all_orientations,
)
"""256-bit hashes of pictures and of film frames; a value holds all eight orientations."""

_MIRRORED_REGION = np.repeat(np.array([0, 255], np.uint8), _PDQ_BYTES // 2)


def _region(value: bytes) -> NDArray[np.uint8]:
    return np.frombuffer(value, np.uint8, 32)


def _region_both_ways(value: bytes) -> NDArray[np.uint8]:
    upright = _region(value)
    return np.stack([upright, upright ^ _MIRRORED_REGION])


REGIONS = Space(
    name="regions",
    bits=256,
    orientations=("as it is", "mirrored"),
    indexed=_region,
    queries=_region_both_ways,
)
"""256 bits of a local region, in whatever angle it lies; mirroring inverts the second half."""
