"""Flat things to hang and look through: posters, window views, doors, house fronts, curtains."""

from __future__ import annotations

import cv2
import numpy as np

from clew.training.scenes.palette import Colour, Image, choose_palette, choose_wood, mix
from clew.training.scenes.textures import boards, brick, fractal, plaster, timber


def _ink(paint: Colour) -> tuple[float, float, float]:
    return float(paint[0]), float(paint[1]), float(paint[2])


def poster(random: np.random.Generator, height: int, width: int) -> Image:
    """Made-up art in a frame: discs, stripes, hills or blocks."""
    colours = choose_palette(random)
    image = np.empty((height, width, 3), np.float32)
    image[:] = colours[0]
    style = int(random.integers(4))
    if style == 0:
        for _ in range(int(random.integers(3, 9))):
            spot = (int(random.integers(width)), int(random.integers(height)))
            size = int(random.uniform(0.08, 0.35) * min(height, width))
            cv2.circle(
                image, spot, size, _ink(colours[int(random.integers(1, 5))]), -1, cv2.LINE_AA
            )
    elif style == 1:
        for layer in range(4):
            line = fractal(random, 2, width, (1, 3), 4)[0]
            for_level = height * (0.35 + 0.17 * layer)
            tops = (for_level + (line - 0.5) * height * 0.35).astype(int)
            image[np.arange(height)[:, None] > tops[None, :]] = colours[1 + layer]
        sun = (int(random.uniform(0.2, 0.8) * width), int(0.2 * height))
        cv2.circle(image, sun, min(height, width) // 9, _ink(colours[3]), -1, cv2.LINE_AA)
    elif style == 2:
        rows, columns = int(random.integers(2, 6)), int(random.integers(2, 5))
        for row in range(rows):
            for column in range(columns):
                image[
                    row * height // rows : (row + 1) * height // rows,
                    column * width // columns : (column + 1) * width // columns,
                ] = colours[int(random.integers(5))]
    else:
        for _ in range(int(random.integers(4, 9))):
            corners = random.uniform(0, 1, (3, 2)) * (width, height)
            ink = _ink(colours[int(random.integers(1, 5))])
            cv2.fillPoly(image, [corners.astype(np.int32)], ink, cv2.LINE_AA)
    return framed(image, colours[4] if random.random() < 0.5 else choose_wood(random))


def framed(image: Image, frame: Colour) -> Image:
    """A picture with a pale mount and a frame around it; the size stays."""
    height, width = image.shape[:2]
    edge = max(3, min(height, width) // 22)
    result = np.empty_like(image)
    result[:] = frame
    result[edge : height - edge, edge : width - edge] = 0.93
    inner = 2 * edge
    result[inner : height - inner, inner : width - inner] = cv2.resize(
        image, (width - 2 * inner, height - 2 * inner), interpolation=cv2.INTER_AREA
    )
    return result


def window(view: Image, bars: int, frame: Colour) -> Image:
    """A window: the view behind glass, `bars` panes across, two down."""
    image = np.asarray(np.clip(view * 1.1 + 0.05, 0, 1.2), np.float32)
    height, width = image.shape[:2]
    thick = max(4, width // 40)
    for column in range(bars + 1):
        at = min(column * width // bars, width - thick)
        image[:, max(at - thick // 2, 0) : at + thick] = frame
    for at in (0, height // 2 - thick // 2, height - thick):
        image[at : at + thick] = frame
    return image


def door(random: np.random.Generator, height: int, width: int, paint: Colour) -> Image:
    """A door with panels and a handle."""
    image = timber(random, height, width, paint)
    rows, columns = int(random.integers(2, 5)), int(random.integers(1, 3))
    for row in range(rows):
        for column in range(columns):
            top, left = (row + 0.12) * height / rows, (column + 0.14) * width / columns
            bottom, right = (row + 0.88) * height / rows, (column + 0.86) * width / columns
            start, end = (int(left), int(top)), (int(right), int(bottom))
            cv2.rectangle(image, start, end, _ink(paint * 0.6), 3, cv2.LINE_AA)
            cv2.line(
                image, (start[0], end[1]), end, _ink(np.minimum(paint * 1.4, 1)), 2, cv2.LINE_AA
            )
    cv2.circle(image, (int(width * 0.9), height // 2), max(3, width // 24), (0.8, 0.7, 0.35), -1)
    return image


def curtain(random: np.random.Generator, height: int, width: int, paint: Colour) -> Image:
    """Hanging cloth with upright folds."""
    folds = int(random.integers(4, 9))
    across = np.linspace(0, folds * 2 * np.pi, width, dtype=np.float32)
    shade = 0.78 + 0.2 * np.sin(across + fractal(random, height, width, (2, 3), 3) * 2)
    return np.asarray(shade[..., None] * paint, np.float32)


def house_front(
    random: np.random.Generator, height: int, width: int, view: Image, floors: int
) -> Image:
    """The front of a house: wall, rows of windows with shutters, a door."""
    colours = choose_palette(random)
    paint = mix(colours[int(random.integers(4))], np.ones(3, np.float32), 0.25)
    style = int(random.integers(3))
    if style == 0:
        image = plaster(random, height, width, paint)
    elif style == 1:
        image = brick(random, height, width, paint, 22 * floors)
    else:
        image = boards(random, height, width, paint, 18 * floors)
    frame = np.full(3, 0.93, np.float32) if random.random() < 0.7 else colours[4]
    columns = max(2, round(width / height * floors * random.uniform(0.75, 1.2)))
    shutter = colours[int(random.integers(1, 5))] if random.random() < 0.5 else None
    door_column = int(random.integers(columns))
    tall, wide = height / floors, width / columns
    reflection = cv2.resize(view, (96, 96), interpolation=cv2.INTER_AREA) * np.float32(0.6)
    glass = window(reflection, int(random.integers(1, 4)), frame)
    entrance = door(random, 160, 80, colours[int(random.integers(1, 5))])
    for floor in range(floors):
        for column in range(columns):
            middle, base = (column + 0.5) * wide, (floor + 0.82) * tall
            if floor == floors - 1 and column == door_column:
                _paste(image, entrance, middle, (floor + 1) * tall, wide * 0.34, tall * 0.78)
                continue
            _paste(image, glass, middle, base, wide * 0.42, tall * 0.55)
            if shutter is not None:
                leaf = boards(random, 60, 24, shutter, 12)
                for side in (-1, 1):
                    _paste(image, leaf, middle + side * wide * 0.29, base, wide * 0.13, tall * 0.55)
    return image


def _paste(
    image: Image, piece: Image, middle: float, base: float, wide: float, tall: float
) -> None:
    """Put a piece on an image, standing on `base` and centred at `middle`, scaled; in place."""
    left, right = max(int(middle - wide / 2), 0), min(int(middle + wide / 2), image.shape[1])
    top, bottom = max(int(base - tall), 0), min(int(base), image.shape[0])
    if right > left and bottom > top:
        size = (right - left, bottom - top)
        image[top:bottom, left:right] = cv2.resize(piece, size, interpolation=cv2.INTER_AREA)
