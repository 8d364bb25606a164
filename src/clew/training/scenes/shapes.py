"""Solids from rectangles, round things as cut-outs, and the shadows under them."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from clew.training.scenes.palette import Colour, Image, mix
from clew.training.scenes.renderer import Scene, Surface, vector
from clew.training.scenes.textures import fractal

Cover = Callable[[int, int], Image]
"""Makes a texture of a given height and width in pixels."""

_PIXELS_PER_METRE = 220


def box(
    scene: Scene,
    corner: tuple[float, float, float],
    size: tuple[float, float, float],
    cover: Cover,
    top: Cover | None = None,
    front: Cover | None = None,
) -> None:
    """A block standing on `corner` (least x, y, z), `size` along x, y, z in metres.

    `top` and `front` (the side toward least z) may have their own cover.
    """
    x, y, z = corner
    wide, tall, deep = size
    # Every side is written so that it reads from left to right when seen from outside.
    sides: list[tuple[tuple[float, float, float], int, float, tuple[int, float], Cover]] = [
        ((x, y + tall, z), 0, wide, (1, -tall), front or cover),
        ((x + wide, y + tall, z + deep), 0, -wide, (1, -tall), cover),
        ((x, y + tall, z + deep), 2, -deep, (1, -tall), cover),
        ((x + wide, y + tall, z), 2, deep, (1, -tall), cover),
        ((x, y + tall, z + deep), 0, wide, (2, -deep), top or cover),
    ]
    for start, axis, along, (down_axis, down), made_of in sides:
        across = np.zeros(3)
        across[axis] = along
        below = np.zeros(3)
        below[down_axis] = down
        scene.surfaces.append(
            Surface(vector(start), across, below, made_of(_pixels(down), _pixels(along)))
        )


def _pixels(length: float) -> int:
    return int(np.clip(abs(length) * _PIXELS_PER_METRE, 12, 700))


def panel(
    scene: Scene,
    centre: NDArray[np.float64],
    across: NDArray[np.float64],
    down: NDArray[np.float64],
    texture: Image,
    glow: float = 0.0,
) -> None:
    """A flat rectangle around its centre: a picture, a window, a door."""
    scene.surfaces.append(Surface(centre - across / 2 - down / 2, across, down, texture, glow=glow))


def shadow(scene: Scene, x: float, y: float, z: float, wide: float, deep: float) -> None:
    """A soft dark patch on a level surface at height `y`, centred at x, z."""
    rows, columns = np.mgrid[-1:1:48j, -1:1:48j]
    fall = np.clip(
        1.25 - np.maximum(np.abs(rows), np.abs(columns)) ** 2 - 0.35 * (rows * columns) ** 2, 0, 1
    )
    texture = np.zeros((48, 48, 4), np.float32)
    texture[..., 3] = 0.55 * cv2.GaussianBlur(
        np.clip(fall - 0.25, 0, 1).astype(np.float32), (0, 0), 4
    )
    scene.decals.append(
        Surface(
            vector((x - wide / 2, y + 0.005, z + deep / 2)),
            vector((wide, 0, 0)),
            vector((0, 0, -deep)),
            texture,
        )
    )


def sunbeam(
    scene: Scene,
    corner: NDArray[np.float64],
    across: NDArray[np.float64],
    down: NDArray[np.float64],
) -> None:
    """A bright window-shaped patch, with the shadow of the cross bars, on a floor or wall."""
    texture = np.full((80, 80, 4), 1.0, np.float32)
    texture[..., :3] = (1.75, 1.6, 1.3)
    for lines in (slice(0, 6), slice(37, 43), slice(74, 80)):
        texture[lines, :, 3] = 0
        texture[:, lines, 3] = 0
    texture[..., 3] = cv2.GaussianBlur(texture[..., 3], (0, 0), 1.5) * 0.85
    scene.decals.append(Surface(corner, across, down, texture))


def cutout(
    scene: Scene,
    foot: tuple[float, float, float],
    wide: float,
    tall: float,
    texture: Image,
    glow: float = 0.0,
) -> None:
    """Stand a cut-out of a round thing on `foot`; it faces whichever camera looks."""
    start = vector(foot) + vector((-wide / 2, tall, 0))
    scene.cutouts.append(
        Surface(
            start,
            vector((wide, 0, 0)),
            vector((0, -tall, 0)),
            texture,
            glow=glow,
            flat=True,
            turns=True,
        )
    )


def turned(
    random: np.random.Generator, profile: list[float], base: Colour, band: Colour | None = None
) -> Image:
    """A vase, bottle, bowl or lampshade, from its radius at steps from top to bottom, 0..1.

    Shaded as a round body lit from the upper left, with a highlight; shape (240, 200, 4).
    """
    height, width = 240, 200
    outline = np.interp(np.linspace(0, len(profile) - 1, height), range(len(profile)), profile)
    smooth = cv2.GaussianBlur(outline.astype(np.float32)[:, None], (1, 9), 2)
    radius = np.asarray(smooth[:, 0], np.float32)
    columns = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    position = columns / np.maximum(radius, 0.02)[:, None]
    body = np.sqrt(np.clip(1 - position**2, 0, 1))
    light = 0.35 + 0.75 * np.clip(body * 0.75 - position * 0.5, 0, 1)
    texture = np.zeros((height, width, 4), np.float32)
    paint = np.empty((height, width, 3), np.float32)
    paint[:] = base
    if band is not None:
        for start in random.uniform(0.15, 0.85, int(random.integers(1, 4))):
            top = int(start * height)
            paint[top : top + int(random.integers(6, 26))] = band
    grain = 0.9 + 0.15 * fractal(random, height, width, (4, 4), 4)
    texture[..., :3] = paint * (light * grain)[..., None]
    shine = np.exp(-((position + 0.42) ** 2) / 0.012) * 0.35
    texture[..., :3] += shine[..., None]
    texture[..., 3] = np.clip((1 - np.abs(position)) * radius[:, None] * width / 2, 0, 1)
    return texture


def ball(random: np.random.Generator, base: Colour, stripe: Colour | None = None) -> Image:
    """A ball or a fruit; shape (160, 160, 4)."""
    rows, columns = np.mgrid[-1:1:160j, -1:1:160j].astype(np.float32)
    distance = rows**2 + columns**2
    up = np.sqrt(np.clip(1 - distance, 0, 1))
    light = 0.3 + 0.8 * np.clip(up * 0.6 - columns * 0.4 - rows * 0.55, 0, 1)
    paint = np.empty((160, 160, 3), np.float32)
    paint[:] = base
    if stripe is not None:
        turn = float(random.uniform(0, np.pi))
        along = (columns * np.cos(turn) + rows * np.sin(turn)) / np.maximum(0.3, up + 0.3)
        paint[np.sin(along * 7) > 0.1] = stripe
    texture = np.zeros((160, 160, 4), np.float32)
    texture[..., :3] = paint * light[..., None]
    texture[..., :3] += 0.5 * np.exp(-((columns + 0.35) ** 2 + (rows + 0.4) ** 2) / 0.02)[..., None]
    texture[..., 3] = np.clip((1 - np.sqrt(distance)) * 80, 0, 1)
    return texture


def plant(random: np.random.Generator, pot: Colour, leaf: Colour) -> Image:
    """A pot plant with many leaves; shape (400, 300, 4)."""
    texture = np.zeros((400, 300, 4), np.float32)
    pot_part = turned(random, [0.95, 1.0, 0.88, 0.8, 0.72], pot)
    texture[290:400, 95:205] = cv2.resize(pot_part, (110, 110), interpolation=cv2.INTER_AREA)
    spread = float(random.uniform(0.5, 1.2))
    for _ in range(int(random.integers(28, 55))):
        angle = float(random.normal(0, spread))
        reach = float(random.uniform(90, 250))
        tip = (150 + reach * np.sin(angle) * 0.75, 300 - reach * np.cos(angle) * 0.95)
        shade = mix(leaf * 0.55, np.minimum(leaf * 1.5, 1), float(random.random()))
        ink = (*(float(v) for v in shade), 1.0)
        stalk = (150 + (tip[0] - 150) * 0.45, 300 + (tip[1] - 300) * 0.5)
        cv2.line(texture, (150, 300), (int(stalk[0]), int(stalk[1])), ink, 3, cv2.LINE_AA)
        middle = (int((stalk[0] + tip[0]) / 2), int((stalk[1] + tip[1]) / 2))
        axes = (int(reach * 0.28), int(random.uniform(9, 24)))
        turn = float(np.degrees(np.arctan2(tip[1] - stalk[1], tip[0] - stalk[0])))
        cv2.ellipse(texture, middle, axes, turn, 0, 360, ink, -1, cv2.LINE_AA)
    return texture


def tree(random: np.random.Generator, leaf: Colour, bark: Colour) -> Image:
    """A leafy or a pointed tree; shape (480, 360, 4)."""
    texture = np.zeros((480, 360, 4), np.float32)
    trunk = (*(float(v) for v in bark), 1.0)
    pointed = random.random() < 0.4
    cv2.line(texture, (180, 479), (180, 200), trunk, 16 if pointed else 22, cv2.LINE_AA)
    count = 420
    share = np.sort(random.random(count))
    turn, far = random.uniform(0, 2 * np.pi, count), random.random(count) ** 0.5
    if pointed:
        x = 180 + (20 + 130 * (1 - share)) * random.uniform(-1, 1, count)
        y = 430 - 400 * share
    else:
        x, y = 180 + 145 * far * np.cos(turn), 190 + 150 * far * np.sin(turn)
    light = 0.45 + 0.4 * random.random(count) + 0.45 * (1 - y / 430) - 0.15 * (x - 180) / 150
    inks = np.ones((count, 4))
    inks[:, :3] = np.clip(leaf * light[:, None] * 1.25, 0, 1)
    axes = random.integers((9, 6), (26, 15), (count, 2)).tolist()
    places = np.stack([x, y], axis=1).astype(int).tolist()
    turns = random.uniform(0, 180, count).tolist()
    for place, axis, tilt, ink in zip(places, axes, turns, inks.tolist(), strict=True):
        cv2.ellipse(texture, place, axis, tilt, 0, 360, ink, -1, cv2.LINE_AA)
    return texture
