"""Made-up hashes for benchmarks, fast enough for a hundred million."""

from __future__ import annotations

import numpy as np


def uniform_hashes(count: int, rng: np.random.Generator) -> np.ndarray:
    """uint8[n, 32], every bit random."""
    return rng.integers(0, 1 << 64, (count, 4), np.uint64).view(np.uint8)


def flipped(hashes: np.ndarray, flips: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Hashes with so many (int[n]) random bits flipped in each; a bit may be hit twice."""
    changed = hashes.copy()
    for step in range(int(flips.max(initial=0))):
        rows = np.flatnonzero(flips > step)
        bits = rng.integers(0, 256, len(rows))
        changed[rows, bits // 8] ^= (1 << (bits % 8)).astype(np.uint8)
    return changed


def queries_about(hashes: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Half uniform, half 0 to 40 flips from a stored hash, mixed."""
    near = hashes[rng.integers(0, len(hashes), count // 2)]
    near = flipped(near, rng.integers(0, 41, len(near)), rng)
    return rng.permutation(np.concatenate([uniform_hashes(count - len(near), rng), near]))


def clustered_hashes(count: int, rng: np.random.Generator) -> np.ndarray:
    """5 % one flat picture (up to 4 flips), 45 % frames of films, half uniform; in this order.

    A film is 200 frames that wander: each differs from the one before in 0 to 3 bits, so still
    scenes repeat a hash and distant frames are apart.
    """
    flat = count // 20
    picture = np.repeat(uniform_hashes(1, rng), flat, axis=0)
    picture[1:] = flipped(picture[1:], rng.integers(0, 5, flat - 1), rng)
    frames = count // 2 - flat
    films = -(-frames // 200)
    frame = uniform_hashes(films, rng)
    made = []
    for _ in range(200):
        made.append(frame)
        frame = flipped(frame, rng.integers(0, 4, films), rng)
    wandering = np.stack(made, axis=1).reshape(-1, 32)[:frames]
    rest = uniform_hashes(count - flat - len(wandering), rng)
    return np.concatenate([picture, wandering, rest])
