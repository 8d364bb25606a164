"""Wide views: sky, hills, water, trees. Painted back to front, no geometry."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from clew.training.scenes.palette import Colour, Image, choose_palette, colour, mix
from clew.training.scenes.shapes import tree
from clew.training.scenes.textures import fractal

_SKIES = (
    ("5b93cf", "d9e8f2"),
    ("3f78b5", "f3dfc3"),
    ("8fa9bf", "e9e7e2"),
    ("38507e", "f2a978"),
    ("6fa8c9", "f6e9c8"),
    ("4a4f7a", "e98f76"),
)
_GREENS = ("5f7f3c", "7c8f45", "46693f", "93904c", "a3803f", "57784f", "8d6f4a")


def sky(random: np.random.Generator, height: int, width: int, angle: float = 65.0) -> Image:
    """Sky from zenith to horizon, with clouds lit from one side and perhaps a low sun.

    `angle` is how many degrees of the horizon it spans.
    """
    high, low = (colour(code) for code in _SKIES[int(random.integers(len(_SKIES)))])
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    image = np.asarray(high + (low - high) * down**0.8, np.float32) * np.ones(
        (1, width, 1), np.float32
    )
    clouds = fractal(random, height, width, (int(random.integers(2, 5)), 3), 6)
    cover = float(random.uniform(0.4, 0.62))
    density = np.clip((clouds - cover) / 0.22, 0, 1)
    toward_light = np.array([[1, 0, width / 60], [0, 1, height / 60]])
    moved = cv2.warpAffine(clouds, toward_light, (width, height), borderMode=cv2.BORDER_REFLECT)
    lit = np.clip(0.9 + 6 * (clouds - moved), 0.55, 1.1)
    white = mix(low, np.ones(3, np.float32), 0.7)
    image += (lit[..., None] * white - image) * (density * 0.9)[..., None]
    if random.random() < 0.5:
        rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
        away = np.hypot(
            rows - random.uniform(0.1, 0.6) * height, columns - random.uniform(0.1, 0.9) * width
        )
        degree = width / angle
        halo = np.exp(-away / (degree * 5.8)) + 3 * (away < degree * 1.4)
        image += (1 - image) * np.clip(halo, 0, 0.95)[..., None].astype(np.float32)
    return image


def _ridge(
    random: np.random.Generator, width: int, level: float, swing: float
) -> NDArray[np.float32]:
    """The height of a skyline in pixels from the top, for each column."""
    line = fractal(
        random, 2, width, (1, int(random.integers(2, 5))), 8, float(random.uniform(0.4, 0.6))
    )
    return np.asarray(level + (0.5 - line[0]) * swing, np.float32)


def _ground(random: np.random.Generator, height: int, width: int, paint: Colour) -> Image:
    """Meadow and wood: patches and tufts, with strips of fields now and then."""
    patches = fractal(random, height, width, (10, 6), 6, 0.65)
    image = np.asarray((0.35 + 1.0 * patches)[..., None] * paint, np.float32)
    if random.random() < 0.5:
        other = colour(_GREENS[int(random.integers(len(_GREENS)))])
        rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
        slope = float(random.uniform(-0.5, 0.5))
        bands = np.sin((rows + slope * columns) / height * random.uniform(20, 60) + 3 * patches)
        image += (patches[..., None] * other - image * 0.5) * (bands > 0.3)[..., None]
    return image


def landscape(random: np.random.Generator, height: int, width: int) -> Image:
    """Hills in layers toward the horizon, with a lake or sea in some, trees in front of most."""
    backdrop = sky(random, height, width)
    image = backdrop.copy()
    horizon = float(random.uniform(0.25, 0.55)) * height
    haze = backdrop[min(int(horizon), height - 1)].mean(axis=0)
    layers = int(random.integers(3, 6))
    water = random.random() < 0.55
    base = colour(_GREENS[int(random.integers(len(_GREENS)))])
    tops = np.zeros(width, np.float32)
    for layer in range(layers):
        near = (layer + 1) / layers
        level = horizon + (height * 0.9 - horizon) * (layer / layers) ** 1.3
        tops = _ridge(random, width, level, height * float(random.uniform(0.15, 0.42)))
        paint = mix(
            haze,
            mix(base, colour(_GREENS[int(random.integers(len(_GREENS)))]), 0.5),
            0.25 + 0.75 * near,
        )
        ground = _ground(random, height, width, paint)
        edge = np.clip(np.arange(height, dtype=np.float32)[:, None] - tops[None, :], 0, 1)
        image += (ground - image) * edge[..., None]
        if water and layer == layers - 2:
            _flood(random, image, int(min(level + height * 0.06, height * 0.8)))
    for _ in range(int(random.integers(2, 9))):
        _plant_tree(random, image, tops)
    if random.random() < 0.4:
        _house(random, image, tops)
    return np.asarray(np.clip(image, 0, 1.2), np.float32)


def _flood(random: np.random.Generator, image: Image, shore: int) -> None:
    """Below `shore`, still water: what is above, mirrored, darker and rippled; in place."""
    height, width = image.shape[:2]
    depth = height - shore
    rows, columns = np.mgrid[0:depth, 0:width].astype(np.float32)
    ripples = fractal(random, depth, width, (min(60, depth // 3), 6), 3, 0.7) - 0.5
    source = np.clip(
        shore - rows * (shore / depth) * 0.8 + ripples * (6 + rows * 0.25), 0, shore - 1
    )
    mirrored = cv2.remap(image, columns, source, cv2.INTER_LINEAR)
    tint = colour("3c5f73")
    image[shore:] = mirrored * 0.62 + tint * 0.3 + ripples[..., None] * 0.22


def _plant_tree(random: np.random.Generator, image: Image, tops: NDArray[np.float32]) -> None:
    height, width = image.shape[:2]
    shape = tree(random, colour(_GREENS[int(random.integers(len(_GREENS)))]), colour("4a3726"))
    tall = int(height * random.uniform(0.18, 0.6))
    wide = int(tall * random.uniform(0.55, 0.95))
    middle = int(random.integers(width))
    foot = min(int(tops[middle]) + int(random.uniform(0.02, 0.2) * height), height + tall // 6)
    small = np.asarray(cv2.resize(shape, (wide, tall), interpolation=cv2.INTER_AREA), np.float32)
    _overlay(image, small, middle, foot)


def _overlay(image: Image, piece: Image, middle: int, foot: int) -> None:
    """Blend a piece with opacity into the image, standing on row `foot`; in place."""
    tall, wide = piece.shape[:2]
    left, top = middle - wide // 2, foot - tall
    start, end = (
        (max(0, -top), max(0, -left)),
        (min(tall, image.shape[0] - top), min(wide, image.shape[1] - left)),
    )
    if start[0] >= end[0] or start[1] >= end[1]:
        return
    part = piece[start[0] : end[0], start[1] : end[1]]
    target = image[top + start[0] : top + end[0], left + start[1] : left + end[1]]
    target += (part[..., :3] - target) * part[..., 3:]


def _house(random: np.random.Generator, image: Image, tops: NDArray[np.float32]) -> None:
    """A cottage with a gable roof; in place."""
    height, width = image.shape[:2]
    wall, roof = choose_palette(random)[:2]
    wide = int(width * random.uniform(0.1, 0.22))
    left = int(random.uniform(0.05, 0.75) * width)
    base = min(int(tops[left + wide // 2]) + height // 12, height - 1)
    tall = int(wide * random.uniform(0.45, 0.7))
    cv2.rectangle(image, (left, base - tall), (left + wide, base), tuple(map(float, wall)), -1)
    gable = [
        (left - wide // 12, base - tall),
        (left + wide // 2, base - int(tall * 1.8)),
        (left + wide + wide // 12, base - tall),
    ]
    cv2.fillPoly(image, [np.array(gable, np.int32)], tuple(map(float, roof * 0.8)), cv2.LINE_AA)
    pane = wide // 7
    for share in (0.15, 0.43, 0.71):
        corner = (left + int(share * wide), base - int(tall * 0.75))
        cv2.rectangle(image, corner, (corner[0] + pane, corner[1] + pane), (0.2, 0.25, 0.3), -1)
        cv2.rectangle(image, corner, (corner[0] + pane, corner[1] + pane), (0.95, 0.95, 0.92), 2)


def coast(random: np.random.Generator, height: int, width: int) -> Image:
    """Sea under a big sky, a headland, sand with pebbles, boats."""
    image = sky(random, height, width)
    horizon = int(random.uniform(0.3, 0.5) * height)
    rows = np.arange(height - horizon, dtype=np.float32)[:, None]
    swell = fractal(random, height - horizon, width, (40, 5), 4, 0.75)
    deep, shallow = colour("2c5f86"), colour("7fb7b5")
    share = np.clip(rows / (height * 0.4), 0, 1)[..., None]
    sea = (deep + (shallow - deep) * share) * (0.55 + 0.9 * swell[..., None])
    sea += 0.55 * np.clip(swell - 0.74, 0, 1)[..., None] * 4
    image[horizon:] = sea
    tops = _ridge(random, width, horizon - height * 0.02, height * float(random.uniform(0.2, 0.5)))
    lean = np.linspace(-1, 1, width, dtype=np.float32) * float(random.choice([-1, 1]))
    tops += (lean + float(random.uniform(-0.2, 0.5))) * height * 0.3
    cliff = _ground(
        random, height, width, colour(_GREENS[int(random.integers(len(_GREENS)))]) * 0.9
    )
    line = np.arange(height, dtype=np.float32)[:, None]
    image += (cliff - image) * (np.clip(line - tops, 0, 1) * np.clip(horizon + 4 - line, 0, 1))[
        ..., None
    ]
    shore = _ridge(random, width, height * float(random.uniform(0.75, 0.9)), height * 0.3)
    sand = mix(colour("d9bf8c"), colour("b7a58c"), float(random.random()))
    grain = fractal(random, height, width, (20, 20), 5, 0.8)
    foam = np.exp(-np.abs(line - shore + 10 * grain) / 9)[..., None]
    beach = np.clip(line - shore, 0, 1)[..., None]
    image += ((0.55 + 0.7 * grain)[..., None] * sand - image) * beach
    image += (1 - image) * foam * 0.85
    for _ in range(int(random.integers(2, 6))):
        _boat(random, image, horizon)
    for _ in range(int(random.integers(10, 45))):
        _pebble(random, image, shore)
    return np.asarray(np.clip(image, 0, 1.2), np.float32)


def _boat(random: np.random.Generator, image: Image, horizon: int) -> None:
    height, width = image.shape[:2]
    x, share = int(random.uniform(0.08, 0.92) * width), float(random.uniform(0.02, 0.28))
    y, size = int(horizon + share * height), int(height * (0.05 + 0.5 * share))
    hull = [
        (x - size // 2, y - size // 6),
        (x + size // 2, y - size // 6),
        (x + size // 3, y),
        (x - size // 3, y),
    ]
    paints = choose_palette(random)
    cv2.fillPoly(image, [np.array(hull, np.int32)], tuple(map(float, paints[1])), cv2.LINE_AA)
    for side, paint in ((1, paints[0]), (-1, paints[3])):
        sail = [
            (x + side * 3, y - size // 4),
            (x + side * 3, y - int(size * 1.2)),
            (x + side * size // 2, y - size // 4),
        ]
        cv2.fillPoly(image, [np.array(sail, np.int32)], tuple(map(float, paint)), cv2.LINE_AA)


def _pebble(random: np.random.Generator, image: Image, shore: NDArray[np.float32]) -> None:
    height, width = image.shape[:2]
    x = int(random.integers(width))
    y = int(shore[x] + random.uniform(0.03, 0.3) * height)
    size = int(random.uniform(0.006, 0.035) * width)
    tone = float(random.uniform(0.3, 0.75))
    cv2.ellipse(
        image,
        (x + size // 4, y + size // 4),
        (size, size // 2),
        0,
        0,
        360,
        (0.25, 0.22, 0.2),
        -1,
        cv2.LINE_AA,
    )
    cv2.ellipse(
        image,
        (x, y),
        (size, size * 2 // 3),
        0,
        0,
        360,
        (tone, tone * 0.97, tone * 0.92),
        -1,
        cv2.LINE_AA,
    )
