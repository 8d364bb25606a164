"""The stream of probes: from queries to the entries whose sketches fit.

Memory is far away (about 100 ns), so each probe is touched three times: the bounds of its bucket
are asked for, then the bucket, then the bucket is compared. Probes go in steps of eight, and some
dozens are under way at any time.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from clew.index.compiled import kernel
from clew.index.flat import ENTRY_BITS
from clew.index.machine import (
    load_u32,
    lowest_bit,
    prefetch,
    sketch_pairs_within,
    sketches_within,
)

# Columns of the tables as kernels read them (see hamming.describe).
START, WIDTH, OFFSETS, NEAR, FAR, ROWS = range(6)
BUDGET, NEAR_MASK, NEAR_MOST, SKETCH_MASK, SKETCH_MOST = range(6, 11)
COLUMNS = 11

WAVE = 1024  # survivors examined together
ROOM_FOR_SURVIVORS = WAVE + 32  # one compare may add 32
UNDER_WAY = 64  # places for probes under way
CURSOR_PLACES = 9
# How many steps before its turn a bucket's bounds are asked for, and the bucket itself.
_STEP = np.uint64(8)
_BOUNDS_AHEAD = np.uint64(5)
_BUCKETS_AHEAD = np.uint64(1)
_RING = np.uint64(UNDER_WAY // 8 - 1)
_FULL = np.uint64(WAVE)

# What the steps take of a query's budget, in nanoseconds (compare plan.py).
_PROBE_COST = 22
_SURVIVOR_COST = 14
_ENTRIES_PER_NS = np.uint64(2)  # as a shift: 32 near sketches take about 8 ns

_STREAM = np.uint64(512)  # bytes after which the processor prefetches by itself
_ZERO = np.uint64(0)
_ONE = np.uint64(1)
_2 = np.uint64(2)
_4 = np.uint64(4)
_32 = np.uint64(32)
_40 = np.uint64(40)
_48 = np.uint64(48)
_64 = np.uint64(64)
_BYTE = np.uint64(255)
_LOW_HALF = np.uint64(0xFFFF)


@njit(inline="always")
def _ask_for_bucket(near: Any, low: Any, high: Any) -> None:
    """Prefetch the sketches of a bucket, as far as the processor needs help."""
    line = near + low + low
    last = near + high + high - _ONE
    if last > line + _STREAM:
        last = line + _STREAM
    while line < last:
        prefetch(line)
        line += _64
    prefetch(last)


@kernel
def _compare_bucket(
    low: Any, high: Any, near: Any, far: Any, sketch: Any, near_mask: Any, near_most: Any,
    tag: Any, survivors: Any, count: Any,
) -> Any:  # fmt: skip
    """Collect the entries of a bucket whose near sketch fits: where it stopped, how many now.

    Stops early when a wave of survivors is full.
    """
    near_sketch = np.uint16(sketch & _LOW_HALF)
    while low < high:
        fits = sketches_within(near + low + low, near_sketch, near_mask, near_most)
        if fits != _ZERO:
            if high - low < _32:
                fits &= (_ONE << (high - low)) - _ONE
            while fits != _ZERO:
                place = low + lowest_bit(fits)
                fits &= fits - _ONE
                prefetch(far + place + place)
                survivors[count] = tag | place
                count += _ONE
            if count >= _FULL:
                return low + _32, count
        low += _32
    return high, count


@kernel
def _compare_bucket_whole(
    low: Any, high: Any, near: Any, far: Any, sketch: Any, sketch_mask: Any, sketch_most: Any,
    tag: Any, survivors: Any, count: Any,
) -> Any:  # fmt: skip
    """The same by near and far sketch at once, for radii at which many near sketches fit."""
    whole = np.uint32(sketch)
    while low < high:
        fits = sketch_pairs_within(
            near + low + low, far + low + low, whole, sketch_mask, sketch_most
        )
        if fits != _ZERO:
            if high - low < _32:
                fits &= (_ONE << (high - low)) - _ONE
            while fits != _ZERO:
                survivors[count] = tag | (low + lowest_bit(fits))
                fits &= fits - _ONE
                count += _ONE
            if count >= _FULL:
                return low + _32, count
        low += _32
    return high, count


@njit(inline="always")
def _ask_for_bounds(
    tables: Any, probes: Any, first: Any, last: Any, values: Any, slot: Any, bounds: Any, place: Any
) -> None:
    """First stage: find where the bounds of each probe's bucket lie, and ask for them."""
    for number in range(first, last):
        probe = probes[number]
        chunk = (probe >> _32) & _BYTE
        where = tables[chunk, OFFSETS] + ((values[slot, chunk] ^ (probe & ENTRY_BITS)) << _2)
        bounds[place] = where
        place += _ONE
        prefetch(where)


@njit(inline="always")
def _ask_for_buckets(
    tables: Any, probes: Any, first: Any, last: Any, whole: Any, entries: Any,
    bounds: Any, starts: Any, stops: Any, place: Any,
) -> Any:  # fmt: skip
    """Second stage: read the bounds and ask for the buckets; False if bounds cannot be true."""
    sound: Any = True
    for number in range(first, last):
        where = bounds[place]
        low, high = np.uint64(load_u32(where)), np.uint64(load_u32(where + _4))
        sound = sound and low <= high and high <= entries
        starts[place], stops[place] = low, high
        place += _ONE
        if sound and low < high:
            chunk = (probes[number] >> _32) & _BYTE
            _ask_for_bucket(tables[chunk, NEAR], low, high)
            if whole:
                _ask_for_bucket(tables[chunk, FAR], low, high)
    return sound


@njit(inline="always")
def _compare_buckets(
    tables: Any, probes: Any, first: Any, last: Any, whole: Any, sketches: Any, slot: Any,
    spent: Any, starts: Any, stops: Any, place: Any, survivors: Any, count: Any,
) -> Any:  # fmt: skip
    """Third stage: compare. Returns the survivors so far; stops when a wave of them is full."""
    cost = np.int64(0)
    before = count
    for number in range(first, last):
        low, high = starts[place], stops[place]
        if low < high:
            probe = probes[number]
            chunk = (probe >> _32) & _BYTE
            sketch = sketches[slot, chunk]
            tag = (probe >> _48 << _48) | (slot << _40) | (chunk << _32)
            if whole:
                reached, count = _compare_bucket_whole(
                    low, high, tables[chunk, NEAR], tables[chunk, FAR], sketch,
                    np.uint32(tables[chunk, SKETCH_MASK]), np.uint16(probe >> _48),
                    tag, survivors, count,
                )  # fmt: skip
            else:
                reached, count = _compare_bucket(
                    low, high, tables[chunk, NEAR], tables[chunk, FAR], sketch,
                    np.uint16(tables[chunk, NEAR_MASK]), np.uint16((probe >> _40) & _BYTE),
                    tag, survivors, count,
                )  # fmt: skip
            starts[place] = reached
            cost += _PROBE_COST + np.int64((reached - low) >> _ENTRIES_PER_NS)
            if count >= _FULL:
                break
        place += _ONE
    spent[slot] += cost + _SURVIVOR_COST * (count - before)
    return count


@kernel
def walk(
    tables: Any, probes: Any, whole: Any, begin: Any, end: Any, entries: Any, values: Any,
    sketches: Any, spent: Any, budget: Any, cursor: Any, bounds: Any, starts: Any, stops: Any,
    survivors: Any,
) -> Any:  # fmt: skip
    """Walk all queries of a block through the probes from ``begin`` to ``end``, 8 at a step.

    Returns how many survivors there are when a wave is full or the walk is over, and whether a
    table is damaged. ``cursor`` keeps the place, so that the next call goes on: whether the walk
    is over, the step, slot and probe of each stage, and whether the step is half done.
    """
    per_slot = (end - begin + _STEP - _ONE) // _STEP
    steps = np.uint64(spent.size) * per_slot
    step, half_done = cursor[1], cursor[8] == _ONE
    slot_1, first_1, slot_2, first_2 = cursor[2], cursor[3], cursor[4], cursor[5]
    slot, first = cursor[6], cursor[7]
    count = np.uint64(0)
    while step < steps + _BOUNDS_AHEAD:
        if not half_done:
            if step < steps:
                last = min(first_1 + _STEP, end)
                place = (step & _RING) * _STEP
                _ask_for_bounds(tables, probes, first_1, last, values, slot_1, bounds, place)
                first_1 = last if last < end else begin
                slot_1 += np.uint64(last == end)
            if _BOUNDS_AHEAD - _BUCKETS_AHEAD <= step < steps + _BOUNDS_AHEAD - _BUCKETS_AHEAD:
                last = min(first_2 + _STEP, end)
                place = ((step - _BOUNDS_AHEAD + _BUCKETS_AHEAD) & _RING) * _STEP
                sound = _ask_for_buckets(
                    tables, probes, first_2, last, whole, entries, bounds, starts, stops, place
                )
                if not sound:
                    return count, True
                first_2 = last if last < end else begin
                slot_2 += np.uint64(last == end)
        half_done = False
        if step >= _BOUNDS_AHEAD:
            last = min(first + _STEP, end)
            if spent[slot] <= budget:
                place = ((step - _BOUNDS_AHEAD) & _RING) * _STEP
                count = _compare_buckets(
                    tables, probes, first, last, whole, sketches, slot,
                    spent, starts, stops, place, survivors, count,
                )  # fmt: skip
                if count >= _FULL:
                    cursor[1], cursor[8] = step, _ONE
                    cursor[2], cursor[3], cursor[4], cursor[5] = slot_1, first_1, slot_2, first_2
                    cursor[6], cursor[7] = slot, first
                    return count, False
            first = last if last < end else begin
            slot += np.uint64(last == end)
        step += _ONE
    cursor[0] = _ONE
    return count, False
