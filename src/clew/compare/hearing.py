"""Which stretches two recordings share: from landmarks that agree to spans of time.

Landmarks that belong together lie on a line: the second's times are a speed times the first's and
an offset, and all bands are moved alike. Candidate pairs vote for such lines (a Hough transform,
as in Wang, ISMIR 2003, with the speed as a further axis); each line is then fitted to and judged
by *all* landmarks of both recordings, not only by those that were searched.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clew.signals.sound.landmarks import PER_OCTAVE

LARGEST_SHIFT = 5
"""Bands that pitch may be moved by, up or down: 15 %."""
LEAST_LANDMARKS = 5
"""Fewer in common are chance."""
LARGEST_DISTANCE = 76
"""Bits in which landmarks at the place that a line foretells may differ."""

_SPEEDS = np.arange(0.91, 1.105, 0.01)
_VOTING = 0.15  # seconds around a line in which pairs count as its votes
_FITTING = 0.2  # seconds around a line that is not yet fitted
_FITTED = 0.04
_SLOWEST, _FASTEST = 0.9, 1.11
_SHIFT_ERROR = 0.7  # bands
_AS_GOOD = 0.9
_SLOPE_ERROR = 0.008
_PAUSE = 2.5  # seconds without a common landmark that end a span
_IN_PLACE = 0.03  # seconds from where the line foretells it, for a looser likeness to count
_LOOSE = 104  # bits
_NEAR_CUT = 1.6  # seconds
_MARGIN = 0.1
_MOST_LINES = 20
_MOST_VOTES = 200_000


class Heard(NamedTuple):
    """Landmarks of one track, in order of time.

    Attributes:
        time: float64[n], seconds.
        band: int64[n].
        hash: uint64[n, 4].
        begin: from when the track was heard, seconds; and
        end: up to when.
    """

    time: NDArray[np.float64]
    band: NDArray[np.int64]
    hash: NDArray[np.uint64]
    begin: float
    end: float


class Line(NamedTuple):
    """Second's time = offset + slope × first's time; second's band = first's + shift."""

    offset: float
    slope: float
    shift: float


class Common(NamedTuple):
    """A stretch in common.

    Attributes:
        line: how times and bands go together.
        first: int64[m], rows of the first recording's landmarks that agree; and
        second: of the second's, pairwise.
        distance: int64[m], bits.
        share: how many of the landmarks of the one that has fewer there agree, 0 to 1.
        start: from when in the first recording, seconds; and
        end: to when.
    """

    line: Line
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    distance: NDArray[np.int64]
    share: float
    start: float
    end: float

    @property
    def seconds(self) -> float:
        """How long it lasts in the first recording."""
        return self.end - self.start

    def in_second(self, time: float) -> float:
        """The time in the second recording that belongs to one in the first."""
        return self.line.offset + self.line.slope * time


def in_common(
    first: Heard, second: Heard, rows: NDArray[np.int64], keys: NDArray[np.int64]
) -> list[Common]:
    """All stretches in common, those with most landmarks first; how surely is for the caller.

    Args:
        first: a recording.
        second: another.
        rows: landmarks of the first that are near one of the second's; and
        keys: which those are, pairwise.
    """
    shift = second.band[keys] - first.band[rows]
    keep = np.abs(shift) <= LARGEST_SHIFT
    rows, keys, shift = (
        rows[keep][:_MOST_VOTES],
        keys[keep][:_MOST_VOTES],
        shift[keep][:_MOST_VOTES],
    )
    found: list[Common] = []
    for _ in range(_MOST_LINES):
        if len(rows) < 2:
            break
        line = _most_voted(first.time[rows], second.time[keys], shift)
        if line is None:
            break
        away = _distance_from(line, first.time[rows], second.time[keys])
        voters = (away <= _VOTING) & (np.abs(shift - line.shift) <= 1)
        fitted = _fitted(first, second, line)
        if fitted is not None:
            spans = _spans(first, second, *fitted)
            found.extend(spans)
            for span in spans:
                start, end = first.time[span.first[0]] - 0.5, first.time[span.first[-1]] + 0.5
                near = _distance_from(span.line, first.time[rows], second.time[keys]) <= _FITTING
                voters |= near & (first.time[rows] >= start) & (first.time[rows] <= end)
        rows, keys, shift = rows[~voters], keys[~voters], shift[~voters]
    return sorted(found, key=lambda common: -len(common.first))


def agreeing(
    first: Heard, second: Heard, line: Line
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows of both recordings' landmarks that agree along a line, pairwise."""
    rows, keys, _ = _pairs(first, second, line, 2 * _FITTED)
    return rows, keys


def _distance_from(
    line: Line, first: NDArray[np.float64], second: NDArray[np.float64]
) -> NDArray[np.float64]:
    return np.abs(second - line.offset - line.slope * first)


def _most_voted(
    first: NDArray[np.float64], second: NDArray[np.float64], shift: NDArray[np.int64]
) -> Line | None:
    """The line with the most votes, at least two; of equals the one nearest to no change."""
    best: tuple[int, float] = (1, 0.0)
    chosen = None
    for moved in np.unique(shift):
        alike = np.abs(shift - moved) <= 1
        one, other = first[alike], second[alike]
        if len(one) < max(2, best[0]):
            continue
        # Each speed's offsets in order: the fullest window of the voting width.
        offsets = np.sort(other[None] - _SPEEDS[:, None] * one[None], axis=1)
        for slope, row in zip(_SPEEDS.tolist(), offsets, strict=True):
            counts = np.searchsorted(row, row + 2 * _VOTING, side="right") - np.arange(len(row))
            at = int(np.argmax(counts))
            score = (int(counts[at]), -abs(slope - 1) - 0.01 * abs(float(moved)))
            if score > best:
                best = score
                chosen = Line(float(row[at : at + counts[at]].mean()), slope, float(moved))
    return chosen


def _fitted(
    first: Heard, second: Heard, line: Line
) -> tuple[Line, NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]] | None:
    """The line through all landmarks near it, and those; None when they are too few."""
    within = _FITTING
    for within in (_FITTING, 0.12, _FITTED):
        rows, keys, distance = _pairs(first, second, line, within)
        if len(rows) < LEAST_LANDMARKS:
            return None
        slope, offset = line.slope, 0.0
        one, other = first.time[rows], second.time[keys]
        if np.ptp(one) > 1.0:
            slope = float(np.clip(np.polyfit(one, other, 1)[0], _SLOWEST, _FASTEST))
        offset = float(np.median(other - slope * one))
        line = Line(offset, slope, float(np.mean(second.band[keys] - first.band[rows])))
    rows, keys, distance = _pairs(first, second, line, within)
    # Few landmarks fit many speeds: unless another is clearly better, none was changed.
    unchanged = Line(float(np.median(second.time[keys] - first.time[rows])), 1.0, 0.0)
    as_it_is = _pairs(first, second, unchanged, within)
    if len(as_it_is[0]) >= _AS_GOOD * len(rows):
        line, (rows, keys, distance) = unchanged, as_it_is
    if len(rows) < LEAST_LANDMARKS or not _is_played(line):
        return None
    return line, rows, keys, distance


def _is_played(line: Line) -> bool:
    """Whether times and bands move as they do when a recording is played at another speed.

    Its pitch moves with the speed, or is held; or it alone is moved, as voices are disguised.
    """
    along = -PER_OCTAVE * np.log2(line.slope)
    return bool(
        abs(line.shift - along) <= _SHIFT_ERROR
        or abs(line.shift) <= _SHIFT_ERROR
        or abs(line.slope - 1) <= _SLOPE_ERROR
    )


def _pairs(
    first: Heard, second: Heard, line: Line, within: float, most_bits: int = LARGEST_DISTANCE
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Landmarks that agree where the line foretells it: each belongs to one pair at most."""
    foretold = line.offset + line.slope * first.time
    low = np.searchsorted(second.time, foretold - within)
    count = np.searchsorted(second.time, foretold + within, side="right") - low
    rows = np.repeat(np.arange(len(first.time)), count)
    keys = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(low, count)
    near = np.abs(second.band[keys] - first.band[rows] - line.shift) <= 1.5
    rows, keys = rows[near], keys[near]
    distance = np.bitwise_count(first.hash[rows] ^ second.hash[keys]).sum(axis=1, dtype=np.int64)
    near = distance <= most_bits
    rows, keys, distance = rows[near], keys[near], distance[near]
    order = np.argsort(distance, kind="stable")
    _, once = np.unique(rows[order], return_index=True)
    order = order[np.sort(once)]
    _, once = np.unique(keys[order], return_index=True)
    order = np.sort(order[once])
    return rows[order], keys[order], distance[order]


def _spans(
    first: Heard,
    second: Heard,
    line: Line,
    rows: NDArray[np.int64],
    keys: NDArray[np.int64],
    distance: NDArray[np.int64],
) -> list[Common]:
    """The landmarks on a line, apart where nothing agrees for a while."""
    order = np.argsort(first.time[rows], kind="stable")
    rows, keys, distance = rows[order], keys[order], distance[order]
    breaks = np.flatnonzero(np.diff(first.time[rows]) > _PAUSE) + 1
    loose = np.sort(first.time[_pairs(first, second, line, _IN_PLACE, _LOOSE)[0]])
    return [
        Common(
            line,
            rows[part],
            keys[part],
            distance[part],
            _share(first, second, rows[part], keys[part]),
            *_ends(first, second, line, first.time[rows[part]], loose),
        )
        for part in np.split(np.arange(len(rows)), breaks)
        if len(part) >= LEAST_LANDMARKS
    ]


def _ends(
    first: Heard,
    second: Heard,
    line: Line,
    times: NDArray[np.float64],
    loose: NDArray[np.float64],
) -> tuple[float, float]:
    """From when to when in the first recording, seconds.

    What is heard around a landmark near a cut is another thing on either side of it: there a
    looser likeness counts. And what goes on up to just before the end of one of the recordings
    goes on up to that end.
    """
    start, end = float(times.min()), float(times.max())
    before = loose[(loose >= start - _NEAR_CUT) & (loose <= start)]
    after = loose[(loose <= end + _NEAR_CUT) & (loose >= end)]
    start, end = float(before.min(initial=start)), float(after.max(initial=end))
    first_there = max(first.begin, (second.begin - line.offset) / line.slope)
    last_there = min(first.end, (second.end - line.offset) / line.slope)
    start = first_there if start - first_there <= _NEAR_CUT else start - _MARGIN
    end = last_there if last_there - end <= _NEAR_CUT else end + _MARGIN
    return start, end


def _share(first: Heard, second: Heard, rows: NDArray[np.int64], keys: NDArray[np.int64]) -> float:
    fewer = min(_between(first.time, first.time[rows]), _between(second.time, second.time[keys]))
    return len(rows) / max(fewer, len(rows))


def _between(times: NDArray[np.float64], some: NDArray[np.float64]) -> int:
    return int(np.searchsorted(times, some.max(), "right") - np.searchsorted(times, some.min()))
