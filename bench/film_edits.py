"""Edits that people make of films, each with the stretches that original and copy then share.

Every edit takes the footage of a clip and that of a foreign one, which some of them need, and gives
new footage. Beside the edits of the training world stand the hard ones here: a picture in a
picture, two films side by side, small turns, other speeds, and a film filmed from a screen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

import cv2
import numpy as np

from clew.training import footage as film
from clew.training.edits import clips, pictures
from clew.training.edits.clips import ClipCopy, Span
from clew.training.footage import Codec, Footage
from clew.training.pictures import Pixels

Change: TypeAlias = Callable[[Footage, Footage, np.random.Generator], ClipCopy]

POOR = Codec(".mp4", "mp4", "libx264", "aac", (("crf", "42"), ("preset", "ultrafast")))


@dataclass(frozen=True)
class FilmEdit:
    """One edit: what it does, how its copy is encoded, and which recall is asked of it."""

    change: Change
    codec: Codec = film.MP4
    bar: float = 0.95
    foreign: bool = False


def _each(change: Callable[[Pixels], Pixels]) -> Change:
    """Every frame changed in the same way."""

    def changed(original: Footage, _foreign: Footage, _random: np.random.Generator) -> ClipCopy:
        frames = [np.ascontiguousarray(change(frame)) for frame in original.frames]
        return _whole(original, frames)

    return changed


def _whole(original: Footage, frames: list[Pixels]) -> ClipCopy:
    changed = Footage(frames, original.rate)
    return ClipCopy(changed, [Span(0.0, original.duration, 0.0, changed.duration)])


def _trim(original: Footage, _foreign: Footage, random: np.random.Generator) -> ClipCopy:
    """A part of 3 s, or half of what is shorter than 6 s."""
    length = min(3.0, original.duration / 2)
    start = float(random.uniform(0, original.duration - length))
    first = float(round(start * original.rate) / original.rate)
    kept = original.part(first, first + length)
    return ClipCopy(kept, [Span(first, first + kept.duration, 0.0, kept.duration)])


def _join(original: Footage, foreign: Footage, _random: np.random.Generator) -> ClipCopy:
    """Between two foreign parts."""
    before = film.at_rate(foreign.part(0, 3.0), original.rate)
    after = film.at_rate(foreign.part(3.0, 6.0), original.rate)
    joined = film.join([Footage(original.frames, original.rate), before, after])
    count, first = len(original.frames), len(before.frames)
    frames = joined.frames[count : count + first] + joined.frames[:count]
    frames += joined.frames[count + first :]
    start = float(first / original.rate)
    return ClipCopy(
        Footage(frames, original.rate),
        [Span(0.0, original.duration, start, start + original.duration)],
    )


def _insert(original: Footage, foreign: Footage, _random: np.random.Generator) -> ClipCopy:
    return clips.insert(Footage(original.frames, original.rate), foreign, 0.5, 4.0)


def _cut_out(original: Footage, _foreign: Footage, _random: np.random.Generator) -> ClipCopy:
    return clips.cut_out(Footage(original.frames, original.rate), 0.35, 0.65)


def _subtitles(original: Footage, _foreign: Footage, random: np.random.Generator) -> ClipCopy:
    """Two lines at the foot, others every two seconds."""
    frames = []
    words: list[str] = []
    for number, frame in enumerate(original.frames):
        if number % round(2 * original.rate) == 0:
            letters = random.integers(97, 123, (2, 22))
            letters[random.random(letters.shape) < 0.18] = 32
            words = ["".join(map(chr, line)) for line in letters]
        frames.append(_captioned(frame, words))
    return _whole(original, frames)


def _captioned(frame: Pixels, lines: list[str]) -> Pixels:
    result = frame.copy()
    height, width = frame.shape[:2]
    scale = min(height * 0.0022, width * 0.0019)
    for place, line in enumerate(reversed(lines)):
        size, _ = cv2.getTextSize(line, cv2.FONT_HERSHEY_SIMPLEX, scale, 2)
        at = (max(0, (width - size[0]) // 2), int(height * (0.95 - 0.1 * place)))
        for paint, thick in (((0, 0, 0), 5), ((255, 255, 255), 2)):
            cv2.putText(result, line, at, cv2.FONT_HERSHEY_SIMPLEX, scale, paint, thick)
    return result


def _badge_in_the_middle(frame: Pixels) -> Pixels:
    """A badge of a quarter of the picture right in its middle."""
    height, width = frame.shape[:2]
    badge = pictures._badge(height // 2, width // 2)
    result = frame.copy()
    top, left = height // 4, width // 4
    result[top : top + badge.shape[0], left : left + badge.shape[1]] = badge
    return result


def _ticker(frame: Pixels) -> Pixels:
    """A banner over the lowest quarter."""
    height, width = frame.shape[:2]
    result = frame.copy()
    top = height - height // 4
    result[top:] = (24, 40, 120)
    scale = width / 420
    cv2.putText(
        result, "BREAKING NEWS", (8, height - height // 10), cv2.FONT_HERSHEY_DUPLEX, scale,
        (250, 250, 250), 2,
    )  # fmt: skip
    return result


def _turned(degrees: float, filled: bool) -> Callable[[Pixels], Pixels]:
    """Turned by an angle: enlarged until no corner is empty, or with black corners."""

    def change(frame: Pixels) -> Pixels:
        height, width = frame.shape[:2]
        angle = abs(np.radians(degrees))
        longer = max(height, width) / min(height, width)
        scale = np.cos(angle) + np.sin(angle) * longer if filled else 1.0
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, float(scale))
        return np.asarray(cv2.warpAffine(frame, matrix, (width, height)), np.uint8)

    return change


def _in_a_picture(share: float, edged: bool) -> Change:
    """Small, in a corner of a foreign film that runs on."""

    def change(original: Footage, foreign: Footage, random: np.random.Generator) -> ClipCopy:
        around = _running(foreign, original)
        height, width = around[0].shape[:2]
        tall, wide = original.frames[0].shape[:2]
        scale = min(share * height / tall, share * width / wide)
        size = (round(wide * scale), round(tall * scale))
        margin = round(0.04 * min(height, width))
        top = int(random.choice([margin, height - margin - size[1]]))
        left = int(random.choice([margin, width - margin - size[0]]))
        frames = []
        for frame, back in zip(original.frames, around, strict=True):
            result = back.copy()
            inner = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
            if edged:
                cv2.rectangle(inner, (0, 0), (size[0] - 1, size[1] - 1), (240, 240, 240), 2)
            result[top : top + size[1], left : left + size[0]] = inner
            frames.append(result)
        return _whole(original, frames)

    return change


def _running(foreign: Footage, original: Footage) -> list[Pixels]:
    """As many frames of the foreign film as the original has, over and over if need be."""
    frames = film.at_rate(foreign, original.rate).frames
    return [frames[n % len(frames)] for n in range(len(original.frames))]


def _side_by_side(original: Footage, foreign: Footage, random: np.random.Generator) -> ClipCopy:
    """Both films at one height, left and right in either order."""
    beside = _running(foreign, original)
    height = original.frames[0].shape[0] // 2 * 2
    first = bool(random.integers(2))
    frames = []
    for frame, other in zip(original.frames, beside, strict=True):
        width = round(other.shape[1] * height / other.shape[0])
        other = np.asarray(cv2.resize(other, (width, height), interpolation=cv2.INTER_AREA))
        pair = (frame[:height], other) if first else (other, frame[:height])
        frames.append(np.hstack(pair))
    return _whole(original, frames)


def _at_speed(speed: float) -> Change:
    """Faster by dropping frames, slower by repeating them."""

    def change(original: Footage, _foreign: Footage, _random: np.random.Generator) -> ClipCopy:
        count = round(len(original.frames) / speed)
        last = len(original.frames) - 1
        return _whole(original, [original.frames[min(int(n * speed), last)] for n in range(count)])

    return change


def _filmed_from_a_screen(
    original: Footage, _foreign: Footage, random: np.random.Generator
) -> ClipCopy:
    """By a hand-held camera, a little from the side: perspective, moiré, blur, glare and noise."""
    tall, wide = original.frames[0].shape[:2]
    height, width = (360, 640) if wide >= tall else (640, 360)
    scale = 0.9 * min(height / tall, width / wide)
    corners = np.array([[0, 0], [wide, 0], [wide, tall], [0, tall]], np.float32)
    middle = np.array([width / 2, height / 2])
    seen = (corners - corners.mean(axis=0)) * scale + middle
    seen += random.uniform(-0.05, 0.05, (4, 2)) * min(height, width)
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    waves = sum(
        np.sin(float(random.uniform(0.6, 1.4)) * (columns * np.cos(a) + rows * np.sin(a)))
        for a in random.uniform(0, np.pi, 2)
    )
    glare = np.exp(-(((columns - width * 0.3) / width) ** 2 + (rows / height) ** 2) * 3)
    sway = np.cumsum(random.normal(0, 0.4, (len(original.frames), 2)), axis=0)
    sway -= np.linspace(0, 1, len(sway))[:, None] * sway[-1]
    frames = []
    for frame, moved in zip(original.frames, sway, strict=True):
        matrix = cv2.getPerspectiveTransform(corners, (seen + moved).astype(np.float32))
        screen = cv2.warpPerspective(
            frame, matrix, (width, height), borderValue=(22, 20, 18), flags=cv2.INTER_AREA
        )
        light = cv2.GaussianBlur(screen, (0, 0), 1.1).astype(np.float32) * 0.8 + 14
        light *= (1 + 0.05 * waves)[..., None]
        light += (26 * glare)[..., None]
        light += random.standard_normal(light.shape, dtype=np.float32) * 6
        frames.append(np.clip(light * (1.0, 0.97, 1.08), 0, 255).astype(np.uint8))
    return _whole(original, frames)


def _same(frame: Pixels) -> Pixels:
    return frame


FILM_EDITS: Mapping[str, FilmEdit] = MappingProxyType(
    {
        "trim": FilmEdit(_trim),
        "join": FilmEdit(_join, foreign=True),
        "insert": FilmEdit(_insert, foreign=True),
        "cut out": FilmEdit(_cut_out),
        "letterbox": FilmEdit(_each(lambda f: pictures.bars(f, 0.16, 0))),
        "pillarbox": FilmEdit(_each(lambda f: pictures.bars(f, 0, 0.16))),
        "border": FilmEdit(_each(lambda f: pictures.border(f, 0.1, (236, 232, 220)))),
        "logo 10 %": FilmEdit(_each(lambda f: pictures.logo(f, 0.10))),
        "logo 25 %": FilmEdit(_each(lambda f: pictures.logo(f, 0.25))),
        "badge 25 % in the middle": FilmEdit(_each(_badge_in_the_middle)),
        "banner 25 %": FilmEdit(_each(_ticker)),
        "subtitles": FilmEdit(_subtitles),
        "crop to 80 % of each side": FilmEdit(_each(lambda f: pictures.crop(f, 0.2))),
        "crop to 60 % of each side": FilmEdit(_each(lambda f: pictures.crop(f, 0.4))),
        "picture in picture, 40 %": FilmEdit(_in_a_picture(0.40, False), bar=0.8, foreign=True),
        "picture in picture, 30 %": FilmEdit(_in_a_picture(0.30, True), bar=0.8, foreign=True),
        "side by side": FilmEdit(_side_by_side, foreign=True),
        "turned 90°": FilmEdit(_each(lambda f: pictures.rotate(f, 90))),
        "turned 180°": FilmEdit(_each(lambda f: pictures.rotate(f, 180))),
        "turned 270°": FilmEdit(_each(lambda f: pictures.rotate(f, 270))),
        "turned 5°": FilmEdit(_each(_turned(5, filled=True))),
        "turned 10°": FilmEdit(_each(_turned(-10, filled=False))),
        "poor encoding": FilmEdit(_each(lambda f: pictures.resize(f, 0.5)), codec=POOR),
        "greyscale": FilmEdit(_each(pictures.greyscale)),
        "sepia": FilmEdit(_each(pictures.sepia)),
        "speed 0.5": FilmEdit(_at_speed(0.5)),
        "speed 0.8": FilmEdit(_at_speed(0.8)),
        "speed 1.25": FilmEdit(_at_speed(1.25)),
        "speed 2": FilmEdit(_at_speed(2.0)),
        "mirrored": FilmEdit(_each(pictures.mirror)),
        "camcorded": FilmEdit(_filmed_from_a_screen, bar=0.8),
        "crop to 60 % of the picture": FilmEdit(_each(lambda f: pictures.crop(f, 1 - 0.6**0.5))),
    }
)
"""The edits of the benchmark, by name."""
