"""From frames that agree to stretches of time that two films share.

Every pair of agreeing frames votes for how the two films' clocks go together: for each speed of
one against the other, for an offset, as in the temporal alignment of Douze, Jégou and Schmid ("An
Image-Based Approach to Video Copy Detection With Spatio-Temporal Post-Filtering", IEEE
Transactions on Multimedia, 2010), which knows one speed. Frames here stand for spans of time
(neighbours that look alike are one feature), so a vote is an interval of offsets, and the weight
of a line, a speed with an offset, is the time during which both films agree under it. The best
line gives one or more spans; what they explain is taken away and the rest is searched again, so
that cut, reordered and inserted parts come out as several spans.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from clew.compare.evidence import Span

_SLACK = 0.3
_GAIN = 0.1
_LONGEST_GAP = 3.0
_BIN = 0.25
_MOST_OFFSETS = 24
_MOST_LINES = 128
_MOST_ROUNDS = 24
_MOST_FOR_SPEEDS = 20_000

_PACES = np.exp2(np.arange(-27, 28) / 26)
"""Seconds of the second film for one of the first, 0.49 to 2.05 in steps of 2.7 %, 1 among them."""

PACE_GAIN = 1.1
"""How much more must agree at another speed for it to be believed: at the same speed much
agrees, too, when films are short or little moves."""

_STRICTNESS = (0.34, 0.67, 1.0)
_NEARLY = 12
_MOST_FITS = 8


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


@dataclass(frozen=True)
class Line:
    """How two clocks go together: ``second = pace × first + offset``, in seconds."""

    pace: float
    offset: float


def align(
    hits: FrameHits,
    least_seconds: float = 0.0,
    ends: tuple[float, float] | None = None,
    step: float = 0.6,
    gain: float = PACE_GAIN,
) -> list[Span]:
    """The stretches that two films share, longest first.

    Args:
        hits: agreeing frames of one orientation.
        least_seconds: shorter stretches are left out, unless there is no other.
        ends: when either film ends, in seconds. A stretch that begins or ends within a step of
            where one of the films does begins or ends there.
        step: seconds from one looked-at frame to the next.
        gain: how much more must agree at another speed for it to be believed.

    Returns:
        Spans that do not explain the same hit twice, each at a speed of its own.
    """
    spans: list[Span] = []
    left = hits = _nearest(hits)
    for _ in range(_MOST_ROUNDS):
        if not len(left):
            break
        found = _spans_at(left, _best_line(left, gain))
        if not found or (spans and max(s.seconds for s in found) < max(least_seconds, _BIN)):
            break
        spans.extend(found)
        left = left.where(~_explained(left, found))
    spans.sort(key=lambda s: -s.seconds)
    spans = [s for s in spans if s.seconds >= least_seconds] or spans[:1]
    return spans if ends is None else [_to_the_ends(span, ends, step) for span in spans]


def _nearest(hits: FrameHits) -> FrameHits:
    """The hits that are about the nearest of either frame: what else is like it, is so less."""
    keep = np.ones(len(hits), np.bool_)
    for start in (hits.first_start, hits.second_start):
        _, which = np.unique(start, return_inverse=True)
        best = np.full(which.max(initial=-1) + 1, np.iinfo(np.int16).max, np.int16)
        np.minimum.at(best, which, hits.distance)
        keep &= hits.distance <= best[which] + _NEARLY
    return hits.where(keep)


def _to_the_ends(span: Span, ends: tuple[float, float], step: float) -> Span:
    """A span that goes on to where the films begin or end, if it all but does.

    That is within a step of where one of them does, or within the gap that is bridged elsewhere
    too of where both do at the same time.
    """
    pace = _line_of(span).pace
    # In seconds of the first film, how much of each is left before and after.
    before = span.first_start, span.second_start / pace
    after = ends[0] - span.first_end, (ends[1] - span.second_end) / pace
    more, longer = (
        max(0.0, min(left))
        if min(left) * max(1.0, pace) <= step
        or (max(left) <= _LONGEST_GAP and abs(left[0] - left[1]) <= step / 2)
        else 0.0
        for left in (before, after)
    )
    return msgspec.structs.replace(
        span,
        first_start=span.first_start - more,
        first_end=span.first_end + longer,
        second_start=max(0.0, span.second_start - more * pace),
        second_end=span.second_end + longer * pace,
    )


def _overlap(hits: FrameHits, line: Line) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each hit, the time in the first film during which both agree under a line."""
    start = np.maximum(hits.first_start, (hits.second_start - line.offset) / line.pace)
    end = np.minimum(hits.first_end, (hits.second_end - line.offset) / line.pace)
    return start, end


def _best_line(hits: FrameHits, gain: float) -> Line:
    """The line under which the films agree for longest; at the same speed if that is as good."""
    paces = _PACES if len(hits) <= _MOST_FOR_SPEEDS else np.ones(1)
    found = [
        (rough, Line(float(pace), offset))
        for pace in paces
        for rough, offset in _promising(hits, float(pace))
    ]
    found.sort(key=lambda pair: (-pair[0], abs(np.log(pair[1].pace)), pair[1].offset))
    levels = np.unique(np.quantile(hits.distance.astype(np.float64), _STRICTNESS, method="higher"))
    best, most = found[0][1], -1.0
    same, most_same = None, -1.0
    for _, line in found[:_MOST_LINES]:
        seconds = _agreement(hits, line, levels)
        if line.pace == 1.0 and seconds > most_same + 1e-9:
            same, most_same = line, seconds
        if seconds > most + 1e-9:
            best, most = line, seconds
    if same is None or best.pace == 1.0:
        return best
    # Two stretches at the same speed with a gap between them look like one at another speed.
    left = hits.where(~_explained(hits, _spans_at(hits, same)))
    rest = _promising(left, 1.0)[:_MOST_OFFSETS] if len(left) else []
    most_same += max((_agreement(left, Line(1.0, o), levels) for _, o in rest), default=0.0)
    if most <= most_same * gain + _GAIN:
        return same
    return _fitted(hits, best, most, levels)


def _fitted(hits: FrameHits, line: Line, seconds: float, levels: NDArray[np.float64]) -> Line:
    """A line of another speed, moved to the middle of the frames that agree under it."""
    for _ in range(_MOST_FITS):
        start, end = _overlap(hits, line)
        near = (end > start) & (hits.distance <= levels[len(levels) // 2])
        first = hits.first_start[near]
        if len(first) < 4 or np.ptp(first) < 2.0:
            break
        trust = 1.0 / (2.0 + hits.distance[near])
        pace, offset = np.polyfit(first, hits.second_start[near], 1, w=trust)
        if not _PACES[0] <= pace <= _PACES[-1]:
            break
        moved = Line(float(pace), float(offset))
        found = _agreement(hits, moved, levels)
        if found < 0.9 * seconds:
            break
        settled = abs(moved.pace - line.pace) < 1e-4
        line, seconds = moved, max(found, seconds)
        if settled:
            break
    return line


def _agreement(hits: FrameHits, line: Line, levels: NDArray[np.float64]) -> float:
    """For how many seconds films agree under a line: of both films, and of several strictnesses.

    Neighbours of a frame look like it too; under the right line the most alike fall together.
    """
    start, end = _overlap(hits, line)
    keep = end > start
    start, end, distance = start[keep], end[keep], hits.distance[keep]
    seconds = [_covered(start[near], end[near]) for near in (distance <= n for n in levels)]
    return sum(seconds) / len(seconds) * (1 + line.pace) / 2


def _promising(hits: FrameHits, pace: float) -> list[tuple[float, float]]:
    """Offsets at which much may agree at a pace, each with how much in seconds, roughly."""
    first_start, first_end = hits.first_start * pace, hits.first_end * pace
    lowest = hits.second_start - first_end
    highest = hits.second_end - first_start
    # How much agreement can each quarter second of offset have? Only quarters in which it changes
    # are kept, so that it does not matter how far apart the clocks are.
    weight = np.minimum(first_end - first_start, hits.second_end - hits.second_start)
    weight = weight / np.maximum(highest - lowest, _BIN)
    changes = np.concatenate([np.floor(lowest / _BIN), np.floor(highest / _BIN) + 1])
    places, which = np.unique(changes, return_inverse=True)
    agreement = np.cumsum(np.bincount(which, np.concatenate([weight, -weight])))
    # Offsets under which two frames begin or end together: one of these is the best.
    exact = np.concatenate([hits.second_start - first_start, hits.second_end - first_end])
    offsets = np.unique(np.round(exact, 2))
    rough = agreement[np.searchsorted(places, np.floor(offsets / _BIN), "right") - 1]
    # These are seconds of the second film; those of the first count as much.
    likely = rough * (1 + 1 / pace) / 2
    chosen = np.argsort(-likely, kind="stable")[: _MOST_LINES if pace == 1.0 else _MOST_OFFSETS]
    return list(zip(likely[chosen].tolist(), offsets[chosen].tolist(), strict=True))


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


def _spans_at(hits: FrameHits, line: Line) -> list[Span]:
    """Stretches of agreement under one line; short gaps (a few bad frames) are bridged."""
    start, end = _overlap(hits, line)
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
                second_start=max(0.0, line.pace * first_start + line.offset),
                second_end=max(0.0, line.pace * first_end + line.offset),
                distance=round(float(np.mean(_nearest_of_each_moment(agreeing))), 1),
                frames=min(
                    _moments(agreeing.first_start, agreeing.first_end),
                    _moments(agreeing.second_start, agreeing.second_end),
                ),
                speed=round(1 / line.pace, 3),
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


Times: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64]]
"""When the frames of a film start and end, float64[n] each, in seconds."""


def with_share(span: Span, first: Times, second: Times) -> Span:
    """A span that says which share of the frames in it agree.

    Args:
        span: what was found.
        first: of all frames of the first film that could agree; and
        second: of the second.
    """
    shown = []
    for (start, end), begins, ends in (
        (first, span.first_start, span.first_end),
        (second, span.second_start, span.second_end),
    ):
        inside = (start < ends - 1e-6) & (end > begins + 1e-6)
        shown.append(_moments(start[inside], end[inside]))
    share = span.frames / max(1, min(shown))
    return msgspec.structs.replace(span, share=round(min(1.0, share), 2))


def span_holds(span: Span, hits: FrameHits) -> NDArray[np.bool_]:
    """Which hits agree within a stretch, under its offset: the evidence for it."""
    start, end = _overlap(hits, _line_of(span))
    in_step = end >= start - _SLACK
    return in_step & (start <= span.first_end + _SLACK) & (end >= span.first_start - _SLACK)


def seen_best(
    span: Span, hits: FrameHits, less: NDArray[np.int64]
) -> tuple[int, float, float] | None:
    """The hit in which a stretch is best seen, and when; None when none lies in it.

    Args:
        span: the stretch.
        hits: agreeing frames.
        less: how little each hit agrees, int64[n]; of equals the earliest is taken.

    Returns:
        Row of the hit, and seconds in the first and in the second film: the middle of what both
        show of it at the same time, because beside a cut a player may show its other side.
    """
    line = _line_of(span)
    start, end = _overlap(hits, line)
    held = np.flatnonzero(span_holds(span, hits))
    if not len(held):
        return None
    row = int(held[np.lexsort((start[held], less[held]))[0]])
    middle = (max(start[row], span.first_start) + min(end[row], span.first_end)) / 2
    in_first = float(np.clip(middle, hits.first_start[row], hits.first_end[row]))
    in_second = float(
        np.clip(line.pace * middle + line.offset, hits.second_start[row], hits.second_end[row])
    )
    return row, round(in_first, 2), round(in_second, 2)


def _line_of(span: Span) -> Line:
    """The line through both ends of a span."""
    long_enough = span.seconds > 1.0
    pace = (
        (span.second_end - span.second_start) / (span.first_end - span.first_start)
        if (long_enough)
        else 1.0 / span.speed
    )
    return Line(pace, span.second_end - pace * span.first_end)


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
