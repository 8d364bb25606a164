"""What the views that agree in a stretch of two films amount to."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from clew.compare.geometry import Placement
from clew.compare.views import Views

SURE = 5
"""Regions that agree in a pair of views, from which on it is more than chance."""
_GRID = 4
_MIDDLES = np.stack(np.meshgrid(*[(np.arange(_GRID) + 0.5) / _GRID] * 2), axis=2).reshape(-1, 2)
_LEAST_COMMON = 0.4
_CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
_STEADY = 0.03
_LEAST_SCALE = 0.2

Pairs: TypeAlias = dict[tuple[int, int], Placement]
"""Placements by the numbers of both views."""


def strength_of(pairs: Pairs) -> int:
    """Regions that agree in a stretch, beyond what chance brings, each view counted once."""
    moments = _moments(pairs)
    return sum(max(0, placed.agreeing - SURE + 1) for _, placed in moments)


def spread_of(pairs: Pairs, one: Views, other: Views) -> float:
    """Share of what the frames should have in common in which regions do agree, 0 to 1.

    Told in the frame of which more should be in common; 0 where that is little of either.
    """
    seen = np.zeros((2, _GRID, _GRID), np.bool_)
    common = np.zeros((2, _GRID, _GRID), np.bool_)
    for (row, column), placed in pairs.items():
        here, there = one.views[row], other.views[column]
        for side, view, of, points, moved in (
            (0, here, there, placed.first, placed.moved),
            (1, there, here, placed.second, placed.moved_back),
        ):
            size = np.array([view.width, view.height])
            middles = moved(_MIDDLES * size)
            inside = ((middles >= 0) & (middles <= (of.width, of.height))).all(axis=1)
            common[side] |= inside.reshape(_GRID, _GRID)
            cells = np.clip(points / size * _GRID, 0, _GRID - 1).astype(np.int64)
            seen[side, cells[:, 1], cells[:, 0]] = True
    shares = common.mean(axis=(1, 2))
    side = int(np.argmax(shares))
    if shares[side] < _LEAST_COMMON:
        return 0.0
    return float((seen[side] & common[side]).sum() / common[side].sum())


def steady(pairs: Pairs, one: Views) -> bool:
    """Whether one film lies on the other in the same way at half of the moments.

    A copy does, however it was cropped or turned; of two cameras in one room each moves by itself.
    The way is that of the pair of views with which most others agree, as in consensus set
    maximisation (RANSAC: Fischler and Bolles, Communications of the ACM, 1981), and every view
    counts once. Which views show the same moment need not be known: of a camera that turns,
    neighbours of the right view agree as well, but each lies somewhere else.
    """
    sure = [
        (row, column, placed) for (row, column), placed in pairs.items() if placed.agreeing >= SURE
    ]
    if not sure:
        return False
    rows, columns = (np.array([pair[side] for pair in sure]) for side in (0, 1))
    moments = min(len(np.unique(rows)), len(np.unique(columns)))
    moved = np.array(
        [
            placed.moved(_CORNERS * (one.views[row].width, one.views[row].height))
            for row, _, placed in sure
        ]
    )
    scale = max(float(np.median([placed.scale for _, _, placed in sure])), _LEAST_SCALE)
    alike = np.abs(moved[:, None] - moved[None]).max(axis=(2, 3)) / scale <= _STEADY
    together = max(min(len(np.unique(rows[row])), len(np.unique(columns[row]))) for row in alike)
    return together >= max(2, moments / 2)


def _moments(pairs: Pairs) -> list[tuple[int, Placement]]:
    """The best placement of each moment with its view of the first film, each view counted once."""
    best: dict[int, tuple[int, int]] = {}
    for (row, column), placed in pairs.items():
        if placed.agreeing > best.get(row, (0, 0))[0]:
            best[row] = (placed.agreeing, column)
    rows: dict[int, int] = {}
    for row, (agreeing, column) in best.items():
        if column not in rows or agreeing > best[rows[column]][0]:
            rows[column] = row
    return [(row, pairs[row, column]) for column, row in rows.items()]
