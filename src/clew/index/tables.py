"""The tables of multi-index hashing: for each chunk of the hash, all entries by its value.

Each table is a flat array of buckets in compressed-row form: ``offsets`` says where the bucket of
a chunk value begins; in bucket order lie the entries' row numbers and their sketches: the 16 bits
that follow the chunk in each hash (near) and the 16 bits after those (far). Each bucket has first
all its near sketches, which a search reads in sequence, then all its far ones, of which it needs
a few: they are then in the same page of memory, often in the same cache line. "Follow" is
cyclic: after bit 255 comes bit 0. Bit b of a hash is bit b % 64 of its word b // 64.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from clew.index.compiled import kernel

# The vector compare reads 32 sketches at once, up to 31 beyond the end of the last bucket.
PADDING = 32

# Building sorts in two steps, so that each scatters into what a cache holds.
_ENTRIES_A_PART = 1 << 14
_MOST_HIGH_BITS = 11

_ONE = np.uint64(1)
_SIX = np.uint64(6)
_WORD_BITS = np.uint64(64)
_LAST_IN_WORD = np.uint64(63)
_LAST_BIT = np.uint64(255)
_SKETCH_BITS = np.uint64(32)
_LOW_HALF = np.uint64(0xFFFF)
_NEAR_BITS = np.uint64(16)


@dataclass(frozen=True)
class Table:
    """All entries by the value of one chunk.

    Attributes:
        start: first bit of the chunk.
        width: number of bits of the chunk.
        offsets: uint32[2**width + 1].
        sketches: uint16[2 * n + PADDING]. For a bucket from place ``low`` to ``high``, the near
            sketch of the entry at place p is number p + low, the far one number p + high.
        rows: uint32[n], rows of the entries among the hashes.
    """

    start: int
    width: int
    offsets: NDArray[np.uint32]
    sketches: NDArray[np.uint16]
    rows: NDArray[np.uint32]


@njit(inline="always")
def ring_bits(h0: Any, h1: Any, h2: Any, h3: Any, start: Any, width: Any) -> Any:
    """The ``width`` (at most 32) bits from bit ``start`` (at most 255) on, going round at 256."""
    word = start >> _SIX
    shift = start & _LAST_IN_WORD
    low = h0 if word == 0 else (h1 if word == 1 else (h2 if word == 2 else h3))
    high = h1 if word == 0 else (h2 if word == 1 else (h3 if word == 2 else h0))
    value = low >> shift
    if shift + width > _WORD_BITS:
        value |= high << (_WORD_BITS - shift)
    return value & ((_ONE << width) - _ONE)


@kernel
def _stage(
    hashes: Any, start: Any, width: Any, low_bits: Any, begins: Any, staged: Any, staged_rows: Any
) -> None:
    """First half of the sort by chunk: entries into parts, by the high bits of their chunk.

    ``begins`` has a place for each part and one more; afterwards it says where each part ends,
    and the first place is free. An entry is staged as ``low bits of the chunk << 32 | sketch``,
    so that its hash need not be fetched again.
    """
    begin, bits, low = np.uint64(start), np.uint64(width), np.uint64(low_bits)
    after = (begin + bits) & _LAST_BIT
    low_mask = (_ONE << low) - _ONE
    entries = np.uint64(hashes.shape[0])
    begins[:] = 0
    for row in range(entries):
        h0, h1, h2, h3 = hashes[row, 0], hashes[row, 1], hashes[row, 2], hashes[row, 3]
        begins[(ring_bits(h0, h1, h2, h3, begin, bits) >> low) + _ONE] += np.uint32(1)
    for part in range(1, begins.size):
        begins[part] += begins[part - 1]
    for row in range(entries):
        h0, h1, h2, h3 = hashes[row, 0], hashes[row, 1], hashes[row, 2], hashes[row, 3]
        value = ring_bits(h0, h1, h2, h3, begin, bits)
        part = value >> low
        place = np.uint64(begins[part])
        begins[part] += np.uint32(1)
        sketch = ring_bits(h0, h1, h2, h3, after, _SKETCH_BITS)
        staged[place] = sketch | ((value & low_mask) << _SKETCH_BITS)
        staged_rows[place] = np.uint32(row)


@kernel
def _fill(
    staged: Any, staged_rows: Any, ends: Any, offsets: Any, filled: Any, sketches: Any, rows: Any
) -> None:
    """Second half: each part by the low bits, within what the second-level cache holds.

    ``filled`` has a place for each bucket of a part.
    """
    buckets = np.uint64(filled.size)
    parts = np.uint64(ends.size - 1)
    begin = np.uint64(0)
    for part in range(parts):
        end = np.uint64(ends[part])
        filled[:] = 0
        for place in range(begin, end):
            filled[staged[place] >> _SKETCH_BITS] += np.uint32(1)
        first = part * buckets
        total = np.uint32(begin)
        for bucket in range(buckets):
            offsets[first + bucket] = total
            count = filled[bucket]
            filled[bucket] = total
            total += count
        offsets[first + buckets] = total
        for place in range(begin, end):
            word = staged[place]
            low = word >> _SKETCH_BITS
            bucket = first + low
            here = np.uint64(filled[low])
            filled[low] += np.uint32(1)
            near_at = here + np.uint64(offsets[bucket])
            far_at = here + np.uint64(offsets[bucket + _ONE])
            sketches[near_at] = np.uint16(word & _LOW_HALF)
            sketches[far_at] = np.uint16((word >> _NEAR_BITS) & _LOW_HALF)
            rows[here] = staged_rows[place]
        begin = end


def build_table(hashes: NDArray[np.uint64], start: int, width: int) -> Table:
    """The table of one chunk over hashes uint64[n, 4]."""
    entries = len(hashes)
    high_bits = min(width, _MOST_HIGH_BITS, (entries // _ENTRIES_A_PART).bit_length())
    begins = np.empty((1 << high_bits) + 1, np.uint32)
    staged, staged_rows = np.empty(entries, np.uint64), np.empty(entries, np.uint32)
    _stage(hashes, start, width, width - high_bits, begins, staged, staged_rows)
    offsets = np.empty((1 << width) + 1, np.uint32)
    sketches = np.empty(2 * entries + PADDING, np.uint16)
    sketches[2 * entries :] = 0
    rows = np.empty(entries, np.uint32)
    filled = np.empty(1 << (width - high_bits), np.uint32)
    _fill(staged, staged_rows, begins, offsets, filled, sketches, rows)
    return Table(start, width, offsets, sketches, rows)


def build_tables(
    hashes: NDArray[np.uint64],
    widths: Sequence[int],
    threads: int,
    done: Callable[[int, Table], Table] | None = None,
) -> list[Table]:
    """The tables of all chunks.

    Args:
        hashes: uint64[n, 4], C-contiguous.
        widths: widths of the chunks in bits, from bit 0 on.
        threads: how many tables to build at a time; each takes 20 bytes a hash until it is done.
        done: called with the number of each table and the table; what it returns is kept in the
            table's place, so that a table can go to a file and leave memory.
    """
    starts = np.concatenate([[0], np.cumsum(widths)]).tolist()

    def build(chunk: int) -> Table:
        table = build_table(hashes, starts[chunk], widths[chunk])
        return done(chunk, table) if done else table

    if threads <= 1 or len(widths) <= 1:
        return [build(chunk) for chunk in range(len(widths))]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(build, range(len(widths))))
