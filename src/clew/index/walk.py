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
    prefetch,
    sketch_pairs_within,
    sketches_within,
)

# Columns of the tables as kernels read them (see hamming.describe).
START, WIDTH, OFFSETS, SKETCHES, ROWS = range(5)
BUDGET, NEAR_MASK, NEAR_MOST, SKETCH_MASK, SKETCH_MOST = range(5, 10)
COLUMNS = 10

# A group of 32 neighbours: which of them fit; ``sketch_most << 48 | slot of the query << 40 |
# chunk << 32 | place of the first``; addresses of the first's near and far sketch.
FITS, PLACE, NEAR, FAR = range(4)
GROUP_COLUMNS = 4

WAVE = 64  # groups examined together
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
_ALL_32 = np.uint64((1 << 32) - 1)
_LOW_HALF = np.uint64(0xFFFF)


@njit(inline="always")
def _ask_for(line: Any, last: Any) -> None:
    """Prefetch from one address to another, as far as the processor needs help."""
    if last > line + _STREAM:
        last = line + _STREAM
    while line < last:
        prefetch(line)
        line += _64
    prefetch(last)


@kernel
def _compare_bucket(
    low: Any, place: Any, high: Any, base: Any, sketch: Any, near_mask: Any, near_most: Any,
    tag: Any, groups: Any, count: Any,
) -> Any:  # fmt: skip
    """Compare near sketches from ``place`` on, 32 at a time; where it stopped, groups by now.

    A group is 32 neighbours of which some fit. Keeping it costs the same whether one fits or
    none, so that the processor need not guess. Stops early when a wave of groups is full.
    """
    near_sketch = np.uint16(sketch & _LOW_HALF)
    while place < high and count < _FULL:
        near, far = base + ((place + low) << _ONE), base + ((place + high) << _ONE)
        fits = sketches_within(near, near_sketch, near_mask, near_most)
        rest = high - place
        fits &= _ALL_32 if rest >= _32 else (_ONE << rest) - _ONE
        groups[count, FITS], groups[count, PLACE] = fits, tag | place
        groups[count, NEAR], groups[count, FAR] = near, far
        count += np.uint64(fits != _ZERO)
        place += _32
    return place, count


@kernel
def _compare_bucket_whole(
    low: Any, place: Any, high: Any, base: Any, sketch: Any, sketch_mask: Any, sketch_most: Any,
    tag: Any, groups: Any, count: Any,
) -> Any:  # fmt: skip
    """The same by near and far sketch at once, for radii at which many near sketches fit."""
    whole = np.uint32(sketch)
    while place < high and count < _FULL:
        near, far = base + ((place + low) << _ONE), base + ((place + high) << _ONE)
        fits = sketch_pairs_within(near, far, whole, sketch_mask, sketch_most)
        rest = high - place
        fits &= _ALL_32 if rest >= _32 else (_ONE << rest) - _ONE
        groups[count, FITS], groups[count, PLACE] = fits, tag | place
        count += np.uint64(fits != _ZERO)
        place += _32
    return place, count


@njit(inline="always")
def _ask_for_bounds(
    tables: Any, probes: Any, first: Any, last: Any, values: Any, slot: Any, bounds: Any, at: Any
) -> None:
    """First stage: find where the bounds of each probe's bucket lie, and ask for them."""
    for number in range(first, last):
        probe = probes[number]
        chunk = (probe >> _32) & _BYTE
        where = tables[chunk, OFFSETS] + ((values[slot, chunk] ^ (probe & ENTRY_BITS)) << _2)
        bounds[at] = where
        at += _ONE
        prefetch(where)


@njit(inline="always")
def _ask_for_buckets(
    tables: Any, probes: Any, first: Any, last: Any, whole: Any, entries: Any,
    bounds: Any, pending: Any, at: Any,
) -> Any:  # fmt: skip
    """Second stage: read the bounds and ask for the buckets; False if bounds cannot be true."""
    sound: Any = True
    for number in range(first, last):
        where = bounds[at]
        low, high = np.uint64(load_u32(where)), np.uint64(load_u32(where + _4))
        sound = sound and low <= high and high <= entries
        pending[at, 0], pending[at, 1], pending[at, 2] = low, low, high
        at += _ONE
        if sound and low < high:
            base = tables[(probes[number] >> _32) & _BYTE, SKETCHES]
            end = high + high if whole else low + high
            _ask_for(base + (low << _2), base + (end << _ONE) - _ONE)
    return sound


@njit(inline="always")
def _compare_buckets(
    tables: Any, probes: Any, first: Any, last: Any, whole: Any, sketches: Any, slot: Any,
    left: Any, pending: Any, at: Any, groups: Any, count: Any,
) -> Any:  # fmt: skip
    """Third stage: compare. Returns how many groups there are; stops when a wave is full."""
    cost = np.int64(0)
    for number in range(first, last):
        low, place, high = pending[at, 0], pending[at, 1], pending[at, 2]
        if place < high:
            probe = probes[number]
            chunk = (probe >> _32) & _BYTE
            tag = (probe >> _48 << _48) | (slot << _40) | (chunk << _32)
            if whole:
                reached, count = _compare_bucket_whole(
                    low, place, high, tables[chunk, SKETCHES], sketches[slot, chunk],
                    np.uint32(tables[chunk, SKETCH_MASK]), np.uint16(probe >> _48),
                    tag, groups, count,
                )  # fmt: skip
            else:
                reached, count = _compare_bucket(
                    low, place, high, tables[chunk, SKETCHES], sketches[slot, chunk],
                    np.uint16(tables[chunk, NEAR_MASK]), np.uint16((probe >> _40) & _BYTE),
                    tag, groups, count,
                )  # fmt: skip
            pending[at, 1] = reached
            cost += _PROBE_COST + np.int64((reached - place) >> _ENTRIES_PER_NS)
            if count >= _FULL:
                break
        at += _ONE
    left[slot] -= cost
    return count


@kernel
def walk(
    tables: Any, probes: Any, whole: Any, begin: Any, end: Any, entries: Any, values: Any,
    sketches: Any, left: Any, cursor: Any, bounds: Any, pending: Any, groups: Any,
) -> Any:  # fmt: skip
    """Walk all queries of a block through the probes from ``begin`` to ``end``, 8 at a step.

    Returns how many groups there are when a wave is full or the walk is over, and whether a
    table is damaged. A query with nothing ``left`` of its budget is passed over. ``cursor`` keeps
    the place, so that the next call goes on: whether the walk is over, the step, slot and probe
    of each stage, and whether the step is half done.
    """
    per_slot = (end - begin + _STEP - _ONE) // _STEP
    steps = np.uint64(left.size) * per_slot
    step, half_done = cursor[1], cursor[8] == _ONE
    slot_1, first_1, slot_2, first_2 = cursor[2], cursor[3], cursor[4], cursor[5]
    slot, first = cursor[6], cursor[7]
    count = np.uint64(0)
    while step < steps + _BOUNDS_AHEAD:
        if not half_done:
            if step < steps:
                last = min(first_1 + _STEP, end)
                at = (step & _RING) * _STEP
                _ask_for_bounds(tables, probes, first_1, last, values, slot_1, bounds, at)
                first_1 = last if last < end else begin
                slot_1 += np.uint64(last == end)
            if _BOUNDS_AHEAD - _BUCKETS_AHEAD <= step < steps + _BOUNDS_AHEAD - _BUCKETS_AHEAD:
                last = min(first_2 + _STEP, end)
                at = ((step - _BOUNDS_AHEAD + _BUCKETS_AHEAD) & _RING) * _STEP
                sound = _ask_for_buckets(
                    tables, probes, first_2, last, whole, entries, bounds, pending, at
                )
                if not sound:
                    return count, True
                first_2 = last if last < end else begin
                slot_2 += np.uint64(last == end)
        half_done = False
        if step >= _BOUNDS_AHEAD:
            last = min(first + _STEP, end)
            if left[slot] >= 0:
                at = ((step - _BOUNDS_AHEAD) & _RING) * _STEP
                count = _compare_buckets(
                    tables, probes, first, last, whole, sketches, slot,
                    left, pending, at, groups, count,
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
