"""Agreeing frames, and the lines by which the clocks of two films go together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clew.compare.evidence import Span

SLACK = 0.3
"""Seconds by which frames that agree may miss one another under a line."""


@dataclass(frozen=True)
class FrameHits:
    """Pairs of agreeing frames, as arrays of one length.

    Attributes:
        first_start: float64, seconds; the other three times likewise.
        distance: int16, bits.
    """

    first_start: NDArray[np.float64]
    first_end: NDArray[np.float64]
    second_start: NDArray[np.float64]
    second_end: NDArray[np.float64]
    distance: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.distance)

    def where(self, keep: NDArray[np.bool_] | NDArray[np.int64]) -> FrameHits:
        """The hits that ``keep`` selects."""
        return FrameHits(
            self.first_start[keep],
            self.first_end[keep],
            self.second_start[keep],
            self.second_end[keep],
            self.distance[keep],
        )

    def swapped(self) -> FrameHits:
        """The same hits seen from the second film."""
        return FrameHits(
            self.second_start, self.second_end, self.first_start, self.first_end, self.distance
        )


@dataclass(frozen=True)
class Line:
    """How two clocks go together: ``second = pace × first + offset``, in seconds."""

    pace: float
    offset: float


def overlap(hits: FrameHits, line: Line) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each hit, the time in the first film during which both agree under a line."""
    start = np.maximum(hits.first_start, (hits.second_start - line.offset) / line.pace)
    end = np.minimum(hits.first_end, (hits.second_end - line.offset) / line.pace)
    return start, end


def covered(start: NDArray[np.float64], end: NDArray[np.float64]) -> float:
    """Length of the union of intervals, in seconds."""
    keep = end > start
    if not keep.any():
        return 0.0
    order = np.argsort(start[keep], kind="stable")
    start, end = start[keep][order], end[keep][order]
    reach = np.maximum.accumulate(end)
    before = np.concatenate([[-np.inf], reach[:-1]])
    return float(np.maximum(0.0, end - np.maximum(start, before)).sum())


def moments(start: NDArray[np.float64], end: NDArray[np.float64]) -> int:
    """How many frames lie apart in time: variants of one moment count once."""
    count, reached = 0, -np.inf
    for place in np.argsort(end, kind="stable"):
        if start[place] >= reached - 1e-6:
            count, reached = count + 1, float(end[place])
    return count


def nearest_of_each_moment(hits: FrameHits) -> NDArray[np.int16]:
    """For each moment of the first film, the distance of the nearest frame that agrees."""
    order = np.lexsort((hits.distance, hits.first_start))
    _, where = np.unique(hits.first_start[order], return_index=True)
    return hits.distance[order][where]


def line_of(span: Span) -> Line:
    """The line through both ends of a span."""
    long_enough = span.seconds > 1.0
    pace = (
        (span.second_end - span.second_start) / (span.first_end - span.first_start)
        if (long_enough)
        else 1.0 / span.speed
    )
    return Line(pace, span.second_end - pace * span.first_end)
