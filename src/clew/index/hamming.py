"""Exact search in Hamming space by multi-index hashing with a ring filter.

The method and its proofs are cited in :mod:`clew.index.plan`. :mod:`clew.index.walk` takes the
queries through their probes; entries that survive the comparison of their near sketches come here
in waves and pass the far sketch and then the whole hash.

Clustered data (frames of a film, flat pictures) fill a few buckets with much of the data. Each
query has a budget, the time of a flat scan; a query that spends it is given up here and answered
by the flat scan instead.
"""

from __future__ import annotations

import threading
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
    AT,
    BOUNDS,
    BUDGET,
    COLUMNS,
    CURSOR_PLACES,
    FAR,
    FITS,
    GROUP_COLUMNS,
    KEPT,
    MOST_GROUPS,
    NEAR,
    NEAR_MASK,
    NEAR_MOST,
    PLACE,
    PROBE,
    REACHED,
    ROWS,
    SKETCH_MASK,
    SKETCH_MOST,
    START,
    WIDTH,
    walk,
)

_BLOCK = 64  # queries that are cut into chunks together
_WAVE = 64  # groups examined together, so that their memory is on its way together
_WAITING = 64  # groups of several queries that wait to be examined together

# What a search keeps while it runs lies in one array, made once for each thread: making it anew
# takes as long as a tenth of a query.
_MOST_TABLES = 64
_SKETCHES_AT = _BLOCK * _MOST_TABLES
_GROUPS_AT = 2 * _BLOCK * _MOST_TABLES
_BOUNDS_AT = _GROUPS_AT + MOST_GROUPS * GROUP_COLUMNS
_SURVIVORS_AT = _BOUNDS_AT + BOUNDS
_NEAR_AT = _SURVIVORS_AT + 32 * _WAVE
_FAR_AT = _NEAR_AT + 32 * _WAVE
_CURSOR_AT = _FAR_AT + 32 * _WAVE
_SCRATCH = _CURSOR_AT + CURSOR_PLACES
_thread = threading.local()

_FULL_COST = 50  # what a survivor of both sketches takes of a query's budget, in nanoseconds

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
    whole: Any, groups: Any, begin: Any, end: Any, tables: Any, sketches: Any,
    survivors: Any, near: Any, far: Any,
) -> Any:  # fmt: skip
    """Turn groups into single survivors whose far sketch fits too; returns how many."""
    number = np.uint64(0)
    for group in range(begin, end):
        fits, first = groups[group, FITS], groups[group, PLACE]
        while fits != _ZERO:
            lane = lowest_bit(fits)
            fits &= fits - _ONE
            survivors[number] = first + lane
            if not whole:
                near[number] = groups[group, NEAR] + lane + lane
                far[number] = groups[group, FAR] + lane + lane
                prefetch(far[number])
            number += _ONE
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
    """Compare the whole hashes of survivors; the hits, how many, and whether rows are sound."""
    for number in range(count):
        survivor = survivors[number]
        prefetch(tables[(survivor >> _32) & _BYTE, ROWS] + ((survivor & ENTRY_BITS) << _2))
    for number in range(count):
        survivor = survivors[number]
        chunk = (survivor >> _32) & _BYTE
        row = np.uint64(load_u32(tables[chunk, ROWS] + ((survivor & ENTRY_BITS) << _2)))
        if row >= entries:
            return hits, found, False
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
    return hits, found, True


@kernel
def _examine_groups(
    tables: Any, whole: Any, hash_base: Any, entries: Any, groups: Any, count: Any, sketches: Any,
    queries: Any, asked: Any, left: Any, radius: Any, survivors: Any, near: Any, far: Any,
    hits: Any, found: Any,
) -> Any:  # fmt: skip
    """Examine all groups in waves; the hits, how many, and whether all rows are sound."""
    sound = True
    begin = _ZERO
    while begin < count and sound:
        end = min(begin + np.uint64(_WAVE), count)
        kept = _spread(whole, groups, begin, end, tables, sketches, survivors, near, far)
        hits, found, sound = _examine(
            tables, whole, hash_base, entries, survivors, kept,
            queries, asked, left, radius, hits, found,
        )  # fmt: skip
        begin = end
    return hits, found, sound


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
    tables: Any, probes: Any, strides: Any, whole: Any, hash_base: Any, entries: Any,
    queries: Any, which: Any, radius: Any, budget: Any, given_up: Any, scratch: Any,
) -> Any:  # fmt: skip
    """Kernel of :func:`search`: hits, and how many queries were given up, -1 if damaged."""
    columns = tables.shape[0]
    values = scratch[0 : _BLOCK * columns].reshape(_BLOCK, columns)
    sketches = scratch[_SKETCHES_AT : _SKETCHES_AT + _BLOCK * columns].reshape(_BLOCK, columns)
    groups = scratch[_GROUPS_AT:_BOUNDS_AT].reshape(MOST_GROUPS, GROUP_COLUMNS)
    bounds = scratch[_BOUNDS_AT:_SURVIVORS_AT]
    survivors, near = scratch[_SURVIVORS_AT:_NEAR_AT], scratch[_NEAR_AT:_FAR_AT]
    far, cursor = scratch[_FAR_AT:_CURSOR_AT], scratch[_CURSOR_AT:_SCRATCH]
    left = np.empty(_BLOCK, np.int64)
    given_up[:] = False
    hits = np.empty(64, np.uint64)
    found = 0
    lost: Any = 0
    done = np.uint64(strides.shape[0])
    for first in range(0, which.size, _BLOCK):
        asked = which[first : first + _BLOCK]
        _cut(tables, queries, asked, values, sketches)
        kept = before = _ZERO  # groups waiting; of them, those of earlier queries
        for slot in range(asked.size):
            left[slot] = budget
            cursor[AT] = cursor[PROBE] = cursor[REACHED] = _ZERO
            cursor[KEPT] = before = kept
            while cursor[AT] < done:
                left[slot], sound = walk(
                    tables, probes, strides, whole, entries, values, sketches, slot, left[slot],
                    cursor, bounds, groups,
                )  # fmt: skip
                kept = cursor[KEPT]
                if not sound:
                    return hits[:0], -1
                if left[slot] < 0:  # what it kept is not looked at: the flat scan will
                    given_up[first + slot] = True
                    lost += 1
                    kept = before
                    break
                if cursor[AT] < done or kept >= _WAITING or slot + 1 == asked.size:
                    hits, found, sound = _examine_groups(
                        tables, whole, hash_base, entries, groups, kept, sketches, queries, asked,
                        left, np.uint64(radius), survivors, near, far, hits, found,
                    )  # fmt: skip
                    if not sound:
                        return hits[:0], -1
                    cursor[KEPT] = kept = before = _ZERO
        if kept > _ZERO:  # the last query was given up, and others' groups wait
            hits, found, sound = _examine_groups(
                tables, whole, hash_base, entries, groups, kept, sketches, queries, asked,
                left, np.uint64(radius), survivors, near, far, hits, found,
            )  # fmt: skip
            if not sound:
                return hits[:0], -1
    return hits[:found], lost


def describe(tables: Sequence[Table], plan: Plan) -> NDArray[np.uint64]:
    """Tables and their filters as the kernel reads them: uint64[m, 10], with addresses.

    The caller keeps the tables alive as long as the description is used.

    Raises:
        ValueError: there are more tables than a search has room for.
    """
    if len(tables) > _MOST_TABLES:
        raise ValueError(f"a search takes at most {_MOST_TABLES} tables, not {len(tables)}")
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
    try:
        scratch = _thread.scratch
    except AttributeError:
        scratch = _thread.scratch = np.empty(_SCRATCH, np.uint64)
    given_up = np.empty(len(which), np.bool_)
    hits, lost = _search(
        described,
        plan.probes,
        plan.strides,
        plan.whole_sketch,
        hashes.address,
        hashes.count,
        queries,
        which,
        plan.radius,
        budget_ns,
        given_up,
        scratch,
    )
    if lost < 0:
        raise TablesDamagedError
    return hits, given_up if lost else None
