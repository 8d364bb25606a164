"""The views of a film in order of time, as the comparison wants them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clew.signals.reading import Trace
from clew.signals.regions import SIGNAL
from clew.signals.regions.extract import VIEW
from clew.signals.regions.view import View, unpacked

_GOES_ON = 1.6  # seconds between views that follow each other
_APART = (2, 3, 5, 8)  # views
_MOVED = 0.015  # of the frame's shorter side
_SAME_BITS = 40


@dataclass(frozen=True)
class Views:
    """The views of one film.

    Attributes:
        views: in order of time, n of them.
        start: float64[n], seconds.
        end: float64[n]: when the next view begins, or the last frame like it ends.
        still: for each view which of its regions, bool, are at the same place two views before or
            after, or some more, as logos, captions and the like are: all, where there is no other
            view to tell. Not every view shows each of them.
    """

    views: tuple[View, ...]
    start: NDArray[np.float64]
    end: NDArray[np.float64]
    still: tuple[NDArray[np.bool_], ...]

    def __len__(self) -> int:
        return len(self.views)

    @classmethod
    def of(cls, traces: Iterable[Trace]) -> Views:
        """The views among a film's traces."""
        found = sorted(
            (
                trace.feature
                for trace in traces
                if trace.signal == SIGNAL.name
                and trace.version == SIGNAL.version
                and trace.feature.variant == VIEW
            ),
            key=lambda feature: feature.start or 0.0,
        )
        start = np.array([feature.start or 0.0 for feature in found])
        end = np.array([feature.end or 0.0 for feature in found])
        following = np.append(start[1:], np.inf)
        end = np.where(following - start <= _GOES_ON, following, end)
        views = tuple(unpacked(feature.value) for feature in found)
        alone = len(views) == 1
        still = [np.full(len(view.place), alone) for view in views]
        for apart in sorted({min(apart, max(1, len(views) - 1)) for apart in _APART}):
            for number in range(len(views) - apart):
                one, other = _still(views[number], views[number + apart])
                still[number] |= one
                still[number + apart] |= other
        return cls(views, start, end, tuple(still))

    def at(self, times: NDArray[np.float64]) -> NDArray[np.int64]:
        """The view that each time falls into."""
        return np.maximum(np.searchsorted(self.start, times + 1e-6) - 1, 0)


def _still(one: View, other: View) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which regions of two views are at the same place in the other, and look the same."""
    # Of all pairs few lie at one place: only their bits are compared.
    across = np.abs(one.place[:, None, 0] - other.place[None, :, 0]) <= _MOVED
    down = np.abs(one.place[:, None, 1] - other.place[None, :, 1]) <= _MOVED
    rows, columns = np.nonzero(across & down)
    apart = np.bitwise_count(one.bits[rows] ^ other.bits[columns]).sum(axis=1)
    same = apart <= _SAME_BITS
    ours, theirs = np.zeros(len(one.place), np.bool_), np.zeros(len(other.place), np.bool_)
    ours[rows[same]] = True
    theirs[columns[same]] = True
    return ours, theirs
