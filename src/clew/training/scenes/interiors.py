"""Rooms: a sitting room, a bedroom, a kitchen, a study, and a laid table seen close."""

from __future__ import annotations

import numpy as np

from clew.training.scenes import furniture
from clew.training.scenes.palette import Image, choose_palette, choose_wood, mix
from clew.training.scenes.renderer import Camera, Light, Scene, Surface, render, vector
from clew.training.scenes.rooms import (
    DAYLIGHT,
    Room,
    add_lamp,
    add_plant,
    dress_walls,
    empty_room,
    hang_posters,
    lay_rug,
    scatter,
    wall_texture,
)
from clew.training.scenes.shapes import ball, cutout, panel, shadow
from clew.training.scenes.textures import boards, rug, tiles


def sitting_room(random: np.random.Generator, height: int, width: int) -> Image:
    """A sofa, low table, bookcase, lamp and plants."""
    room = empty_room(random)
    scene, half = room.scene, room.wide / 2
    dress_walls(random, room)
    lay_rug(random, room)
    wide = float(random.uniform(1.4, 2.2))
    left = float(random.uniform(-half + 0.4, max(-half + 0.5, half - wide - 0.6)))
    furniture.sofa(
        random, scene, left, room.deep - float(random.uniform(1.0, 1.5)), wide, room.colours
    )
    low = left + float(random.uniform(-0.1, 0.5))
    furniture.table(random, scene, low, room.deep - 2.3, 1.1, 0.6, 0.42)
    scatter(random, room, (low, 0.42, room.deep - 2.3), 1.1, 0.6, int(random.integers(2, 5)), 0.22)
    right_free = half - (left + wide) > left + half
    shelf = half - 1.15 if right_free else -half + 0.05
    furniture.bookcase(
        random, scene, shelf, room.deep - 0.4, 1.1, float(random.uniform(1.0, 2.1)), room.colours
    )
    corner = -half + 0.35 if right_free else half - 0.35
    add_lamp(random, room, corner, 0, room.deep - 0.6, float(random.uniform(1.4, 1.7)))
    add_plant(random, room, corner * 0.9, 0, room.deep * 0.5, float(random.uniform(0.7, 1.3)))
    return render(scene, height, width)


def bedroom(random: np.random.Generator, height: int, width: int) -> Image:
    """A bed, chest of drawers, bedside lamp, balls on the floor."""
    room = empty_room(random)
    scene, half = room.scene, room.wide / 2
    dress_walls(random, room)
    lay_rug(random, room)
    wide = float(random.choice([0.95, 1.45, 1.7]))
    left = float(random.uniform(-half + 0.7, half - wide - 0.7))
    furniture.bed(random, scene, left, room.deep - 2.1, wide, room.colours)
    for side in (left - 0.55, left + wide + 0.1):
        furniture.cupboard(random, scene, (side, 0, room.deep - 0.45), (0.45, 0.5, 0.42))
    add_lamp(random, room, left - 0.32, 0.5, room.deep - 0.25, 0.55)
    scatter(random, room, (left + wide + 0.12, 0.5, room.deep - 0.4), 0.4, 0.3, 2, 0.24)
    corner = -half + 0.02 if random.random() < 0.5 else half - 1.02
    tall = float(random.uniform(0.8, 1.9))
    near = room.deep * float(random.uniform(0.45, 0.6))
    furniture.cupboard(
        random, scene, (corner, 0, near), (1.0, tall, 0.5), room.colours[int(random.integers(4))]
    )
    scatter(random, room, (corner, tall, near), 1.0, 0.5, 3, 0.26)
    for _ in range(int(random.integers(1, 4))):
        foot = (
            float(random.uniform(-half * 0.7, half * 0.7)),
            0.0,
            room.deep * float(random.uniform(0.3, 0.5)),
        )
        shadow(scene, foot[0], 0, foot[2], 0.3, 0.26)
        texture = ball(
            random, room.colours[int(random.integers(4))], room.colours[int(random.integers(5))]
        )
        cutout(scene, foot, 0.26, 0.26, texture)
    return render(scene, height, width)


def kitchen(random: np.random.Generator, height: int, width: int) -> Image:
    """A row of cupboards with things on them, a table with chairs on tiles."""
    room = empty_room(random, tiled=True)
    scene, half = room.scene, room.wide / 2
    dress_walls(random, room)
    paint = mix(
        room.colours[int(random.integers(1, 4))],
        np.ones(3, np.float32),
        float(random.uniform(0, 0.6)),
    )
    back = room.deep - 0.6
    splash = tiles(random, 120, 900, np.full(3, 0.88, np.float32), room.colours[2])
    panel(
        scene,
        vector((0, 1.18, room.deep - 0.015)),
        vector((room.wide, 0, 0)),
        vector((0, -0.55, 0)),
        splash,
    )
    for unit in range(int(room.wide / 0.7)):
        left = -half + 0.02 + unit * 0.7
        tall = 1.9 if random.random() < 0.15 else 0.88
        furniture.cupboard(random, scene, (left, 0, back), (0.69, tall, 0.58), paint)
        if tall < 1:
            scatter(random, room, (left, tall, back), 0.66, 0.4, int(random.integers(0, 3)), 0.28)
        if random.random() < 0.5:
            furniture.cupboard(
                random, scene, (left, 1.6, room.deep - 0.36), (0.69, 0.6, 0.34), paint
            )
    wide, x, z = float(random.uniform(1.0, 1.7)), float(random.uniform(-0.9, 0.1)), room.deep * 0.42
    furniture.table(random, scene, x, z, wide, 0.8, 0.74)
    scatter(random, room, (x, 0.74, z), wide, 0.8, int(random.integers(3, 7)), 0.24)
    for seat in range(2):
        furniture.chair(random, scene, x + 0.1 + seat * (wide - 0.65), z + 0.85, back_far=True)
    return render(scene, height, width)


def study(random: np.random.Generator, height: int, width: int) -> Image:
    """A desk with a chair and a lamp, bookcases, a plant."""
    room = empty_room(random)
    scene, half = room.scene, room.wide / 2
    dress_walls(random, room)
    x = float(random.uniform(-half + 0.3, half - 1.9))
    furniture.table(random, scene, x, room.deep - 1.2, 1.6, 0.7, 0.75)
    scatter(random, room, (x, 0.75, room.deep - 1.2), 1.1, 0.6, int(random.integers(2, 5)), 0.26)
    add_lamp(random, room, x + 1.4, 0.75, room.deep - 0.8, 0.6)
    furniture.chair(random, scene, x + 0.5, room.deep - 1.65, back_far=False)
    for place in range(int(random.integers(1, 3))):
        left = -half + 0.05 if place == 0 else half - 1.05
        tall = float(random.uniform(1.2, 2.2))
        furniture.bookcase(random, scene, left, room.deep * 0.62, 1.0, tall, room.colours)
    add_plant(
        random,
        room,
        float(random.uniform(-1, 1)),
        0,
        room.deep * 0.42,
        float(random.uniform(0.6, 1.0)),
    )
    return render(scene, height, width)


def laid_table(random: np.random.Generator, height: int, width: int) -> Image:
    """Vases, bowls, fruit and plants on a table, seen from near."""
    colours = choose_palette(random)
    camera = Camera(
        vector((random.uniform(-0.5, 0.5), random.uniform(0.35, 0.95), -1.25)),
        vector((0, random.uniform(0.1, 0.25), 0.2)),
        float(random.uniform(50, 62)),
    )
    scene = Scene(camera, ambient=np.asarray(DAYLIGHT * random.uniform(0.4, 0.55), np.float32))
    room = Room(scene, colours, 5, 2.6, 1.6)
    wall = wall_texture(random, colours, 600, 1100)
    scene.surfaces.append(
        Surface(vector((-2.5, 2.0, 1.6)), vector((5, 0, 0)), vector((0, -2.6, 0)), wall)
    )
    style = float(random.random())
    top = (
        rug(random, 500, 800, colours)
        if style < 0.35
        else boards(random, 500, 800, choose_wood(random), 11)
    )
    if style > 0.7:
        top = furniture.woven(random, colours)(500, 800)
    scene.surfaces.append(
        Surface(vector((-2.2, 0, 1.6)), vector((4.4, 0, 0)), vector((0, 0, -2.9)), top)
    )
    hang_posters(random, room, "back", int(random.integers(2, 5)))
    for row in range(3):
        near = 0.75 - row * 0.45
        size = (0.62, 0.42, 0.26)[row] * float(random.uniform(0.8, 1.15))
        spread = (2.2, 1.7, 1.2)[row]
        scatter(random, room, (-spread / 2, 0, near), spread, 0.3, int(random.integers(3, 6)), size)
    lamp = vector((random.choice([-1.6, 1.6]), random.uniform(0.9, 1.6), -0.4))
    scene.lights.append(Light(lamp, np.asarray(DAYLIGHT * 1.3, np.float32), 1.6))
    return render(scene, height, width)
