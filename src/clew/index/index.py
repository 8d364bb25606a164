"""The index as callers see it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clew.index import tail as tails
from clew.index.flat import MOST_QUERIES
from clew.index.folder import SegmentFolder
from clew.index.hits import Hits
from clew.index.layer import NO_KEYS, Layer, merged_rows
from clew.index.plan import HASH_BITS

# Queries that one thread takes at a time: enough to share the tables' bucket bounds, few enough
# to spread over threads.
_SLICE = 512
_NEAREST_SLICE = 64  # the nearest search may meet whole clusters; this bounds what it holds
# The nearest are looked for within growing radii before everything is looked at.
_NEAREST_RADII = (8, 16, 31, 45, 64)
_SMALL = 1 << 15
_FIRST = np.arange(1)


class HammingIndex:
    """Exact search among 256-bit hashes, each known by an integer key.

    ``HammingIndex()`` lives in memory; :meth:`open` keeps sealed segments in a folder. Both hold
    a tail in memory of what was added and not sealed yet. Any number of threads may search while
    others add, delete, seal and compact; each search sees one state. Any number of processes may
    have the same folder open.

    The sealed part is a view of the database and can be rebuilt from it at any time::

        index = HammingIndex.open(folder)
        for keys, hashes in database.signals_after(index.covered_upto):
            index.add(keys, hashes)
        index.seal(upto=position)

    Methods on an index in a folder raise SegmentDamaged or ManifestDamaged when a file is missing
    or damaged; see :meth:`repair`. They also do once another program has repaired the folder and
    it covers less than before: what was taken out is then nowhere in this index, which must be
    opened and fed again.

    Args:
        threads: how many threads build tables and share a batch of queries; by default all
            processors the process may use.
    """

    def __init__(self, threads: int | None = None) -> None:
        self.threads = threads or len(os.sched_getaffinity(0))
        self._folder: SegmentFolder | None = None
        self._tail: tails.Tail = ()
        self._sealed: tuple[Layer, ...] = ()  # the folder's layers whose keys have left the tail
        self._layers: tuple[Layer, ...] = ()  # replaced as a whole: a search reads it once
        self._dropped = NO_KEYS  # deleted while in the tail: other processes may still seal them
        self._changing = threading.RLock()

    @classmethod
    def open(cls, folder: Path, threads: int | None = None) -> HammingIndex:
        """Open the index in a folder, which is made if it is not there.

        Takes milliseconds whatever the size; the first search reads the segments once to verify
        them, unless that was done lately (:meth:`verify` does it ahead).

        Raises:
            SegmentDamaged: a segment is missing or visibly damaged.
            ManifestDamaged: the list of segments is missing or damaged.
        """
        index = cls(threads)
        index._folder = SegmentFolder(Path(folder), index.threads)
        index.refresh()
        return index

    @classmethod
    def repair(cls, folder: Path, threads: int | None = None) -> tuple[HammingIndex, list[Path]]:
        """Verify all of an index, take what is damaged out of it, and open it.

        Add everything newer than the returned index's ``covered_upto`` again; what it still
        holds is passed over.

        Returns:
            The index, and the files that were damaged or missing (none if all was well).
        """
        damaged = SegmentFolder(Path(folder), threads or 1).repair()
        return cls.open(folder, threads), damaged

    @property
    def covered_upto(self) -> int:
        """Position in the caller's log up to which the segments hold everything; 0 if nothing.

        It is whatever the caller gave to :meth:`seal`; after a repair it is lower.
        """
        return self._folder.manifest.covered_upto if self._folder else 0

    def __len__(self) -> int:
        return sum(len(layer) for layer in self._layers)

    def add(self, keys: NDArray[np.int64], hashes: NDArray[np.uint8]) -> None:
        """Add hashes; the very next search finds them.

        Args:
            keys: int64[n]. A key that is there already with the same hash is passed over.
            hashes: uint8[n, 32].

        Raises:
            ValueError: a key comes twice, or is there already, with different hashes; or the
                shapes do not fit. Nothing is added then.
        """
        words = _as_words(hashes)
        keys = np.ascontiguousarray(keys, np.int64)
        if keys.shape != (len(words),):
            raise ValueError(f"keys of shape {keys.shape} for {len(words)} hashes")
        keys, words = _distinct(keys, words)
        with self._changing:
            fresh = np.ones(len(keys), np.bool_)
            for layer in self._layers:
                entries = layer.find(keys)
                here = entries >= 0
                if here.any():
                    stored = layer.block.entries.hashes[entries[here]]
                    _refuse_others(keys[here], words[here], stored)
                    fresh &= ~here
            if not fresh.all():
                keys, words = keys[fresh], words[fresh]
            if len(keys):
                if len(self._dropped):
                    self._dropped = np.setdiff1d(self._dropped, keys)
                self._set_tail(tails.added(self._tail, keys, words))

    def delete(self, keys: NDArray[np.int64]) -> int:
        """Take keys out; returns how many were there. In segments the deletion lasts."""
        keys = np.unique(np.ascontiguousarray(keys, np.int64))
        with self._changing:
            left, gone = tails.without(self._tail, keys)
            count = len(gone)
            if self._folder is not None:
                self._dropped = np.union1d(self._dropped, gone)
                count += self._folder.delete(keys)
            self._tail = left
            if self._folder is not None:
                self._take_over()
            else:
                self._set_tail(left)
        return count

    def search(self, queries: NDArray[np.uint8], radius: int) -> Hits:
        """All hashes within a radius of each query, exactly.

        Args:
            queries: uint8[q, 32].
            radius: largest Hamming distance in bits, 0 to 256.
        """
        if not 0 <= radius <= HASH_BITS:
            raise ValueError(f"radius must be 0 to {HASH_BITS}, not {radius}")
        words = _as_words(queries)
        layers = self._layers_with_tables()
        if len(words) == 1 and len(layers) == 1:  # the usual question: every microsecond counts
            return layers[0].search(words, _FIRST, radius)

        def ask(which: NDArray[np.int64]) -> Hits:
            return Hits.merged([layer.search(words, which, radius) for layer in layers])

        return self._in_slices(len(words), _SLICE, ask)

    def search_nearest(
        self, queries: NDArray[np.uint8], k: int, max_radius: int = HASH_BITS
    ) -> Hits:
        """The k nearest hashes of each query, exactly; ties go to the smaller key.

        Args:
            queries: uint8[q, 32].
            k: how many at most, 1 or more.
            max_radius: none farther than this, 0 to 256.
        """
        if k < 1 or not 0 <= max_radius <= HASH_BITS:
            raise ValueError(f"cannot find {k} within radius {max_radius}")
        words = _as_words(queries)
        layers = self._layers_with_tables()
        size = sum(len(layer) for layer in layers)
        steps = [r for r in _NEAREST_RADII if r < max_radius] if size > _SMALL else []

        def ask(which: NDArray[np.int64]) -> Hits:
            parts = []
            for radius in steps:
                found = Hits.merged([layer.search(words, which, radius) for layer in layers])
                counts = np.bincount(found.query, minlength=len(words))
                parts.append(found.nearest(k).of_queries(counts >= k))
                which = which[counts[which] < k]
                if not len(which):
                    return Hits.merged(parts)
            rest = [layer.nearest(words, which, k, max_radius) for layer in layers]
            parts.append(Hits.merged(rest).nearest(k))
            return Hits.merged(parts)

        return self._in_slices(len(words), _NEAREST_SLICE, ask)

    def seal(self, upto: int | None = None) -> None:
        """Move the tail into a new sealed segment (in memory: build its tables).

        Args:
            upto: log position up to which everything has been added; ``covered_upto`` from now
                on, unless it is greater already. By default it stays.

        Raises:
            OSError: the disk is full or failing; the index is as before.
        """
        if self._folder is None:
            with self._changing:
                self._set_tail(tails.condensed(self._tail, self.threads))
            return
        self._folder.seal(self._rows_to_seal, self.covered_upto if upto is None else upto)
        self.refresh()

    def _rows_to_seal(self) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
        self.refresh()  # what others have sealed meanwhile leaves the tail
        return merged_rows(self._tail)

    def compact(self, everything: bool = False) -> bool:
        """Merge segments that have become many, and drop deleted keys from them.

        Searches go on meanwhile, in this process and in others; deletions do too. Cheap when
        there is nothing to do, so call it after sealing.

        Args:
            everything: merge all segments into one.

        Returns:
            Whether anything was merged.
        """
        if self._folder is None:
            with self._changing:
                before = self._tail
                rows = merged_rows(before)
                self._set_tail(tails.condensed(tails.added((), *rows), self.threads))
                return len(before) > 1
        merged = self._folder.compact(everything)
        self.refresh()
        return merged

    def refresh(self) -> None:
        """See what other processes have sealed, compacted and deleted meanwhile."""
        if self._folder is None:
            return
        with self._changing:
            self._folder.refresh()
            self._take_over()

    def _take_over(self) -> None:
        """Show what the folder shows by now; what it holds leaves the tail."""
        assert self._folder is not None
        while True:
            layers, again = self._folder.layers, NO_KEYS
            known = {layer.segment for layer in self._sealed}
            for layer in layers:
                if layer.segment in known:
                    continue
                self._tail = tails.less_sealed(self._tail, layer)
                if len(self._dropped):
                    again = np.union1d(again, self._dropped[layer.find(self._dropped) >= 0])
            self._sealed = layers
            if not len(again):
                break
            self._folder.delete(again)  # which may show further segments
        self._set_tail(self._tail)

    def verify(self) -> None:
        """Read all segments and compare all checksums; may run in a thread of its own.

        Raises:
            SegmentDamaged: a segment is not what was written.
        """
        if self._folder is not None:
            self._folder.verify()

    def _set_tail(self, tail: tails.Tail) -> None:
        self._tail = tail
        self._layers = self._sealed + tail

    def _layers_with_tables(self) -> tuple[Layer, ...]:
        if self._tail and tails.flat_rows(self._tail) >= tails.MOST_FLAT_ROWS:
            with self._changing:
                if tails.flat_rows(self._tail) >= tails.MOST_FLAT_ROWS:
                    self._set_tail(tails.condensed(self._tail, self.threads))
        return self._layers

    def _in_slices(self, queries: int, most: int, ask: Callable[[NDArray[np.int64]], Hits]) -> Hits:
        """Ask for all queries, on several threads if there are many."""
        if queries >= MOST_QUERIES:
            raise ValueError(f"at most {MOST_QUERIES - 1} queries at a time, not {queries}")
        if queries == 1:
            return ask(_FIRST)
        if queries == 0:
            return Hits.empty()
        size = min(most, -(-queries // self.threads))
        slices = [np.arange(at, min(at + size, queries)) for at in range(0, queries, size)]
        if len(slices) == 1 or self.threads == 1:
            return Hits.joined([ask(which) for which in slices])
        with ThreadPoolExecutor(self.threads) as pool:
            return Hits.joined(list(pool.map(ask, slices)))


def _as_words(hashes: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Hashes uint8[n, 32] as uint64[n, 4], C-contiguous."""
    if hashes.dtype != np.uint8 or hashes.ndim != 2 or hashes.shape[1] != HASH_BITS // 8:
        raise ValueError(f"hashes must be uint8[n, 32], not {hashes.dtype}{list(hashes.shape)}")
    words = np.ascontiguousarray(hashes).view(np.uint64)
    # Kernels are compiled for plain arrays; another kind would make Numba compile them again.
    return words if words.flags.writeable and words.flags.aligned else words.copy()


def _distinct(
    keys: NDArray[np.int64], words: NDArray[np.uint64]
) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Rows by ascending key, each key once; copies, so that callers may reuse their arrays."""
    if len(keys) > 1 and not (keys[1:] > keys[:-1]).all():
        order = np.argsort(keys, kind="stable")
        keys, words = keys[order], words[order]
        again = np.flatnonzero(keys[1:] == keys[:-1]) + 1
        _refuse_others(keys[again], words[again], words[again - 1])
        if len(again):
            return np.delete(keys, again), np.delete(words, again, axis=0)
        return keys, words
    return keys.copy(), words.copy()


def _refuse_others(
    keys: NDArray[np.int64], words: NDArray[np.uint64], stored: NDArray[np.uint64]
) -> None:
    differs = (words != stored).any(axis=1)
    if differs.any():
        key = int(keys[differs][0])
        raise ValueError(f"key {key} comes with two different hashes")
