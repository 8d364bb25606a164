"""Outside: a yard behind a house, a street of house fronts."""

from __future__ import annotations

import numpy as np

from clew.training.scenes import furniture
from clew.training.scenes.decoration import house_front
from clew.training.scenes.landscapes import landscape, sky
from clew.training.scenes.palette import Image, choose_palette, choose_wood, colour, mix
from clew.training.scenes.renderer import Camera, Scene, Surface, render, vector
from clew.training.scenes.shapes import ball, box, cutout, plant, shadow, tree
from clew.training.scenes.textures import boards, grass, paving, tiles

_SUN = np.array([0.95, 0.88, 0.72], np.float32)
_LEAVES = ("5f7f3c", "6f8a3e", "46693f", "8b8f45", "a3803f")


def open_air(random: np.random.Generator, camera: Camera, backdrop: Image | None) -> Scene:
    """A scene in sunlight under a backdrop of sky."""
    direction = vector((random.uniform(-1, 1), random.uniform(0.6, 1.2), random.uniform(-1, -0.2)))
    strength = float(random.uniform(0.7, 1.0))
    ambient = np.array([0.42, 0.45, 0.5], np.float32)
    return Scene(
        camera, ambient=ambient, sun=(direction, _SUN * np.float32(strength)), sky=backdrop
    )


def grow(random: np.random.Generator, scene: Scene, x: float, z: float, tall: float) -> None:
    """Plant a tree at (x, z), `tall` metres high, with its shadow."""
    leaf = colour(_LEAVES[int(random.integers(len(_LEAVES)))])
    shadow(scene, x + 0.3, 0, z, tall * 0.7, tall * 0.5)
    texture = tree(random, leaf, colour("4f3a28"))
    cutout(scene, (x, 0, z), tall * float(random.uniform(0.6, 0.9)), tall, texture)


def fence(random: np.random.Generator, scene: Scene, z: float, wide: float) -> None:
    """Upright pickets with gaps, at depth `z`."""
    paint = mix(choose_wood(random), np.ones(3, np.float32), float(random.uniform(0, 0.7)))
    tall, count = float(random.uniform(0.8, 1.6)), int(random.integers(24, 60))
    texture = np.zeros((200, count * 16, 4), np.float32)
    planks = boards(random, count * 16, 200, paint, count)
    texture[..., :3] = planks.transpose(1, 0, 2)
    texture[..., 3] = np.tile(np.where(np.arange(16) < 13, 1.0, 0.0), count)
    texture[:14, :, 3] = 0
    texture[[40, 41, 42, 43, 44, 45, 150, 151, 152, 153, 154], :, 3] = 1
    scene.cutouts.append(
        Surface(vector((-wide / 2, tall, z)), vector((wide, 0, 0)), vector((0, -tall, 0)), texture)
    )


def house(
    random: np.random.Generator, scene: Scene, x: float, z: float, wide: float, floors: int
) -> None:
    """A house facing the camera, with a sloping tiled roof."""
    tall, view = floors * 2.7, landscape(random, 96, 128)
    front = house_front(random, int(150 * floors), int(wide * 62), view, floors)

    def cover(height: int, width: int) -> Image:
        return boards(random, height, width, front[20:40, 4:8].mean(axis=(0, 1)))

    box(scene, (x, 0, z), (wide, tall, 5), cover, front=lambda *_: front)
    roof = tiles(random, 300, 500, choose_palette(random)[1] * 0.8, choose_palette(random)[4])
    rise = float(random.uniform(1.4, 2.6))
    scene.surfaces.append(
        Surface(
            vector((x - 0.3, tall + rise, z + 2.5)),
            vector((wide + 0.6, 0, 0)),
            vector((0, -rise - 0.15, -2.9)),
            roof,
        )
    )
    shadow(scene, x + wide / 2, 0, z - 0.2, wide * 1.15, 2.4)


def yard(random: np.random.Generator, height: int, width: int) -> Image:
    """A lawn or terrace behind a house, with trees, a fence, a bench, pots and balls."""
    camera = Camera(
        vector((random.uniform(-2.5, 2.5), random.uniform(1.4, 2.6), -1)),
        vector((random.uniform(-2, 2), random.uniform(0.9, 1.8), 9)),
        float(random.uniform(55, 78)),
    )
    scene = open_air(random, camera, sky(random, height, width))
    lawn = colour(_LEAVES[int(random.integers(len(_LEAVES)))])
    scene.surfaces.append(
        Surface(
            vector((-25, 0, 45)),
            vector((50, 0, 0)),
            vector((0, 0, -50)),
            grass(random, 900, 900, lawn),
        )
    )
    stone = paving(
        random, 500, 400, mix(colour("b8a48c"), colour("8f8f94"), float(random.random()))
    )
    left, wide = float(random.uniform(-4, 2)), float(random.uniform(1.5, 5))
    scene.surfaces.append(
        Surface(vector((left, 0.02, 9)), vector((wide, 0, 0)), vector((0, 0, -11)), stone)
    )
    house_left, wide_house = float(random.uniform(-9, 2)), float(random.uniform(6, 9))
    house(
        random,
        scene,
        house_left,
        float(random.uniform(8, 11)),
        wide_house,
        int(random.integers(1, 3)),
    )
    fence(random, scene, 14, 50)
    for _ in range(int(random.integers(4, 9))):
        x, tall = float(random.uniform(-9, 9)), float(random.uniform(2.5, 6.5))
        beside = x < house_left - 2 or x > house_left + wide_house + 2
        grow(
            random, scene, x, float(random.uniform(6, 16) if beside else random.uniform(5, 7)), tall
        )
    x, z = float(random.uniform(-2.5, 1)), float(random.uniform(3, 4.5))
    furniture.table(random, scene, x, z, float(random.uniform(1.2, 1.9)), 0.8, 0.7)
    furniture.chair(random, scene, x - 0.7, z, back_far=True)
    furniture.chair(random, scene, x + 2.0, z + 0.1, back_far=True)
    colours = choose_palette(random)
    for _ in range(int(random.integers(3, 8))):
        foot = (float(random.uniform(-3.5, 3.5)), 0.0, float(random.uniform(2, 7)))
        size = float(random.uniform(0.3, 1.1))
        paint = colours[int(random.integers(4))]
        shadow(scene, foot[0] + 0.05, 0, foot[2], size * 0.8, size * 0.6)
        if random.random() < 0.7:
            texture = plant(random, paint, colour(_LEAVES[int(random.integers(len(_LEAVES)))]))
            cutout(scene, foot, size * 0.8, size * 1.1, texture)
        else:
            cutout(scene, foot, 0.35, 0.35, ball(random, paint, colours[4]))
    return render(scene, height, width)


def street(random: np.random.Generator, height: int, width: int) -> Image:
    """House fronts along both sides of a paved street, with trees and crates."""
    camera = Camera(
        vector((random.uniform(-1.8, 1.8), random.uniform(1.5, 3.4), 0)),
        vector((random.uniform(-5, 5), random.uniform(1.5, 3.2), 14)),
        float(random.uniform(55, 80)),
    )
    scene = open_air(random, camera, sky(random, height, width))
    stone = paving(
        random, 900, 500, mix(colour("a39a8c"), colour("7f8388"), float(random.random()))
    )
    scene.surfaces.append(
        Surface(vector((-12, 0, 50)), vector((24, 0, 0)), vector((0, 0, -52)), stone)
    )
    half = float(random.uniform(3.2, 5))
    view = landscape(random, 96, 128)
    for side in (-1.0, 1.0):
        depth = float(random.uniform(-1, 2))
        while depth < 34:
            wide, floors = float(random.uniform(4.5, 8)), int(random.integers(2, 5))
            front = house_front(random, int(110 * floors), int(wide * 50), view, floors)
            tall = floors * float(random.uniform(2.4, 3.0))
            start = vector((side * half, tall, depth if side < 0 else depth + wide))
            scene.surfaces.append(
                Surface(start, vector((0, 0, -side * wide)), vector((0, -tall, 0)), front)
            )
            depth += wide + (float(random.uniform(1, 3)) if random.random() < 0.2 else 0.0)
        shadow(scene, side * (half - 0.6), 0, 18, 2.4, 40)
    house(random, scene, float(random.uniform(-6, -2)), 36, 8, int(random.integers(2, 5)))
    for _ in range(int(random.integers(2, 6))):
        side = float(random.choice([-1, 1]))
        grow(
            random,
            scene,
            side * (half - 0.8),
            float(random.uniform(5, 24)),
            float(random.uniform(2.5, 5)),
        )
    for _ in range(int(random.integers(2, 6))):
        x, z = float(random.choice([-1, 1])) * (half - 0.9), float(random.uniform(4, 12))
        size = float(random.uniform(0.4, 0.9))
        shadow(scene, x, 0, z + size / 2, size * 1.6, size * 1.6)
        box(scene, (x - size / 2, 0, z), (size, size * 0.8, size), furniture.wooden(random))
    return render(scene, height, width)
