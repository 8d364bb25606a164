"""How sure a rate is that was counted."""

from __future__ import annotations

from collections.abc import Callable
from math import log

import numpy as np

_STEPS = 60


def interval(wrong: int, tried: int, surety: float = 0.95) -> tuple[float, float]:
    """The two-sided interval of a rate of `wrong` in `tried` (Clopper and Pearson, 1934)."""
    if not tried:
        return 0.0, 1.0
    tail = (1 - surety) / 2
    low = 0.0 if wrong == 0 else _solved(lambda p: 1 - _at_most(wrong - 1, tried, p) < tail)
    high = 1.0 if wrong == tried else _solved(lambda p: _at_most(wrong, tried, p) > tail)
    return low, high


def _at_most(count: int, tried: int, rate: float) -> float:
    """The chance of `count` or fewer in `tried`."""
    numbers = np.arange(count + 1)
    # From each count to the next the chance grows by (tried - k) / (k + 1) times the odds.
    steps = np.log((tried - numbers[:-1]) / (numbers[:-1] + 1)) + log(rate) - np.log1p(-rate)
    logs = tried * np.log1p(-rate) + np.concatenate([[0.0], np.cumsum(steps)])
    return float(min(1.0, np.exp(logs).sum()))


def _solved(below: Callable[[float], bool]) -> float:
    """The rate up to which something holds, found by halving on a scale of odds."""
    low, high = -60.0, 60.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if below(1 / (1 + float(np.exp(-middle)))):
            low = middle
        else:
            high = middle
    return 1 / (1 + float(np.exp(-low)))
