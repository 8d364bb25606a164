"""The index as callers see it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clew.index.flat import scan
from clew.index.hits import Hits


class HammingIndex:
    """Exact search among 256-bit hashes, each known by an integer key.

    ``HammingIndex()`` lives in memory; ``HammingIndex.open(folder)`` keeps sealed segments in a
    folder.
    """

    def __init__(self) -> None:
        self._keys = np.empty(0, np.int64)  # ascending
        self._hashes = np.empty((0, 4), np.uint64)
        self._folder: Path | None = None
        self._covered_upto = 0

    @classmethod
    def open(cls, folder: Path) -> HammingIndex:
        """Open the index kept in a folder; an absent folder is an empty index."""
        index = cls()
        index._folder = Path(folder)
        stored = index._folder / "rows.npz"
        if stored.exists():
            with np.load(stored) as rows:
                index._keys, index._hashes = rows["keys"], rows["hashes"]
                index._covered_upto = int(rows["upto"])
        return index

    @property
    def covered_upto(self) -> int:
        """Log position up to which the sealed segments hold everything; 0 when nothing is."""
        return self._covered_upto

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, keys: NDArray[np.int64], hashes: NDArray[np.uint8]) -> None:
        """Add hashes: keys int64[n], hashes uint8[n, 32].

        A key that is already there with the same hash is passed over.

        Raises:
            ValueError: a key is there already with another hash, or shapes do not fit.
        """
        keys = np.ascontiguousarray(keys, np.int64)
        words = _as_words(hashes)
        if keys.shape != (len(words),):
            raise ValueError(f"{keys.shape} keys for {len(words)} hashes")
        all_keys = np.concatenate([self._keys, keys])
        all_words = np.concatenate([self._hashes, words])
        order = np.argsort(all_keys, kind="stable")
        all_keys, all_words = all_keys[order], all_words[order]
        again = np.flatnonzero(all_keys[1:] == all_keys[:-1]) + 1
        differs = (all_words[again] != all_words[again - 1]).any(axis=1)
        if differs.any():
            key = int(all_keys[again[differs][0]])
            raise ValueError(f"key {key} is already in the index with another hash")
        self._keys = np.delete(all_keys, again)
        self._hashes = np.ascontiguousarray(np.delete(all_words, again, axis=0))

    def delete(self, keys: NDArray[np.int64]) -> int:
        """Take keys out; returns how many were there."""
        gone = np.isin(self._keys, keys)
        self._keys = self._keys[~gone]
        self._hashes = np.ascontiguousarray(self._hashes[~gone])
        return int(gone.sum())

    def search(self, queries: NDArray[np.uint8], radius: int) -> Hits:
        """All hashes within ``radius`` bits (0 to 256) of each query uint8[q, 32]; exact."""
        words = _as_words(queries)
        query, entry, distance = scan(self._hashes, words, np.arange(len(words)), radius)
        return Hits.merged([Hits(query, self._keys[entry], distance)])

    def search_nearest(self, queries: NDArray[np.uint8], k: int, max_radius: int = 256) -> Hits:
        """The k nearest hashes of each query, none beyond ``max_radius``; ties by key."""
        return self.search(queries, max_radius).nearest(k)

    def seal(self, upto: int = 0) -> None:
        """Keep what was added so far in the folder."""
        self._covered_upto = max(upto, self._covered_upto)
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            np.savez(
                self._folder / "rows.npz",
                keys=self._keys,
                hashes=self._hashes,
                upto=self._covered_upto,
            )

    def compact(self) -> None:
        """Merge segments."""


def _as_words(hashes: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Hashes uint8[n, 32] as uint64[n, 4]."""
    hashes = np.ascontiguousarray(hashes)
    if hashes.dtype != np.uint8 or hashes.ndim != 2 or hashes.shape[1] != 32:
        raise ValueError(f"hashes must be uint8[n, 32], not {hashes.dtype}{list(hashes.shape)}")
    return hashes.view(np.uint64)
