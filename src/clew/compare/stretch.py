"""What the views that agree in a stretch of two films amount to."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from clew.compare.geometry import Placement
from clew.compare.views import Views

SURE = 5
"""Regions that agree in a pair of views, from which on it is more than chance."""
_CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
_STEADY = 0.03
_EXACTLY = 0.012  # of the first frame's shorter side
_LEAST_SCALE = 0.2

Pairs: TypeAlias = dict[tuple[int, int], Placement]
"""Placements by the numbers of both views."""


def strength_of(pairs: Pairs) -> int:
    """Regions that agree in a stretch, beyond what chance brings, each view counted once."""
    moments = _moments(pairs)
    return sum(max(0, placed.agreeing - SURE + 1) for _, placed in moments)


def exact_of(pairs: Pairs) -> int:
    """As :func:`strength_of`, of regions that lie exactly where one placement has them.

    A copy lies on its original as a whole. Of two cameras in one room each sees what is near before
    something else that is far: one way of lying on one another does not fit both.
    """
    return sum(
        max(0, int((placed.misses() <= _EXACTLY).sum()) - SURE + 1)
        for _, placed in _moments(pairs)
        if placed.agreeing
    )


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
