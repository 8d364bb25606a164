"""Local regions of a picture: where they are, and what they look like in 256 bits.

Regions and their descriptors are SIFT's (Lowe, "Distinctive Image Features from Scale-Invariant
Keypoints", IJCV 2004), with the square roots of Arandjelović and Zisserman ("Three things everyone
should know to improve object retrieval", CVPR 2012). The 128 numbers become bits as in LDAHash
(Strecha, Bronstein, Bronstein and Fua, PAMI 2012): projected so that what differs between views of
one region counts little and what differs between regions counts much, then only the signs kept.

A mirrored picture has the same regions with their descriptors permuted. The projections are
symmetric or antisymmetric under that permutation, so mirroring leaves the first half of the bits
as they are and inverts the second: no second descriptor is kept or computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from clew.media.borders import luma
from clew.signals.regions.histograms import described

BITS = 256
SIDE = 128
"""Shorter side, in pixels, at which regions are looked for; SIFT itself looks at it doubled."""

_LEAST_CONTRAST = 0.02
_LAYERS = 2
"""Sizes looked at in each octave: Lowe's three find as much and take a third longer."""

_DOUBLED = 0.25
"""Pixels by which OpenCV's SIFT tells places too far right and down, for it doubles the picture."""

_CELLS = 4
_MOST_POINTS = 160


@dataclass(frozen=True)
class Regions:
    """Regions of one picture, the most contrasted first.

    Attributes:
        place: float32[n, 4]: x and y of the middle, size and angle; lengths in shares of the
            picture's shorter side, the angle in radians, clockwise from the x axis.
        bits: uint8[n, 32].
    """

    place: NDArray[np.float32]
    bits: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.place)

    def scattered(self, shape: tuple[float, float], most: int) -> Regions:
        """One from each quarter of the picture in turn, none from one place: what overlays leave.

        Args:
            shape: height and width of the picture, in the unit of :attr:`place`.
            most: how many at most.
        """
        cell = _cells(self.place, shape)
        best = np.sort(np.unique(cell, return_index=True)[1])  # of each cell, by contrast
        half = _CELLS // 2
        quarter = cell[best] // _CELLS // half * 2 + cell[best] % _CELLS // half
        order = np.argsort(_ranks(quarter), kind="stable")
        chosen = best[order][:most]
        return Regions(self.place[chosen], self.bits[chosen])


def regions_of(pixels: NDArray[np.uint8], most: int) -> Regions:
    """The regions of a picture that stand out most, spread over it.

    Args:
        pixels: uint8 array of shape (height, width, 3).
        most: how many at most.
    """
    return regions_in(looked_at(luma(pixels)), most)


def regions_in(small: NDArray[np.uint8], most: int) -> Regions:
    """The same of what :func:`looked_at` makes of a picture's brightness."""
    points = _sift().detect(small, None)
    if not points:
        return Regions(np.empty((0, 4), np.float32), np.empty((0, BITS // 8), np.uint8))
    strength = np.array([point.response for point in points])
    order = np.argsort(-strength, kind="stable")
    told = np.array([(*point.pt, point.size, point.angle) for point in points])
    told[:, 3] = np.radians(told[:, 3])
    place = told[order].astype(np.float32)
    place = place[_spread(place, small.shape, most)]
    place[:, :2] -= _DOUBLED
    bits = bits_of(described(small, place))
    place[:, :3] /= min(small.shape)
    return Regions(place, bits)


def bits_of(descriptors: NDArray[np.float32]) -> NDArray[np.uint8]:
    """From SIFT descriptors, float32[n, 128], to uint8[n, 32]."""
    return np.packbits((rooted(descriptors) - _MEAN) @ _PROJECTIONS > 0, axis=1)


def rooted(descriptors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Square roots of descriptors brought to the sum 1."""
    return np.asarray(
        np.sqrt(descriptors / np.maximum(descriptors.sum(axis=1, keepdims=True), 1e-6)), np.float32
    )


def mirrored(bits: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The bits of the same regions in the mirrored picture."""
    return bits ^ _MIRROR


_MIRROR = np.repeat(np.array([0, 255], np.uint8), BITS // 16)


def _learned() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean, float32[128], and projections, float32[128, 256], as learned."""
    file = resources.files("clew.signals.regions").joinpath("projections.npy")
    with file.open("rb") as opened:
        table: NDArray[np.float32] = np.load(opened).astype(np.float32)
    return table[0], np.ascontiguousarray(table[1:].T)


# Read while it can be: the confined process in which films are decoded opens no file.
_MEAN, _PROJECTIONS = _learned()


@cache
def _sift() -> Any:  # OpenCV's types leave it out
    return cv2.SIFT_create(  # type: ignore[attr-defined]
        nfeatures=_MOST_POINTS, contrastThreshold=_LEAST_CONTRAST, nOctaveLayers=_LAYERS
    )


def looked_at(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Brightness of a picture with its shorter side reduced to :data:`SIDE`, uint8[height, width].

    Args:
        grey: the same before.
    """
    scale = SIDE / min(grey.shape)
    if scale >= 1:
        return grey
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def _spread(place: NDArray[np.float32], shape: tuple[float, ...], most: int) -> NDArray[np.int64]:
    """Rows of the first in each cell of a picture, then of the second, and so on.

    An overlay has more contrast than anything else; it must not be all that is looked at.
    """
    return np.argsort(_ranks(_cells(place, shape)), kind="stable")[:most]


def _cells(place: NDArray[np.float32], shape: tuple[float, ...]) -> NDArray[np.int64]:
    """The number of the cell that each region lies in, row by row."""
    cells = (place[:, :2] / (shape[1], shape[0]) * _CELLS).astype(np.int64)
    cells = np.clip(cells, 0, _CELLS - 1)
    return np.asarray(cells[:, 1] * _CELLS + cells[:, 0])


def _ranks(of: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each item how many before it are of the same group."""
    by_group = np.argsort(of, kind="stable")
    starts = np.searchsorted(of[by_group], of[by_group], "left")
    ranks = np.empty(len(of), np.int64)
    ranks[by_group] = np.arange(len(of)) - starts
    return ranks
