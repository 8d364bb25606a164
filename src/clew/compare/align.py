"""From frames that agree to stretches of time that two films share.

Every pair of agreeing frames votes for the offset between the two films' clocks, as in the
temporal alignment of Douze, Jégou and Schmid ("An Image-Based Approach to Video Copy Detection
With Spatio-Temporal Post-Filtering", IEEE Transactions on Multimedia, 2010). Frames here stand for
spans of time (neighbours that look alike are one feature), so a vote is an interval of offsets,
and an offset's weight is the time during which both films agree under it. The best offset gives
one or more spans; what they explain is taken away and the rest is searched again, so that cut,
reordered and inserted parts come out as several spans.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clew.compare.evidence import Span

_SLACK = 0.3
_LONGEST_GAP = 3.0
_BIN = 0.25
_MOST_OFFSETS = 256
_MOST_ROUNDS = 24


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


def align(hits: FrameHits, least_seconds: float = 0.0) -> list[Span]:
    """The stretches that two films share, longest first.

    Args:
        hits: agreeing frames of one orientation.
        least_seconds: shorter stretches are left out, unless there is no other.

    Returns:
        Spans that do not explain the same hit twice. Both films run at the same speed in them.
    """
    spans: list[Span] = []
    left = hits
    for _ in range(_MOST_ROUNDS):
        if not len(left):
            break
        found = _spans_at(left, _best_offset(left))
        if not found or (spans and max(s.seconds for s in found) < max(least_seconds, _BIN)):
            break
        spans.extend(found)
        left = left.where(~_explained(left, found))
    spans.sort(key=lambda s: -s.seconds)
    long_enough = [s for s in spans if s.seconds >= least_seconds]
    return long_enough or spans[:1]


def _overlap(hits: FrameHits, offset: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each hit, the time in the first film during which both agree under an offset."""
    start = np.maximum(hits.first_start, hits.second_start - offset)
    end = np.minimum(hits.first_end, hits.second_end - offset)
    return start, end


def _best_offset(hits: FrameHits) -> float:
    """The offset (second minus first clock) under which the films agree for longest."""
    lowest = hits.second_start - hits.first_end
    highest = hits.second_end - hits.first_start
    # Roughly first: how much agreement can each quarter second of offset have? Only quarters in
    # which it changes are kept, so that it does not matter how far apart the clocks are.
    weight = np.minimum(hits.first_end - hits.first_start, hits.second_end - hits.second_start)
    weight = weight / np.maximum(highest - lowest, _BIN)
    changes = np.concatenate([np.floor(lowest / _BIN), np.floor(highest / _BIN) + 1])
    places, which = np.unique(changes, return_inverse=True)
    agreement = np.cumsum(np.bincount(which, np.concatenate([weight, -weight])))
    # Then exactly, at the most promising offsets under which two frames begin or end together.
    exact = np.concatenate([hits.second_start - hits.first_start, hits.second_end - hits.first_end])
    offsets = np.unique(np.round(exact, 2))
    rough = agreement[np.searchsorted(places, np.floor(offsets / _BIN), "right") - 1]
    best, most = float(offsets[0]), -1.0
    for offset in np.sort(offsets[np.argsort(-rough, kind="stable")[:_MOST_OFFSETS]]):
        seconds = _covered(*_overlap(hits, float(offset)))
        if seconds > most + 1e-9:
            best, most = float(offset), seconds
    return best


def _covered(start: NDArray[np.float64], end: NDArray[np.float64]) -> float:
    """Length of the union of intervals, in seconds."""
    keep = end > start
    if not keep.any():
        return 0.0
    order = np.argsort(start[keep], kind="stable")
    start, end = start[keep][order], end[keep][order]
    reach = np.maximum.accumulate(end)
    before = np.concatenate([[-np.inf], reach[:-1]])
    return float(np.maximum(0.0, end - np.maximum(start, before)).sum())


def _spans_at(hits: FrameHits, offset: float) -> list[Span]:
    """Stretches of agreement under one offset; short gaps (a few bad frames) are bridged."""
    start, end = _overlap(hits, offset)
    keep = end >= start - _SLACK
    if not keep.any():
        return []
    hits, start, end = hits.where(keep), start[keep], np.maximum(start, end)[keep]
    order = np.argsort(start, kind="stable")
    reach = np.maximum.accumulate(end[order])
    breaks = np.flatnonzero(start[order][1:] > reach[:-1] + _LONGEST_GAP) + 1
    spans = []
    for group in np.split(order, breaks):
        agreeing = hits.where(group)
        first_start, first_end = float(start[group].min()), float(end[group].max())
        spans.append(
            Span(
                first_start=first_start,
                first_end=first_end,
                second_start=max(0.0, first_start + offset),
                second_end=max(0.0, first_end + offset),
                distance=round(float(np.mean(_nearest_of_each_moment(agreeing))), 1),
                frames=min(
                    _moments(agreeing.first_start, agreeing.first_end),
                    _moments(agreeing.second_start, agreeing.second_end),
                ),
            )
        )
    return spans


def _moments(start: NDArray[np.float64], end: NDArray[np.float64]) -> int:
    """How many frames lie apart in time: variants of one moment count once."""
    count, reached = 0, -np.inf
    for place in np.argsort(end, kind="stable"):
        if start[place] >= reached - 1e-6:
            count, reached = count + 1, float(end[place])
    return count


def _nearest_of_each_moment(hits: FrameHits) -> NDArray[np.int16]:
    """For each moment of the first film, the distance of the nearest frame that agrees."""
    order = np.lexsort((hits.distance, hits.first_start))
    _, where = np.unique(hits.first_start[order], return_index=True)
    return hits.distance[order][where]


def span_holds(span: Span, hits: FrameHits) -> NDArray[np.bool_]:
    """Which hits agree within a stretch, under its offset: the evidence for it."""
    start, end = _overlap(hits, span.second_start - span.first_start)
    in_step = end >= start - _SLACK
    return in_step & (start <= span.first_end + _SLACK) & (end >= span.first_start - _SLACK)


def _explained(hits: FrameHits, spans: list[Span]) -> NDArray[np.bool_]:
    """Which hits lie inside spans already found, in either film.

    Two films that share a stretch share it once: what lies in it and agrees with another part
    too is a repetition, not a second connection.
    """
    explained = np.zeros(len(hits), np.bool_)
    for span in spans:
        in_first = (hits.first_end <= span.first_end + _SLACK) & (
            hits.first_start >= span.first_start - _SLACK
        )
        in_second = (hits.second_end <= span.second_end + _SLACK) & (
            hits.second_start >= span.second_start - _SLACK
        )
        explained |= in_first | in_second
    return explained
