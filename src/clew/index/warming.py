"""Compile the kernels ahead of their first use."""

from __future__ import annotations

import numpy as np

from clew.index.block import Block
from clew.index.checksum import checksum
from clew.index.plan import LEAST_ENTRIES_FOR_TABLES


def warm() -> None:
    """Compile all kernels of the index, or load them from Numba's cache.

    Importing the package compiles nothing; the first calls would. Once in a cache that Numba can
    write (beside the package, or in ``NUMBA_CACHE_DIR``), the code is only loaded.
    """
    count = LEAST_ENTRIES_FOR_TABLES + 10
    hashes = np.random.default_rng(0).integers(0, 1 << 64, (count, 4), np.uint64)
    checksum(hashes)
    hashes[-9:] = hashes[0]
    block = Block.with_tables(np.arange(count), hashes, threads=1)
    Block.flat(np.arange(2), hashes[:2]).search(hashes[:2], np.arange(2), 31)
    queries, both = hashes[:2], np.arange(2)
    block.search(queries, both[:1], 31)
    block.search(queries, both, 256)
    block.nearest_radii(queries, both, 1, 256)
