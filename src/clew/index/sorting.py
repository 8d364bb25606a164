"""Sorting hits: each hit is one number, sorted by its digits."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from clew.index.compiled import kernel

_DIGIT_BITS = 11
_DIGITS = 1 << _DIGIT_BITS
_FEW = 2000  # below this, comparing is faster than counting digits


@kernel
def sort_kernel(values: Any) -> Any:
    """Radix sort from the lowest digit on; digits that are all the same are passed over."""
    if values.size <= _FEW:
        return np.sort(values)
    differing = np.uint64(0)
    for place in range(values.size):
        differing |= values[place] ^ values[0]
    here, there = values.copy(), np.empty_like(values)
    begins = np.empty(_DIGITS, np.int64)
    for shift in range(0, 64, _DIGIT_BITS):
        low = np.uint64(shift)
        if (differing >> low) & np.uint64(_DIGITS - 1) == np.uint64(0):
            continue
        begins[:] = 0
        for place in range(here.size):
            begins[(here[place] >> low) & np.uint64(_DIGITS - 1)] += 1
        total = 0
        for digit in range(_DIGITS):
            count = begins[digit]
            begins[digit] = total
            total += count
        for place in range(here.size):
            digit = (here[place] >> low) & np.uint64(_DIGITS - 1)
            there[begins[digit]] = here[place]
            begins[digit] += 1
        here, there = there, here
    return here


def sorted_numbers(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The numbers uint64[n] in ascending order, in a new array."""
    result: NDArray[np.uint64] = sort_kernel(values)
    return result
