"""Made-up hashes of the shapes that real ones come in."""

from __future__ import annotations

import numpy as np


def flipped(hashes: np.ndarray, most: int, rng: np.random.Generator) -> np.ndarray:
    """Hashes uint8[n, 32] with 0 to ``most`` random bits flipped in each."""
    bits = np.unpackbits(hashes, axis=1)
    for row in bits:
        row[rng.choice(256, rng.integers(0, most + 1), replace=False)] ^= 1
    return np.packbits(bits, axis=1)


def random_hashes(count: int, rng: np.random.Generator) -> np.ndarray:
    """Uniform hashes uint8[n, 32]."""
    return rng.integers(0, 256, (count, 32), dtype=np.uint8)


def clustered(count: int, rng: np.random.Generator, centres: int = 5, most: int = 40) -> np.ndarray:
    """A third uniform, a third near a few centres, a third copies of the rest."""
    third = count // 3
    uniform = random_hashes(count - 2 * third, rng)
    middle = random_hashes(centres, rng)[rng.integers(0, centres, third)]
    near = flipped(middle, most, rng) if third else middle
    both = np.concatenate([uniform, near])
    copies = both[rng.integers(0, len(both), third)] if len(both) else both
    return rng.permutation(np.concatenate([both, copies]))


def asked_about(hashes: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Queries: some uniform, some at all distances up to 80 from stored hashes."""
    uniform = random_hashes(count, rng)
    if not len(hashes):
        return uniform
    near = flipped(hashes[rng.integers(0, len(hashes), count)], 80, rng)
    return np.concatenate([uniform, near, hashes[:2]])
