"""An empty room, and what goes into any room: windows, pictures, lamps, plants, small things."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clew.training.scenes import furniture
from clew.training.scenes.decoration import curtain, door, poster, window
from clew.training.scenes.landscapes import landscape
from clew.training.scenes.palette import Colour, Image, choose_palette, choose_wood, colour, mix
from clew.training.scenes.renderer import Camera, Light, Scene, Surface, vector
from clew.training.scenes.shapes import ball, cutout, panel, plant, shadow, sunbeam, turned
from clew.training.scenes.textures import boards, brick, plaster, rug, tiles, wallpaper

DAYLIGHT = np.array([1.0, 0.97, 0.9], np.float32)
LAMPLIGHT = np.array([1.0, 0.78, 0.5], np.float32)
_VASES = (
    [0.35, 0.3, 0.5, 0.9, 1.0, 0.8, 0.5],
    [0.5, 0.28, 0.28, 0.7, 0.95, 0.95, 0.7],
    [0.22, 0.22, 0.24, 0.6, 0.8, 0.82, 0.8],
    [1.0, 0.98, 0.9, 0.75, 0.5],
    [0.8, 0.85, 0.85, 0.85, 0.8],
    [0.6, 0.9, 1.0, 0.75, 0.35, 0.3, 0.6],
)


@dataclass(frozen=True)
class Room:
    """A scene with its measures: from -wide/2 to wide/2, 0 to tall, 0 to deep, in metres."""

    scene: Scene
    colours: list[Colour]
    wide: float
    tall: float
    deep: float


def wall_texture(
    random: np.random.Generator, colours: list[Colour], height: int, width: int
) -> Image:
    """Painted, papered, brick or boarded, in the colours of the room."""
    paint = mix(
        colours[int(random.integers(4))], np.ones(3, np.float32), float(random.uniform(0.1, 0.6))
    )
    style = float(random.random())
    if style < 0.4:
        return plaster(random, height, width, paint)
    if style < 0.8:
        return wallpaper(random, height, width, paint, colours[int(random.integers(1, 5))])
    return (
        brick(random, height, width, paint) if style < 0.9 else boards(random, height, width, paint)
    )


def _floor_texture(random: np.random.Generator, colours: list[Colour], tiled: bool) -> Image:
    if tiled:
        return tiles(
            random,
            700,
            700,
            mix(colours[0], np.ones(3, np.float32), 0.3),
            colours[int(random.integers(1, 5))],
        )
    floor = boards(random, 700, 700, choose_wood(random), int(random.integers(10, 26)))
    return floor if random.random() < 0.5 else np.ascontiguousarray(floor.transpose(1, 0, 2))


def empty_room(random: np.random.Generator, tiled: bool = False) -> Room:
    """Walls, floor, ceiling, camera and daylight; nothing in it yet."""
    wide, deep = float(random.uniform(3.6, 5.6)), float(random.uniform(3.6, 5.2))
    tall = float(random.uniform(2.4, 3.0))
    colours = choose_palette(random)
    side = float(random.uniform(-0.42, 0.42)) * wide
    camera = Camera(
        vector((side, random.uniform(1.1, 2.0), random.uniform(0.1, 0.6))),
        vector((-side * random.uniform(0.3, 1.6), random.uniform(0.7, 1.2), deep)),
        float(random.uniform(60, 84)),
    )
    scene = Scene(camera, ambient=np.asarray(DAYLIGHT * random.uniform(0.34, 0.5), np.float32))
    half = wide / 2
    wall = wall_texture(random, colours, 500, 800)
    other = wall_texture(random, colours, 500, 800) if random.random() < 0.5 else wall
    ceiling = plaster(random, 300, 300, np.full(3, 0.9, np.float32))
    scene.surfaces += [
        Surface(
            vector((-half, 0, deep)),
            vector((wide, 0, 0)),
            vector((0, 0, -deep)),
            _floor_texture(random, colours, tiled),
        ),
        Surface(vector((-half, tall, 0)), vector((wide, 0, 0)), vector((0, 0, deep)), ceiling),
        Surface(vector((-half, tall, deep)), vector((wide, 0, 0)), vector((0, -tall, 0)), other),
        Surface(vector((-half, tall, 0)), vector((0, 0, deep)), vector((0, -tall, 0)), wall),
        Surface(vector((half, tall, deep)), vector((0, 0, -deep)), vector((0, -tall, 0)), wall),
    ]
    skirting = furniture.painted(random, np.full(3, 0.85, np.float32))
    panel(
        scene,
        vector((0, 0.06, deep - 0.01)),
        vector((wide, 0, 0)),
        vector((0, -0.12, 0)),
        skirting(20, 400),
    )
    for edge in (-half + 0.01, half - 0.01):
        panel(
            scene,
            vector((edge, 0.06, deep / 2)),
            vector((0, 0, deep)),
            vector((0, -0.12, 0)),
            skirting(20, 400),
        )
    return Room(scene, colours, wide, tall, deep)


def add_window(random: np.random.Generator, room: Room, wall: str) -> None:
    """A window with its view, curtains, the light it gives and the patch of sun on the floor."""
    tall, wide = float(random.uniform(1.0, 1.5)), float(random.uniform(0.9, 1.9))
    level = float(random.uniform(1.45, 1.6))
    view = window(
        landscape(random, 300, 400), int(random.integers(1, 4)), np.full(3, 0.9, np.float32)
    )
    half = room.wide / 2
    along = float(random.uniform(-0.25, 0.25)) * room.wide
    if wall == "back":
        centre, across, inward = (
            vector((along, level, room.deep - 0.02)),
            vector((1, 0, 0)),
            vector((0, 0, -1)),
        )
    else:
        sign = -1 if wall == "left" else 1
        centre = vector((sign * (half - 0.02), level, room.deep * random.uniform(0.45, 0.7)))
        across, inward = vector((0, 0, -sign)), vector((-sign, 0, 0))
    panel(room.scene, centre, across * wide, vector((0, -tall, 0)), view, glow=1.0)
    if random.random() < 0.75:
        paint = mix(room.colours[int(random.integers(4))], np.ones(3, np.float32), 0.2)
        for end in (-1, 1):
            hanging = curtain(random, 260, 90, paint)
            middle = (
                centre + across * end * (wide / 2 + 0.12) + inward * 0.05 + vector((0, -0.1, 0))
            )
            panel(room.scene, middle, across * 0.42, vector((0, -(tall + 0.45), 0)), hanging)
    room.scene.lights.append(
        Light(
            centre + inward * 0.5, np.asarray(DAYLIGHT * random.uniform(1.1, 1.6), np.float32), 2.3
        )
    )
    if random.random() < 0.7:
        reach = inward * float(random.uniform(0.7, 1.5)) + across * float(random.uniform(-0.6, 0.6))
        start = centre * vector((1, 0, 1)) + reach - across * wide / 2 + vector((0, 0.006, 0))
        sunbeam(room.scene, start, across * wide, inward * tall * 1.2 + across * 0.3)


def hang_posters(random: np.random.Generator, room: Room, wall: str, count: int) -> None:
    """So many pictures side by side on the back, left or right wall."""
    half = room.wide / 2
    for place in range(count):
        tall, wide = float(random.uniform(0.35, 0.95)), float(random.uniform(0.35, 0.95))
        share = (place + 0.5) / count + float(random.uniform(-0.06, 0.06))
        level = float(random.uniform(1.35, 1.85))
        art = poster(random, int(tall * 330), int(wide * 330))
        if wall == "back":
            centre, across = (
                vector(((share - 0.5) * room.wide, level, room.deep - 0.03)),
                vector((wide, 0, 0)),
            )
        else:
            sign = -1 if wall == "left" else 1
            centre = vector((sign * (half - 0.03), level, room.deep * (0.2 + 0.75 * share)))
            across = vector((0, 0, -sign * wide))
        panel(room.scene, centre, across, vector((0, -tall, 0)), art)


def add_lamp(
    random: np.random.Generator, room: Room, x: float, y: float, z: float, tall: float
) -> None:
    """A standing or table lamp, lit, on (x, y, z)."""
    pole = turned(random, [0.16, 0.16, 0.16, 0.16, 0.16, 0.9], room.colours[4])
    shade = (
        turned(random, [0.55, 0.7, 0.85, 1.0], mix(LAMPLIGHT, np.ones(3, np.float32), 0.3)) * 1.05
    )
    cutout(room.scene, (x, y, z), tall * 0.25, tall * 0.8, pole)
    cutout(room.scene, (x, y + tall * 0.7, z), tall * 0.34, tall * 0.3, shade, glow=0.9)
    room.scene.lights.append(
        Light(vector((x, y + tall * 0.9, z - 0.1)), np.asarray(LAMPLIGHT * 0.9, np.float32), 1.2)
    )


def add_plant(
    random: np.random.Generator, room: Room, x: float, y: float, z: float, tall: float
) -> None:
    """A pot plant on (x, y, z), `tall` metres high."""
    leaf = mix(colour("4f7a3a"), colour("8aa35c"), float(random.random()))
    texture = plant(random, room.colours[int(random.integers(1, 4))], leaf)
    if y == 0:
        shadow(room.scene, x, 0, z, tall * 0.6, tall * 0.6)
    cutout(room.scene, (x, y, z), tall * 0.75, tall, texture)


def scatter(
    random: np.random.Generator,
    room: Room,
    corner: tuple[float, float, float],
    wide: float,
    deep: float,
    count: int,
    size: float,
) -> None:
    """Vases, bowls, cups, balls and small plants on a level surface; sizes in metres."""
    for place in range(count):
        x = (
            corner[0]
            + wide * (place + 0.5) / count
            + float(random.uniform(-0.3, 0.3)) * wide / count
        )
        foot = (x, corner[1], corner[2] + deep * float(random.uniform(0.2, 0.8)))
        tall = size * float(random.uniform(0.5, 1.3))
        paint = mix(room.colours[int(random.integers(5))], random.random(3, dtype=np.float32), 0.25)
        shadow(room.scene, foot[0] + 0.02, foot[1], foot[2], tall * 1.1, tall * 0.8)
        kind = float(random.random())
        if kind < 0.2:
            texture = ball(
                random, paint, room.colours[int(random.integers(4))] if kind < 0.08 else None
            )
            cutout(room.scene, foot, tall * 0.5, tall * 0.5, texture)
        elif kind < 0.32:
            add_plant(random, room, foot[0], foot[1], foot[2], tall * 1.5)
        else:
            profile = _VASES[int(random.integers(len(_VASES)))]
            band = room.colours[int(random.integers(5))] if random.random() < 0.6 else None
            texture = turned(random, profile, paint, band)
            squat = 0.55 if profile[0] > 0.7 else 1.0
            cutout(
                room.scene,
                foot,
                tall * float(random.uniform(0.5, 0.9)),
                tall * squat,
                texture,
            )


def lay_rug(random: np.random.Generator, room: Room) -> None:
    """A rug in the middle of the floor."""
    wide, deep = (
        room.wide * float(random.uniform(0.35, 0.6)),
        room.deep * float(random.uniform(0.3, 0.5)),
    )
    x, z = float(random.uniform(-0.5, 0.5)), room.deep * float(random.uniform(0.4, 0.55))
    texture = rug(random, 400, 560, room.colours)
    room.scene.surfaces.append(
        Surface(
            vector((x - wide / 2, 0.012, z + deep / 2)),
            vector((wide, 0, 0)),
            vector((0, 0, -deep)),
            texture,
        )
    )


def dress_walls(random: np.random.Generator, room: Room) -> None:
    """A window, pictures, a door, on whichever walls they fall."""
    walls = [str(name) for name in random.permutation(["back", "left", "right"])]
    add_window(random, room, walls[0])
    hang_posters(random, room, walls[1], int(random.integers(1, 5)))
    if walls[2] != "back":
        sign = -1 if walls[2] == "left" else 1
        leaf = door(
            random,
            420,
            180,
            mix(choose_wood(random), np.ones(3, np.float32), float(random.uniform(0, 0.6))),
        )
        place = vector((sign * (room.wide / 2 - 0.02), 1.02, room.deep * random.uniform(0.3, 0.75)))
        panel(room.scene, place, vector((0, 0, -sign * 0.88)), vector((0, -2.04, 0)), leaf)
    elif random.random() < 0.7:
        hang_posters(random, room, walls[2], int(random.integers(1, 4)))
