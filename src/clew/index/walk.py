"""The stream of probes: from one query to the entries whose sketches fit.

Memory is far away (about 100 ns), so each probe is touched three times: the bounds of its bucket
are asked for, then the bucket, then the bucket is compared. Probes go in strides of up to 32 of
one chunk, so that what belongs to the chunk stays in registers; while one stride is compared, the
buckets of the next few are on their way, and the bounds of those after them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from clew.index.compiled import kernel
from clew.index.flat import ENTRY_BITS
from clew.index.machine import (
    bit_count,
    load_u32_pair,
    prefetch,
    sketch_pairs_within,
    sketches_within,
)
from clew.index.plan import STRIDE

# Columns of the tables as kernels read them (see hamming.describe).
START, WIDTH, OFFSETS, SKETCHES, ROWS = range(5)
BUDGET, NEAR_MASK, NEAR_MOST, SKETCH_MASK, SKETCH_MOST = range(5, 10)
COLUMNS = 10

# A group of 32 neighbours: which of them fit; ``sketch_most << 48 | slot of the query << 40 |
# chunk << 32 | place of the first``; addresses of the first's near and far sketch.
FITS, PLACE, NEAR, FAR = range(4)
GROUP_COLUMNS = 4
MOST_GROUPS = 1024  # kept before their survivors are examined
BOUNDS = 8 * STRIDE  # places for bounds of buckets: those compared and those asked for

# Places of the walk's cursor: stride and probe to compare next, and how many groups are kept.
AT, PROBE, REACHED, KEPT = range(4)
CURSOR_PLACES = 4

# What the steps take of a query's budget, in nanoseconds (compare plan.py).
_PROBE_COST = 2
_SURVIVOR_COST = np.uint64(12)
_LINE_COST = np.uint64(6)

# How many strides before its turn a bucket's bounds are asked for, and the bucket itself.
_BOUNDS_AHEAD, _BUCKETS_AHEAD = np.uint64(8), np.uint64(4)
_STREAM = np.uint64(512)  # bytes after which the processor prefetches by itself
_RING = np.uint64(BOUNDS - 1)
_ZERO = np.uint64(0)
_ONE = np.uint64(1)
_2 = np.uint64(2)
_32 = np.uint64(32)
_40 = np.uint64(40)
_48 = np.uint64(48)
_64 = np.uint64(64)
_BYTE = np.uint64(255)
_ALL_32 = np.uint64((1 << 32) - 1)
_FULL = np.uint64(MOST_GROUPS)


@kernel
def _ask_for_bounds(offsets: Any, value: Any, probes: Any, first: Any, last: Any) -> None:
    """First touch: ask for the bounds of each probe's bucket."""
    for number in range(first, last):
        prefetch(offsets + ((value ^ (probes[number] & ENTRY_BITS)) << _2))


@kernel
def _ask_for_buckets(
    offsets: Any, base: Any, value: Any, probes: Any, first: Any, last: Any,
    far_too: Any, entries: Any, bounds: Any,
) -> Any:  # fmt: skip
    """Second touch: read the bounds and ask for the buckets; False if bounds cannot be true."""
    sound: Any = True
    for number in range(first, last):
        pair = load_u32_pair(offsets + ((value ^ (probes[number] & ENTRY_BITS)) << _2))
        bounds[number & _RING] = pair
        low, high = pair & ENTRY_BITS, pair >> _32
        sound = sound & (low <= high) & (high <= entries)
        line = base + (low << _2)
        end = base + ((high + (high if far_too else low)) << _ONE) - _ONE
        prefetch(line)
        line += np.uint64(63)  # a compare reads 64 bytes, however many the bucket has
        prefetch(line)
        end = min(end, line + _STREAM)
        while line < end:
            line += _64
            prefetch(line)
    return sound


@kernel
def _compare_near(
    base: Any, sketch: Any, mask: Any, tag: Any, probes: Any, number: Any, last: Any, reached: Any,
    bounds: Any, groups: Any, count: Any,
) -> Any:  # fmt: skip
    """Third touch: compare near sketches, 32 at a time.

    A group is 32 neighbours of which some fit. Keeping it costs the same whether one fits or
    none, so that the processor need not guess. Stops early when no more groups can be kept.

    Returns:
        The probe and the place in its bucket where it stopped, groups by now, and the cost.
    """
    near_sketch, near_mask = np.uint16(sketch & np.uint64(0xFFFF)), np.uint16(mask)
    survivors = lines = _ZERO
    while number < last:
        probe = probes[number]
        pair = bounds[number & _RING]
        low, high = pair & ENTRY_BITS, pair >> _32
        place = low + reached
        near_most = np.uint16((probe >> _40) & _BYTE)
        here = tag | (probe >> _48 << _48)
        while place < high and count < _FULL:
            near = base + ((place + low) << _ONE)
            fits = sketches_within(near, near_sketch, near_mask, near_most)
            rest = high - place
            fits &= _ALL_32 if rest >= _32 else (_ONE << rest) - _ONE
            groups[count, FITS], groups[count, PLACE] = fits, here | place
            groups[count, NEAR], groups[count, FAR] = near, base + ((place + high) << _ONE)
            count += np.uint64(fits != _ZERO)
            survivors += bit_count(fits)
            lines += _ONE
            place += _32
        if place < high:
            return number, place - low, count, survivors * _SURVIVOR_COST + lines * _LINE_COST
        reached = _ZERO
        number += _ONE
    return number, _ZERO, count, survivors * _SURVIVOR_COST + lines * _LINE_COST


@kernel
def _compare_whole(
    base: Any, sketch: Any, mask: Any, tag: Any, probes: Any, number: Any, last: Any, reached: Any,
    bounds: Any, groups: Any, count: Any,
) -> Any:  # fmt: skip
    """The same by near and far sketch at once, for radii at which many near sketches fit."""
    whole_sketch, whole_mask = np.uint32(sketch), np.uint32(mask)
    survivors = lines = _ZERO
    while number < last:
        probe = probes[number]
        pair = bounds[number & _RING]
        low, high = pair & ENTRY_BITS, pair >> _32
        place = low + reached
        sketch_most = np.uint16(probe >> _48)
        while place < high and count < _FULL:
            near, far = base + ((place + low) << _ONE), base + ((place + high) << _ONE)
            fits = sketch_pairs_within(near, far, whole_sketch, whole_mask, sketch_most)
            rest = high - place
            fits &= _ALL_32 if rest >= _32 else (_ONE << rest) - _ONE
            groups[count, FITS], groups[count, PLACE] = fits, tag | place
            count += np.uint64(fits != _ZERO)
            survivors += bit_count(fits)
            lines += _2
            place += _32
        if place < high:
            return number, place - low, count, survivors * _SURVIVOR_COST + lines * _LINE_COST
        reached = _ZERO
        number += _ONE
    return number, _ZERO, count, survivors * _SURVIVOR_COST + lines * _LINE_COST


@kernel
def walk(
    tables: Any, probes: Any, strides: Any, whole: Any, entries: Any, values: Any, sketches: Any,
    slot: Any, left: Any, cursor: Any, bounds: Any, groups: Any,
) -> Any:  # fmt: skip
    """Take one query through its strides, until all are done or no more groups can be kept.

    ``cursor`` says where to go on; its stride is the number of strides once all are done, or once
    the query's budget ``left`` is spent.

    Returns:
        What is left of the budget, negative once it is spent, and whether the tables are sound.
    """
    count = np.uint64(strides.shape[0])
    kept = cursor[KEPT]
    # Going on in the middle: what this step asks for was asked for already.
    step = cursor[AT] + _BOUNDS_AHEAD
    resumed = cursor[PROBE] != _ZERO or cursor[REACHED] != _ZERO
    if not resumed:
        step = _ZERO
    while step < count + _BOUNDS_AHEAD:
        if not resumed:
            if step < count:
                chunk, first, last = strides[step, 0], strides[step, 1], strides[step, 2]
                _ask_for_bounds(tables[chunk, OFFSETS], values[slot, chunk], probes, first, last)
            if _BOUNDS_AHEAD - _BUCKETS_AHEAD <= step < count + _BOUNDS_AHEAD - _BUCKETS_AHEAD:
                at = step - (_BOUNDS_AHEAD - _BUCKETS_AHEAD)
                chunk, first, last = strides[at, 0], strides[at, 1], strides[at, 2]
                if not _ask_for_buckets(
                    tables[chunk, OFFSETS], tables[chunk, SKETCHES], values[slot, chunk],
                    probes, first, last, whole, entries, bounds,
                ):  # fmt: skip
                    return left, False
        if step >= _BOUNDS_AHEAD:
            at = step - _BOUNDS_AHEAD
            chunk, first, last = strides[at, 0], strides[at, 1], strides[at, 2]
            number = cursor[PROBE] if resumed else first
            reached = cursor[REACHED] if resumed else _ZERO
            resumed = False
            tag = (np.uint64(slot) << _40) | (chunk << _32)
            base, sketch = tables[chunk, SKETCHES], sketches[slot, chunk]
            if whole:
                number, reached, kept, cost = _compare_whole(
                    base, sketch, tables[chunk, SKETCH_MASK], tag, probes, number, last, reached,
                    bounds, groups, kept,
                )  # fmt: skip
            else:
                number, reached, kept, cost = _compare_near(
                    base, sketch, tables[chunk, NEAR_MASK], tag, probes, number, last, reached,
                    bounds, groups, kept,
                )  # fmt: skip
            left -= np.int64(cost) + np.int64(last - first) * _PROBE_COST
            if left < 0:
                break
            if number < last:
                cursor[AT], cursor[PROBE], cursor[REACHED], cursor[KEPT] = (
                    at, number, reached, kept,
                )  # fmt: skip
                return left, True
        step += _ONE
    cursor[AT], cursor[PROBE], cursor[REACHED], cursor[KEPT] = count, _ZERO, _ZERO, kept
    return left, True
