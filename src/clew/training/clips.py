"""Generated clips: a camera pans and zooms over made-up places, with cuts and a simple tune."""

from __future__ import annotations

from fractions import Fraction

import cv2
import numpy as np

from clew.training.footage import SOUND_RATE, Footage
from clew.training.melodies import make_melody
from clew.training.pictures import Pixels, make_picture

_CLIP_PLACES = 100_000
"""Scene numbers from here on belong to clips, so that no clip shows the place of a picture."""
_SHOTS_EACH = 16


def make_clip(
    seed: int,
    number: int,
    seconds: float = 8.0,
    height: int = 360,
    width: int = 640,
    shots: int = 3,
) -> Footage:
    """The clip of this number in the series of this seed.

    Every third clip has 30 frames a second, others 24 or 25; two of three have sound.
    """
    random = np.random.default_rng([seed, _CLIP_PLACES, number])
    rate = Fraction((30, 24, 25)[number % 3])
    count = round(seconds * rate)
    weights = random.uniform(0.7, 1.3, shots)
    cuts = np.round(np.concatenate([[0], np.cumsum(weights / weights.sum())]) * count).astype(int)
    frames: list[Pixels] = []
    for shot in range(shots):
        place = _CLIP_PLACES + number * _SHOTS_EACH + (number + 2 * shot) % _SHOTS_EACH
        scene = make_picture(seed, place, height * 3 // 2, width * 4 // 3).pixels
        frames += _shoot(random, scene, int(cuts[shot + 1] - cuts[shot]), height, width)
    sound = make_melody(random, count / float(rate), SOUND_RATE) if number % 3 != 1 else None
    return Footage(frames, rate, sound)


def _shoot(
    random: np.random.Generator, scene: Pixels, count: int, height: int, width: int
) -> list[Pixels]:
    """One shot: from one view of the scene to another, by a hand that is not quite still."""
    start, end = _view(random, scene, height, width), _view(random, scene, height, width)
    sway = np.cumsum(random.normal(0, 0.5, (count, 2)), axis=0)
    sway = np.asarray(cv2.GaussianBlur(sway, (1, 33), 4), np.float64)
    sway -= sway.mean(axis=0)
    frames = []
    for index in range(count):
        share = 0.5 - 0.5 * np.cos(np.pi * index / max(count - 1, 1))
        left, top, scale = start + (end - start) * share
        matrix = np.array([[scale, 0, left + sway[index, 0]], [0, scale, top + sway[index, 1]]])
        frame = cv2.warpAffine(
            scene,
            matrix,
            (width, height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REFLECT,
        )
        frames.append(np.asarray(frame, np.uint8))
    return frames


def _view(random: np.random.Generator, scene: Pixels, height: int, width: int) -> np.ndarray:
    """Left, top and scale of a window on the scene, in its pixels; keeps clear of the edges."""
    widest = min(scene.shape[1] / width, scene.shape[0] / height) * 0.95
    scale = float(random.uniform(0.72, 1.0)) * widest
    room = scene.shape[1] - scale * width, scene.shape[0] - scale * height
    return np.array([random.uniform(0.1, 0.9) * room[0], random.uniform(0.1, 0.9) * room[1], scale])
