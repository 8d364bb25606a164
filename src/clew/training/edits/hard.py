"""Edits after which few methods still see what is shared: `HARD_PICTURE_EDITS`, `HARD_CLIP_EDITS`.

They are kept apart from the usual ones, so that nobody reads one figure over both. They form a
ladder: `RUNGS` says of each whether it is of the first, the second or the third rung. What most
methods still find is on the first; what a hash of the whole picture loses, on the second; on the
third, methods that compare points miss some too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from clew.training import footage as film
from clew.training.edits import encodings, pictures
from clew.training.edits.clips import ClipCopy, ClipEdit, Span
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


def watermarked(pixels: Pixels, text: str, opacity: float) -> Pixels:
    """The same words over and over, aslant, half transparent."""
    height, width = pixels.shape[:2]
    marks = _marks(height, width, text)[..., None]
    return np.asarray(pixels + (np.float32(255) - pixels) * (marks * opacity), np.uint8)


@lru_cache(maxsize=4)
def _marks(height: int, width: int, text: str) -> NDArray[np.float32]:
    sheet, size = np.zeros((2 * height, 2 * width), np.uint8), max(width / 640, 0.3)
    for row, y in enumerate(range(0, 2 * height, int(60 * size) + 1)):
        for x in range(-(row % 2) * int(110 * size), 2 * width, int(230 * size) + 1):
            at, thick = (x, y), max(1, round(3 * size))
            cv2.putText(sheet, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, 255, thick, cv2.LINE_AA)
    turn = cv2.getRotationMatrix2D((float(width), float(height)), 25, 1.0)
    turned = np.asarray(cv2.warpAffine(sheet, turn, (2 * width, 2 * height)), np.float32)
    turned /= 255
    return turned[height // 2 : height // 2 + height, width // 2 : width // 2 + width]


def stickers(pixels: Pixels, count: int, area: float) -> Pixels:
    """Coloured patches strewn over it, each of this share of the area."""
    result, random = pixels.copy(), np.random.default_rng([count, 7])
    height, width = pixels.shape[:2]
    reach = round((height * width * area / np.pi) ** 0.5)
    for _ in range(count):
        at = int(random.integers(width)), int(random.integers(height))
        paint = tuple(int(v) for v in random.integers(30, 255, 3))
        cv2.circle(result, at, reach, paint, -1, cv2.LINE_AA)
        cv2.circle(result, at, reach, (250, 250, 250), max(2, reach // 12), cv2.LINE_AA)
    return result


def sent_on(pixels: Pixels, times: int, longest: int, quality: int) -> Pixels:
    """Reduced by a messenger, and encoded anew each time it was sent on."""
    scale = min(1.0, longest / max(pixels.shape[:2]))
    for turn in range(times):
        small = pictures.resize(pixels, scale if turn == 0 else 0.94)
        _, coded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, quality])
        pixels = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)
    return pixels


def tilted(pixels: Pixels, degrees: float) -> Pixels:
    """Turned a little, and cut to what is left of it without corners."""
    height, width = pixels.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turned = np.asarray(cv2.warpAffine(pixels, turn, (width, height)), np.uint8)
    lost = abs(np.sin(np.radians(degrees))) * max(height, width) / min(height, width)
    return pictures.crop(turned, float(min(lost, 0.8)))


def screenshot(pixels: Pixels, share: float) -> Pixels:
    """On the screen of a telephone, among lines and buttons, at this share of its width."""
    screen = np.full((1280, 720, 3), 246, np.uint8)
    screen[:96] = (32, 84, 140)
    for row in range(8):
        top, wide = 1000 + 34 * row, 560 - 70 * (row % 3)
        screen[top : top + 14, 60 : 60 + wide] = (150, 154, 160)
    small = pictures.resize(pixels, 720 * share / pixels.shape[1])[:860]
    left = (720 - small.shape[1]) // 2
    screen[120 : 120 + small.shape[0], left : left + small.shape[1]] = small
    return screen


def combined(pixels: Pixels, steps: Sequence[tuple[str, Mapping[str, Any]]]) -> Pixels:
    """Several edits in a row, each by the name of its function here or among the usual ones."""
    for name, parameters in steps:
        change: Callable[..., Pixels] = globals().get(name) or getattr(pictures, name)
        pixels = np.ascontiguousarray(change(pixels, **parameters))
    return pixels


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


def frames_changed(
    original: Footage, steps: Sequence[tuple[str, Mapping[str, Any]]], factor: float = 1.0
) -> ClipCopy:
    """Every frame by several edits in a row, and the whole played faster."""
    frames = [combined(frame, steps) for frame in original.frames]
    return sped_up(Footage(frames, original.rate, original.sound), factor)


Steps = list[tuple[str, dict[str, Any]]]
_SENT = {"times": 3, "longest": 720, "quality": 35}
_CROP_MIRROR: Steps = [("mirror", {}), ("crop", {"share": 0.2}), ("greyscale", {})]
_MEME: Steps = [("crop", {"share": 0.15}), ("caption", {"text": "when you see it"})]
_MEME += [("stickers", {"count": 4, "area": 0.03}), ("sent_on", _SENT)]
_WORST: Steps = [("off_screen", {"turn": 0.12}), ("crop", {"share": 0.35}), ("mirror", {})]
_WORST += [("sent_on", _SENT)]

_PICTURE_LADDER: tuple[tuple[PictureEdit, ...], ...] = (
    (
        PictureEdit("tiny", pictures.resize, {"factor": 0.12}, encodings.JPEG_LOW),
        PictureEdit("stretched", stretch, {"across": 1.5}),
        PictureEdit("photo of a screen", off_screen, {"turn": 0.05}),
        PictureEdit("sent on three times", sent_on, _SENT),
        PictureEdit("crop 25 %", pictures.crop, {"share": 0.25}),
    ),
    (
        PictureEdit("crop 40 %", pictures.crop, {"share": 0.40}),
        PictureEdit("quarter crop", corner_crop, {"kept": 0.5}),
        PictureEdit("photo of a screen aslant", off_screen, {"turn": 0.16}),
        PictureEdit("watermarked", watermarked, {"text": "hollow.example", "opacity": 0.45}),
        PictureEdit("stickers", stickers, {"count": 6, "area": 0.05}),
        PictureEdit("tilted", tilted, {"degrees": 9.0}),
        PictureEdit("screenshot", screenshot, {"share": 0.8}),
        PictureEdit("mirror, crop, grey", combined, {"steps": _CROP_MIRROR}),
    ),
    (
        PictureEdit("ninth crop", corner_crop, {"kept": 0.34}),
        PictureEdit("minute", pictures.resize, {"factor": 0.05}, encodings.JPEG_LOW),
        PictureEdit("crop, caption, stickers, sent on", combined, {"steps": _MEME}),
        PictureEdit("off a screen, crop, mirror, sent on", combined, {"steps": _WORST}),
    ),
)
_CROPPED: Steps = [("crop", {"share": 0.25})]
_CLIP_LADDER: tuple[tuple[ClipEdit, ...], ...] = (
    (
        ClipEdit("sped up", sped_up, {"factor": 1.25}),
        ClipEdit("camcorder", camcorder, {"rate": 20, "turn": 0.04}, codec=film.MP4_LOW),
        ClipEdit("crop 25 %", frames_changed, {"steps": _CROPPED}),
    ),
    (
        ClipEdit("in a corner", in_corner, {"share": 0.36}, needs_foreign=True),
        ClipEdit("camcorder aslant", camcorder, {"rate": 15, "turn": 0.14}, codec=film.MP4_LOW),
        ClipEdit(
            "mirror, crop, grey, sped up", frames_changed, {"steps": _CROP_MIRROR, "factor": 1.15}
        ),
        ClipEdit(
            "watermarked, low bitrate",
            frames_changed,
            {"steps": [("watermarked", {"text": "hollow.example", "opacity": 0.4})]},
            codec=film.MP4_LOW,
        ),
    ),
    (
        ClipEdit("in a small corner", in_corner, {"share": 0.2}, needs_foreign=True),
        ClipEdit("crop 60 %", frames_changed, {"steps": [("crop", {"share": 0.6})]}),
        ClipEdit(
            "stickers, crop, twice as fast",
            frames_changed,
            {
                "steps": [("stickers", {"count": 5, "area": 0.05}), ("crop", {"share": 0.3})],
                "factor": 2.0,
            },
            codec=film.MP4_LOW,
        ),
    ),
)

HARD_PICTURE_EDITS: Mapping[str, PictureEdit] = MappingProxyType(
    {edit.name: edit for rung in _PICTURE_LADDER for edit in rung}
)
HARD_CLIP_EDITS: Mapping[str, ClipEdit] = MappingProxyType(
    {edit.name: edit for rung in _CLIP_LADDER for edit in rung}
)
RUNGS: Mapping[str, int] = MappingProxyType(
    {
        "collage": 2,
        "collage, further part": 2,
        "two edits": 2,
        **{one.name: number for number, rung in enumerate(_PICTURE_LADDER, 1) for one in rung},
        **{clip.name: number for number, row in enumerate(_CLIP_LADDER, 1) for clip in row},
    }
)
"""How hard each is, from 1 to 3."""
