"""What the views that agree in a stretch of two films amount to."""

from __future__ import annotations

from typing import TypeAlias

from clew.compare.geometry import Placement

SURE = 5
"""Regions that agree in a pair of views, from which on it is more than chance."""

Pairs: TypeAlias = dict[tuple[int, int], Placement]
"""Placements by the numbers of both views."""


def strength_of(pairs: Pairs) -> int:
    """Regions that agree in a stretch, beyond what chance brings, each view counted once."""
    moments = moments_of(pairs)
    return sum(max(0, placed.agreeing - SURE + 1) for _, placed in moments)


def moments_of(pairs: Pairs) -> list[tuple[int, Placement]]:
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
