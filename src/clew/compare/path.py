"""Which line holds when: the best path through the lines that were voted for.

In films in which little moves, frames agree under many lines, and the line that explains most goes
on beyond where a part was cut out or put in. So the lines compete for every moment: of all paths
through time that follow one line, then another or none, the one with the most agreement is taken,
found by dynamic programming (Viterbi, IEEE Transactions on Information Theory, 1967; for copies of
films Chou, Chen and Lee, "Pattern-Based Near-Duplicate Video Retrieval and Localization on
Web-Scale Videos", IEEE Transactions on Multimedia, 2015). How much a moment agrees falls with the
distance of its frames, and another line must be worth the change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from clew.compare.lines import SLACK, FrameHits, Line, overlap

_LONGEST_SLOT = 0.25
_MOST_SLOTS_OF_ONE = 40
_CHANGE = 0.4
"""Steps from frame to frame that taking up a line costs, in full agreement."""
_OTHER_SPEED = 2.0
"""How many times as much taking up a line of another speed costs."""
_CORNER = 0.25
"""Steps that it is worth if both films begin together under a line, or end: most edits leave one of
their ends alone."""
_TOGETHER = 0.15  # seconds
_SAME_PACE = 0.02
LONGEST_GAP = 3.0
_WHOLE_GAP = 1.5
"""Times what agrees, where films begin and end together."""
_ALL_APART = 64
_LEAST_WORTH = 0.1
_WHOLE = 1.03
_MOSTLY = 0.5


@dataclass(frozen=True)
class Run:
    """A stretch of the second film during which one line holds.

    Attributes:
        line: which.
        start: seconds of the second film; end likewise.
    """

    line: Line
    start: float
    end: float


def best_path(
    hits: FrameHits,
    lines: Sequence[Line],
    ends: tuple[float, float] | None,
    step: float,
    gain: float,
) -> list[Run]:
    """The runs of the best path, in order of time.

    Args:
        hits: agreeing frames.
        lines: those that compete.
        ends: when either film ends, in seconds.
        step: seconds from one looked-at frame to the next.
        gain: how much more must agree at another speed for it to be believed.
    """
    edges = _edges(hits)
    weights = np.stack([_weights(hits, line, edges, step) for line in lines])
    worth = weights * np.diff(edges)
    cost = np.full(len(lines), _CHANGE * step)
    for row, line in enumerate(lines):
        if line.pace != 1.0:
            agreeing = float(np.diff(edges)[weights[row] > 0].sum())
            worth[row] *= _trust(line, ends, agreeing, gain)
            cost[row] *= _OTHER_SPEED
    begins = np.array([_CORNER * step * _begins(line) for line in lines])
    finishes = np.array([_CORNER * step * _finishes(line, ends) for line in lines])
    chosen = _chosen(worth, cost, begins, finishes)
    chosen = np.where(weights[chosen, np.arange(len(chosen))] > 0, chosen, -1)
    changes = (np.flatnonzero(np.diff(chosen)) + 1).tolist()
    stretches = [
        (first, last)
        for first, last in zip([0, *changes], [*changes, len(chosen)], strict=True)
        if chosen[first] >= 0
    ]
    runs = [Run(lines[chosen[a]], float(edges[a]), float(edges[b])) for a, b in stretches]
    joined = []
    for first, last in _together(runs, ends, step):
        a, b = stretches[first][0], stretches[last][1]
        total = worth[:, a:b].sum(axis=1) + begins * (a == 0) + finishes * (b == len(chosen))
        longest = max(runs[first : last + 1], key=lambda run: run.end - run.start)
        likely = [
            row for row, line in enumerate(lines) if _alike(line, longest.line, longest.start, step)
        ]
        best = max(likely, key=lambda row: (total[row], lines[row] == longest.line))
        joined.append(Run(lines[best], runs[first].start, runs[last].end))
    return joined


def _together(
    runs: list[Run], ends: tuple[float, float] | None, step: float
) -> list[tuple[int, int]]:
    """First and last of the runs that are one: of about one line, with a short gap between."""
    groups: list[tuple[int, int]] = []
    for number, run in enumerate(runs):
        if groups:
            first, last = groups[-1]
            seconds = sum(one.end - one.start for one in runs[first : number + 1])
            line = run.line
            whole = ends is not None and _begins(line, SLACK) and _finishes(line, ends, SLACK)
            longest = _WHOLE_GAP * seconds if whole else min(LONGEST_GAP, seconds)
            if run.start - runs[last].end <= longest and _alike(
                line, runs[last].line, run.start, step
            ):
                groups[-1] = first, number
                continue
        groups.append((number, number))
    return groups


def _alike(one: Line, other: Line, time: float, step: float) -> bool:
    """Whether frames a step apart can tell two lines, at a time of the second film."""
    apart = (time - one.offset) / one.pace - (time - other.offset) / other.pace
    return abs(one.pace - other.pace) <= _SAME_PACE and abs(apart) <= step


def _edges(hits: FrameHits) -> NDArray[np.float64]:
    """Times of the second film between which no frame of it changes, float64[slots + 1]."""
    edges = np.unique(np.round(np.concatenate([hits.second_start, hits.second_end]), 3))
    pieces = []
    for start, end in pairwise(edges.tolist()):
        count = min(max(1, int(np.ceil((end - start) / _LONGEST_SLOT))), _MOST_SLOTS_OF_ONE)
        pieces.append(np.linspace(start, end, count, endpoint=False))
    return np.concatenate([*pieces, edges[-1:]])


def _weights(
    hits: FrameHits, line: Line, edges: NDArray[np.float64], step: float
) -> NDArray[np.float64]:
    """How much either film agrees with the other in each slot under a line, 0 to 1.

    Between two frames that agree it goes on: at another speed every second frame of the slower film
    has no counterpart of its own.
    """
    start, end = overlap(hits, line)
    held = np.flatnonzero(end > start)
    held = held[np.argsort(-hits.distance[held], kind="stable")]
    middles = (edges[:-1] + edges[1:]) / 2
    first = np.searchsorted(middles, line.pace * start[held] + line.offset)
    last = np.searchsorted(middles, line.pace * end[held] + line.offset)
    weight = np.maximum(_LEAST_WORTH, 1 - hits.distance[held] / _ALL_APART)
    found = np.zeros(len(middles))
    for a, b, value in zip(first.tolist(), last.tolist(), weight.tolist(), strict=True):
        found[a:b] = value  # the nearest last
    agreeing = np.flatnonzero(found)
    for before, after in pairwise(agreeing.tolist()):
        if after > before + 1 and edges[after] - edges[before + 1] <= step:
            found[before + 1 : after] = min(found[before], found[after])
    return found


def _trust(line: Line, ends: tuple[float, float] | None, agreeing: float, gain: float) -> float:
    """How much a second of the second film under a line of another speed counts.

    Less than at the same speed, unless it explains both films from end to end: where little moves,
    a whole film at another speed is as likely as a part of it at its own.
    """
    whole = ends is not None and _begins(line, SLACK) and _finishes(line, ends, SLACK)
    if whole and ends is not None and agreeing >= _MOSTLY * ends[1]:
        return _WHOLE
    return min(1.0, (1 + 1 / line.pace) / 2) / gain


def _begins(line: Line, within: float = _TOGETHER) -> bool:
    return abs(line.offset) <= within


def _finishes(line: Line, ends: tuple[float, float] | None, within: float = _TOGETHER) -> bool:
    return ends is not None and abs(line.pace * ends[0] + line.offset - ends[1]) <= within


def _chosen(
    worth: NDArray[np.float64],
    cost: NDArray[np.float64],
    begins: NDArray[np.float64],
    finishes: NDArray[np.float64],
) -> NDArray[np.int64]:
    """For each slot which line the best path follows, -1 for none.

    Args:
        worth: float64[lines, slots], what each line is worth in each slot.
        cost: float64[lines], what taking it up costs;
        begins: what it is worth to begin on it; and
        finishes: to end on it.
    """
    lines, slots = worth.shape
    # Row ``lines`` stands for none.
    before = np.zeros((slots, lines + 1), np.int64)
    reached = np.append(begins - cost, 0.0)
    costs = np.append(cost, 0.0)
    stays = np.arange(lines + 1)
    for slot in range(slots):
        if slot:
            best = int(np.argmax(reached))
            changed = reached[best] - costs
            before[slot] = np.where(reached < changed, best, stays)
            reached = np.maximum(reached, changed)
        reached[:lines] += worth[:, slot]
    reached[:lines] += finishes
    chosen = np.empty(slots, np.int64)
    now = int(np.argmax(reached))
    for slot in range(slots - 1, -1, -1):
        chosen[slot] = now if now < lines else -1
        now = int(before[slot, now])
    return chosen
