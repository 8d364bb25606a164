"""Yards behind houses: a lawn, a terrace, trees, and a fence on three sides."""

from __future__ import annotations

import cv2
import numpy as np

from clew.training.scenes import furniture
from clew.training.scenes.landscapes import sky
from clew.training.scenes.outdoors import fence, grow, house, open_air
from clew.training.scenes.palette import Image, choose_palette, colour, mix
from clew.training.scenes.renderer import Surface, vector
from clew.training.scenes.shapes import ball, box, cutout, plant, shadow
from clew.training.scenes.textures import grass, paving
from clew.training.world.chance import between, one_of, source
from clew.training.world.homes import Furnishing
from clew.training.world.places import NOWHERE, Place, Shelf, empty_side, put_side
from clew.training.world.prints import written

_LEAVES = ("5f7f3c", "6f8a3e", "46693f", "8b8f45", "a3803f")


def build_yard(seed: int, name: str, look: Furnishing) -> Place:
    """The yard of this name in the world of this seed; people stand in its middle."""
    random = source(seed, "yard", look.like)
    wide, deep = between(random, 8, 11), between(random, 7.5, 9.5)
    colours = choose_palette(random)
    scene = open_air(random, NOWHERE, None)
    place = Place(name, scene, colours, wide, deep, 1.4, panorama=_panorama(random))
    lawn = grass(random, 1100, 1100, colour(one_of(random, _LEAVES)))
    scene.surfaces.append(
        Surface(vector((-14, 0, 14)), vector((28, 0, 0)), vector((0, 0, -28)), lawn)
    )
    stone = paving(random, 700, 700, mix(colour("b8a48c"), colour("8f8f94"), random.random()))
    left = between(random, -3, 0)
    scene.surfaces.append(
        Surface(vector((left, 0.02, deep / 2 + 0.3)), vector((4, 0, 0)), vector((0, 0, -4)), stone)
    )
    for quarter in range(4):
        length, distance = (wide, deep / 2) if quarter % 2 == 0 else (deep, wide / 2)
        side = empty_side(colours, length + 4, distance, 1.4)
        if quarter == 0:
            house(random, side.room.scene, -length / 2, distance + 0.5, length, 1)
            if look.words:
                lines = look.words[0].split("\n")
                sign = written(lines, 46 * len(lines), 300, colours[0], colours[4])
                at = vector((between(random, -2, 1), 2.3, distance + 0.44))
                side.room.scene.surfaces.append(
                    Surface(at, vector((1.0, 0, 0)), vector((0, -0.17 * len(lines), 0)), sign)
                )
        else:
            fence(random, side.room.scene, distance + 1.2, length + 4)
            for _ in range(int(random.integers(2, 5))):
                x = between(random, -length / 2, length / 2)
                grow(
                    random,
                    side.room.scene,
                    x,
                    distance + between(random, 0.4, 5),
                    between(random, 2.5, 5),
                )
        put_side(place, side, quarter)
    _terrace(random, place, left)
    return place


def _panorama(random: np.random.Generator) -> Image:
    """Sky all round; its two ends are made to meet."""
    image = sky(random, 420, 1700, 408)
    share = np.linspace(0, 1, 200, dtype=np.float32)[None, :, None]
    image[:, :200] = image[:, :200] * share + image[:, 1500:] * (1 - share)
    return np.ascontiguousarray(cv2.resize(image[:, :1500], (1500, 420)))


def _terrace(random: np.random.Generator, place: Place, left: float) -> None:
    """A table and chairs, pots, a crate, balls."""
    scene, near = place.scene, place.deep / 2 - 2.6
    x = left + 0.6
    furniture.table(random, scene, x, near, 1.5, 0.8, 0.7)
    place.shelves.append(Shelf((x, 0.7, near), 1.5, 0.7, 0.26))
    place.taken.append((x, near, x + 1.5, near + 0.8))
    furniture.chair(random, scene, x - 0.7, near, back_far=True)
    furniture.chair(random, scene, x + 1.8, near + 0.1, back_far=True)
    box(scene, (place.wide / 2 - 1.2, 0, -1), (0.7, 0.5, 0.6), furniture.wooden(random))
    place.shelves.append(Shelf((place.wide / 2 - 1.2, 0.5, -1), 0.7, 0.6, 0.24))
    for _ in range(int(random.integers(5, 10))):
        edge = between(random, 0.6, 0.95) * one_of(random, (-1, 1))
        foot = (edge * place.wide / 2, 0.0, between(random, -0.45, 0.45) * place.deep)
        size, paint = between(random, 0.35, 1.0), one_of(random, place.colours)
        shadow(scene, foot[0] + 0.05, 0, foot[2], size * 0.8, size * 0.6)
        if random.random() < 0.75:
            leaves = plant(random, paint, colour(one_of(random, _LEAVES)))
            cutout(scene, foot, size * 0.8, size * 1.1, leaves)
        else:
            cutout(scene, foot, 0.3, 0.3, ball(random, paint, place.colours[4]))
