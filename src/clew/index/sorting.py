"""Sorting hits: each hit is one number, sorted by its digits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from clew.index.compiled import kernel
from clew.index.machine import lowest_bit

_DIGIT_BITS = np.uint64(12)  # 4,096 counters of 8 bytes stay in the first-level cache
_DIGITS = 1 << 12
_LAST_DIGIT = np.uint64(_DIGITS - 1)
_FEW = 2000  # below this, comparing is faster than counting digits


@kernel
def sort_kernel(values: Any) -> Any:
    """Radix sort from the lowest bit on that is not the same in all numbers.

    Moves the numbers of ``values`` about, and may return that array or another: every further
    one costs its pages, which for tens of thousands of hits takes as long as sorting them.
    """
    if values.size <= _FEW:
        values.sort()
        return values
    differing = np.uint64(0)
    for place in range(values.size):
        differing |= values[place] ^ values[0]
    here, there = values, np.empty_like(values)
    begins = np.empty(_DIGITS, np.int64)
    low = np.uint64(0)
    while low < np.uint64(64) and differing >> low != np.uint64(0):
        low += lowest_bit(differing >> low)
        begins[:] = 0
        for place in range(here.size):
            begins[(here[place] >> low) & _LAST_DIGIT] += 1
        total = 0
        for digit in range(_DIGITS):
            count = begins[digit]
            begins[digit] = total
            total += count
        for place in range(here.size):
            digit = (here[place] >> low) & _LAST_DIGIT
            there[begins[digit]] = here[place]
            begins[digit] += 1
        here, there = there, here
        low += _DIGIT_BITS
    return here


def sorted_numbers(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The numbers uint64[n] in ascending order; those of the argument are in no order then."""
    result: NDArray[np.uint64] = sort_kernel(values)
    return result
