"""The tail: what is newer than the newest segment, in memory.

The tail is a short row of layers, each added after the one before. Small ones are merged as they
come, so that there are never more than about log2(n); they are scanned flat. When together they
grow large, they become one block with tables. All functions return a new tail and leave the old
one as it was, for searches that are under way.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clew.index.block import Block
from clew.index.layer import NO_KEYS, Layer, merged_rows

Tail = tuple[Layer, ...]

# A flat scan of so many takes about 50 microseconds; building tables over them, some 50 ms.
MOST_FLAT_ROWS = 1 << 17


def added(tail: Tail, keys: NDArray[np.int64], hashes: NDArray[np.uint64]) -> Tail:
    """The tail with new rows: keys int64[n] ascending, hashes uint64[n, 4]."""
    layers = [*tail, Layer(Block.flat(keys, hashes), NO_KEYS)]
    while (
        len(layers) > 1
        and not layers[-2].block.tables
        and len(layers[-2].block) < 2 * len(layers[-1].block)
    ):
        layers[-2:] = [Layer(Block.flat(*merged_rows(layers[-2:])), NO_KEYS)]
    return tuple(layers)


def without(tail: Tail, keys: NDArray[np.int64]) -> tuple[Tail, NDArray[np.int64]]:
    """The tail less these keys (int64[n], ascending, distinct), and which of them were in it."""
    layers, gone = [], []
    for layer in tail:
        here = keys[layer.find(keys) >= 0]
        gone.append(here)
        if len(here) < len(layer):
            layers.append(layer.without(here) if len(here) else layer)
    return tuple(layers), np.concatenate([NO_KEYS, *gone])


def less_sealed(tail: Tail, sealed: Layer) -> Tail:
    """The tail less all keys that a sealed layer knows, deleted there or not."""
    layers = []
    for layer in tail:
        keys, _ = layer.rows()
        here = keys[sealed.block.entries.find(keys) >= 0]
        if len(here) < len(keys):
            layers.append(layer.without(here) if len(here) else layer)
    return tuple(layers)


def flat_rows(tail: Tail) -> int:
    """How many rows of the tail have no tables."""
    return sum(len(layer.block) for layer in tail if not layer.block.tables)


def condensed(tail: Tail, threads: int) -> Tail:
    """The tail with tables over all that had none, merged with tables of like size."""
    layers = [layer for layer in tail if layer.block.tables]
    flat = [layer for layer in tail if not layer.block.tables]
    size = sum(len(layer) for layer in flat)
    while layers and len(layers[-1]) < 2 * size:
        flat.insert(0, layers.pop())
        size += len(flat[0])
    if size:
        layers.append(Layer(Block.with_tables(*merged_rows(flat), threads), NO_KEYS))
    return tuple(layers)
