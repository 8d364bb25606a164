"""Whether what two recordings share says when it was recorded, or would fit at any time.

A clock that ticks agrees with itself at every tick: that two recordings of it agree, tick by tick,
says that it is the same clock, not that it is the same recording. Shifted by one more tick they
would agree as well. Whether a landmark could be exchanged for another is told by the ratio of the
two distances (Lowe, IJCV 2004). Those that could count as one of so many, as repeated elements of
pictures do (Jegou, Douze and Schmid, "On the burstiness of visual elements", CVPR 2009).
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
_LAG = 0.04  # seconds in which lags count as one, with those just beside
_TOGETHER = 2_000  # landmarks looked at at once


class Recurrence(NamedTuple):
    """What of a stretch in common recurs.

    Attributes:
        share: of the landmarks that agree about as well when both recordings are shifted against
            each other by one more lag, the one by which most do, 0 to 1.
        distinct: how many different landmarks agree within :data:`NEARBY` either way, or in the
            whole stretch where it is shorter.
    """

    share: float
    distinct: float


def recurrence(first: Heard, second: Heard, common: Common) -> Recurrence:
    """What of a stretch recurs in either of the two recordings that share it."""
    lags = np.zeros((len(common.first), round(NEARBY / _LAG) + 2), np.int64)
    rivals = np.maximum(
        _rivals(first, common.first, second, common.second, common.distance, lags),
        _rivals(second, common.second, first, common.first, common.distance, lags),
    )
    beside = lags[:, :-2] + lags[:, 1:-1] + lags[:, 2:]
    share = float(np.count_nonzero(beside, axis=0).max()) / len(rivals)
    distinct = float((1 / (1 + rivals)).sum()) / max(1.0, common.seconds / (2 * NEARBY))
    return Recurrence(share, distinct)


def _rivals(
    one: Heard,
    rows: NDArray[np.int64],
    other: Heard,
    keys: NDArray[np.int64],
    distance: NDArray[np.int64],
    lags: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Of each landmark of one, how many of another agree with it about as well as its own does.

    How far away these are, either way, is added to ``lags``: landmarks by steps of time.
    """
    rivals = np.zeros(len(rows), np.int64)
    for part in np.split(np.arange(len(rows)), range(_TOGETHER, len(rows), _TOGETHER)):
        pair, lag = _as_good(one, rows[part], other, keys[part], distance[part])
        rivals[part] = np.bincount(pair, minlength=len(part))
        np.add.at(lags, (part[pair], np.round(lag / _LAG).astype(np.int64)), 1)
    return rivals


def _as_good(
    one: Heard,
    rows: NDArray[np.int64],
    other: Heard,
    keys: NDArray[np.int64],
    distance: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """For which landmark of one another one than its own would do, and seconds between those."""
    time = other.time[keys]
    low = np.searchsorted(other.time, time - NEARBY)
    count = np.searchsorted(other.time, time + NEARBY, side="right") - low
    pair = np.repeat(np.arange(len(rows)), count)
    key = np.arange(len(pair)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(low, count)
    lag = np.abs(other.time[key] - time[pair])
    near = (lag > _ELSEWHERE) & (np.abs(other.band[key] - other.band[keys[pair]]) <= 1)
    pair, key, lag = pair[near], key[near], lag[near]
    bits = np.bitwise_count(one.hash[rows[pair]] ^ other.hash[key]).sum(axis=1, dtype=np.int64)
    as_good = (bits <= LARGEST_DISTANCE) & (_CLEARLY * bits <= distance[pair])
    return pair[as_good], lag[as_good]
