"""Edits after which few methods still see what is shared: `HARD_PICTURE_EDITS`, `HARD_CLIP_EDITS`.

They are kept apart from the usual ones, so that nobody reads one figure over both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from clew.training import footage as film
from clew.training.edits import encodings, pictures
from clew.training.edits.clips import ClipCopy, ClipEdit, Span, each_frame
from clew.training.edits.pictures import PictureEdit
from clew.training.footage import SOUND_RATE, Footage
from clew.training.pictures import Pixels


def stretch(pixels: Pixels, across: float) -> Pixels:
    """Made wider or narrower, its height kept."""
    size = max(1, round(pixels.shape[1] * across)), pixels.shape[0]
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def corner_crop(pixels: Pixels, kept: float) -> Pixels:
    """Only the lower left remains: this share of the height and of the width."""
    height, width = pixels.shape[:2]
    return pixels[height - round(height * kept) :, : round(width * kept)]


def off_screen(pixels: Pixels, turn: float, seed: int = 0) -> Pixels:
    """Taken again from a screen, by hand: a slanted view with the screen's edge, grid and glare.

    `turn` is how far to the side it was taken from, as a share of the width.
    """
    height, width = pixels.shape[:2]
    matrix = _slant(height, width, turn, seed)
    grid = _grid(height, width)
    shown = np.asarray(pixels * grid[..., None], np.float32)
    taken = cv2.warpPerspective(
        shown, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=(22.0, 20.0, 19.0)
    )
    light = 1.08 - 0.22 * np.linspace(0, 1, width, dtype=np.float32)[None, :, None]
    taken = cv2.GaussianBlur(taken, (0, 0), max(0.6, width / 1100)) * light + 9
    grain = _grain(height, width, seed)
    return np.asarray(np.clip(taken * (1.0, 0.97, 1.06) + grain, 0, 255), np.uint8)


def _slant(height: int, width: int, turn: float, seed: int) -> NDArray[np.float64]:
    shake = np.random.default_rng([seed, 5]).normal(0, 0.004, (4, 2))
    corners = np.array([[0.07, 0.08], [0.94, 0.05 + turn], [0.92, 0.95 - turn], [0.05, 0.93]])
    target = (corners + shake) * (width, height)
    start = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    return np.asarray(cv2.getPerspectiveTransform(start, target.astype(np.float32)), np.float64)


@lru_cache(maxsize=4)
def _grid(height: int, width: int) -> NDArray[np.float32]:
    rows, columns = np.arange(height)[:, None], np.arange(width)[None, :]
    return np.asarray(
        0.94 + 0.05 * np.sin(columns * 2.2) + 0.04 * np.sin(rows * 1.7 + columns * 0.05), np.float32
    )


@lru_cache(maxsize=16)
def _grain(height: int, width: int, seed: int) -> NDArray[np.float32]:
    random = np.random.default_rng([seed, 6])
    return random.standard_normal((height, width, 1), dtype=np.float32) * np.float32(5)


def collage(first: Pixels, others: Sequence[Pixels]) -> Pixels:
    """Four pictures of one size in two rows; the first is at the upper left."""
    height, width = first.shape[0] // 2, first.shape[1] // 2
    small = [
        cv2.resize(one, (width - 6, height - 6), interpolation=cv2.INTER_AREA)
        for one in (first, *others[:3])
    ]
    sheet = np.full((2 * height, 2 * width, 3), 250, np.uint8)
    for place, one in enumerate(small):
        top, left = place // 2 * height + 3, place % 2 * width + 3
        sheet[top : top + height - 6, left : left + width - 6] = one
    return sheet


def sped_up(original: Footage, factor: float) -> ClipCopy:
    """Played faster, its sound raised with it."""
    count = max(1, int(len(original.frames) / factor))
    frames = [original.frames[min(int(i * factor), len(original.frames) - 1)] for i in range(count)]
    sound = original.sound
    if sound is not None:
        places = np.arange(int(count / original.rate * SOUND_RATE)) * factor
        sound = np.interp(places, np.arange(len(sound)), sound).astype(np.float32)
    changed = Footage(frames, original.rate, sound)
    return ClipCopy(changed, [Span(0.0, original.duration, 0.0, changed.duration)])


def in_corner(original: Footage, foreign: Footage, share: float) -> ClipCopy:
    """In the upper right corner of another clip, whose sound is heard; `share` of its width."""
    count = min(len(original.frames), int(len(foreign.frames) * original.rate / foreign.rate))
    around = film.at_rate(foreign, original.rate).frames
    frames = []
    for index in range(count):
        frame = around[min(index, len(around) - 1)].copy()
        height, width = frame.shape[:2]
        small = pictures.resize(original.frames[index], share * width / original.frames[0].shape[1])
        small = small[: height - 8]
        frame[8 : 8 + small.shape[0], width - 8 - small.shape[1] : width - 8] = small
        frames.append(frame)
    seconds = float(count / original.rate)
    changed = Footage(frames, original.rate, film.sound_until(foreign, seconds))
    spans = [Span(0.0, seconds, 0.0, seconds)]
    return ClipCopy(changed, spans, spans)


def camcorder(original: Footage, rate: int, turn: float) -> ClipCopy:
    """Filmed off a screen by a hand that is not quite still."""
    slow = film.at_rate(original, Fraction(rate))
    frames = [off_screen(frame, turn, seed=index // 6) for index, frame in enumerate(slow.frames)]
    changed = Footage(frames, slow.rate, original.sound)
    return ClipCopy(changed, [Span(0.0, original.duration, 0.0, changed.duration)])


def crop_each(original: Footage, share: float) -> ClipCopy:
    """Every frame cut all round."""
    return each_frame(original, "crop", share=share)


def _pictures(*edits: PictureEdit) -> Mapping[str, PictureEdit]:
    return MappingProxyType({edit.name: edit for edit in edits})


def _clips(*edits: ClipEdit) -> Mapping[str, ClipEdit]:
    return MappingProxyType({edit.name: edit for edit in edits})


HARD_PICTURE_EDITS: Mapping[str, PictureEdit] = _pictures(
    PictureEdit("crop 40 %", pictures.crop, {"share": 0.40}),
    PictureEdit("photo of a screen", off_screen, {"turn": 0.05}),
    PictureEdit("quarter crop", corner_crop, {"kept": 0.5}),
    PictureEdit("tiny", pictures.resize, {"factor": 0.12}, encodings.JPEG_LOW),
    PictureEdit("stretched", stretch, {"across": 1.5}),
)
HARD_CLIP_EDITS: Mapping[str, ClipEdit] = _clips(
    ClipEdit("sped up", sped_up, {"factor": 1.25}),
    ClipEdit("in a corner", in_corner, {"share": 0.36}, needs_foreign=True),
    ClipEdit("camcorder", camcorder, {"rate": 20, "turn": 0.04}, codec=film.MP4_LOW),
    ClipEdit("crop 25 %", crop_each, {"share": 0.25}),
)
