"""A layer of the index: a block less the keys that were deleted from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clew.index.block import Block
from clew.index.errors import SegmentDamaged
from clew.index.hamming import TablesDamagedError
from clew.index.hits import Hits
from clew.index.segment import Segment

NO_KEYS = np.empty(0, np.int64)


def contained(keys: NDArray[np.int64], among: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of the keys are among others that are sorted in ascending order."""
    if not len(among):
        return np.zeros(len(keys), np.bool_)
    place = np.minimum(np.searchsorted(among, keys), len(among) - 1)
    return np.asarray(among[place] == keys, np.bool_)


@dataclass(frozen=True, eq=False)
class Layer:
    """Part of an index; never changes, so searches go on while others make new layers.

    Attributes:
        block: the hashes.
        deleted: int64[d], ascending, keys of the block that no longer count.
        segment: where the block lies on disk; None if it is in memory only.
    """

    block: Block
    deleted: NDArray[np.int64]
    segment: Segment | None = None

    def __len__(self) -> int:
        return len(self.block) - len(self.deleted)

    def without(self, keys: NDArray[np.int64]) -> Layer:
        """The layer less further keys (int64[n], ascending, which it has)."""
        deleted = np.union1d(self.deleted, keys) if len(self.deleted) else keys
        return Layer(self.block, deleted, self.segment)

    def rows(self) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
        """All keys that count, ascending, and their hashes."""
        self._ready()
        keys, hashes = self.block.entries.rows()
        if not len(self.deleted):
            return keys, hashes
        kept = ~contained(keys, self.deleted)
        return keys[kept], hashes[kept]

    def find(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        """The entry of each key that counts, -1 for the others."""
        self._ready()
        entries = self.block.entries.find(keys)
        entries[contained(keys, self.deleted)] = -1
        return entries

    def search(self, queries: NDArray[np.uint64], which: NDArray[np.int64], radius: int) -> Hits:
        """All keys within ``radius`` bits of the queries ``which``, sorted."""
        self._ready()
        try:
            return self._counting(self.block.search(queries, which, radius))
        except TablesDamagedError:
            if self.segment is None:
                raise
            raise SegmentDamaged(self.segment.path, "has tables that point outside it") from None

    def nearest(
        self, queries: NDArray[np.uint64], which: NDArray[np.int64], k: int, max_radius: int
    ) -> Hits:
        """At least the k nearest keys of each query within ``max_radius``, sorted."""
        self._ready()
        # Each deleted key may hide one entry of those counted.
        enough = k + len(self.deleted)
        radii = self.block.nearest_radii(queries, which, enough, max_radius)
        return self._counting(self.block.scan(queries, which, radii))

    def _counting(self, hits: Hits) -> Hits:
        if not len(self.deleted) or not len(hits):
            return hits
        kept = ~contained(hits.key, self.deleted)
        return Hits(hits.query[kept], hits.key[kept], hits.distance[kept])

    def _ready(self) -> None:
        if self.segment is not None:
            self.segment.ensure_verified()


def merged_rows(layers: Sequence[Layer]) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """All rows of several layers by ascending key: int64[n], uint64[n, 4]."""
    if not layers:
        return NO_KEYS, np.empty((0, 4), np.uint64)
    parts = [layer.rows() for layer in layers]
    if len(parts) == 1:
        return parts[0]
    keys = np.concatenate([keys for keys, _ in parts])
    hashes = np.concatenate([hashes for _, hashes in parts])
    if (keys[1:] > keys[:-1]).all():
        return keys, hashes
    order = np.argsort(keys, kind="stable")
    return keys[order], hashes[order]
