"""The truth that every search is held against: all distances, by counting bits in NumPy."""

from __future__ import annotations

import numpy as np

from clew.index import Hits


def distances(queries: np.ndarray, hashes: np.ndarray) -> np.ndarray:
    """All Hamming distances, int64[q, n]."""
    if len(hashes) == 0:
        return np.empty((len(queries), 0), np.int64)
    words = np.ascontiguousarray(hashes).view(np.uint64)
    return np.stack(
        [
            np.bitwise_count(words ^ query).sum(axis=1, dtype=np.int64)
            for query in np.ascontiguousarray(queries).view(np.uint64)
        ]
    )


def within(keys: np.ndarray, hashes: np.ndarray, queries: np.ndarray, radius: int) -> list[tuple]:
    """Sorted (query, distance, key) of every stored hash within the radius."""
    table = distances(queries, hashes)
    rows, columns = np.nonzero(table <= radius)
    return sorted(
        (int(q), int(table[q, c]), int(keys[c])) for q, c in zip(rows, columns, strict=True)
    )


def nearest(
    keys: np.ndarray, hashes: np.ndarray, queries: np.ndarray, k: int, radius: int
) -> list[tuple]:
    """Sorted (query, distance, key) of the k nearest of each query."""
    everything = within(keys, hashes, queries, radius)
    return [
        hit
        for query in range(len(queries))
        for hit in [found for found in everything if found[0] == query][:k]
    ]


def listed(hits: Hits) -> list[tuple]:
    """Hits in their own order as (query, distance, key)."""
    assert hits.query.dtype == np.int64
    assert hits.key.dtype == np.int64
    assert hits.distance.dtype == np.int16
    return list(zip(hits.query.tolist(), hits.distance.tolist(), hits.key.tolist(), strict=True))
