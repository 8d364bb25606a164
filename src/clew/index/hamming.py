"""Exact search in Hamming space by multi-index hashing with a ring filter.

The method and its proofs are cited in :mod:`clew.index.plan`. :mod:`clew.index.walk` takes the
queries through their probes; entries that survive the comparison of their near sketches come here
in waves and pass the far sketch and then the whole hash.

Clustered data (frames of a film, flat pictures) fill a few buckets with much of the data. Each
query has a budget, the time of a flat scan; a query that spends it is given up here and answered
by the flat scan instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from clew.index.compiled import kernel
from clew.index.flat import ENTRY_BITS, HashesAt, appended, distance_at
from clew.index.machine import bit_count, load_u16, load_u32, load_u64, lowest_bit, prefetch
from clew.index.plan import Plan
from clew.index.tables import Table, ring_bits
from clew.index.walk import (
    BUDGET,
    COLUMNS,
    CURSOR_PLACES,
    FAR,
    FITS,
    GROUP_COLUMNS,
    NEAR,
    NEAR_MASK,
    NEAR_MOST,
    PLACE,
    ROWS,
    SKETCH_MASK,
    SKETCH_MOST,
    START,
    UNDER_WAY,
    WAVE,
    WIDTH,
    walk,
)

BLOCK = 256  # queries that go through a table together

# What survivors take of a query's budget, in nanoseconds (compare plan.py).
_SURVIVOR_COST = 14
_FULL_COST = 50

_ZERO = np.uint64(0)
_ONE = np.uint64(1)
_2 = np.uint64(2)
_5 = np.uint64(5)
_32 = np.uint64(32)
_40 = np.uint64(40)
_48 = np.uint64(48)
_BYTE = np.uint64(255)
_SKETCH_BITS = np.uint64(32)


@njit(inline="always")
def _differences(y0: Any, y1: Any, y2: Any, y3: Any, start: Any, width: Any, mask: Any) -> Any:
    return bit_count(ring_bits(y0, y1, y2, y3, start, width) & mask)


@kernel
def _found_before(tables: Any, whole: Any, chunk: Any, y0: Any, y1: Any, y2: Any, y3: Any) -> Any:
    """Whether a table before ``chunk`` finds the entry with this difference to the query too.

    So each hit is reported once, without remembering which were seen.
    """
    for earlier in range(chunk):
        start, width = tables[earlier, START], tables[earlier, WIDTH]
        flips = _differences(y0, y1, y2, y3, start, width, ~_ZERO)
        if flips + _ONE > tables[earlier, BUDGET]:  # stored one higher: -1 means never
            continue
        after = (start + width) & _BYTE
        sketch_mask = tables[earlier, SKETCH_MASK]
        sketch = _differences(y0, y1, y2, y3, after, _SKETCH_BITS, sketch_mask)
        if sketch + flips > tables[earlier, SKETCH_MOST]:
            continue
        near_mask = tables[earlier, NEAR_MASK]
        near = _differences(y0, y1, y2, y3, after, _SKETCH_BITS, near_mask)
        if whole or near + flips <= tables[earlier, NEAR_MOST]:
            return True
    return False


@kernel
def _spread(
    whole: Any, groups: Any, count: Any, tables: Any, sketches: Any, left: Any,
    survivors: Any, near: Any, far: Any,
) -> Any:  # fmt: skip
    """Turn groups into single survivors whose far sketch fits too; returns how many."""
    number = np.uint64(0)
    for group in range(count):
        fits, first = groups[group, FITS], groups[group, PLACE]
        cost = np.int64(0)
        while fits != _ZERO:
            lane = lowest_bit(fits)
            fits &= fits - _ONE
            survivors[number] = first + lane
            if not whole:
                near[number] = groups[group, NEAR] + lane + lane
                far[number] = groups[group, FAR] + lane + lane
                prefetch(far[number])
            number += _ONE
            cost += _SURVIVOR_COST
        left[(first >> _40) & _BYTE] -= cost
    if whole:
        return number
    kept = np.uint64(0)
    for place in range(number):
        survivor = survivors[place]
        chunk, slot = (survivor >> _32) & _BYTE, (survivor >> _40) & _BYTE
        high_half = np.uint64(load_u16(far[place])) << np.uint64(16)
        difference = (np.uint64(load_u16(near[place])) | high_half) ^ sketches[slot, chunk]
        survivors[kept] = survivor
        count_bits = bit_count(difference & tables[chunk, SKETCH_MASK])
        kept += np.uint64(count_bits <= survivor >> _48)
    return kept


@kernel
def _examine(
    tables: Any, whole: Any, hash_base: Any, entries: Any, survivors: Any, count: Any,
    queries: Any, asked: Any, left: Any, radius: Any, hits: Any, found: Any,
) -> Any:  # fmt: skip
    """Compare the whole hashes of survivors; the hits, how many, and whether rows are damaged."""
    for number in range(count):
        survivor = survivors[number]
        prefetch(tables[(survivor >> _32) & _BYTE, ROWS] + ((survivor & ENTRY_BITS) << _2))
    for number in range(count):
        survivor = survivors[number]
        chunk = (survivor >> _32) & _BYTE
        row = np.uint64(load_u32(tables[chunk, ROWS] + ((survivor & ENTRY_BITS) << _2)))
        if row >= entries:
            return hits, found, True
        survivors[number] = (survivor & ~ENTRY_BITS) | row
        prefetch(hash_base + (row << _5))
    for number in range(count):
        survivor = survivors[number]
        chunk, slot = (survivor >> _32) & _BYTE, (survivor >> _40) & _BYTE
        row = survivor & ENTRY_BITS
        here = hash_base + (row << _5)
        query = asked[slot]
        q0, q1, q2, q3 = queries[query, 0], queries[query, 1], queries[query, 2], queries[query, 3]
        left[slot] -= _FULL_COST
        distance = distance_at(here, q0, q1, q2, q3)
        if distance <= radius:
            y0, y1 = load_u64(here) ^ q0, load_u64(here + np.uint64(8)) ^ q1
            y2, y3 = load_u64(here + np.uint64(16)) ^ q2, load_u64(here + np.uint64(24)) ^ q3
            if not _found_before(tables, whole, chunk, y0, y1, y2, y3):
                hits = appended(hits, found, np.uint64(query), distance, row)
                found += 1
    return hits, found, False


@kernel
def _cut(tables: Any, queries: Any, which: Any, values: Any, sketches: Any) -> None:
    """The chunk values and sketches of each query, for each table."""
    for slot in range(which.size):
        query = which[slot]
        q0, q1, q2, q3 = queries[query, 0], queries[query, 1], queries[query, 2], queries[query, 3]
        for chunk in range(tables.shape[0]):
            start, width = tables[chunk, START], tables[chunk, WIDTH]
            values[slot, chunk] = ring_bits(q0, q1, q2, q3, start, width)
            after = (start + width) & _BYTE
            sketches[slot, chunk] = ring_bits(q0, q1, q2, q3, after, _SKETCH_BITS)


@kernel
def _search(
    tables: Any, probes: Any, first_probe: Any, whole: Any, hash_base: Any, entries: Any,
    queries: Any, which: Any, radius: Any, budget: Any,
) -> Any:  # fmt: skip
    """Kernel of :func:`search`: hits, which queries were given up, how many, -1 if damaged."""
    block = min(BLOCK, which.size)
    values = np.empty((block, tables.shape[0]), np.uint64)
    sketches = np.empty((block, tables.shape[0]), np.uint64)
    bounds = np.empty(UNDER_WAY, np.uint64)
    pending = np.empty((UNDER_WAY, 3), np.uint64)
    groups = np.empty((WAVE + 1, GROUP_COLUMNS), np.uint64)
    survivors = np.empty(32 * WAVE + 1, np.uint64)
    near = np.empty(32 * WAVE, np.uint64)
    far = np.empty(32 * WAVE, np.uint64)
    cursor = np.empty(CURSOR_PLACES, np.uint64)
    given_up = np.zeros(which.size, np.bool_)
    hits = np.empty(64, np.uint64)
    found = 0
    lost: Any = 0
    # One query goes through all tables as one stream. Several go through one table after the
    # other, so that its bucket bounds stay in the second-level cache.
    together = 1 if which.size == 1 else first_probe.size - 1
    for first in range(0, which.size, BLOCK):
        asked = which[first : first + BLOCK]
        left = np.full(asked.size, budget, np.int64)
        _cut(tables, queries, asked, values, sketches)
        for group in range(together):
            begin = np.uint64(first_probe[group])
            end = np.uint64(first_probe[group + 1] if together > 1 else first_probe[-1])
            if begin == end:
                continue
            cursor[:] = 0
            cursor[3] = cursor[5] = cursor[7] = begin
            while cursor[0] == _ZERO:
                count, damaged = walk(
                    tables, probes, whole, begin, end, entries, values, sketches, left,
                    cursor, bounds, pending, groups,
                )  # fmt: skip
                if not damaged:
                    kept = _spread(
                        whole, groups, count, tables, sketches, left, survivors, near, far
                    )
                    hits, found, damaged = _examine(
                        tables, whole, hash_base, entries, survivors, kept,
                        queries, asked, left, np.uint64(radius), hits, found,
                    )  # fmt: skip
                if damaged:
                    return hits[:0], given_up, -1
        for slot in range(asked.size):
            given_up[first + slot] = left[slot] < 0
            lost += np.int64(left[slot] < 0)
    return hits[:found], given_up, lost


def describe(tables: Sequence[Table], plan: Plan) -> NDArray[np.uint64]:
    """Tables and their filters as the kernel reads them: uint64[m, 10], with addresses.

    The caller keeps the tables alive as long as the description is used.
    """
    described = np.empty((len(tables), COLUMNS), np.uint64)
    for chunk, table in enumerate(tables):
        kept = plan.filters[chunk]
        described[chunk] = (
            table.start,
            table.width,
            table.offsets.ctypes.data,
            table.sketches.ctypes.data,
            table.rows.ctypes.data,
            plan.budgets[chunk] + 1,
            kept.near_mask,
            max(0, kept.near_most),  # -1 for chunks never probed
            kept.sketch_mask,
            max(0, kept.sketch_most),
        )
    return described


class TablesDamagedError(Exception):
    """A table points outside its entries: what lies on disk is not what was written."""


def search(
    described: NDArray[np.uint64],
    plan: Plan,
    hashes: HashesAt,
    queries: NDArray[np.uint64],
    which: NDArray[np.int64],
    budget_ns: int,
) -> tuple[NDArray[np.uint64], NDArray[np.bool_] | None]:
    """All entries within ``plan.radius`` bits of the queries, through the tables.

    Args:
        described: what :func:`describe` made of the tables and the plan.
        plan: the plan the tables were described with.
        hashes: the entries the tables were built over.
        queries: uint64[q, 4], C-contiguous, q <= MOST_QUERIES.
        which: int64[w], the rows of ``queries`` to ask.
        budget_ns: a query that would take longer than about this is given up.

    Returns:
        Hits uint64[h] in no order, as :func:`clew.index.flat.scan` returns them, and bool[w]:
        which queries were given up, or None if none was. Hits of those are incomplete and must
        be thrown away.

    Raises:
        TablesDamagedError: a bucket or an entry lies outside the arrays.
    """
    hits, given_up, lost = _search(
        described,
        plan.probes,
        plan.first_probe,
        plan.whole_sketch,
        hashes.address,
        hashes.count,
        queries,
        which,
        plan.radius,
        budget_ns,
    )
    if lost < 0:
        raise TablesDamagedError
    return hits, given_up if lost else None
