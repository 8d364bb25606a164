"""The flat scan: every query against every hash, vectorised, tiled over queries.

It needs no tables, so it serves what is small, what is new, large radii, and data so clustered
that tables do not help. For one query it runs at the speed of memory; for many, a tile of hashes
stays in the first-level cache while all queries pass over it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from clew.index.compiled import kernel
from clew.index.machine import bit_count, hashes_within, load_u64, lowest_bit, prefetch
from clew.index.sorting import sort_kernel

# A hit is one number, so that sorting hits sorts them by query, then distance, then entry.
DISTANCE_SHIFT = np.uint64(32)
QUERY_SHIFT = np.uint64(41)
ENTRY_BITS = np.uint64((1 << 32) - 1)
DISTANCE_BITS = np.uint64((1 << 9) - 1)
MOST_QUERIES = 1 << 23
MOST_ENTRIES = 1 << 32

_TILE = 512  # hashes: 16 KiB, half of a small first-level cache
_AHEAD = np.uint64(4096)  # bytes prefetched ahead of the scan
_ROW = np.uint64(32)
_EIGHT_ROWS = np.uint64(256)
_ZERO = np.uint64(0)
_ONE = np.uint64(1)


@njit(inline="always")
def distance_at(address: Any, q0: Any, q1: Any, q2: Any, q3: Any) -> Any:
    """Hamming distance of the 256-bit hash at an address to a query of four words."""
    return (
        bit_count(load_u64(address) ^ q0)
        + bit_count(load_u64(address + np.uint64(8)) ^ q1)
        + bit_count(load_u64(address + np.uint64(16)) ^ q2)
        + bit_count(load_u64(address + np.uint64(24)) ^ q3)
    )


@kernel
def _with_room(hits: Any) -> Any:
    larger = np.empty(2 * hits.size, np.uint64)
    larger[: hits.size] = hits
    return larger


@kernel
def appended(hits: Any, found: Any, query: Any, distance: Any, entry: Any) -> Any:
    """``hits`` with one more at place ``found``, in a larger array if it was full."""
    if found == hits.size:
        hits = _with_room(hits)
    hits[found] = (query << QUERY_SHIFT) | (distance << DISTANCE_SHIFT) | entry
    return hits


@kernel
def _keep(
    hits: Any, found: Any, base: Any, here: Any, near: Any, number: Any,
    q0: Any, q1: Any, q2: Any, q3: Any,
) -> Any:  # fmt: skip
    """Write those of eight rows that are near to ``hits``, which has room; how many there are."""
    query = np.uint64(number) << QUERY_SHIFT
    while near != _ZERO:
        row = here + lowest_bit(near) * _ROW
        near &= near - _ONE
        distance = distance_at(row, q0, q1, q2, q3)
        hits[found] = query | (distance << DISTANCE_SHIFT) | ((row - base) // _ROW)
        found += 1
    return found


@kernel
def _next_near(here: Any, stop: Any, q0: Any, q1: Any, q2: Any, q3: Any, limit: Any) -> Any:
    """The next eight rows before ``stop`` with a hit among them: their address and which.

    A function of its own, because its few values then stay in registers: five times faster than
    the same loop inside the scan.
    """
    while here < stop:
        prefetch(here + _AHEAD)
        near = hashes_within(here, q0, q1, q2, q3, limit)
        if near != _ZERO:
            return here, near
        here += _EIGHT_ROWS
    return here, _ZERO


@kernel
def _scan(base: Any, entries: Any, queries: Any, which: Any, radii: Any) -> Any:
    """Kernel of :func:`scan`; the hashes are given by address, so they may be read-only."""
    hits = np.empty(64, np.uint64)
    found = 0
    entries = np.int64(entries)
    tile = _TILE if which.size > 1 else max(entries, 1)
    for start in range(0, entries, tile):
        stop = min(start + tile, entries)
        whole = base + np.uint64(start + (stop - start) // 8 * 8) * _ROW
        end = base + np.uint64(stop) * _ROW
        for place in range(which.size):
            number = which[place]
            q0, q1 = queries[number, 0], queries[number, 1]
            q2, q3 = queries[number, 2], queries[number, 3]
            limit = np.uint64(radii[place])
            here = base + np.uint64(start) * _ROW
            while here < whole:
                here, near = _next_near(here, whole, q0, q1, q2, q3, limit)
                if found + 8 > hits.size:
                    hits = _with_room(hits)
                found = _keep(hits, found, base, here, near, number, q0, q1, q2, q3)
                here += _EIGHT_ROWS
            row = whole
            while row < end:  # the last few one by one: nothing past the end is read
                distance = distance_at(row, q0, q1, q2, q3)
                if distance <= limit:
                    entry = (row - base) // _ROW
                    hits = appended(hits, found, np.uint64(number), distance, entry)
                    found += 1
                row += _ROW
    return hits[:found]


@kernel
def _count_distances(base: Any, entries: Any, queries: Any, which: Any) -> Any:
    """How many hashes lie at each distance: int64[w, 257]."""
    counts = np.zeros((which.size, 257), np.int64)
    entries = np.int64(entries)
    for start in range(0, entries, _TILE):
        stop = min(start + _TILE, entries)
        for place in range(which.size):
            number = which[place]
            q0, q1 = queries[number, 0], queries[number, 1]
            q2, q3 = queries[number, 2], queries[number, 3]
            for entry in range(start, stop):
                counts[place, distance_at(base + np.uint64(entry) * _ROW, q0, q1, q2, q3)] += 1
    return counts


@kernel
def _unpacked(packed: Any, keys: Any) -> Any:
    """Kernel of :func:`unpacked`."""
    packed = sort_kernel(packed)
    query = np.empty(packed.size, np.int64)
    key = np.empty(packed.size, np.int64)
    distance = np.empty(packed.size, np.int16)
    for place in range(packed.size):
        hit = packed[place]
        query[place] = np.int64(hit >> QUERY_SHIFT)
        distance[place] = np.int16((hit >> DISTANCE_SHIFT) & DISTANCE_BITS)
        key[place] = np.int64(load_u64(keys + ((hit & ENTRY_BITS) << np.uint64(3))))
    return query, key, distance


class HashesAt:
    """Hashes as kernels take them: read-only or not, they are compiled once.

    Args:
        hashes: uint64[n, 4], C-contiguous, n < 2**32; kept alive by this.
    """

    def __init__(self, hashes: NDArray[np.uint64]) -> None:
        assert hashes.flags.c_contiguous
        self.hashes = hashes
        self.address = np.uint64(hashes.ctypes.data)
        self.count = np.uint64(len(hashes))


def unpacked(
    packed: NDArray[np.uint64], keys_at: np.uint64
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int16]]:
    """Query, key and distance of packed hits, sorted by query, distance and entry.

    Args:
        packed: uint64[h].
        keys_at: address of the entries' keys, int64[n].
    """
    hits: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int16]] = _unpacked(
        packed, keys_at
    )
    return hits


def scan(
    hashes: HashesAt,
    queries: NDArray[np.uint64],
    which: NDArray[np.int64],
    radii: NDArray[np.int64],
) -> NDArray[np.uint64]:
    """All hashes within reach of the queries, by looking at every one.

    Args:
        hashes: what to look at.
        queries: uint64[q, 4], C-contiguous, q <= MOST_QUERIES.
        which: int64[w], the rows of ``queries`` to ask.
        radii: int64[w], largest Hamming distance in bits for each, 0 to 256.

    Returns:
        uint64[h] hits in no order, each ``query << 41 | distance << 32 | row of the hash``.
    """
    found: NDArray[np.uint64] = _scan(hashes.address, hashes.count, queries, which, radii)
    return found


def nearest_radii(
    hashes: HashesAt,
    queries: NDArray[np.uint64],
    which: NDArray[np.int64],
    k: int,
    max_radius: int,
) -> NDArray[np.int64]:
    """The smallest radius at which each query has at least k hashes, or ``max_radius``.

    Shapes as for :func:`scan`; returns int64[w].
    """
    counts = _count_distances(hashes.address, hashes.count, queries, which)
    enough = np.cumsum(counts, axis=1) >= k
    radii = np.where(enough.any(axis=1), enough.argmax(axis=1), 256)
    return np.minimum(radii, max_radius).astype(np.int64)
