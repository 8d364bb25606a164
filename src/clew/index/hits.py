"""What a search returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clew.index.sorting import sorted_numbers

_DISTANCES = 257


@dataclass(frozen=True)
class Hits:
    """All hits of a batch of queries, sorted by query, then distance, then key.

    Attributes:
        query: int64[n], row of the query in the batch.
        key: int64[n], key of the stored hash.
        distance: int16[n], Hamming distance in bits, 0 to 256.
    """

    query: NDArray[np.int64]
    key: NDArray[np.int64]
    distance: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.query)

    @staticmethod
    def empty() -> Hits:
        """No hits."""
        return _NONE

    @classmethod
    def merged(cls, parts: Sequence[Hits]) -> Hits:
        """The hits of several parts of an index, each sorted, as one, sorted."""
        found = [part for part in parts if len(part)] if len(parts) > 1 else parts
        if not found:
            return _NONE
        if len(found) == 1:
            return found[0]
        query = np.concatenate([part.query for part in found])
        key = np.concatenate([part.key for part in found])
        distance = np.concatenate([part.distance for part in found])
        return cls(*_sorted(query, key, distance))

    @classmethod
    def joined(cls, parts: Sequence[Hits]) -> Hits:
        """Hits of consecutive slices of a batch, each sorted, as one."""
        return cls(
            np.concatenate([np.empty(0, np.int64), *(part.query for part in parts)]),
            np.concatenate([np.empty(0, np.int64), *(part.key for part in parts)]),
            np.concatenate([np.empty(0, np.int16), *(part.distance for part in parts)]),
        )

    def of_queries(self, wanted: NDArray[np.bool_]) -> Hits:
        """The hits of those queries for which ``wanted`` (bool[q]) is true."""
        kept = wanted[self.query]
        return Hits(self.query[kept], self.key[kept], self.distance[kept])

    def distinct(self) -> Hits:
        """Each key once for each query, where parts that were merged overlap."""
        new = np.ones(len(self), np.bool_)
        new[1:] = (self.key[1:] != self.key[:-1]) | (self.query[1:] != self.query[:-1])
        return self if new.all() else Hits(self.query[new], self.key[new], self.distance[new])

    def nearest(self, k: int) -> Hits:
        """The first k hits of each query; ties go to the smaller key."""
        if len(self) == 0:
            return self
        starts = np.flatnonzero(np.r_[True, self.query[1:] != self.query[:-1]])
        lengths = np.diff(np.r_[starts, len(self)])
        place = np.arange(len(self)) - np.repeat(starts, lengths)
        kept = place < k
        return Hits(self.query[kept], self.key[kept], self.distance[kept])


def _sorted(
    query: NDArray[np.int64], key: NDArray[np.int64], distance: NDArray[np.int16]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int16]]:
    """The three columns sorted by query, distance, key."""
    rank = query * np.int64(_DISTANCES) + distance
    least = int(key.min())
    bits = (int(key.max()) - least).bit_length()
    if int(rank.max()).bit_length() + bits > 64:
        order = np.lexsort((key, rank))
        return query[order], key[order], distance[order]
    shift = np.uint64(bits)
    packed = sorted_numbers((rank.astype(np.uint64) << shift) | (key - least).astype(np.uint64))
    rank = (packed >> shift).astype(np.int64)
    key = (packed & np.uint64((1 << bits) - 1)).astype(np.int64) + least
    query = rank // _DISTANCES
    return query, key, (rank - query * _DISTANCES).astype(np.int16)


_NONE = Hits(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int16))
