"""What surfaces look like from straight ahead: plaster, brick, boards, tiles, cloth, grass.

Every function takes the random source, the size in pixels and colours, and returns an image
of shape (height, width, 3), float32, 0..1.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from clew.training.scenes.palette import Colour, Image, mix


def fractal(
    random: np.random.Generator,
    height: int,
    width: int,
    cells: tuple[int, int] = (4, 4),
    octaves: int = 5,
    roughness: float = 0.55,
) -> NDArray[np.float32]:
    """Cloud-like noise in 0..1, shape (height, width).

    `cells` is the number of coarsest blobs down and across; each octave halves their size.
    """
    if min(height, width) > 160 and max(cells) << (octaves - 1) < max(height, width) // 2:
        # No blob is finer than two pixels: half the size shows them all, in a quarter of the time.
        half = fractal(random, (height + 1) // 2, (width + 1) // 2, cells, octaves, roughness)
        whole = cv2.resize(half, (width, height), interpolation=cv2.INTER_LINEAR)
        return np.asarray(whole, np.float32)
    total = np.zeros((height, width), np.float32)
    weight = 1.0
    for octave in range(octaves):
        down, across = cells[0] << octave, cells[1] << octave
        if down > height or across > width:
            break
        grid = random.random((down + 2, across + 2), dtype=np.float32)
        total += weight * cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)
        weight *= roughness
    low, high = float(total.min()), float(total.max())
    return np.asarray((total - low) / max(high - low, 1e-6), np.float32)


def shaded(base: Colour, shade: NDArray[np.float32]) -> Image:
    """One colour, made lighter and darker by a factor for each pixel."""
    return np.asarray(shade[..., None] * base, np.float32)


def plaster(random: np.random.Generator, height: int, width: int, base: Colour) -> Image:
    """A painted wall: large faint stains and a fine grain."""
    stains = fractal(random, height, width, (2, 3), 4)
    grain = random.random((height, width), dtype=np.float32)
    return shaded(base, 0.9 + 0.14 * stains + 0.04 * grain)


def wallpaper(
    random: np.random.Generator, height: int, width: int, base: Colour, accent: Colour
) -> Image:
    """Stripes, diamonds or dots in a rhythm, on plaster."""
    period = width / int(random.integers(9, 22))
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    style = int(random.integers(4))
    across, down = columns / period * 2 * np.pi, rows / period * 2 * np.pi
    if style == 0:
        pattern = np.cos(across) > float(random.uniform(-0.3, 0.5))
    elif style == 1:
        pattern = np.cos(across) + np.cos(down) > float(random.uniform(0.4, 1.0))
    elif style == 2:
        pattern = np.cos(across) * np.cos(down) > 0.35
    else:
        pattern = np.cos(across + 1.4 * np.sin(down * 0.5)) > 0.2
    mask = cv2.GaussianBlur(pattern.astype(np.float32), (0, 0), 0.8)[..., None]
    ground = plaster(random, height, width, base)
    figure = plaster(random, height, width, mix(base, accent, float(random.uniform(0.35, 0.8))))
    return np.asarray(ground + (figure - ground) * mask, np.float32)


def _laid(
    random: np.random.Generator,
    height: int,
    width: int,
    rows: int,
    columns: int,
    stagger: float,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Pieces laid in rows: a random value for each piece, and how near its joint a pixel is."""
    down = np.arange(height, dtype=np.float32)[:, None] / height * rows
    across = np.arange(width, dtype=np.float32)[None, :] / width * columns
    row = np.minimum(down.astype(np.int32), rows - 1)
    shifted = across + row * stagger
    column = shifted.astype(np.int32)
    values = random.random((rows, int(column.max()) + 1), dtype=np.float32)[row, column]
    inside_row = np.minimum(down - row, 1 - (down - row)) * (height / rows)
    inside_column = shifted - column
    inside_column = np.minimum(inside_column, 1 - inside_column) * (width / columns)
    return values, np.minimum(inside_row, inside_column).astype(np.float32)


def brick(
    random: np.random.Generator, height: int, width: int, base: Colour, count: int | None = None
) -> Image:
    """A brick wall with pale joints; `count` rows of bricks."""
    rows = count or int(random.integers(16, 30))
    columns = max(4, int(rows * width / height / 2.6))
    tone, joint = _laid(random, height, width, rows, columns, 0.5)
    grain = fractal(random, height, width, (8, 8), 4)
    bricks = shaded(base, 0.65 + 0.35 * tone + 0.2 * grain)
    mortar = shaded(mix(base, np.ones(3, np.float32), 0.6), 0.8 + 0.2 * grain)
    share = np.clip(joint - 1.0, 0, 1)[..., None]
    return np.asarray(mortar + (bricks - mortar) * share, np.float32)


def boards(
    random: np.random.Generator, height: int, width: int, base: Colour, count: int | None = None
) -> Image:
    """Wooden boards running across, each with its own tone and grain along it."""
    rows = count or int(random.integers(7, 16))
    tone, joint = _laid(random, height, width, rows, 3, 0.37)
    grain = fractal(random, height, width, (min(64, height // 4), 2), 3, 0.7)
    wood = shaded(base, 0.6 + 0.35 * tone + 0.3 * grain)
    return np.asarray(wood * (0.45 + 0.55 * np.clip(joint / 2, 0, 1))[..., None], np.float32)


def timber(random: np.random.Generator, height: int, width: int, base: Colour) -> Image:
    """One plain piece of wood, grain along its longer side."""
    cells = (24, 2) if width >= height else (2, 24)
    return shaded(base, 0.72 + 0.42 * fractal(random, height, width, cells, 3, 0.7))


def tiles(
    random: np.random.Generator, height: int, width: int, base: Colour, accent: Colour
) -> Image:
    """Square tiles, chequered or plain."""
    rows = int(random.integers(6, 14))
    columns = max(3, round(rows * width / height))
    tone, joint = _laid(random, height, width, rows, columns, 0.0)
    image = shaded(base, 0.85 + 0.2 * tone)
    if random.random() < 0.6:
        down = np.arange(height)[:, None] * rows // height
        across = np.arange(width)[None, :] * columns // width
        odd = ((down + across) % 2 == 1)[..., None]
        image = np.where(odd, shaded(accent, 0.85 + 0.2 * tone), image)
    return np.asarray(image * (0.6 + 0.4 * np.clip(joint / 2, 0, 1))[..., None], np.float32)


def cloth(random: np.random.Generator, height: int, width: int, colours: list[Colour]) -> Image:
    """Woven stripes or a plaid with soft folds, in the given colours."""
    stripes = []
    for length, count in ((height, random.integers(4, 14)), (width, random.integers(4, 14))):
        pick = random.integers(len(colours), size=int(count))
        where = np.arange(length) * int(count) // length
        stripes.append(np.stack([colours[i] for i in pick])[where])
    down, across = stripes
    share = float(random.choice([0.0, 0.5, 1.0]))
    woven = down[:, None] * share + across[None, :] * (1 - share)
    folds = 0.8 + 0.3 * fractal(random, height, width, (2, 3), 4)
    return np.asarray(woven * folds[..., None], np.float32)


def rug(random: np.random.Generator, height: int, width: int, colours: list[Colour]) -> Image:
    """A carpet with borders and a figured field."""
    image = np.empty((height, width, 3), np.float32)
    image[:] = colours[0]
    inset = 0
    for _ in range(int(random.integers(2, 5))):
        inset += int(random.integers(height // 24 + 1, height // 9 + 2))
        image[inset : height - inset, inset : width - inset] = colours[
            int(random.integers(len(colours)))
        ]
    field = wallpaper(
        random, height, width, colours[int(random.integers(len(colours)))], colours[0]
    )
    inset += height // 16
    image[inset : height - inset, inset : width - inset] = field[
        inset : height - inset, inset : width - inset
    ]
    return np.asarray(image * (0.85 + 0.25 * random.random((height, width, 1))), np.float32)


def grass(random: np.random.Generator, height: int, width: int, base: Colour) -> Image:
    """A lawn: patches, tufts and a few flowers."""
    patches = fractal(random, height, width, (5, 5), 4)
    tufts = fractal(random, height, width, (90, 90), 3, 0.8)
    image = shaded(base, 0.45 + 0.5 * patches + 0.45 * tufts)
    image[..., 0] += 0.10 * patches
    for _ in range(int(random.integers(20, 90))):
        spot = (int(random.integers(width)), int(random.integers(height)))
        petal = tuple(float(v) for v in random.uniform(0.7, 1.0, 3))
        cv2.circle(image, spot, int(random.integers(1, 4)), petal, -1, cv2.LINE_AA)
    return image


def paving(random: np.random.Generator, height: int, width: int, base: Colour) -> Image:
    """Stone slabs in a staggered bond."""
    rows = int(random.integers(16, 34))
    tone, joint = _laid(random, height, width, rows, max(3, rows // 3), 0.5)
    grain = fractal(random, height, width, (12, 12), 4)
    slabs = shaded(base, 0.6 + 0.3 * tone + 0.25 * grain)
    return np.asarray(slabs * (0.55 + 0.45 * np.clip(joint / 3, 0, 1))[..., None], np.float32)


def books(random: np.random.Generator, height: int, width: int, colours: list[Colour]) -> Image:
    """A shelf of book spines on a dark ground."""
    image = np.full((height, width, 3), 0.12, np.float32)
    left = 2
    while left < width - 10:
        thick = int(random.integers(max(4, width // 40), max(6, width // 14)))
        tall = int(height * random.uniform(0.55, 0.95))
        spine = mix(
            colours[int(random.integers(len(colours)))],
            random.random(3, dtype=np.float32),
            0.25,
        )
        image[height - tall :, left : left + thick - 1] = spine
        label = height - tall + tall // 5
        image[label : label + max(2, tall // 12), left : left + thick - 1] = 0.9 * (1 - spine) + 0.1
        left += thick + (int(random.integers(thick, 4 * thick)) if random.random() < 0.1 else 0)
    return image
