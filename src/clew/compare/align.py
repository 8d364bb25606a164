"""From frames that agree to stretches of time that two films share.

Lines, by which the clocks of the films go together, are voted for (:mod:`clew.compare.voting`): the
best gives one or more stretches, what these explain is taken away and the rest is searched again.
The lines so found, and others at the same speed, then compete for every moment of the shorter film
(:mod:`clew.compare.path`), so that cut, reordered and inserted parts come out as several spans that
end where they should.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from clew.compare.evidence import Span
from clew.compare.lines import SLACK, FrameHits, Line, line_of, moments, overlap
from clew.compare.path import LONGEST_GAP, Run, best_path
from clew.compare.voting import (
    BIN,
    PACE_GAIN,
    PACES,
    best_line,
    explained,
    promising,
    span_of,
    spans_at,
)

_MOST_ROUNDS = 24
_MOST_COMPETING = 32
_LINES_APART = 0.2
_NEARLY = 12
_MEET = 1.0

Times: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64]]
"""When the frames of a film start and end, float64[n] each, in seconds."""


def align(
    hits: FrameHits,
    least_seconds: float = 0.0,
    shown: tuple[Times, Times] | None = None,
    step: float = 0.6,
    gain: float = PACE_GAIN,
    until: tuple[float, float] | None = None,
) -> list[Span]:
    """The stretches that two films share, longest first.

    Args:
        hits: agreeing frames of one orientation.
        least_seconds: shorter stretches are left out, unless there is no other.
        shown: all frames of either film that could agree. A stretch that begins or ends within a
            step of where one of the films does begins or ends there; and where neither film has
            anything that could agree, what agrees before or after goes on.
        step: seconds from one looked-at frame to the next.
        gain: how much more must agree at another speed for it to be believed.
        until: when the films end, in seconds; with the last frame that could agree unless told.

    Returns:
        Spans that do not explain the same hit twice, each at a speed of its own.
    """
    ends = until
    if shown is not None and until is None:
        ends = float(shown[0][1].max()), float(shown[1][1].max())
    if ends is not None and shown is not None and ends[0] < ends[1]:
        back = shown[1], shown[0]
        found = align(hits.swapped(), least_seconds, back, step, gain, (ends[1], ends[0]))
        return [span.swapped() for span in found]
    if not len(hits):
        return []
    of_first, of_second = _nearest(hits, hits.first_start), _nearest(hits, hits.second_start)
    nearest = hits.where(of_first & of_second)
    voted = _voted(nearest, gain)
    lines = _competing(nearest, [line_of(span) for span in voted], ends)
    # Beside a cut the nearest frame of one film may be another's of the other.
    hits = hits.where(of_first | of_second)
    held = (_held(hits, run) for run in best_path(hits, lines, ends, step, gain))
    spans = [span for span in held if span is not None] or voted[:1]
    if shown is not None and ends is not None:
        spans = _grown(spans, shown, ends, step)
    spans.sort(key=lambda s: -s.seconds)
    return [s for s in spans if s.seconds >= least_seconds] or spans[:1]


def _voted(hits: FrameHits, gain: float) -> list[Span]:
    """What one line after the other explains."""
    spans: list[Span] = []
    left = hits
    for _ in range(_MOST_ROUNDS):
        if not len(left):
            break
        found = spans_at(left, best_line(left, gain))
        if not found or (spans and max(s.seconds for s in found) < BIN):
            break
        spans.extend(found)
        left = left.where(~explained(left, found))
    return spans


def _competing(hits: FrameHits, voted: list[Line], ends: tuple[float, float] | None) -> list[Line]:
    """Lines voted for, others at the same speed, and those by which films begin or end together."""
    lines = [Line(1.0, 0.0)]
    if ends is not None:
        lines.append(Line(1.0, ends[1] - ends[0]))
        pace = ends[1] / ends[0]
        if PACES[0] <= pace <= PACES[-1]:
            lines.append(Line(pace, 0.0))
    others = [Line(1.0, offset) for _, offset in promising(hits, 1.0)]
    kept: list[Line] = []
    for line in (*voted, *lines, *others):
        if len(kept) >= len(voted) + _MOST_COMPETING:
            break
        if line in voted or all(
            abs(line.pace - other.pace) > 1e-6 or abs(line.offset - other.offset) > _LINES_APART
            for other in kept
        ):
            kept.append(line)
    return kept


def _held(hits: FrameHits, run: Run) -> Span | None:
    """The span that a run amounts to; None when nothing is held in it."""
    line = run.line
    first_start, first_end = overlap(hits, line)
    low, high = (run.start - line.offset) / line.pace, (run.end - line.offset) / line.pace
    inside = (first_end > first_start) & (first_end > low + 1e-6) & (first_start < high - 1e-6)
    if not inside.any():
        return None
    low = max(low, float(first_start[inside].min()))
    high = min(high, float(first_end[inside].max()))
    return span_of(hits.where(inside), line, low, high)


def _grown(
    spans: list[Span], shown: tuple[Times, Times], ends: tuple[float, float], step: float
) -> list[Span]:
    """Spans that go on to where they meet, to where the films begin and end, through nothing.

    None grows into what another one holds.
    """
    grown = []
    for span in spans:
        room = [_room(span, other) for other in spans if other is not span]
        nothing = _nothing(span, shown, ends)
        pace = line_of(span).pace
        most = max(LONGEST_GAP, span.seconds)
        more = []
        for side in (0, 1):
            free = min((beside[side] for beside in room), default=np.inf)
            meets = free / 2 if free <= _MEET else 0.0
            through = min(nothing[side], most)
            left = _left(span, ends, side)
            # On from where nothing is seen any more it may all but have reached the end.
            left = left[0] - through, left[1] - through
            more.append(min(max(meets, through + _to_the_end(left, pace, step)), free))
        grown.append(_longer(span, *more))
    return grown


def _room(span: Span, other: Span) -> tuple[float, float]:
    """Seconds of the first film that a span may grow before and after, for another one's sake."""
    pace = line_of(span).pace
    before, after = np.inf, np.inf
    for start, end, other_start, other_end, unit in (
        (span.first_start, span.first_end, other.first_start, other.first_end, 1.0),
        (span.second_start, span.second_end, other.second_start, other.second_end, pace),
    ):
        if other_start < start:
            before = min(before, max(0.0, start - other_end) / unit)
        if other_end > end:
            after = min(after, max(0.0, other_start - end) / unit)
    return before, after


def _nothing(
    span: Span, shown: tuple[Times, Times], until: tuple[float, float]
) -> tuple[float, float]:
    """Seconds of the first film, before and after a span, in which neither shows anything."""
    pace = line_of(span).pace
    before, after = np.inf, np.inf
    for (starts, ends), last, start, end, unit in (
        (shown[0], until[0], span.first_start, span.first_end, 1.0),
        (shown[1], until[1], span.second_start, span.second_end, pace),
    ):
        earlier = float(ends[starts < start - 1e-6].max(initial=0.0))
        later = float(starts[ends > end + 1e-6].min(initial=last))
        before = min(before, max(0.0, start - earlier) / unit)
        after = min(after, max(0.0, later - end) / unit)
    return before, after


def _left(span: Span, ends: tuple[float, float], side: int) -> tuple[float, float]:
    """Seconds of the first film that are left of either film before or after a span."""
    pace = line_of(span).pace
    if side == 0:
        return span.first_start, span.second_start / pace
    return ends[0] - span.first_end, (ends[1] - span.second_end) / pace


def _to_the_end(left: tuple[float, float], pace: float, step: float) -> float:
    """How much longer a span is that all but reaches where a film begins or ends.

    That is within a step of where one of them does, or within the gap that is bridged elsewhere
    too of where both do at the same time.
    """
    all_but = min(left) * max(1.0, pace) <= step or (
        max(left) <= LONGEST_GAP and abs(left[0] - left[1]) <= step / 2
    )
    return max(0.0, min(left)) if all_but else 0.0


def _longer(span: Span, before: float, after: float) -> Span:
    """A span that is longer, by seconds of the first film."""
    pace = line_of(span).pace
    return msgspec.structs.replace(
        span,
        first_start=max(0.0, span.first_start - before),
        first_end=span.first_end + after,
        second_start=max(0.0, span.second_start - before * pace),
        second_end=span.second_end + after * pace,
    )


def _nearest(hits: FrameHits, start: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which hits are about the nearest of a frame, told by its start: what else is like it less."""
    _, which = np.unique(start, return_inverse=True)
    best = np.full(which.max(initial=-1) + 1, np.iinfo(np.int16).max, np.int16)
    np.minimum.at(best, which, hits.distance)
    return np.asarray(hits.distance <= best[which] + _NEARLY)


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
        shown.append(moments(start[inside], end[inside]))
    share = span.frames / max(1, min(shown))
    return msgspec.structs.replace(span, share=round(min(1.0, share), 2))


def span_holds(span: Span, hits: FrameHits) -> NDArray[np.bool_]:
    """Which hits agree within a stretch, under its offset: the evidence for it."""
    start, end = overlap(hits, line_of(span))
    in_step = end >= start - SLACK
    return in_step & (start <= span.first_end + SLACK) & (end >= span.first_start - SLACK)


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
    line = line_of(span)
    start, end = overlap(hits, line)
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
