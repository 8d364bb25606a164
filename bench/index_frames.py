"""Hashes of every frame of real and generated films: what clusters look like in practice."""

from __future__ import annotations

from collections.abc import Iterator

import av
import cv2
import numpy as np

from bench.material import FILM_NAMES, shared_data
from clew.signals.picture.pdq import eight_hashes
from clew.training.clips import make_clip

GENERATED_CLIPS = 30
_SEED = 90_001
_LONGEST_SIDE = 512


def real_frames() -> Iterator[np.ndarray]:
    """The brightness of every frame of every film of the shared data, uint8[rows, columns]."""
    for path in sorted(p for p in shared_data().rglob("*") if p.suffix.lower() in FILM_NAMES):
        if "hostile" in path.parts or "metadata_makers" in path.parts:
            continue
        with av.open(str(path)) as film:
            for frame in film.decode(video=0) if film.streams.video else ():
                yield frame.to_ndarray(format="gray")


def generated_frames() -> Iterator[np.ndarray]:
    """The brightness of every frame of made-up clips, uint8[rows, columns]."""
    for number in range(GENERATED_CLIPS):
        for frame in make_clip(_SEED, number).frames:
            yield cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)


def hashes_of(frames: Iterator[np.ndarray]) -> np.ndarray:
    """PDQ of all frames in all eight orientations, uint8[8 * n, 32], one orientation after another.

    A film and its mirrored copy are both what one finds; within an orientation neighbours are as
    close as they are in the film.
    """
    found = []
    for luma in frames:
        height, width = luma.shape
        scale = min(1.0, _LONGEST_SIDE / max(height, width))
        if scale < 1:
            size = (max(1, round(width * scale)), max(1, round(height * scale)))
            luma = cv2.resize(luma, size, interpolation=cv2.INTER_AREA)
        found.append(eight_hashes(luma, height, width)[0])
    return np.ascontiguousarray(np.stack(found, axis=1).reshape(-1, 32))
