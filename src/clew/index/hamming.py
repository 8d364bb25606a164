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
from clew.index.flat import ENTRY_BITS, appended, distance_at
from clew.index.machine import bit_count, load_u16, load_u32, load_u64, prefetch
from clew.index.plan import Plan
from clew.index.tables import Table, ring_bits
from clew.index.walk import (
    BUDGET,
    COLUMNS,
    CURSOR_PLACES,
    FAR,
    NEAR,
    NEAR_MASK,
    NEAR_MOST,
    ROOM_FOR_SURVIVORS,
    ROWS,
    SKETCH_MASK,
    SKETCH_MOST,
    START,
    UNDER_WAY,
    WIDTH,
    walk,
)

BLOCK = 256  # queries that go through a table together

# What examining an entry costs of a query's budget, in nanoseconds (compare plan.py).
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
def _examine(
    tables: Any,
    whole: Any,
    hash_base: Any,
    entries: Any,
    survivors: Any,
    count: Any,
    queries: Any,
    asked: Any,
    sketches: Any,
    spent: Any,
    radius: Any,
    hits: Any,
    found: Any,
) -> Any:
    """Take survivors of the near sketch through the far sketch and the whole hash."""
    kept = 0
    for number in range(count):
        survivor = survivors[number]
        chunk, slot = (survivor >> _32) & _BYTE, (survivor >> _40) & _BYTE
        place = survivor & ENTRY_BITS
        near = np.uint64(load_u16(tables[chunk, NEAR] + place + place))
        far = np.uint64(load_u16(tables[chunk, FAR] + place + place))
        difference = (near | (far << np.uint64(16))) ^ sketches[slot, chunk]
        if bit_count(difference & tables[chunk, SKETCH_MASK]) <= survivor >> _48:
            survivors[kept] = survivor
            kept += 1
            prefetch(tables[chunk, ROWS] + (place << _2))
            spent[slot] += _FULL_COST
    for number in range(kept):
        survivor = survivors[number]
        chunk = (survivor >> _32) & _BYTE
        row = np.uint64(load_u32(tables[chunk, ROWS] + ((survivor & ENTRY_BITS) << _2)))
        if row >= entries:
            return hits, found, True
        survivors[number] = (survivor & ~ENTRY_BITS) | row
        prefetch(hash_base + (row << _5))
    for number in range(kept):
        survivor = survivors[number]
        chunk, slot = (survivor >> _32) & _BYTE, (survivor >> _40) & _BYTE
        row = survivor & ENTRY_BITS
        here = hash_base + (row << _5)
        query = asked[slot]
        q0, q1, q2, q3 = queries[query, 0], queries[query, 1], queries[query, 2], queries[query, 3]
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
    """Kernel of :func:`search`: hits, which queries were given up, whether a table is damaged."""
    block = min(BLOCK, which.size)
    values = np.empty((block, tables.shape[0]), np.uint64)
    sketches = np.empty((block, tables.shape[0]), np.uint64)
    bounds = np.empty(UNDER_WAY, np.uint64)
    starts = np.empty(UNDER_WAY, np.uint64)
    stops = np.empty(UNDER_WAY, np.uint64)
    survivors = np.empty(ROOM_FOR_SURVIVORS, np.uint64)
    cursor = np.empty(CURSOR_PLACES, np.uint64)
    given_up = np.zeros(which.size, np.bool_)
    hits = np.empty(64, np.uint64)
    found = 0
    # One query goes through all tables as one stream. Several go through one table after the
    # other, so that its bucket bounds stay in the second-level cache.
    together = 1 if which.size == 1 else first_probe.size - 1
    for first in range(0, which.size, BLOCK):
        asked = which[first : first + BLOCK]
        spent = np.zeros(asked.size, np.int64)
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
                    tables, probes, whole, begin, end, entries, values, sketches, spent, budget,
                    cursor, bounds, starts, stops, survivors,
                )  # fmt: skip
                if not damaged:
                    hits, found, damaged = _examine(
                        tables, whole, hash_base, entries, survivors, count,
                        queries, asked, sketches, spent, np.uint64(radius), hits, found,
                    )  # fmt: skip
                if damaged:
                    return hits[:0], given_up, True
        for slot in range(asked.size):
            given_up[first + slot] = spent[slot] > budget
    return hits[:found], given_up, False


def describe(tables: Sequence[Table], plan: Plan) -> NDArray[np.uint64]:
    """Tables and their filters as the kernel reads them: uint64[m, 11], with addresses.

    The caller keeps the tables alive as long as the description is used.
    """
    described = np.empty((len(tables), COLUMNS), np.uint64)
    for chunk, table in enumerate(tables):
        kept = plan.filters[chunk]
        described[chunk] = (
            table.start,
            table.width,
            table.offsets.ctypes.data,
            table.near.ctypes.data,
            table.far.ctypes.data,
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
    hashes: NDArray[np.uint64],
    queries: NDArray[np.uint64],
    which: NDArray[np.int64],
    budget_ns: float,
) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    """All entries within ``plan.radius`` bits of the queries, through the tables.

    Args:
        described: what :func:`describe` made of the tables and the plan.
        plan: the plan the tables were described with.
        hashes: uint64[n, 4], C-contiguous: the entries the tables were built over.
        queries: uint64[q, 4], C-contiguous, q <= MOST_QUERIES.
        which: int64[w], the rows of ``queries`` to ask.
        budget_ns: a query that would take longer than about this is given up.

    Returns:
        Hits uint64[h] in no order, as :func:`clew.index.flat.scan` returns them, and bool[w]:
        which queries were given up. Hits of those are incomplete and must be thrown away.

    Raises:
        TablesDamagedError: a bucket or an entry lies outside the arrays.
    """
    hits, given_up, damaged = _search(
        described,
        plan.probes,
        plan.first_probe,
        plan.whole_sketch,
        np.uint64(hashes.ctypes.data),
        np.uint64(len(hashes)),
        queries,
        which,
        plan.radius,
        int(budget_ns),
    )
    if damaged:
        raise TablesDamagedError
    return hits, given_up
