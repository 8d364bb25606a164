"""From entries to keys, where some entries have many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clew.index.compiled import kernel
from clew.index.flat import DISTANCE_BITS, DISTANCE_SHIFT, ENTRY_BITS
from clew.index.hits import Hits
from clew.index.machine import load_u32, load_u64
from clew.index.sorting import sorted_numbers

_EACH = 64  # entries between two signposts
_SIX = np.uint64(6)
_TWO = np.uint64(2)
_THREE = np.uint64(3)
_ONE = np.uint64(1)


@kernel
def _count(packed: Any, begins: Any, signposts: Any, more_entries: Any, more: Any) -> Any:
    """Where the further keys of each hit begin; how many keys all hits have; the largest hit."""
    total = packed.size
    largest = np.uint64(0)
    last_entry = last_begin = np.uint64(0)
    for place in range(packed.size):
        entry = packed[place] & ENTRY_BITS
        largest = max(largest, packed[place])
        begin = np.uint64(signposts[entry >> _SIX])
        if entry > last_entry and last_begin > begin:  # the flat scan finds entries in order
            begin = last_begin
        while begin < more and np.uint64(load_u32(more_entries + (begin << _TWO))) < entry:
            begin += _ONE
        begins[place] = begin
        last_entry, last_begin = entry, begin
        while begin < more and np.uint64(load_u32(more_entries + (begin << _TWO))) == entry:
            begin += _ONE
            total += 1
    return total, largest


@kernel
def _expand(
    packed: Any, begins: Any, keys: Any, more_keys: Any, more_entries: Any, more: Any,
    rank: Any, key: Any,
) -> None:  # fmt: skip
    """All keys of all hits, each with the hit's query and distance (``query << 9 | distance``)."""
    at = 0
    for place in range(packed.size):
        hit_rank = packed[place] >> DISTANCE_SHIFT
        entry = packed[place] & ENTRY_BITS
        rank[at], key[at] = hit_rank, np.int64(load_u64(keys + (entry << _THREE)))
        at += 1
        begin = begins[place]
        while begin < more and np.uint64(load_u32(more_entries + (begin << _TWO))) == entry:
            rank[at], key[at] = hit_rank, np.int64(load_u64(more_keys + (begin << _THREE)))
            begin += _ONE
            at += 1


@kernel
def _expand_joined(
    packed: Any, begins: Any, keys: Any, more_keys: Any, more_entries: Any, more: Any,
    bits: Any, least: Any, joined: Any,
) -> None:  # fmt: skip
    """The same as one number each: ``(query << 9 | distance) << bits | (key - least)``."""
    at = 0
    for place in range(packed.size):
        hit_rank = packed[place] >> DISTANCE_SHIFT << bits
        entry = packed[place] & ENTRY_BITS
        joined[at] = hit_rank | (load_u64(keys + (entry << _THREE)) - least)
        at += 1
        begin = begins[place]
        while begin < more and np.uint64(load_u32(more_entries + (begin << _TWO))) == entry:
            joined[at] = hit_rank | (load_u64(more_keys + (begin << _THREE)) - least)
            begin += _ONE
            at += 1


@kernel
def _split(joined: Any, bits: Any, least: Any, query: Any, key: Any, distance: Any) -> None:
    """Sorted ``(query << 9 | distance) << bits | (key - least)`` as three columns."""
    low = (_ONE << bits) - _ONE
    for place in range(joined.size):
        rank = joined[place] >> bits
        query[place] = np.int64(rank >> np.uint64(9))
        distance[place] = np.int16(rank & DISTANCE_BITS)
        key[place] = np.int64(joined[place] & low) + least


@dataclass(frozen=True)
class FurtherKeys:
    """The keys of entries that have several.

    Attributes:
        keys: int64[n], the smallest key of each entry.
        more_keys: int64[e], the others, ordered by entry, then key.
        more_entries: uint32[e], the entry of each of those.
        signposts: uint32[n / 64 + 1], where among them entries 0, 64, 128, ... begin.
    """

    keys: NDArray[np.int64]
    more_keys: NDArray[np.int64]
    more_entries: NDArray[np.uint32]
    signposts: NDArray[np.uint32]

    @classmethod
    def over(
        cls,
        keys: NDArray[np.int64],
        more_keys: NDArray[np.int64],
        more_entries: NDArray[np.uint32],
    ) -> FurtherKeys:
        """Set up the signposts; arguments as the attributes."""
        every = np.arange(0, len(keys) + _EACH, _EACH).astype(np.uint32)
        return cls(
            keys, more_keys, more_entries, np.searchsorted(more_entries, every).astype(np.uint32)
        )

    def hits(self, packed: NDArray[np.uint64], key_range: tuple[int, int]) -> Hits:
        """Packed hits on entries (uint64[h], h >= 1) as hits on all their keys, sorted."""
        more = np.uint64(len(self.more_keys))
        more_entries = np.uint64(self.more_entries.ctypes.data)
        begins = np.empty(len(packed), np.uint64)
        total, largest_hit = _count(packed, begins, self.signposts, more_entries, more)
        at = np.uint64(self.keys.ctypes.data)
        more_at = np.uint64(self.more_keys.ctypes.data)
        least, largest = key_range
        bits = (largest - least).bit_length()
        if (int(largest_hit) >> int(DISTANCE_SHIFT)).bit_length() + bits > 64:
            rank, key = np.empty(total, np.uint64), np.empty(total, np.int64)
            _expand(packed, begins, at, more_at, more_entries, more, rank, key)
            order = np.lexsort((key, rank))
            rank = rank[order]
            query = (rank >> np.uint64(9)).astype(np.int64)
            return Hits(query, key[order], (rank & DISTANCE_BITS).astype(np.int16))
        joined = np.empty(total, np.uint64)
        shift, base = np.uint64(bits), np.uint64(least & (2**64 - 1))
        _expand_joined(packed, begins, at, more_at, more_entries, more, shift, base, joined)
        joined = sorted_numbers(joined)
        query, key = np.empty(total, np.int64), np.empty(total, np.int64)
        distance = np.empty(total, np.int16)
        _split(joined, shift, least, query, key, distance)
        return Hits(query, key, distance)
