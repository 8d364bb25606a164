"""Whether one film lies on another as a copy does, and not as a second recording of one place.

A copy lies on its original as a whole, however it was cropped or turned: what agrees agrees to a
hundredth of the picture, and most of what both should show does agree. Of two cameras in one room
each sees what is near before something else that is far, and each moves by itself: no one way of
lying on one another fits all, many regions agree but roughly, and most of them not at all.

Each place that lies exactly therefore speaks for a copy; each that agrees, but not exactly, speaks
against it, and so does, less, each that should be seen and is not. The weights are about those of
a test by likelihoods (Neyman and Pearson, 1933), of the rates at which crops to 60 % and recordings
of one drawn room have places of each kind.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from clew.compare.geometry import EXACTLY, SMALL_SCALE, Placement, missed
from clew.compare.overlays import Overlay
from clew.compare.stretch import SURE, Pairs, moments_of

_AT_ONCE, _ENOUGH = 12, 7.0
_ROUGHLY, _NOT_AT_ALL = 1.0, 0.25
_THROUGHOUT, _ROUGHLY_THROUGHOUT = 18.0, 0.5
_NEAR = 0.07
_CLOSER = (0.04, 0.025, 0.018, EXACTLY)
_FEWEST = 8
"""Places to which a flat way of lying, of six numbers, is fitted."""
_GOES_ON, _NEARLY_ALL = 10, 0.8  # places, and of those that agree
_ONE_PLACE = 0.03
_MOST_TRIED, _MOST_AT_ONCE = 24, 200  # moments, and pairs of views
_MOST_MOMENTS = 60
_MOSTLY = 0.5

_Points: TypeAlias = NDArray[np.float64]


def lies_exactly(pairs: Pairs, overlay: Overlay | None = None) -> bool:
    """Whether many places lie exactly where one flat placement has them, and few others do not.

    At one moment, or more of them throughout a stretch. A place of the picture counts once, however
    long it is to be seen: two cameras that both stand still show the same few places that happen
    to fit again and again.

    Args:
        pairs: what agrees beyond an overlay.
        overlay: where nothing is expected to.
    """
    if any(_at_once(pairs[pair], overlay) for pair in _most(pairs)):
        return True
    moments = [placed for _, placed in moments_of(pairs) if placed.agreeing >= SURE]
    return _throughout(moments[:: max(1, -(-len(moments) // _MOST_MOMENTS))])


def _most(pairs: Pairs) -> list[tuple[int, int]]:
    """The pairs of views of which most regions agree."""
    return sorted(pairs, key=lambda pair: -pairs[pair].agreeing)[:_MOST_AT_ONCE]


def goes_on_beyond(pairs: Pairs, beyond: Pairs) -> bool:
    """Whether what was taken for an overlay is a part of what lies exactly all around it.

    Two films with the same overlay have nothing else that lies as it does, if one of them hardly
    moves: of two that do, what agrees and stands still may all be overlay, in more than one place.

    Args:
        pairs: all that agrees.
        beyond: the same pairs of views, without what an overlay may have brought.
    """
    return any(
        beyond[pair].exact >= max(_GOES_ON, _NEARLY_ALL * beyond[pair].agreeing)
        and _at_once(pairs[pair], None)
        for pair in _most(beyond)
    )


def _at_once(placed: Placement, overlay: Overlay | None) -> bool:
    if placed.agreeing < _AT_ONCE:
        return False
    exact = int(_exact(*_places(placed), placed).sum())
    if exact < _AT_ONCE:
        return False
    roughly = placed.agreeing - exact
    not_at_all = max(0, _expected(placed, overlay) - placed.agreeing)
    return exact - _ROUGHLY * roughly - _NOT_AT_ALL * not_at_all >= _ENOUGH


def _exact(first: _Points, second: _Points, placed: Placement) -> NDArray[np.bool_]:
    """Which places lie exactly when a flat way of lying is fitted to what lies nearer and nearer.

    Flat is what an affine map tells: of a copy that was filmed from a screen, a little from the
    side, about the same (locally optimised RANSAC: Chum, Matas and Kittler, DAGM 2003).

    Args:
        first: places in the first film, float64[n, 2]; and
        second: in the second.
        placed: how they lie about.
    """
    near = missed(first, second, placed.as_moved) <= _NEAR
    given = np.column_stack([first, np.ones(len(first))])
    for apart in _CLOSER:
        if near.sum() < _FEWEST:
            return np.zeros(len(first), np.bool_)
        flat = np.linalg.lstsq(given[near], second[near])[0]
        off = np.hypot(*(given @ flat - second).T) / max(placed.scale, SMALL_SCALE)
        near = off <= apart
    return np.asarray(near)


def _places(placed: Placement) -> tuple[_Points, _Points]:
    return placed.first.astype(np.float64), placed.second.astype(np.float64)


def _expected(placed: Placement, overlay: Overlay | None) -> int:
    """How many regions both frames should show, beyond an overlay."""
    counts = []
    for side, (view, common) in enumerate(zip(placed.views, placed.in_common, strict=True)):
        if overlay is not None and overlay.side == side:
            places = view.place[:, :2].astype(np.float64) / (view.width, view.height)
            common = common & ~overlay.holds(places)
        counts.append(int(common.sum()))
    return min(counts)


def _throughout(moments: list[Placement]) -> bool:
    """Whether one placement, of a moment, fits places of all of them."""
    if not moments:
        return False
    first, second = map(np.concatenate, zip(*map(_places, moments), strict=True))
    tried = sorted(moments, key=lambda placed: -placed.agreeing)[:_MOST_TRIED]
    _, place = np.unique(np.round(first / _ONE_PLACE), axis=0, return_inverse=True)
    seen = np.bincount(place)
    for placed in tried:
        # Whatever is to be seen at a place lies exactly now and then, if only by chance.
        lies = np.bincount(place, _exact(first, second, placed)) >= _MOSTLY * seen
        if lies.sum() - _ROUGHLY_THROUGHOUT * (~lies).sum() >= _THROUGHOUT:
            return True
    return False
