"""Which line, a speed with an offset, explains most of the frames of two films that agree.

Every pair of agreeing frames votes for how the two films' clocks go together: for each speed of
one against the other, for an offset, as in the temporal alignment of Douze, Jégou and Schmid ("An
Image-Based Approach to Video Copy Detection With Spatio-Temporal Post-Filtering", IEEE
Transactions on Multimedia, 2010), which knows one speed. Frames here stand for spans of time
(neighbours that look alike are one feature), so a vote is an interval of offsets, and the weight
of a line is the time during which both films agree under it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clew.compare.evidence import Span
from clew.compare.lines import (
    SLACK,
    FrameHits,
    Line,
    covered,
    moments,
    nearest_of_each_moment,
    overlap,
)
from clew.compare.path import LONGEST_GAP

_GAIN = 0.1
BIN = 0.25
_MOST_OFFSETS = 24
_MOST_LINES = 128
_MOST_FOR_SPEEDS = 20_000

PACES = np.exp2(np.arange(-27, 28) / 26)
"""Seconds of the second film for one of the first, 0.49 to 2.05 in steps of 2.7 %, 1 among them."""

PACE_GAIN = 1.1
"""How much more must agree at another speed for it to be believed: at the same speed much
agrees, too, when films are short or little moves."""

_STRICTNESS = (0.34, 0.67, 1.0)
_MOST_FITS = 8


def best_line(hits: FrameHits, gain: float) -> Line:
    """The line under which the films agree for longest; at the same speed if that is as good."""
    paces = PACES if len(hits) <= _MOST_FOR_SPEEDS else np.ones(1)
    found = [
        (rough, Line(float(pace), offset))
        for pace in paces
        for rough, offset in promising(hits, float(pace))
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
    left = hits.where(~explained(hits, spans_at(hits, same)))
    rest = promising(left, 1.0)[:_MOST_OFFSETS] if len(left) else []
    most_same += max((_agreement(left, Line(1.0, o), levels) for _, o in rest), default=0.0)
    if most <= most_same * gain + _GAIN:
        return same
    return _fitted(hits, best, most, levels)


def _fitted(hits: FrameHits, line: Line, seconds: float, levels: NDArray[np.float64]) -> Line:
    """A line of another speed, moved to the middle of the frames that agree under it."""
    for _ in range(_MOST_FITS):
        start, end = overlap(hits, line)
        near = (end > start) & (hits.distance <= levels[len(levels) // 2])
        first = hits.first_start[near]
        if len(first) < 4 or np.ptp(first) < 2.0:
            break
        trust = 1.0 / (2.0 + hits.distance[near])
        pace, offset = np.polyfit(first, hits.second_start[near], 1, w=trust)
        if not PACES[0] <= pace <= PACES[-1]:
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
    start, end = overlap(hits, line)
    keep = end > start
    start, end, distance = start[keep], end[keep], hits.distance[keep]
    seconds = [covered(start[near], end[near]) for near in (distance <= n for n in levels)]
    return sum(seconds) / len(seconds) * (1 + line.pace) / 2


def promising(hits: FrameHits, pace: float) -> list[tuple[float, float]]:
    """Offsets at which much may agree at a pace, each with how much in seconds, roughly."""
    first_start, first_end = hits.first_start * pace, hits.first_end * pace
    lowest = hits.second_start - first_end
    highest = hits.second_end - first_start
    # How much agreement can each quarter second of offset have? Only quarters in which it changes
    # are kept, so that it does not matter how far apart the clocks are.
    weight = np.minimum(first_end - first_start, hits.second_end - hits.second_start)
    weight = weight / np.maximum(highest - lowest, BIN)
    changes = np.concatenate([np.floor(lowest / BIN), np.floor(highest / BIN) + 1])
    places, which = np.unique(changes, return_inverse=True)
    agreement = np.cumsum(np.bincount(which, np.concatenate([weight, -weight])))
    # Offsets under which two frames begin or end together: one of these is the best.
    exact = np.concatenate([hits.second_start - first_start, hits.second_end - first_end])
    offsets = np.unique(np.round(exact, 2))
    rough = agreement[np.searchsorted(places, np.floor(offsets / BIN), "right") - 1]
    # These are seconds of the second film; those of the first count as much.
    likely = rough * (1 + 1 / pace) / 2
    chosen = np.argsort(-likely, kind="stable")[: _MOST_LINES if pace == 1.0 else _MOST_OFFSETS]
    return list(zip(likely[chosen].tolist(), offsets[chosen].tolist(), strict=True))


def spans_at(hits: FrameHits, line: Line) -> list[Span]:
    """Stretches of agreement under one line; short gaps (a few bad frames) are bridged."""
    start, end = overlap(hits, line)
    keep = end >= start - SLACK
    if not keep.any():
        return []
    hits, start, end = hits.where(keep), start[keep], np.maximum(start, end)[keep]
    order = np.argsort(start, kind="stable")
    reach = np.maximum.accumulate(end[order])
    breaks = np.flatnonzero(start[order][1:] > reach[:-1] + LONGEST_GAP) + 1
    spans = []
    for group in np.split(order, breaks):
        agreeing = hits.where(group)
        spans.append(span_of(agreeing, line, float(start[group].min()), float(end[group].max())))
    return spans


def span_of(agreeing: FrameHits, line: Line, start: float, end: float) -> Span:
    """A span under a line, from one time of the first film to another, and what agrees in it."""
    return Span(
        first_start=start,
        first_end=end,
        second_start=max(0.0, line.pace * start + line.offset),
        second_end=max(0.0, line.pace * end + line.offset),
        distance=round(float(np.mean(nearest_of_each_moment(agreeing))), 1),
        frames=min(
            moments(agreeing.first_start, agreeing.first_end),
            moments(agreeing.second_start, agreeing.second_end),
        ),
        speed=round(1 / line.pace, 3),
    )


def explained(hits: FrameHits, spans: list[Span]) -> NDArray[np.bool_]:
    """Which hits lie inside spans already found, in either film.

    Two films that share a stretch share it once: what lies in it and agrees with another part
    too is a repetition, not a second connection.
    """
    held = np.zeros(len(hits), np.bool_)
    for span in spans:
        in_first = (hits.first_end <= span.first_end + SLACK) & (
            hits.first_start >= span.first_start - SLACK
        )
        in_second = (hits.second_end <= span.second_end + SLACK) & (
            hits.second_start >= span.second_start - SLACK
        )
        held |= in_first | in_second
    return held
