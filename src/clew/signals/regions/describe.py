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
_MOST_POINTS = 256

_BARE, _BARE_CELL = 48, 6
"""Below how many regions, of any sixteenth of the picture at most so many, little is to be seen."""
_WEAK_CONTRAST = 0.005
_SOMETHING = 2
"""Levels of brightness between the darkest and the brightest, below which nothing has contrast."""
_SAME_PLACE, _SAME_SIZE = 0.015, 0.5  # of the shorter side, and octaves


@dataclass(frozen=True)
class Regions:
    """Regions of one picture, those that stand out plainly first.

    Attributes:
        place: float32[n, 4]: x and y of the middle, size and angle; lengths in shares of the
            picture's shorter side, the angle in radians, clockwise from the x axis.
        contrast: float32[n].
        bits: uint8[n, 32].
        plain: how many of them stand out so plainly that any copy should show them.
    """

    place: NDArray[np.float32]
    contrast: NDArray[np.float32]
    bits: NDArray[np.uint8]
    plain: int

    def __len__(self) -> int:
        return len(self.place)

    def scattered(self, shape: tuple[float, float], most: int) -> NDArray[np.int64]:
        """Rows of a few from all over the picture: what overlays and crops leave.

        The one of most contrast in each cell, a quarter of the picture in turn; then the next of
        each cell.

        Args:
            shape: height and width of the picture, in the unit of :attr:`place`.
            most: how many at most.
        """
        order = np.argsort(-self.contrast, kind="stable")
        cell = _cells(self.place[order], shape)
        turn = _ranks(cell)
        half = _CELLS // 2
        quarter = cell // _CELLS // half * 2 + cell % _CELLS // half
        in_turn = np.lexsort((_ranks(turn * _CELLS + quarter), turn))
        return order[in_turn][:most]


def regions_of(pixels: NDArray[np.uint8], most: int) -> Regions:
    """The regions of a picture that stand out most, spread over it.

    Args:
        pixels: uint8 array of shape (height, width, 3).
        most: how many at most.
    """
    grey = luma(pixels)
    return regions_in(grey, looked_at(grey), most)


def regions_in(grey: NDArray[np.uint8], small: NDArray[np.uint8], most: int) -> Regions:
    """The same of a picture's brightness, uint8[height, width], and what is looked at of it.

    Where next to nothing stands out, as of fish in a pale tank or a coin on a table, a second look
    is taken at twice as many pixels, for a quarter of the contrast.
    """
    shape = small.shape[0] / min(small.shape), small.shape[1] / min(small.shape)
    place, contrast = _detected(small, _LEAST_CONTRAST)
    fine = None
    if len(_spread(place, contrast, shape, most, _BARE_CELL)) < _BARE:
        fine = looked_at(grey, 2 * SIDE)
    if fine is None or np.ptp(fine) < _SOMETHING:
        chosen = _spread(place, contrast, shape, most)
        place, contrast = place[chosen], contrast[chosen]
        return Regions(place, contrast, _bits_at(small, place), len(place))
    finer, weaker = _detected(fine, _WEAK_CONTRAST)
    fresh = _apart_from(finer, place)
    both = np.concatenate([place, finer[fresh]]), np.concatenate([contrast, weaker[fresh]])
    chosen = np.sort(_spread(*both, shape, most))
    plain = int(np.searchsorted(chosen, len(place)))
    place, contrast = both[0][chosen], both[1][chosen]
    bits = _bits_at(small, place[:plain]), _bits_at(fine, place[plain:])
    return Regions(place, contrast, np.concatenate(bits), plain)


def _detected(
    pixels: NDArray[np.uint8], contrast: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Regions of a picture as in :class:`Regions`, and how much each of them stands out."""
    points = _sift(contrast).detect(pixels, None)
    told = np.array([(*p.pt, p.size, p.angle, p.response) for p in points], np.float32)
    told = told.reshape(len(points), 5)
    place = told[:, :4]
    place[:, :2] -= _DOUBLED
    place[:, :3] /= min(pixels.shape)
    place[:, 3] = np.radians(place[:, 3])
    return place, told[:, 4]


def _apart_from(place: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which regions are not among others, seen with more or fewer pixels."""
    apart = np.abs(place[:, None, :2] - others[None, :, :2]).max(axis=2)
    sizes = np.abs(np.log2(place[:, None, 2] / others[None, :, 2]))
    return ~np.asarray(((apart < _SAME_PLACE) & (sizes < _SAME_SIZE)).any(axis=1))


def _bits_at(pixels: NDArray[np.uint8], place: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The bits of regions of a picture, uint8[n, 32]."""
    in_pixels = place * np.array([*[min(pixels.shape)] * 3, 1], np.float32)
    return bits_of(described(pixels, in_pixels))


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
def _sift(contrast: float) -> Any:  # OpenCV's types leave it out
    return cv2.SIFT_create(  # type: ignore[attr-defined]
        nfeatures=_MOST_POINTS, contrastThreshold=contrast, nOctaveLayers=_LAYERS
    )


def looked_at(grey: NDArray[np.uint8], side: int = SIDE) -> NDArray[np.uint8]:
    """Brightness of a picture with its shorter side reduced, uint8[height, width].

    Args:
        grey: the same before.
        side: to how many pixels, unless it is shorter.
    """
    scale = side / min(grey.shape)
    if scale >= 1:
        return grey
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def _spread(
    place: NDArray[np.float32],
    contrast: NDArray[np.float32],
    shape: tuple[float, float],
    most: int,
    of_each: int = _MOST_POINTS,
) -> NDArray[np.int64]:
    """Rows of the best in each cell of a picture, then of the second, and so on.

    An overlay has more contrast than anything else; it must not be all that is looked at. Of equal
    contrast the larger is better: it is still seen where a copy is poor, and in a part of the
    picture that was enlarged, smaller ones appear that nothing of the whole picture tells.
    """
    order = np.argsort(-contrast * np.sqrt(place[:, 2]), kind="stable")
    ranks = _ranks(_cells(place[order], shape))
    return order[np.argsort(ranks, kind="stable")[: min(most, int((ranks < of_each).sum()))]]


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
