"""Printed things, seen from straight ahead: cloth with motifs, posters, packs, labels, receipts.

What hangs, lies and stands in real rooms is full of corners that a program can find again; so are
these. All are of shape (height, width, 3), float32, 0..1.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from PIL import Image as Picture
from PIL import ImageDraw, ImageFont

from clew.training.scenes.decoration import framed
from clew.training.scenes.landscapes import coast, landscape
from clew.training.scenes.palette import Colour, Image, choose_palette, choose_wood, mix
from clew.training.scenes.textures import fractal, plaster
from clew.training.world.chance import between, one_of, word

_WHITE = np.ones(3, np.float32)


def ink(paint: Colour) -> tuple[float, float, float]:
    """A colour as OpenCV draws with it."""
    return float(paint[0]), float(paint[1]), float(paint[2])


def _motif(random: np.random.Generator, size: int, paints: Sequence[Colour]) -> Image:
    """One figure with its opacity: a flower, star, boat, leaf or ring; shape (size, size, 4)."""
    image = np.zeros((size, size, 4), np.float32)
    middle, kind = size // 2, int(random.integers(5))
    one, other, third = ((*ink(one_of(random, paints)), 1.0) for _ in range(3))
    arms = int(random.integers(4, 8))
    turns = np.arange(arms) * 2 * np.pi / arms + between(random, 0, 1)
    if kind == 0:
        for turn in turns:
            at = middle + 0.28 * size * np.array([np.cos(turn), np.sin(turn)])
            cv2.circle(image, tuple(at.astype(int).tolist()), size // 6, one, -1, cv2.LINE_AA)
        cv2.circle(image, (middle, middle), size // 7, other, -1, cv2.LINE_AA)
    elif kind == 1:
        radii = np.where(np.arange(2 * arms) % 2, 0.18, 0.45) * size
        angles = np.arange(2 * arms) * np.pi / arms
        points = middle + radii[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        cv2.fillPoly(image, [points.astype(np.int32)], one, cv2.LINE_AA)
        cv2.circle(image, (middle, middle), size // 9, third, -1, cv2.LINE_AA)
    elif kind == 2:
        hull = np.array([[0.1, 0.65], [0.9, 0.65], [0.72, 0.85], [0.28, 0.85]]) * size
        sail = np.array([[0.48, 0.1], [0.48, 0.6], [0.15, 0.6]]) * size
        jib = np.array([[0.53, 0.2], [0.53, 0.6], [0.82, 0.6]]) * size
        for shape, paint in ((hull, one), (sail, other), (jib, third)):
            cv2.fillPoly(image, [shape.astype(np.int32)], paint, cv2.LINE_AA)
    elif kind == 3:
        for turn in turns[:3]:
            axes, angle = (int(size * 0.42), size // 10), float(np.degrees(turn))
            cv2.ellipse(image, (middle, middle), axes, angle, 0, 360, one, -1, cv2.LINE_AA)
        cv2.line(image, (middle, size // 8), (middle, size - size // 8), other, 2, cv2.LINE_AA)
    else:
        for share, paint in ((0.45, one), (0.3, other), (0.15, third)):
            cv2.circle(image, (middle, middle), int(size * share), paint, -1, cv2.LINE_AA)
    return image


def _stamp(image: Image, motif: Image, x: int, y: int) -> None:
    """Lay a motif on an image, its top left at (x, y), as far as it lies within; in place."""
    high, wide = motif.shape[:2]
    top, left = max(y, 0), max(x, 0)
    bottom, right = min(y + high, image.shape[0]), min(x + wide, image.shape[1])
    if bottom <= top or right <= left:
        return
    piece = motif[top - y : bottom - y, left - x : right - x]
    under = image[top:bottom, left:right]
    under += (piece[..., :3] - under) * piece[..., 3:]


def motif_cloth(
    random: np.random.Generator,
    height: int,
    width: int,
    colours: Sequence[Colour],
    spacing: int = 60,
) -> Image:
    """Cloth or paper with a few figures in a rhythm, `spacing` pixels from one to the next."""
    image = np.empty((height, width, 3), np.float32)
    image[:] = mix(one_of(random, colours), _WHITE, between(random, 0, 0.7))
    size = int(spacing * between(random, 0.6, 0.95))
    motifs = [_motif(random, size, colours) for _ in range(int(random.integers(2, 4)))]
    for row, y in enumerate(range(-spacing // 2, height, spacing)):
        shift = spacing // 2 if row % 2 else 0
        for column, x in enumerate(range(-shift, width, spacing)):
            _stamp(image, motifs[(row * 3 + column) % len(motifs)], x, y)
    return image


def wallpaper_with_motif(
    random: np.random.Generator, height: int, width: int, colours: Sequence[Colour]
) -> Image:
    """Printed wallpaper, a little stained and faded by the years as only this wall is."""
    printed = motif_cloth(random, height, width, colours, int(random.integers(46, 90)))
    paper = mix(colours[0], _WHITE, 0.5)
    pale = between(random, 0.3, 0.7)
    years = plaster(random, height, width, _WHITE) * (
        0.9 + 0.1 * fractal(random, height, width)[..., None]
    )
    return np.asarray((printed + (paper - printed) * pale) * years, np.float32)


def written(
    lines: Sequence[str], height: int, width: int, paper: Colour, paint: Colour, share: float = 0.9
) -> Image:
    """Lines of text, centred, as large as they fit; `share` of the width is the most they take."""
    sheet = Picture.new("RGB", (width, height), tuple(int(255 * v) for v in paper))
    draw = ImageDraw.Draw(sheet)
    step = height / max(len(lines), 1)
    colour = tuple(int(255 * v) for v in paint)
    for row, line in enumerate(lines):
        font = ImageFont.load_default(max(6.0, step * 0.8))
        long = draw.textlength(line, font)
        if long > width * share:
            font = ImageFont.load_default(max(6.0, step * 0.8 * width * share / long))
        draw.text((width / 2, (row + 0.5) * step), line, colour, font, anchor="mm")
    return np.asarray(np.asarray(sheet, np.float32) / np.float32(255), np.float32)


def art(random: np.random.Generator, height: int, width: int) -> Image:
    """A printed picture with a line of words, framed: a view, or figures in a field."""
    colours = choose_palette(random)
    band = max(12, height // 9)
    kind = int(random.integers(3))
    if kind == 0:
        view = landscape(random, height - band, width)
    elif kind == 1:
        view = coast(random, height - band, width)
    else:
        view = motif_cloth(random, height - band, width, colours, max(24, width // 5))
    words = written(
        [" ".join(word(random, 2) for _ in range(3))], band, width, colours[0], colours[4]
    )
    print_ = np.vstack([np.clip(view, 0, 1), words])
    return framed(print_, colours[4] if random.random() < 0.5 else choose_wood(random))


def pack(random: np.random.Generator, height: int, width: int, name: str) -> Image:
    """The front of a pack: its brand, figures, small print and a bar code."""
    colours = choose_palette(random)
    image = np.empty((height, width, 3), np.float32)
    image[:] = one_of(random, colours[:4])
    size = max(12, min(height, width) // 2)
    for _ in range(3):
        motif = _motif(random, size, colours)
        _stamp(
            image,
            motif,
            int(random.integers(width)) - size // 2,
            int(random.integers(height)) - size // 2,
        )
    tall = max(8, height // 5)
    image[height // 8 : height // 8 + tall] = written([name], tall, width, colours[4], colours[0])
    small = [" ".join(word(random, 2) for _ in range(3)) for _ in range(3)]
    low = max(9, height // 5)
    image[height - low :, : width // 2] = written(small, low, width // 2, colours[0], colours[4])
    stripes = random.random(width - width // 2) < 0.5
    image[height - low :, width // 2 :] = np.where(stripes, 0.05, 0.95)[None, :, None]
    return image


def receipt(random: np.random.Generator, shop: str, town: str) -> Image:
    """A till receipt: the shop, its town, what was bought; shape (260, 130, 3)."""
    goods = [f"{word(random, 2)} {between(random, 1, 9):.2f}" for _ in range(5)]
    lines = [shop, town, *goods, f"TOTAL {between(random, 9, 40):.2f}"]
    return written(lines, 260, 130, np.full(3, 0.95, np.float32), np.full(3, 0.1, np.float32))


def calendar(random: np.random.Generator, month: str) -> Image:
    """A wall calendar: a view above the days of a month; shape (360, 240, 3)."""
    view = landscape(random, 180, 240)
    head = written([month], 30, 240, np.full(3, 0.9, np.float32), np.full(3, 0.15, np.float32))
    start = int(random.integers(7))
    days = [
        "   ".join(
            f"{d:2d}" if 0 < d < 31 else "  " for d in range(w * 7 - start, w * 7 - start + 7)
        )
        for w in range(5)
    ]
    grid = written(days, 150, 240, np.full(3, 0.97, np.float32), np.full(3, 0.2, np.float32))
    return np.vstack([np.clip(view, 0, 1), head, grid])


def clock_face(random: np.random.Generator) -> Image:
    """A wall clock that has stopped; shape (160, 160, 4)."""
    colours = choose_palette(random)
    image = np.zeros((160, 160, 4), np.float32)
    cv2.circle(image, (80, 80), 78, (*ink(colours[4]), 1.0), -1, cv2.LINE_AA)
    cv2.circle(image, (80, 80), 68, (0.95, 0.94, 0.9, 1.0), -1, cv2.LINE_AA)
    for hour in range(12):
        turn = hour * np.pi / 6
        tip = np.array([np.cos(turn), np.sin(turn)])
        start, end = (80 + tip * 56).astype(int), (80 + tip * 65).astype(int)
        cv2.line(
            image, tuple(start.tolist()), tuple(end.tolist()), (0.1, 0.1, 0.1, 1), 4, cv2.LINE_AA
        )
    for length, thick in ((34, 6), (52, 4)):
        turn = between(random, 0, 2 * np.pi)
        end = 80 + length * np.array([np.cos(turn), np.sin(turn)])
        cv2.line(
            image, (80, 80), tuple(end.astype(int).tolist()), (0.1, 0.1, 0.1, 1), thick, cv2.LINE_AA
        )
    return image
