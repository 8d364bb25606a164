"""Rooms furnished on all four sides: bedrooms, sitting rooms, kitchens, hotel rooms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from clew.training.scenes import furniture
from clew.training.scenes.decoration import door
from clew.training.scenes.palette import Colour, Image, choose_palette, choose_wood, mix
from clew.training.scenes.renderer import Scene, Surface, vector
from clew.training.scenes.rooms import DAYLIGHT, add_lamp, add_plant, add_window, wall_texture
from clew.training.scenes.shapes import box, panel
from clew.training.scenes.textures import boards, plaster, rug, tiles
from clew.training.world import stock
from clew.training.world.chance import between, one_of, source
from clew.training.world.places import NOWHERE, Place, Shelf, Side, empty_side, put_side
from clew.training.world.prints import art, calendar, clock_face, wallpaper_with_motif, written

_WHITE = np.ones(3, np.float32)
_MONTHS = ("JANUARY", "MARCH", "MAY", "JUNE", "AUGUST", "OCTOBER", "NOVEMBER")


@dataclass(frozen=True)
class Furnishing:
    """What decides how a room looks.

    Attributes:
        kind: one of :data:`ROOMS`.
        like: the name that furniture and walls are drawn from. Rooms of one hotel share it, and
            differ in their number, the view from the window, and their wear.
        words: what is written in the room: a school's name on the wall, a number on the door.
    """

    kind: str
    like: str
    words: tuple[str, ...] = ()


def build_room(seed: int, name: str, look: Furnishing) -> Place:
    """The room of this name in the world of this seed."""
    random, own = source(seed, "room", look.like), source(seed, "room", name, "own")
    wide, deep, tall = (
        between(random, 3.8, 5.2),
        between(random, 3.8, 5.0),
        between(random, 2.4, 2.8),
    )
    colours = choose_palette(random)
    scene = Scene(NOWHERE, ambient=np.asarray(DAYLIGHT * between(random, 0.36, 0.48), np.float32))
    place = Place(name, scene, colours, wide, deep, tall)
    _shell(random, own, place, tiled=look.kind == "kitchen")
    for quarter, furnish in enumerate(ROOMS[look.kind]):
        length, distance = (wide, deep / 2) if quarter % 2 == 0 else (deep, wide / 2)
        side = empty_side(colours, length, distance, tall)
        furnish(_Hand(random, own, seed, look), side)
        put_side(place, side, quarter)
    _rug(random, place)
    return place


@dataclass(frozen=True)
class _Hand:
    """Who furnishes: what is common to all rooms of one look, and what is this room's own."""

    random: np.random.Generator
    own: np.random.Generator
    seed: int
    look: Furnishing


def _shell(
    random: np.random.Generator, own: np.random.Generator, place: Place, tiled: bool
) -> None:
    """Floor, ceiling and walls, which bear the marks of this room alone."""
    wide, deep, tall, scene = place.wide, place.deep, place.tall, place.scene
    half, far = wide / 2, deep / 2
    floor = (
        tiles(random, 900, 900, mix(place.colours[0], _WHITE, 0.3), one_of(random, place.colours))
        if tiled
        else boards(random, 900, 900, choose_wood(random), int(random.integers(14, 30)))
    )
    ceiling = plaster(random, 300, 300, np.full(3, 0.9, np.float32))
    scene.surfaces.append(
        Surface(vector((-half, 0, far)), vector((wide, 0, 0)), vector((0, 0, -deep)), floor)
    )
    scene.surfaces.append(
        Surface(vector((-half, tall, -far)), vector((wide, 0, 0)), vector((0, 0, deep)), ceiling)
    )
    papers = [_paper(random, place.colours) for _ in range(2)]
    skirting = plaster(random, 20, 400, np.full(3, 0.85, np.float32))
    for quarter in range(4):
        length, distance = (wide, far) if quarter % 2 == 0 else (deep, half)
        side = empty_side(place.colours, length, distance, tall)
        wall = _worn(own, papers[int(random.random() < 0.4)].copy())
        panel(
            side.room.scene,
            vector((0, tall / 2, distance)),
            vector((length, 0, 0)),
            vector((0, -tall, 0)),
            wall,
        )
        low = vector((0, 0.05, distance - 0.01))
        panel(side.room.scene, low, vector((length, 0, 0)), vector((0, -0.1, 0)), skirting)
        put_side(place, side, quarter)


def _paper(random: np.random.Generator, colours: list[Colour]) -> Image:
    if random.random() < 0.45:
        return wallpaper_with_motif(random, 640, 1100, colours)
    return wall_texture(random, colours, 640, 1100)


def _worn(own: np.random.Generator, wall: Image) -> Image:
    """Scuffs, cracks and holes where something hung; in place."""
    height, width = wall.shape[:2]
    for _ in range(int(own.integers(4, 12))):
        at = int(own.integers(width)), int(own.integers(height))
        tone = [float(v) for v in wall[at[1], at[0]] * between(own, 0.55, 0.85)]
        if own.random() < 0.5:
            steps = np.cumsum(own.normal(0, 7, (7, 2)), axis=0) + at
            cv2.polylines(wall, [steps.astype(np.int32)], False, tone, 1, cv2.LINE_AA)
        else:
            axes = int(own.integers(1, 7)), int(own.integers(1, 5))
            cv2.ellipse(wall, at, axes, between(own, 0, 180), 0, 360, tone, -1, cv2.LINE_AA)
    return wall


def _rug(random: np.random.Generator, place: Place) -> None:
    wide, deep = place.wide * between(random, 0.3, 0.5), place.deep * between(random, 0.3, 0.45)
    texture = rug(random, 460, 640, place.colours)
    place.scene.surfaces.insert(
        0,
        Surface(
            vector((-wide / 2, 0.012, deep / 2)),
            vector((wide, 0, 0)),
            vector((0, 0, -deep)),
            texture,
        ),
    )


# What stands against one side. All build into the side's own room, its back being the wall.


def _hang(side: Side, picture: Image, x: float, level: float, wide: float) -> None:
    tall = wide * picture.shape[0] / picture.shape[1]
    middle = vector((x, level, side.room.deep - 0.03))
    panel(side.room.scene, middle, vector((wide, 0, 0)), vector((0, -tall, 0)), picture)


def _pictures(hand: _Hand, side: Side, count: int) -> None:
    """Some of them are posters that hang elsewhere too."""
    for number in range(count):
        x = ((number + 0.5) / count - 0.5) * side.room.wide * 0.8 + between(hand.random, -0.1, 0.1)
        bought = hand.random.random() < 0.35
        picture = (
            stock.poster_print(hand.seed, int(hand.random.integers(stock.PRINTS)))
            if bought
            else art(
                hand.random,
                int(hand.random.integers(240, 380)),
                int(hand.random.integers(240, 420)),
            )
        )
        _hang(side, picture, x, between(hand.random, 1.5, 1.8), between(hand.random, 0.4, 0.8))


def _socket(hand: _Hand, side: Side) -> None:
    plate = np.full((60, 60, 3), 0.93, np.float32)
    cv2.circle(plate, (30, 30), 20, (0.6, 0.6, 0.6), 2, cv2.LINE_AA)
    for hole in (22, 38):
        cv2.circle(plate, (hole, 30), 3, (0.1, 0.1, 0.1), -1, cv2.LINE_AA)
    x = between(hand.random, -0.45, 0.45) * side.room.wide
    _hang(side, plate, x, 0.28, 0.085)


def _shelf(hand: _Hand, side: Side, x: float, level: float, wide: float) -> None:
    """A board on the wall with packs and small things on it."""
    deep = 0.24
    corner = (x, level, side.room.deep - deep)
    box(side.room.scene, corner, (wide, 0.03, deep), furniture.wooden(hand.random))
    at = x + 0.03
    while at < x + wide - 0.3:
        if hand.random.random() < 0.6:
            article = stock.product(hand.seed, int(hand.random.integers(stock.PRODUCTS)))
            stock.stand(side.room.scene, article, at, level + 0.03, side.room.deep - 0.21)
            at += article.size[0] + 0.03
        else:
            at += 0.2
    side.shelves.append(Shelf((x, level + 0.03, side.room.deep - deep), wide, deep, 0.2))


def _bed_side(hand: _Hand, side: Side) -> None:
    wide, deep = one_of(hand.random, (0.95, 1.4, 1.6)), side.room.deep
    left = between(hand.random, -side.room.wide / 2 + 0.7, side.room.wide / 2 - wide - 0.7)
    spread = stock.bedspread(hand.seed, int(hand.random.integers(stock.CLOTHS)))
    furniture.bed(hand.random, side.room.scene, left, deep - 2.1, wide, side.room.colours, spread)
    side.stands(left, deep - 2.1, wide, 2.1)
    side.shelves.append(Shelf((left + 0.1, 0.56, deep - 2.0), wide - 0.2, 1.2, 0.22))
    for edge in (left - 0.52, left + wide + 0.07):
        furniture.cupboard(hand.random, side.room.scene, (edge, 0, deep - 0.45), (0.45, 0.5, 0.42))
        side.stands(edge, deep - 0.45, 0.45, 0.45)
    add_lamp(hand.random, side.room, left - 0.3, 0.5, deep - 0.25, 0.5)
    side.shelves.append(Shelf((left + wide + 0.1, 0.5, deep - 0.4), 0.4, 0.3, 0.2))
    _pictures(hand, side, 2)


def _window_side(hand: _Hand, side: Side) -> None:
    # The window is drawn by the room's own hand: from another room one sees another view.
    add_window(hand.own if hand.look.kind == "hotel" else hand.random, side.room, "back")
    deep = side.room.deep
    ribs = np.tile(np.linspace(0.7, 0.95, 24, dtype=np.float32), 16)
    radiator = np.repeat(np.repeat(ribs[None, :, None], 120, 0), 3, 2)
    x = between(hand.random, -0.5, 0.1)
    box(side.room.scene, (x, 0.12, deep - 0.12), (0.9, 0.5, 0.1), lambda *_: radiator)
    _socket(hand, side)
    if hand.look.kind != "kitchen":
        x = side.room.wide / 2 - 1.45
        furniture.table(hand.random, side.room.scene, x, deep - 0.7, 1.2, 0.6, 0.74)
        side.stands(x, deep - 0.75, 1.2, 0.75)
        side.shelves.append(Shelf((x, 0.74, deep - 0.68), 1.2, 0.5, 0.26))
        furniture.chair(hand.random, side.room.scene, x + 0.4, deep - 1.15, back_far=False)
        side.stands(x + 0.35, deep - 1.2, 0.6, 0.6)
    add_plant(
        hand.random,
        side.room,
        -side.room.wide / 2 + 0.4,
        0,
        deep - 0.4,
        between(hand.random, 0.6, 1.2),
    )


def _wardrobe_side(hand: _Hand, side: Side) -> None:
    deep, half = side.room.deep, side.room.wide / 2
    tall, wide = between(hand.random, 1.7, 2.1), between(hand.random, 0.9, 1.3)
    paint = None if hand.random.random() < 0.5 else one_of(hand.random, side.room.colours)
    corner = (-half + 0.6, 0.0, deep - 0.55)
    furniture.cupboard(hand.random, side.room.scene, corner, (wide, tall, 0.53), paint)
    side.stands(corner[0], corner[2], wide, 0.55)
    left = corner[0] + wide + 0.3
    low = between(hand.random, 0.7, 0.95)
    furniture.cupboard(hand.random, side.room.scene, (left, 0, deep - 0.42), (0.9, low, 0.4))
    side.stands(left, deep - 0.42, 0.9, 0.42)
    side.shelves.append(Shelf((left, low, deep - 0.4), 0.9, 0.34, 0.26))
    _shelf(hand, side, left, between(hand.random, 1.35, 1.55), min(1.0, half - left - 0.1))
    _socket(hand, side)


def _door_side(hand: _Hand, side: Side) -> None:
    half, deep = side.room.wide / 2, side.room.deep
    paint = mix(choose_wood(hand.random), _WHITE, between(hand.random, 0, 0.6))
    leaf = door(hand.random, 520, 220, paint)
    if hand.look.kind == "hotel" and hand.look.words:
        number = written([hand.look.words[0]], 46, 70, paint * 0.3, np.full(3, 0.95, np.float32))
        leaf[110:156, 75:145] = number
    x = between(hand.random, -half + 0.5, half - 0.5)
    panel(
        side.room.scene,
        vector((x, 1.02, deep - 0.02)),
        vector((0.88, 0, 0)),
        vector((0, -2.04, 0)),
        leaf,
    )
    free_left = x > 0
    left = -half + 0.15 if free_left else x + 0.6
    room_for = (x - 0.6 - left) if free_left else half - 0.1 - left
    if room_for > 0.8:
        # What is written on the wall above it is to be seen.
        tall = between(hand.random, 1.1, 2.0 if hand.look.kind == "hotel" else 1.4)
        wide = min(1.1, room_for)
        furniture.bookcase(
            hand.random, side.room.scene, left, deep - 0.36, wide, tall, side.room.colours
        )
        side.stands(left, deep - 0.4, wide, 0.4)
        if tall < 1.5:
            side.shelves.append(Shelf((left, tall, deep - 0.34), wide, 0.3, 0.22))
    _clock(hand, side, x)
    _own_words(hand, side, left, room_for, x)


def _clock(hand: _Hand, side: Side, x: float) -> None:
    """A clock above the door."""
    corner = vector((x - 0.13, min(2.34, side.room.tall - 0.04), side.room.deep - 0.03))
    across, down = vector((0.26, 0, 0)), vector((0, -0.26, 0))
    side.room.scene.cutouts.append(Surface(corner, across, down, clock_face(hand.random)))


def _own_words(hand: _Hand, side: Side, left: float, room_for: float, door_at: float) -> None:
    """A calendar, and what is written in the room: on free wall, or on the door."""
    if room_for > 1.0:
        month = calendar(hand.random, one_of(hand.random, _MONTHS))
        _hang(side, month, left + 0.8, 1.8, 0.28)
    if hand.look.kind == "hotel":
        return
    for row, words in enumerate(hand.look.words):
        lines = words.split("\n")
        sign = written(lines, 40 * len(lines) + 20, 300, side.room.colours[0], side.room.colours[4])
        at = (left + 0.32, 1.85) if room_for > 0.6 else (door_at, 1.6)
        _hang(side, sign, at[0], at[1] - row * 0.3, 0.5)


def _sofa_side(hand: _Hand, side: Side) -> None:
    wide, deep = between(hand.random, 1.6, 2.1), side.room.deep
    left = between(hand.random, -side.room.wide / 2 + 0.4, side.room.wide / 2 - wide - 0.4)
    furniture.sofa(hand.random, side.room.scene, left, deep - 0.95, wide, side.room.colours)
    side.stands(left - 0.16, deep - 0.95, wide + 0.32, 0.95)
    _pictures(hand, side, int(hand.random.integers(2, 4)))
    add_lamp(hand.random, side.room, left - 0.35, 0, deep - 0.35, between(hand.random, 1.3, 1.6))
    x = left + 0.3
    furniture.table(hand.random, side.room.scene, x, deep - 1.85, 1.0, 0.5, 0.42)
    side.stands(x, deep - 1.85, 1.0, 0.5)
    side.shelves.append(Shelf((x, 0.42, deep - 1.83), 1.0, 0.45, 0.22))


def _screen_side(hand: _Hand, side: Side) -> None:
    """A low cupboard with a television that is off, and a shelf."""
    deep, wide = side.room.deep, between(hand.random, 1.3, 1.8)
    left = between(hand.random, -side.room.wide / 2 + 0.3, side.room.wide / 2 - wide - 0.3)
    furniture.cupboard(hand.random, side.room.scene, (left, 0, deep - 0.45), (wide, 0.5, 0.43))
    side.stands(left, deep - 0.45, wide, 0.45)
    glass = plaster(hand.random, 200, 320, np.full(3, 0.06, np.float32))
    cv2.line(glass, (40, 180), (150, 20), (0.16, 0.17, 0.19), 12, cv2.LINE_AA)
    dark = furniture.painted(hand.random, np.full(3, 0.1, np.float32))
    box(
        side.room.scene,
        (left + 0.2, 0.52, deep - 0.3),
        (1.0, 0.6, 0.06),
        dark,
        front=lambda *_: glass,
    )
    side.shelves.append(Shelf((left + 1.25, 0.5, deep - 0.4), max(0.2, wide - 1.3), 0.3, 0.22))
    _shelf(hand, side, left, between(hand.random, 1.45, 1.7), 1.3)
    _socket(hand, side)


def _kitchen_side(hand: _Hand, side: Side) -> None:
    deep, half = side.room.deep, side.room.wide / 2
    paint = mix(
        side.room.colours[int(hand.random.integers(1, 4))], _WHITE, between(hand.random, 0, 0.6)
    )
    splash = tiles(hand.random, 160, 1100, np.full(3, 0.88, np.float32), side.room.colours[2])
    panel(
        side.room.scene,
        vector((0, 1.18, deep - 0.015)),
        vector((side.room.wide, 0, 0)),
        vector((0, -0.55, 0)),
        splash,
    )
    for unit in range(int(side.room.wide / 0.7)):
        left = -half + 0.02 + unit * 0.7
        tall = 1.9 if hand.random.random() < 0.15 else 0.88
        furniture.cupboard(
            hand.random, side.room.scene, (left, 0, deep - 0.6), (0.69, tall, 0.58), paint
        )
        if tall < 1:
            side.shelves.append(Shelf((left, tall, deep - 0.55), 0.66, 0.4, 0.28))
            if hand.random.random() < 0.55:
                high = (left, 1.6, deep - 0.36)
                furniture.cupboard(hand.random, side.room.scene, high, (0.69, 0.6, 0.34), paint)
    side.stands(-half, deep - 0.6, side.room.wide, 0.6)


def _dining_side(hand: _Hand, side: Side) -> None:
    deep, wide = side.room.deep, between(hand.random, 1.0, 1.4)
    x = between(hand.random, -0.9, 0.0)
    furniture.table(hand.random, side.room.scene, x, deep - 1.1, wide, 0.75, 0.74)
    side.stands(x, deep - 1.1, wide, 0.75)
    side.shelves.append(Shelf((x, 0.74, deep - 1.05), wide, 0.65, 0.24))
    furniture.chair(hand.random, side.room.scene, x + wide + 0.1, deep - 0.9, back_far=True)
    side.stands(x + wide + 0.1, deep - 0.9, 0.5, 0.5)
    _pictures(hand, side, 2)
    _socket(hand, side)


_Furnish = Callable[[_Hand, Side], None]

ROOMS: dict[str, tuple[_Furnish, _Furnish, _Furnish, _Furnish]] = {
    "bedroom": (_bed_side, _window_side, _wardrobe_side, _door_side),
    "sitting room": (_sofa_side, _window_side, _screen_side, _door_side),
    "kitchen": (_kitchen_side, _window_side, _dining_side, _door_side),
    "hotel": (_bed_side, _window_side, _screen_side, _door_side),
}
"""What is put against each of the four sides, by the kind of room."""
