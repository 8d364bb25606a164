"""PDQ, computed from a reduced picture.

PDQ is Meta's perceptual hash for photos (Dalins, Wilson, Boudry, "PDQ & TMK + PDQF: A Test Drive
of Facebook's Perceptual Hashing Algorithms", 2019; reference code in ThreatExchange). It blurs
the brightness twice with a box filter whose width is 1/128 of the side, samples 64 × 64 points,
takes the lowest 16 × 16 frequencies without the constant ones (a discrete cosine transform), and
notes for each whether it is above the median.

Blur and sampling are linear and work on rows and columns apart, so here they are **two matrix
products**: ``A · luma · Bᵀ`` with a 64 × height matrix A and a 64 × width matrix B. The matrices
are those of the full-size picture, folded onto the pixels of the reduced one: a pixel that is the
mean of a block counts with the block's total weight. A picture decoded at 1/8 scale therefore
gives the hash of the full-size picture to within a few bits (``docs/benchmarks.md``), in under a
millisecond.

The eight turned and mirrored hashes come from the same transform: mirroring changes the sign of
every other frequency, transposing swaps them.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

SAMPLES = 64
FREQUENCIES = 16

_COSINES = (
    np.sqrt(2 / SAMPLES)
    * np.cos(
        np.pi / (2 * SAMPLES) * np.outer(np.arange(1, FREQUENCIES + 1), 2 * np.arange(SAMPLES) + 1)
    )
).astype(np.float32)
_ALTERNATING = np.where(np.arange(FREQUENCIES) % 2 == 0, 1.0, -1.0).astype(np.float32)
# Mirroring changes the sign of every other frequency: as it is, mirrored, upside down, both.
_MIRRORINGS = np.stack(
    [
        np.outer(down, across)
        for down in (np.ones_like(_ALTERNATING), -_ALTERNATING)
        for across in (np.ones_like(_ALTERNATING), -_ALTERNATING)
    ]
)
# Turns are these transposed. In the order of the space's orientations; a transposed spectrum has
# the median of what it was transposed from.
_TRANSPOSED = [2, 1, 3, 0]
_BANDS = 4


def eight_hashes(luma: NDArray[np.uint8], height: int, width: int) -> tuple[NDArray[np.uint8], int]:
    """The PDQ hashes of a picture in its eight orientations, and its quality.

    Args:
        luma: uint8 array (rows, columns): the brightness, maybe reduced.
        height: rows of the picture before reduction; and
        width: its columns. They set how far the reference would blur.

    Returns:
        uint8 array of shape (8, 32), each row in the byte order of PDQ's usual hexadecimal form,
        in the order of the ``pdq`` space's orientations; and the quality from 0 (flat) to 100.
    """
    rows, columns = luma.shape
    light = luma.astype(np.float32)
    down = np.empty((SAMPLES, columns), np.float32)
    for samples, pixels, weights in _banded(height, rows):
        np.matmul(weights, light[pixels], out=down[samples])
    buffer = down @ _reduction(width, columns).T
    spectrum = _COSINES @ buffer @ _COSINES.T
    return _bits(spectrum), _quality(buffer)


def _bits(spectrum: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Of each orientation which frequencies lie above the (lower) median, last one first."""
    upright = spectrum * _MIRRORINGS
    turned = np.concatenate([upright, upright[_TRANSPOSED].transpose(0, 2, 1)]).reshape(8, -1)
    middle = turned.shape[1] // 2 - 1
    medians = np.partition(turned[:4], middle, axis=1)[:, middle]
    above = turned > np.concatenate([medians, medians[_TRANSPOSED]])[:, None]
    return np.packbits(above[:, ::-1], axis=1)


def _quality(buffer: NDArray[np.float32]) -> int:
    """PDQ's own measure: how much gradient the 64 × 64 samples hold, 0 to 100."""
    down = np.abs(np.trunc(np.diff(buffer, axis=0) * (100 / 255))).sum()
    across = np.abs(np.trunc(np.diff(buffer, axis=1) * (100 / 255))).sum()
    return min(100, int((down + across) / 90))


@lru_cache(maxsize=512)
def _banded(full: int, reduced: int) -> list[tuple[slice, slice, NDArray[np.float32]]]:
    """The same matrix in bands of samples, each with the pixels that have weight there.

    Nearly all of it is zero: a sample lies in a few pixels.
    """
    whole = _reduction(full, reduced)
    bands = []
    for first in range(0, SAMPLES, SAMPLES // _BANDS):
        samples = slice(first, first + SAMPLES // _BANDS)
        used = np.flatnonzero(whole[samples].any(axis=0))
        pixels = slice(int(used[0]), int(used[-1]) + 1)
        bands.append((samples, pixels, np.ascontiguousarray(whole[samples, pixels])))
    return bands


@lru_cache(maxsize=512)
def _reduction(full: int, reduced: int) -> NDArray[np.float32]:
    """The blur and sampling of one side as a matrix, float32 of shape (64, reduced).

    Args:
        full: length of the side in pixels before reduction.
        reduced: its length in the picture at hand.
    """
    weights = np.zeros((SAMPLES, full + 1))
    window = (full + 127) // 128
    before, after = window - (window + 2) // 2, (window + 2) // 2 - 1
    for sample in range(SAMPLES):
        centre = int((sample + 0.5) * full / SAMPLES)
        inner = np.arange(max(centre - before, 0), min(centre + after, full - 1) + 1)
        starts, ends = np.maximum(inner - before, 0), np.minimum(inner + after, full - 1) + 1
        share = 1.0 / (inner.size * (ends - starts))
        # Each inner pixel spreads its share evenly over its own window: add up the steps.
        np.add.at(weights[sample], starts, share)
        np.add.at(weights[sample], ends, -share)
    # Weight of each full-size pixel, then the running total, read off at the reduced edges.
    totals = np.zeros((SAMPLES, full + 1))
    totals[:, 1:] = np.cumsum(np.cumsum(weights[:, :full], axis=1), axis=1)
    edges = np.arange(reduced + 1) * (full / reduced)
    whole = np.minimum(edges.astype(np.int64), full - 1)
    part = edges - whole
    at_edges = totals[:, whole] * (1 - part) + totals[:, whole + 1] * part
    return np.ascontiguousarray(np.diff(at_edges, axis=1), dtype=np.float32)
