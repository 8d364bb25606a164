"""The flat scan: every query against every hash, vectorised, tiled over queries.

It needs no tables, so it serves what is small, what is new, large radii, and data so clustered
that tables do not help. For one query it runs at the speed of memory; for many, a tile of hashes
stays in the first-level cache while all queries pass over it.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from clew.index.machine import bit_count, hashes_within, load_u64, lowest_bit

# 512 hashes are 16 KiB: half of a small first-level cache.
_TILE = 512


@njit(inline="always")
def distance_at(address, q0, q1, q2, q3):  # type: ignore[no-untyped-def]
    """Hamming distance of the 256-bit hash at an address to a query of four words."""
    return (
        bit_count(load_u64(address) ^ q0)
        + bit_count(load_u64(address + np.uint64(8)) ^ q1)
        + bit_count(load_u64(address + np.uint64(16)) ^ q2)
        + bit_count(load_u64(address + np.uint64(24)) ^ q3)
    )


@njit(nogil=True, cache=True)
def grown(values):  # type: ignore[no-untyped-def]
    """A copy with twice the room."""
    larger = np.empty(2 * values.size, values.dtype)
    larger[: values.size] = values
    return larger


@njit(nogil=True, cache=True)
def _scan(hashes, queries, which, radius):  # type: ignore[no-untyped-def]
    """Kernel of :func:`scan`; ``which`` are the rows of ``queries`` to ask."""
    hit_query = np.empty(256, np.int64)
    hit_entry = np.empty(256, np.int64)
    hit_distance = np.empty(256, np.int16)
    found = 0
    base = np.uint64(hashes.ctypes.data)
    row = np.uint64(32)
    limit = np.uint64(radius)
    entries = hashes.shape[0]
    for start in range(0, entries, _TILE):
        stop = min(start + _TILE, entries)
        whole = start + (stop - start) // 8 * 8
        for place in range(which.size):
            number = which[place]
            q0, q1 = queries[number, 0], queries[number, 1]
            q2, q3 = queries[number, 2], queries[number, 3]
            for entry in range(start, stop, 8):
                first = np.uint64(entry)
                if entry < whole:
                    near = hashes_within(base + first * row, q0, q1, q2, q3, limit)
                else:  # the last few rows, one by one: nothing past the end is read
                    near = np.uint64(0)
                    for lane in range(stop - entry):
                        here = base + (first + np.uint64(lane)) * row
                        if distance_at(here, q0, q1, q2, q3) <= limit:
                            near |= np.uint64(1) << np.uint64(lane)
                while near != np.uint64(0):
                    hit = first + lowest_bit(near)
                    near &= near - np.uint64(1)
                    if found == hit_query.size:
                        hit_query = grown(hit_query)
                        hit_entry = grown(hit_entry)
                        hit_distance = grown(hit_distance)
                    hit_query[found] = number
                    hit_entry[found] = np.int64(hit)
                    hit_distance[found] = np.int16(distance_at(base + hit * row, q0, q1, q2, q3))
                    found += 1
    return hit_query[:found], hit_entry[:found], hit_distance[:found]


def scan(
    hashes: NDArray[np.uint64],
    queries: NDArray[np.uint64],
    which: NDArray[np.int64],
    radius: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int16]]:
    """All entries within ``radius`` bits of the queries, by looking at every one.

    Args:
        hashes: uint64[n, 4], C-contiguous.
        queries: uint64[q, 4], C-contiguous.
        which: int64[w], the rows of ``queries`` to ask.
        radius: largest Hamming distance, 0 to 256.

    Returns:
        Row of the query int64[h], row of the hash int64[h], distance int16[h]; in no order.
    """
    found: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int16]] = _scan(
        hashes, queries, which, radius
    )
    return found
