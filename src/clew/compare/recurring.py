"""Whether what two recordings share says when it was recorded, or would fit at any time.

A clock that ticks agrees with itself at every tick: that two recordings of it agree, tick by tick,
says that it is the same clock, not that it is the same recording. Landmarks count as one of so
many as they could be exchanged for, as repeated elements of pictures do (Jegou, Douze and Schmid,
"On the burstiness of visual elements", CVPR 2009); that they could be is told by the ratio of the
two distances (Lowe, IJCV 2004).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from clew.compare.hearing import LARGEST_DISTANCE, Common, Heard

NEARBY = 10.0
"""Seconds before and after in which what recurs is looked for: of longer loops a stretch that is
worth telling holds much that does not recur in it."""

_ELSEWHERE = 0.25  # seconds up to which two landmarks may be of one and the same event
_CLEARLY = 0.7  # of another's distance: what agrees so much better could not be exchanged for it
_TOGETHER = 2_000  # landmarks looked at at once


class Recurrence(NamedTuple):
    """What of a stretch in common recurs.

    Attributes:
        share: of the landmarks that agree about as well at another time nearby, 0 to 1.
        distinct: how many different landmarks agree within :data:`NEARBY` either way, or in the
            whole stretch where it is shorter.
    """

    share: float
    distinct: float


def recurrence(first: Heard, second: Heard, common: Common) -> Recurrence:
    """What of a stretch recurs in either of the two recordings that share it."""
    rivals = np.maximum(
        _rivals(first, common.first, second, common.second, common.distance),
        _rivals(second, common.second, first, common.first, common.distance),
    )
    distinct = float((1 / (1 + rivals)).sum()) / max(1.0, common.seconds / (2 * NEARBY))
    return Recurrence(float(np.count_nonzero(rivals)) / len(rivals), distinct)


def _rivals(
    one: Heard,
    rows: NDArray[np.int64],
    other: Heard,
    keys: NDArray[np.int64],
    distance: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Of each landmark of one, how many of another agree with it about as well as its own does."""
    parts = [
        _rivals_of_some(one, rows[part], other, keys[part], distance[part])
        for part in np.split(np.arange(len(rows)), range(_TOGETHER, len(rows), _TOGETHER))
    ]
    return np.concatenate(parts)


def _rivals_of_some(
    one: Heard,
    rows: NDArray[np.int64],
    other: Heard,
    keys: NDArray[np.int64],
    distance: NDArray[np.int64],
) -> NDArray[np.int64]:
    time = other.time[keys]
    low = np.searchsorted(other.time, time - NEARBY)
    count = np.searchsorted(other.time, time + NEARBY, side="right") - low
    pair = np.repeat(np.arange(len(rows)), count)
    key = np.arange(len(pair)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(low, count)
    elsewhere = np.abs(other.time[key] - time[pair]) > _ELSEWHERE
    elsewhere &= np.abs(other.band[key] - other.band[keys[pair]]) <= 1
    pair, key = pair[elsewhere], key[elsewhere]
    bits = np.bitwise_count(one.hash[rows[pair]] ^ other.hash[key]).sum(axis=1, dtype=np.int64)
    as_good = (bits <= LARGEST_DISTANCE) & (_CLEARLY * bits <= distance[pair])
    return np.bincount(pair[as_good], minlength=len(rows)).astype(np.int64)
