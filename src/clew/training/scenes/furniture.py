"""Furniture put together from blocks. Sizes in metres; `x`, `z` is the left near corner."""

from __future__ import annotations

from functools import partial

import numpy as np

from clew.training.scenes.palette import Colour, choose_wood, mix
from clew.training.scenes.renderer import Scene
from clew.training.scenes.shapes import Cover, box, shadow
from clew.training.scenes.textures import books, cloth, plaster, timber


def wooden(random: np.random.Generator, base: Colour | None = None) -> Cover:
    """A cover of one kind of wood."""
    return partial(timber_cover, random, choose_wood(random) if base is None else base)


def timber_cover(random: np.random.Generator, base: Colour, height: int, width: int) -> np.ndarray:
    """`timber`, with the size last."""
    return timber(random, height, width, base)


def woven(random: np.random.Generator, colours: list[Colour]) -> Cover:
    """A cover of one kind of cloth: the same stripes on every side."""
    seed = int(random.integers(2**32))

    def cover(height: int, width: int) -> np.ndarray:
        return cloth(np.random.default_rng(seed), height, width, colours)

    return cover


def painted(random: np.random.Generator, paint: Colour) -> Cover:
    """A cover of one colour."""
    return lambda height, width: plaster(random, height, width, paint)


def table(
    random: np.random.Generator,
    scene: Scene,
    x: float,
    z: float,
    wide: float,
    deep: float,
    tall: float,
) -> None:
    """A table with four legs."""
    cover = wooden(random)
    shadow(scene, x + wide / 2, 0, z + deep / 2, wide * 1.4, deep * 1.5)
    box(scene, (x, tall - 0.05, z), (wide, 0.05, deep), cover)
    for left in (x + 0.04, x + wide - 0.1):
        for near in (z + 0.04, z + deep - 0.1):
            box(scene, (left, 0, near), (0.06, tall - 0.05, 0.06), cover)


def chair(random: np.random.Generator, scene: Scene, x: float, z: float, back_far: bool) -> None:
    """A chair; its back is on the far or on the near side."""
    cover, seat = wooden(random), painted(random, choose_wood(random))
    shadow(scene, x + 0.22, 0, z + 0.22, 0.75, 0.75)
    for left in (x, x + 0.4):
        for near in (z, z + 0.4):
            box(scene, (left, 0, near), (0.04, 0.45, 0.04), cover)
    box(scene, (x - 0.02, 0.45, z - 0.02), (0.48, 0.04, 0.48), cover, top=seat)
    back = z + 0.4 if back_far else z
    for level in (0.6, 0.78):
        box(scene, (x, level, back), (0.44, 0.1, 0.04), cover)
    for left in (x, x + 0.4):
        box(scene, (left, 0.45, back), (0.04, 0.47, 0.04), cover)


def sofa(
    random: np.random.Generator,
    scene: Scene,
    x: float,
    z: float,
    wide: float,
    colours: list[Colour],
) -> None:
    """A sofa facing the camera, with cushions."""
    main = colours[int(random.integers(1, 4))]
    cover = painted(random, main)
    shadow(scene, x + wide / 2, 0, z + 0.4, wide * 1.25, 1.5)
    box(scene, (x, 0.08, z), (wide, 0.34, 0.85), cover)
    box(scene, (x, 0.3, z + 0.62), (wide, 0.55, 0.24), cover)
    for side in (x - 0.16, x + wide):
        box(scene, (side, 0.05, z), (0.16, 0.55, 0.86), painted(random, main * 0.92))
    seats = 2 if wide < 1.8 else 3
    for seat in range(seats):
        left = x + seat * wide / seats + 0.02
        box(
            scene,
            (left, 0.42, z - 0.02),
            (wide / seats - 0.04, 0.1, 0.64),
            painted(random, main * 1.05),
        )
    for _ in range(int(random.integers(2, 5))):
        left = x + float(random.uniform(0.02, max(0.05, wide - 0.5)))
        pattern = woven(random, colours)
        box(scene, (left, 0.52, z + 0.45), (0.44, 0.4, 0.13), pattern)


def bed(
    random: np.random.Generator,
    scene: Scene,
    x: float,
    z: float,
    wide: float,
    colours: list[Colour],
    spread: Cover | None = None,
) -> None:
    """A bed with its head at the far end, a patterned spread and pillows."""
    frame = wooden(random)
    spread = woven(random, colours) if spread is None else spread
    shadow(scene, x + wide / 2, 0, z + 1, wide * 1.35, 2.6)
    box(scene, (x, 0.12, z), (wide, 0.22, 2.0), frame)
    box(scene, (x - 0.02, 0.3, z - 0.02), (wide + 0.04, 0.26, 1.5), spread)
    box(
        scene,
        (x + 0.01, 0.3, z + 1.48),
        (wide - 0.02, 0.22, 0.5),
        painted(random, np.full(3, 0.92, np.float32)),
    )
    box(scene, (x - 0.04, 0, z + 2.0), (wide + 0.08, float(random.uniform(0.8, 1.25)), 0.06), frame)
    pillows = 1 if wide < 1.2 else 2
    for pillow in range(pillows):
        left = x + (pillow + 0.5) * wide / pillows - 0.3
        tint = mix(colours[int(random.integers(4))], np.ones(3, np.float32), 0.5)
        box(scene, (left, 0.5, z + 1.55), (0.6, 0.16, 0.36), painted(random, tint))


def bookcase(
    random: np.random.Generator,
    scene: Scene,
    x: float,
    z: float,
    wide: float,
    tall: float,
    colours: list[Colour],
) -> None:
    """A bookcase, its shelves full, facing the camera."""
    cover = wooden(random)
    shadow(scene, x + wide / 2, 0, z + 0.1, wide * 1.3, 0.9)
    shelves = max(2, round(tall / 0.36))
    step = (tall - 0.08) / shelves
    box(scene, (x, 0, z), (0.04, tall, 0.32), cover)
    box(scene, (x + wide - 0.04, 0, z), (0.04, tall, 0.32), cover)
    for shelf in range(shelves + 1):
        box(scene, (x, shelf * step, z), (wide, 0.035, 0.32), cover)
        if shelf < shelves:
            row = partial(book_cover, random, colours)
            box(
                scene,
                (x + 0.04, shelf * step + 0.035, z + 0.1),
                (wide - 0.08, step - 0.035, 0.2),
                row,
            )


def book_cover(
    random: np.random.Generator, colours: list[Colour], height: int, width: int
) -> np.ndarray:
    """`books`, with the size last."""
    return books(random, height, max(width, 60), colours)


def cupboard(
    random: np.random.Generator,
    scene: Scene,
    corner: tuple[float, float, float],
    size: tuple[float, float, float],
    paint: Colour | None = None,
) -> None:
    """A chest or cupboard with rows of drawers or doors facing the camera."""
    cover = wooden(random) if paint is None else painted(random, paint)
    rows, columns = int(random.integers(1, 5)), int(random.integers(1, 4))

    def front(height: int, width: int) -> np.ndarray:
        image = cover(height, width).copy()
        for row in range(rows):
            for column in range(columns):
                top, left = row * height // rows, column * width // columns
                tall, wide = height // rows, width // columns
                image[top : top + 3, left : left + wide] *= 0.45
                image[top : top + tall, left : left + 3] *= 0.45
                knob = np.s_[
                    top + tall // 2 - 3 : top + tall // 2 + 3,
                    left + wide // 2 - 9 : left + wide // 2 + 9,
                ]
                image[knob] = (0.85, 0.78, 0.55)
        return image

    if corner[1] < 0.3:
        shadow(scene, corner[0] + size[0] / 2, 0, corner[2] + 0.1, size[0] * 1.3, size[2] * 2.2)
    box(scene, corner, size, cover, front=front)
