"""Whether regions of two frames lie as they would if one showed what the other shows.

Every pair of regions that look alike says by itself how one frame would have to be moved, turned
and scaled to lie on the other, for regions have a place, a size and an angle (Lowe, "Distinctive
Image Features from Scale-Invariant Keypoints", IJCV 2004, section 7). The proposal that most other
pairs agree with, each region counted once, is fitted to all of them as in a least-squares RANSAC.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numba import njit
from numpy.typing import NDArray

from clew.signals.regions.view import View

ALIKE_BITS = 60
"""Most bits of 256 between two regions that count as looking alike."""

EXACTLY = 0.012
"""By how much a region misses its place at most that lies exactly, in the first's shorter sides."""

SMALL_SCALE = 0.35
"""Of what is smaller, places are told no better than of what has this scale."""

_APART = 0.07
_SIZES = 0.6
_ANGLES = 0.5
_LEAST_SCALE = 0.001
_MOST = 320

Moved: TypeAlias = tuple[float, float, float, float]
"""How points move: by scale × cosine and scale × sine of a turn, then right and down."""


@dataclass(frozen=True)
class Placement:
    """How one frame lies on another.

    Attributes:
        agreeing: regions that agree, each counted once in either frame.
        distance: mean distance of these regions, in bits of 256.
        scale: of the first frame on the second, both measured in their shorter sides.
        turn: radians, clockwise; and
        shift: float64[2], by which the first moves once scaled and turned.
        rows: int32[agreeing], which regions of the first view agree; and
        columns: with which of the second.
        first: float32[agreeing, 2], where these lie in the first frame; and
        second: in the second.
        views: both frames, as they were compared.
    """

    agreeing: int
    distance: float
    scale: float
    turn: float
    shift: NDArray[np.float64]
    rows: NDArray[np.int32]
    columns: NDArray[np.int32]
    first: NDArray[np.float32]
    second: NDArray[np.float32]
    views: tuple[View, View]

    def only(self, keep: NDArray[np.bool_]) -> Placement:
        """The same placement with some of the regions that agree."""
        return replace(
            self,
            agreeing=int(keep.sum()),
            rows=self.rows[keep],
            columns=self.columns[keep],
            first=self.first[keep],
            second=self.second[keep],
        )

    @property
    def as_moved(self) -> Moved:
        """How it moves points, in four numbers."""
        cosine, sine = self.scale * np.cos(self.turn), self.scale * np.sin(self.turn)
        return float(cosine), float(sine), float(self.shift[0]), float(self.shift[1])

    @cached_property
    def exact(self) -> int:
        """Regions that lie exactly where they should."""
        return int((self.misses() <= EXACTLY).sum())

    @cached_property
    def in_common(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which regions of either view lie where the other frame shows something, too."""
        one, other = self.views
        moved = self.moved(one.place[:, :2].astype(np.float64))
        back = self.moved_back(other.place[:, :2].astype(np.float64))
        return _inside(moved, other), _inside(back, one)

    def misses(self) -> NDArray[np.float64]:
        """By how much each region that agrees misses its place, in shorter sides of the first."""
        first, second = self.first.astype(np.float64), self.second.astype(np.float64)
        return missed(first, second, self.as_moved)

    def moved(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where points of the first frame, float64[n, 2], lie in the second."""
        return points @ self._turned().T + self.shift

    def moved_back(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where points of the second frame, float64[n, 2], lie in the first."""
        return (points - self.shift) @ self._turned() / self.scale**2

    def _turned(self) -> NDArray[np.float64]:
        cosine, sine = self.scale * np.cos(self.turn), self.scale * np.sin(self.turn)
        return np.array([[cosine, -sine], [sine, cosine]])


def missed(
    first: NDArray[np.float64], second: NDArray[np.float64], moved: Moved
) -> NDArray[np.float64]:
    """By how much points, float64[n, 2], miss others, in the unit of the first, float64[n]."""
    across, down, right, below = moved
    x = across * first[:, 0] - down * first[:, 1] + right - second[:, 0]
    y = down * first[:, 0] + across * first[:, 1] + below - second[:, 1]
    return np.asarray(np.hypot(x, y) / max(float(np.hypot(across, down)), SMALL_SCALE))


def placement(first: View, second: View) -> Placement | None:
    """How the first frame lies on the second, or None when fewer than three regions agree."""
    pairs = np.empty((_MOST, 2), np.int32)
    moved = np.empty(4)
    agreeing = _place(first.place, first.bits, second.place, second.bits, ALIKE_BITS, pairs, moved)
    if agreeing < 3:
        return None
    rows, columns = pairs[:agreeing].T
    apart = np.bitwise_count(first.bits[rows] ^ second.bits[columns]).sum(axis=1)
    return Placement(
        agreeing,
        float(apart.mean()),
        float(np.hypot(moved[0], moved[1])),
        float(np.arctan2(moved[1], moved[0])),
        moved[2:].copy(),
        rows,
        columns,
        first.place[rows, :2],
        second.place[columns, :2],
        (first, second),
    )


def _inside(points: NDArray[np.float64], view: View) -> NDArray[np.bool_]:
    return np.asarray(((points >= 0) & (points <= (view.width, view.height))).all(axis=1))


@njit(cache=True, nogil=True)
def _alike(
    ones: NDArray[np.uint64], others: NDArray[np.uint64], most: int, pairs: NDArray[np.int32]
) -> int:
    """Pairs of regions that look alike: for each of the first the two nearest of the second."""
    count = 0
    for row in range(len(ones)):
        near, next_near = np.int64(most + 1), np.int64(most + 1)
        which, which_next = -1, -1
        for column in range(len(others)):
            apart = np.int64(0)
            for word in range(ones.shape[1]):
                apart += _bits(ones[row, word] ^ others[column, word])
            if apart < near:
                next_near, which_next = near, which
                near, which = apart, column
            elif apart < next_near:
                next_near, which_next = apart, column
        if which >= 0 and count < len(pairs):
            pairs[count, 0], pairs[count, 1] = row, which
            count += 1
        if which_next >= 0 and count < len(pairs):
            pairs[count, 0], pairs[count, 1] = row, which_next
            count += 1
    return count


@njit(cache=True, nogil=True)
def _bits(word: np.uint64) -> np.int64:
    """How many bits of a word are set."""
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + (
        (word >> np.uint64(2)) & np.uint64(0x3333333333333333)
    )
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((word * np.uint64(0x0101010101010101)) >> np.uint64(56))


@njit(cache=True, nogil=True)
def _place(
    one: NDArray[np.float32],
    one_bits: NDArray[np.uint64],
    other: NDArray[np.float32],
    other_bits: NDArray[np.uint64],
    alike: int,
    best_pairs: NDArray[np.int32],
    best: NDArray[np.float64],
) -> int:
    """The best placement; fills which regions agree under it, returns how many do."""
    pairs = np.empty((len(best_pairs), 2), np.int32)
    count = _alike(one_bits, other_bits, alike, pairs)
    most = 0
    agreeing = np.empty((len(best_pairs), 2), np.int32)
    moved = np.empty(4)
    for pair in range(count):
        row, column = pairs[pair, 0], pairs[pair, 1]
        scale = other[column, 2] / one[row, 2]
        turn = other[column, 3] - one[row, 3]
        moved[0], moved[1] = scale * np.cos(turn), scale * np.sin(turn)
        moved[2] = other[column, 0] - moved[0] * one[row, 0] + moved[1] * one[row, 1]
        moved[3] = other[column, 1] - moved[1] * one[row, 0] - moved[0] * one[row, 1]
        found = _count(one, other, pairs[:count], moved, agreeing)
        if found > most:
            most = found
            best[:] = moved
            best_pairs[:found] = agreeing[:found]
    for _ in range(2):  # fitted to all that agree, more may
        if most < 3:
            break
        _fit(one, other, best_pairs[:most], moved)
        found = _count(one, other, pairs[:count], moved, agreeing)
        if found < most:
            break
        most = found
        best[:] = moved
        best_pairs[:found] = agreeing[:found]
    return most


@njit(cache=True, nogil=True)
def _count(
    one: NDArray[np.float32],
    other: NDArray[np.float32],
    pairs: NDArray[np.int32],
    moved: NDArray[np.float64],
    agreeing: NDArray[np.int32],
) -> int:
    """Pairs that agree with a placement, none of two that share a region or nearly its place."""
    scale = np.hypot(moved[0], moved[1])
    if scale < _LEAST_SCALE:
        return 0  # fitted to regions of which one lies mirrored to the other
    turn = np.arctan2(moved[1], moved[0])
    # What is far out in the larger frame may be as far off as what is far out in the smaller.
    slack = _APART * max(scale, SMALL_SCALE) if scale < 1 else _APART * scale
    count = 0
    for pair in range(len(pairs)):
        row, column = pairs[pair, 0], pairs[pair, 1]
        x = moved[0] * one[row, 0] - moved[1] * one[row, 1] + moved[2] - other[column, 0]
        y = moved[1] * one[row, 0] + moved[0] * one[row, 1] + moved[3] - other[column, 1]
        if x * x + y * y > slack * slack:
            continue
        if abs(np.log2(other[column, 2] / (one[row, 2] * scale))) > _SIZES:
            continue
        angle = other[column, 3] - one[row, 3] - turn
        angle -= 2 * np.pi * np.round(angle / (2 * np.pi))
        if abs(angle) > _ANGLES:
            continue
        fresh = True
        for before in range(count):
            row_before, column_before = agreeing[before, 0], agreeing[before, 1]
            near = abs(one[row, 0] - one[row_before, 0]) + abs(one[row, 1] - one[row_before, 1])
            if row == row_before or column == column_before or near < 0.02:
                fresh = False
                break
        if fresh:
            agreeing[count, 0], agreeing[count, 1] = row, column
            count += 1
    return count


@njit(cache=True, nogil=True)
def _fit(
    one: NDArray[np.float32],
    other: NDArray[np.float32],
    pairs: NDArray[np.int32],
    moved: NDArray[np.float64],
) -> None:
    """The similarity that brings the first regions nearest to the second, by least squares."""
    count = len(pairs)
    mean = np.zeros(4)
    for row, column in pairs:
        mean[0] += one[row, 0]
        mean[1] += one[row, 1]
        mean[2] += other[column, 0]
        mean[3] += other[column, 1]
    mean /= count
    along, across, spread = 0.0, 0.0, 1e-9
    for row, column in pairs:
        x, y = one[row, 0] - mean[0], one[row, 1] - mean[1]
        u, v = other[column, 0] - mean[2], other[column, 1] - mean[3]
        along += x * u + y * v
        across += x * v - y * u
        spread += x * x + y * y
    moved[0], moved[1] = along / spread, across / spread
    moved[2] = mean[2] - moved[0] * mean[0] + moved[1] * mean[1]
    moved[3] = mean[3] - moved[1] * mean[0] - moved[0] * mean[1]
