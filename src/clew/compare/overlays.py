"""What of two films that agree may be no more than the same overlay: a logo, a badge, a banner.

An overlay stands still, whatever else moves, and covers a part of the picture. In which part is not
known, so of all rectangles of the size of a large overlay the one is left out that holds most of
the agreement that stands still; what agrees beyond it, or moves, speaks for the pictures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clew.compare.evidence import Span
from clew.compare.geometry import Placement, placement
from clew.compare.lines import line_of
from clew.compare.stretch import SURE, Pairs, strength_of
from clew.compare.views import Views

_GRID = 4
_MIDDLES = np.stack(np.meshgrid(*[(np.arange(_GRID) + 0.5) / _GRID] * 2), axis=2).reshape(-1, 2)
_LEAST_COMMON = 0.4
_FINE = 32
_MOSTLY = 0.5
_MOST_LOOKED_AT = 40  # views
_FEW = 12  # regions in a view
_MANY, _NEXT_TO_NOTHING = 15, 0.1  # regions, and of these
_LARGEST = 0.3
"""Share of a picture that an overlay covers at most: a quarter, with what juts out of it."""


@dataclass(frozen=True)
class Overlay:
    """Where an overlay may lie.

    Attributes:
        side: in the frames of which of two films, 0 or 1.
        box: left, top, right and bottom in shares of the frame's width and height.
    """

    side: int
    box: tuple[float, float, float, float]

    def holds(self, points: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which points, float64[n, 2] in shares of the frame's width and height, lie in it."""
        left, top, right, bottom = self.box
        across = (points[:, 0] >= left) & (points[:, 0] <= right)
        return across & (points[:, 1] >= top) & (points[:, 1] <= bottom)


def without_overlay(pairs: Pairs, one: Views, other: Views) -> tuple[Pairs, Overlay | None]:
    """The placements without what an overlay may have brought, and where that may be."""
    if not pairs:
        return pairs, None
    side = int(np.argmax(_in_common(pairs, one, other).mean(axis=(1, 2))))
    views = (one, other)[side]
    places, suspected = {}, {}
    for (row, column), placed in pairs.items():
        view = views.views[(row, column)[side]]
        points = (placed.first, placed.second)[side] / np.array([view.width, view.height])
        places[row, column] = np.clip(points.astype(np.float64), 0.0, 1.0)
        suspected[row, column] = _stands_still(placed, row, column, one, other)
    box = _fullest(np.concatenate([places[pair][suspected[pair]] for pair in pairs]))
    if box is None:
        return pairs, None
    overlay = Overlay(side, box)
    left: Pairs = {
        pair: placed.only(~(suspected[pair] & overlay.holds(places[pair])))
        for pair, placed in pairs.items()
    }
    return left, overlay


def what_moves(pairs: Pairs, one: Views, other: Views) -> Pairs:
    """The placements with those regions only that stand still in neither film: no overlay's."""
    return {
        (row, column): placed.only(~_stands_still(placed, row, column, one, other))
        for (row, column), placed in pairs.items()
    }


def hardly_moves(pairs: Pairs, one: Views, other: Views) -> bool:
    """Whether most of what either film shows in some pairs of views stands still there."""
    return any(
        float(np.mean([views.still[pair[side]].mean() for pair in pairs])) >= _MOSTLY
        for side, views in enumerate((one, other))
    )


def have_a_say(span: Span, one: Views, other: Views) -> bool:
    """Whether so many regions stand out plainly in both films that they should agree, too."""
    beside = _beside(span, one, other)
    return bool(beside) and min(_usual(one, 0, beside), _usual(other, 1, beside)) >= _FEW


def is_borne_out(span: Span, one: Views, other: Views, least: int) -> bool:
    """Whether regions agree too where whole frames do, beyond what an overlay may have brought.

    A banner before a bare wall, the sky or nothing makes whole pictures alike. Where frames agree
    but loosely, regions must agree; where they are nearer, these must not agree in an overlay
    alone.

    Args:
        span: the stretch, in films that are not turned against one another, in which regions
            have a say.
        one: views of the first film; and
        other: of the second.
        least: how many regions must agree in a stretch, beyond what chance brings, if not more do
            in an overlay; 0 where frames are near.
    """
    found = {
        pair: placement(one.views[pair[0]], other.views[pair[1]])
        for pair in _beside(span, one, other)
    }
    pairs: Pairs = {
        pair: placed for pair, placed in found.items() if placed and placed.agreeing >= SURE
    }
    if least:  # weak regions agree by chance, where there are enough of them
        pairs = {
            (row, column): placed.only(
                (placed.rows < one.views[row].plain) & (placed.columns < other.views[column].plain)
            )
            for (row, column), placed in pairs.items()
        }
    strength = strength_of(pairs)
    beyond = strength_of(without_overlay(pairs, one, other)[0])
    if least:
        return beyond >= max(least, _NEXT_TO_NOTHING * strength)
    return strength < _MANY or beyond > _NEXT_TO_NOTHING * strength


def _beside(span: Span, one: Views, other: Views) -> list[tuple[int, int]]:
    """Views of two films that a stretch lays beside one another."""
    if not len(one) or not len(other):
        return []
    inside = np.flatnonzero((one.start < span.first_end) & (one.end > span.first_start))
    inside = inside[:: max(1, -(-len(inside) // _MOST_LOOKED_AT))]
    line = line_of(span)
    middles = (
        np.maximum(one.start[inside], span.first_start)
        + np.minimum(one.end[inside], span.first_end)
    ) / 2
    columns = other.at(line.pace * middles + line.offset)
    return list(zip(inside.tolist(), columns.tolist(), strict=True))


def _usual(views: Views, side: int, beside: list[tuple[int, int]]) -> float:
    """How many regions stand out plainly in the views of one side, usually."""
    return float(np.median([views.views[pair[side]].plain for pair in beside]))


def _stands_still(
    placed: Placement, row: int, column: int, one: Views, other: Views
) -> NDArray[np.bool_]:
    """Which of the regions that agree stand still in either film."""
    return one.still[row][placed.rows] | other.still[column][placed.columns]


def _fullest(points: NDArray[np.float64]) -> tuple[float, float, float, float] | None:
    """The box, of the size that an overlay has at most, that holds most points, drawn tight."""
    if not len(points):
        return None
    cells = np.clip((points * _FINE).astype(np.int64), 0, _FINE - 1)
    sums = np.zeros((_FINE + 1, _FINE + 1), np.int64)
    np.add.at(sums, (cells[:, 1] + 1, cells[:, 0] + 1), 1)
    sums = sums.cumsum(axis=0).cumsum(axis=1)
    most, found = 0, np.zeros(len(points), np.bool_)
    for height in range(1, _FINE + 1):
        width = min(_FINE, int(_LARGEST * _FINE * _FINE) // height)
        held = (
            sums[height:, width:] - sums[:-height, width:]
            - sums[height:, :-width] + sums[:-height, :-width]
        )  # fmt: skip
        top, left = np.unravel_index(int(np.argmax(held)), held.shape)
        if held[top, left] > most:
            most = int(held[top, left])
            rows, columns = cells[:, 1], cells[:, 0]
            found = (rows >= top) & (rows < top + height)
            found &= (columns >= left) & (columns < left + width)
    (left_edge, top_edge), (right, bottom) = points[found].min(axis=0), points[found].max(axis=0)
    return float(left_edge), float(top_edge), float(right), float(bottom)


def spread_of(pairs: Pairs, one: Views, other: Views, overlay: Overlay | None) -> float:
    """Share of what the frames should have in common in which regions do agree, 0 to 1.

    Told in the frame of which more should be in common; 0 where that is little of either.

    Args:
        pairs: what agrees beyond an overlay.
        one: the views of the first film; and
        other: of the second.
        overlay: where nothing is asked for.
    """
    common = _in_common(pairs, one, other)
    side = int(np.argmax(common.mean(axis=(1, 2))))
    asked = common[side]
    if asked.mean() < _LEAST_COMMON:
        return 0.0
    if overlay is not None and overlay.side == side:
        asked &= ~overlay.holds(_MIDDLES).reshape(asked.shape)
    seen = np.zeros((_GRID, _GRID), np.bool_)
    for (row, column), placed in pairs.items():
        view = (one.views[row], other.views[column])[side]
        points = (placed.first, placed.second)[side] / (view.width, view.height)
        cells = np.clip(points * _GRID, 0, _GRID - 1).astype(np.int64)
        seen[cells[:, 1], cells[:, 0]] = True
    return float((seen & asked).sum() / max(1, asked.sum()))


def _in_common(pairs: Pairs, one: Views, other: Views) -> NDArray[np.bool_]:
    """Which cells of either film's frames the other should show too, bool[2, 4, 4]."""
    common = np.zeros((2, _GRID, _GRID), np.bool_)
    for (row, column), placed in pairs.items():
        here, there = one.views[row], other.views[column]
        for side, view, of, moved in (
            (0, here, there, placed.moved),
            (1, there, here, placed.moved_back),
        ):
            middles = moved(_MIDDLES * (view.width, view.height))
            inside = ((middles >= 0) & (middles <= (of.width, of.height))).all(axis=1)
            common[side] |= inside.reshape(_GRID, _GRID)
    return common
