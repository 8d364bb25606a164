"""A block: hashes that never change, their keys, and (if there are many) tables to search them.

Segments on disk and what is in memory are blocks alike. Equal hashes are one entry: frames of a
film and flat pictures repeat a hash by the thousand, and folding them is what keeps buckets
short. Entries are ordered by the smallest key that has their hash, so that a key is found by
bisection and no permutation is stored; the further keys of an entry are kept aside.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from clew.index.compiled import kernel
from clew.index.flat import (
    MOST_ENTRIES,
    QUERY_SHIFT,
    HashesAt,
    nearest_radii,
    scan,
    unpacked,
)
from clew.index.further import FurtherKeys
from clew.index.hamming import describe, search
from clew.index.hits import Hits
from clew.index.machine import prefetch
from clew.index.plan import Plan, choose_widths, expected_ns, flat_is_faster, flat_ns, make_plan
from clew.index.tables import Table, build_tables

# A query that spends three times what random data would take it is left to the flat scan, but not
# before this part of a flat scan's time, and in any case after that one.
_LEAST_PATIENCE, _MOST_PATIENCE = 0.15, 0.6
_AHEAD = 24


@njit(inline="always")
def _mixed(h0: Any, h1: Any, h2: Any, h3: Any, seed: Any) -> Any:
    value = seed
    for word in (h0, h1, h2, h3):
        value = (value ^ word) * np.uint64(0x9E3779B97F4A7C15)
        value ^= value >> np.uint64(29)
    return value


@kernel
def _fold(hashes: Any, slots: Any, entry_of: Any, first_row: Any, seed: Any) -> Any:
    """Give equal hashes one entry number, in order of appearance; returns how many there are.

    ``slots`` is an open-addressing table of 2**k places, zero where empty, else entry + 1. The
    seed is secret, so that nobody can make hashes that all fall into the same places.
    """
    last = np.uint64(slots.size - 1)
    base = np.uint64(slots.ctypes.data)
    places = np.empty(_AHEAD, np.uint64)
    entries = 0
    rows = hashes.shape[0]
    for step in range(rows + _AHEAD):
        turn = step % _AHEAD
        row = step - _AHEAD
        place = places[turn]
        if step < rows:
            mixed = _mixed(hashes[step, 0], hashes[step, 1], hashes[step, 2], hashes[step, 3], seed)
            places[turn] = mixed & last
            prefetch(base + ((mixed & last) << np.uint64(2)))
        if row < 0:
            continue
        while True:
            entry = np.int64(slots[place]) - 1
            if entry < 0:
                slots[place] = np.uint32(entries + 1)
                first_row[entries] = np.uint32(row)
                entry_of[row] = np.uint32(entries)
                entries += 1
                break
            other = np.int64(first_row[entry])
            if (
                hashes[other, 0] == hashes[row, 0]
                and hashes[other, 1] == hashes[row, 1]
                and hashes[other, 2] == hashes[row, 2]
                and hashes[other, 3] == hashes[row, 3]
            ):
                entry_of[row] = np.uint32(entry)
                break
            place = (place + np.uint64(1)) & last
    return entries


@dataclass(frozen=True)
class Entries:
    """Distinct hashes and all keys that have them.

    Attributes:
        hashes: uint64[n, 4], distinct when folded.
        keys: int64[n], the smallest key of each entry, ascending.
        more_keys: int64[e], all further keys, ordered by entry, then key.
        more_entries: uint32[e], the entry of each.
        more_by_key: uint32[e], the order that sorts ``more_keys``.
    """

    hashes: NDArray[np.uint64]
    keys: NDArray[np.int64]
    more_keys: NDArray[np.int64]
    more_entries: NDArray[np.uint32]
    more_by_key: NDArray[np.uint32]

    @classmethod
    def unfolded(cls, keys: NDArray[np.int64], hashes: NDArray[np.uint64]) -> Entries:
        """One entry for each row; keys int64[n] ascending, hashes uint64[n, 4]."""
        none = np.empty(0, np.uint32)
        return cls(hashes, keys, np.empty(0, np.int64), none, none)

    @classmethod
    def folded(cls, keys: NDArray[np.int64], hashes: NDArray[np.uint64]) -> Entries:
        """One entry for each distinct hash; keys int64[n] ascending, hashes uint64[n, 4]."""
        rows = len(keys)
        if rows >= MOST_ENTRIES - 1:
            raise ValueError(f"a block holds fewer than {MOST_ENTRIES} hashes, not {rows}")
        slots = np.zeros(1 << max(4, (2 * rows).bit_length()), np.uint32)
        entry_of = np.empty(rows, np.uint32)
        first_row = np.empty(rows, np.uint32)
        seed = np.uint64(secrets.randbits(64))
        count = int(_fold(hashes, slots, entry_of, first_row, seed))
        if count == rows:
            return cls.unfolded(keys, hashes)
        first_row = first_row[:count]
        further = np.ones(rows, np.bool_)
        further[first_row] = False
        more_keys, more_entries = keys[further], entry_of[further]
        order = np.argsort(more_entries, kind="stable")  # keys stay ascending within an entry
        more_keys, more_entries = more_keys[order], more_entries[order]
        by_key = np.argsort(more_keys, kind="stable").astype(np.uint32)
        return cls(hashes[first_row], keys[first_row], more_keys, more_entries, by_key)

    @property
    def key_count(self) -> int:
        """How many keys there are."""
        return len(self.keys) + len(self.more_keys)

    def rows(self) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
        """All keys int64[n] in ascending order and the hash of each uint64[n, 4]."""
        if not len(self.more_keys):
            return self.keys, self.hashes
        keys = np.concatenate([self.keys, self.more_keys])
        entries = np.concatenate([np.arange(len(self.keys), dtype=np.uint32), self.more_entries])
        order = np.argsort(keys, kind="stable")
        return keys[order], self.hashes[entries[order]]

    def find(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        """The entry of each key int64[q], or -1."""
        found = np.full(len(keys), -1, np.int64)
        if len(self.keys):
            place = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
            here = self.keys[place] == keys
            found[here] = place[here]
        if len(self.more_keys):
            place = np.searchsorted(self.more_keys, keys, sorter=self.more_by_key)
            place = self.more_by_key[np.minimum(place, len(self.more_keys) - 1)]
            here = self.more_keys[place] == keys
            found[here] = self.more_entries[place[here]]
        return found

    def key_range(self) -> tuple[int, int]:
        """Smallest and largest key."""
        if not len(self.keys):
            return 0, 0
        largest = int(self.keys[-1])
        if len(self.more_keys):
            largest = max(largest, int(self.more_keys[self.more_by_key[-1]]))
        return int(self.keys[0]), largest


@dataclass(frozen=True)
class _Way:
    plan: Plan
    described: NDArray[np.uint64]
    budget_ns: int


@dataclass(frozen=True, eq=False)
class Block:
    """Entries and the tables over them; without tables the flat scan serves every query."""

    entries: Entries
    tables: tuple[Table, ...] = ()
    _at: HashesAt = field(init=False, repr=False)
    _keys_at: np.uint64 = field(init=False, repr=False)
    _further: FurtherKeys | None = field(init=False, repr=False)
    _ways: dict[tuple[int, bool], _Way | None] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        # Looking these up takes microseconds, which is much of a single query's time.
        object.__setattr__(self, "_at", HashesAt(self.entries.hashes))
        object.__setattr__(self, "_keys_at", np.uint64(self.entries.keys.ctypes.data))
        object.__setattr__(self, "_further", None)

    @classmethod
    def flat(cls, keys: NDArray[np.int64], hashes: NDArray[np.uint64]) -> Block:
        """A block without tables; keys int64[n] ascending, hashes uint64[n, 4]."""
        return cls(Entries.unfolded(keys, hashes))

    @classmethod
    def with_tables(
        cls, keys: NDArray[np.int64], hashes: NDArray[np.uint64], threads: int
    ) -> Block:
        """A folded block with the tables its size asks for; arguments as for :meth:`flat`."""
        entries = Entries.folded(keys, hashes)
        widths = choose_widths(len(entries.keys))
        return cls(entries, tuple(build_tables(entries.hashes, widths, threads)))

    def __len__(self) -> int:
        return self.entries.key_count

    @property
    def widths(self) -> tuple[int, ...]:
        """Widths of the chunks the tables are cut by."""
        return tuple(table.width for table in self.tables)

    def search(self, queries: NDArray[np.uint64], which: NDArray[np.int64], radius: int) -> Hits:
        """All keys within ``radius`` bits of the queries ``which``, sorted."""
        return self._hits(self._packed(queries, which, radius))

    def nearest_radii(
        self, queries: NDArray[np.uint64], which: NDArray[np.int64], k: int, max_radius: int
    ) -> NDArray[np.int64]:
        """For each query a radius, at most ``max_radius``, within which k entries lie."""
        return nearest_radii(self._at, queries, which, k, max_radius)

    def scan(
        self, queries: NDArray[np.uint64], which: NDArray[np.int64], radii: NDArray[np.int64]
    ) -> Hits:
        """As :meth:`search`, by the flat scan, with a radius for each query."""
        return self._hits(scan(self._at, queries, which, radii))

    def _hits(self, packed: NDArray[np.uint64]) -> Hits:
        """Hits on entries as hits on all their keys, sorted."""
        entries = self.entries
        if not len(packed):
            return Hits.empty()
        if not len(entries.more_keys):
            return Hits(*unpacked(packed, self._keys_at))
        if self._further is None:  # at the first hit, not when a segment is opened
            further = FurtherKeys.over(entries.keys, entries.more_keys, entries.more_entries)
            object.__setattr__(self, "_further", further)
        assert self._further is not None
        return self._further.hits(packed, entries.key_range())

    def _way(self, radius: int, single: bool) -> _Way | None:
        """How to search the tables for a radius; None where the flat scan is faster."""
        if (radius, single) not in self._ways:
            queries, entries = 1 if single else 2, len(self.entries.keys)
            if flat_is_faster(self.widths, radius, entries, queries):
                self._ways[radius, single] = None
            else:
                plan = make_plan(self.widths, radius)
                budget = _budget_ns(expected_ns(self.widths, radius, entries), entries, queries)
                self._ways[radius, single] = _Way(plan, describe(self.tables, plan), budget)
        return self._ways[radius, single]

    def _packed(
        self, queries: NDArray[np.uint64], which: NDArray[np.int64], radius: int
    ) -> NDArray[np.uint64]:
        way = self._way(radius, len(which) == 1)
        if way is None:
            return scan(self._at, queries, which, np.full(len(which), radius))
        hits, given_up = search(way.described, way.plan, self._at, queries, which, way.budget_ns)
        if given_up is None:
            return hits
        left = which[given_up]
        if len(left) == len(which):
            return scan(self._at, queries, which, np.full(len(which), radius))
        kept = hits[~np.isin((hits >> QUERY_SHIFT).astype(np.int64), left)]
        rest = scan(self._at, queries, left, np.full(len(left), radius))
        return np.concatenate([kept, rest])


def _budget_ns(expected: float, entries: int, queries: int) -> int:
    """Time after which a query leaves the tables, in nanoseconds."""
    flat = flat_ns(entries, queries)
    return int(max(_LEAST_PATIENCE * flat, min(3 * expected, _MOST_PATIENCE * flat)))
