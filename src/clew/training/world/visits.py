"""One visit to a place: its light, its clutter, who stands there; and where it is seen from."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from clew.training.scenes.palette import Image, colour
from clew.training.scenes.renderer import (
    Camera,
    Drawing,
    Light,
    Scene,
    Surface,
    cast_shadows,
    draw,
    vector,
)
from clew.training.scenes.rooms import LAMPLIGHT, Room, scatter
from clew.training.scenes.shapes import ball, box, cutout, shadow
from clew.training.world import stock
from clew.training.world.chance import between, one_of
from clew.training.world.places import Place, Shelf
from clew.training.world.prints import written

_TOKENS = ("c0392b", "1f6f8b", "e0a526", "4b7f3a", "6a4c93", "d35f8d", "2f4858", "e07a3f")


@dataclass(frozen=True)
class Visit:
    """A place as it was on one day.

    Attributes:
        scene: everything that was there.
        place: where.
        aim: the point most pictures are turned to, in metres.
    """

    place: Place
    scene: Scene
    aim: tuple[float, float, float]


def visit(
    random: np.random.Generator,
    seed: int,
    place: Place,
    token: int | None,
    night: bool,
    products: tuple[int, ...] = (),
    paper: Image | None = None,
) -> Visit:
    """Light and clutter of one visit, and the numbered token that stands for who is shown.

    `paper` is a note or a receipt that somebody left on a table.
    """
    scene = replace(
        place.scene,
        surfaces=[_dimmed(s) if night else s for s in place.scene.surfaces],
        decals=[s for s in place.scene.decals if not (night and s.texture[..., :3].max() > 1)],
        cutouts=list(place.scene.cutouts),
        lights=_lights(random, place, night),
        ambient=np.asarray(
            place.scene.ambient * (LAMPLIGHT * 0.55 if night else between(random, 0.8, 1.15)),
            np.float32,
        ),
    )
    room = Room(scene, place.colours, place.wide, place.tall, place.deep)
    for shelf in place.shelves:
        if random.random() < 0.75:
            count = int(random.integers(1, 4)) if shelf.wide > 0.5 else 1
            scatter(random, room, shelf.corner, shelf.wide, shelf.deep, count, shelf.size)
    spots = _spots(random, place, 6)
    for number in products:
        article = stock.product(seed, number)
        if place.shelves and random.random() < 0.7:
            shelf = one_of(random, place.shelves)
            x, y, z = shelf.corner
            at = x + between(random, 0, max(0.0, shelf.wide - article.size[0])), y, z + 0.05
        else:
            x, z = one_of(random, spots)
            at = x, 0.0, z
        stock.stand(scene, article, *at)
    for x, z in spots[1 : 1 + int(random.integers(1, 4))]:
        size = between(random, 0.12, 0.26)
        shadow(scene, x, 0, z, size, size)
        paints = one_of(random, place.colours), one_of(random, place.colours)
        cutout(scene, (x, 0, z), size, size, ball(random, *paints))
    if paper is not None and place.shelves:
        _lay(scene, paper, max(place.shelves, key=lambda shelf: shelf.wide * shelf.deep))
    aim = (spots[0][0], 0.7, spots[0][1])
    if token is not None:
        stand_token(scene, token, spots[0])
    cast_shadows(scene, 768 if place.outdoors else 192)
    return Visit(place, scene, aim)


def _lay(scene: Scene, paper: Image, shelf: Shelf) -> None:
    """Lay a sheet, 14 cm wide, on a level surface."""
    x, y, z = shelf.corner
    tall = 0.14 * paper.shape[0] / paper.shape[1]
    corner = vector((x + shelf.wide * 0.3, y + 0.006, z + min(shelf.deep, tall) + 0.02))
    scene.surfaces.append(Surface(corner, vector((0.14, 0, 0)), vector((0, 0, -tall)), paper))


def _lights(random: np.random.Generator, place: Place, night: bool) -> list[Light]:
    """At night lamps, of which some are off; by day the windows, and a lamp now and then."""
    if place.outdoors:
        return list(place.lamps) if night else []
    lamps = [replace(lamp, colour=lamp.colour * np.float32(1.35)) for lamp in place.lamps]
    if night:
        above = np.asarray(LAMPLIGHT * between(random, 0.7, 1.2), np.float32)
        return [*lamps, Light(vector((0, place.tall - 0.3, 0)), above, 2.2)]
    strength = np.float32(between(random, 0.7, 1.3))
    daylight = [replace(one, colour=one.colour * strength) for one in place.scene.lights]
    return daylight + (lamps if random.random() < 0.3 else [])


def _dimmed(surface: Surface) -> Surface:
    """A window at night is dark."""
    return replace(surface, texture=surface.texture * np.float32(0.07)) if surface.glow else surface


def _spots(random: np.random.Generator, place: Place, count: int) -> list[tuple[float, float]]:
    """Free places on the floor, the first near the middle."""
    found: list[tuple[float, float]] = []
    for turn in range(200):
        reach = 0.25 if not found else 0.42
        x = between(random, -reach, reach) * place.wide
        z = between(random, -reach, reach) * place.deep
        if place.free(x, z, 0.25) or turn > 150:
            found.append((x, z))
        if len(found) == count:
            break
    return found


def stand_token(scene: Scene, number: int, spot: tuple[float, float]) -> None:
    """Stand a numbered block where in other material a person would be; nobody is depicted."""
    paint = colour(_TOKENS[number % len(_TOKENS)])
    wide, tall, deep = 0.34, 0.95 + 0.05 * (number % 4), 0.34
    plate = written([f"{number}"], 130, 100, paint, np.full(3, 0.97, np.float32))
    side = np.empty((300, 110, 3), np.float32)
    side[:] = paint
    side[::30] *= 0.75
    side[30:160, 5:105] = plate
    x, z = spot[0] - wide / 2, spot[1] - deep / 2
    shadow(scene, spot[0], 0, spot[1], wide * 1.8, deep * 1.8)
    lid = np.full((20, 20, 3), paint, np.float32)
    box(scene, (x, 0, z), (wide, tall, deep), lambda *_: side, top=lambda *_: lid)


def viewpoint(random: np.random.Generator, one: Visit, widest: float = 72.0) -> Camera:
    """Somewhere in the place where a person could stand, turned to what goes on there."""
    place = one.place
    best: tuple[float, Camera] | None = None
    for _ in range(60):
        x = between(random, -0.46, 0.46) * (place.wide - 0.3)
        z = between(random, -0.46, 0.46) * (place.deep - 0.3)
        height = between(random, 0.95, 1.7)
        drift = random.normal(0, 0.55, 3) * (1, 0.4, 1)
        target = vector(one.aim) + drift
        angle = between(random, widest - 20, widest)
        if random.random() < 0.3:  # turned to some other corner
            target = vector(
                (
                    between(random, -0.5, 0.5) * place.wide,
                    between(random, 0.5, 1.5),
                    between(random, -0.5, 0.5) * place.deep,
                )
            )
        distance = float(np.hypot(target[0] - x, target[2] - z))
        camera = Camera(vector((x, height, z)), target, angle)
        if best is None or distance > best[0]:
            best = distance, camera
        if distance > 1.7 and place.free(x, z, 0.3):
            return camera
    assert best is not None
    return best[1]


def seen(one: Visit, camera: Camera, height: int, width: int) -> Drawing:
    """The light that falls into a camera, and how far everything is."""
    scene = replace(one.scene, camera=camera)
    if one.place.panorama is not None:
        # The sky is soft: a quarter of its pixels tell as much.
        sky = _sky(one.place.panorama, camera, height // 2, width // 2)
        scene.sky = np.asarray(cv2.resize(sky, (width, height)), np.float32)
    return draw(scene, height, width)


def _sky(panorama: Image, camera: Camera, height: int, width: int) -> Image:
    """The part of a panorama that a camera is turned to."""
    focal = width / 2 / np.tan(np.radians(camera.angle) / 2)
    right, down, forward = camera.axes()
    columns = (np.arange(width, dtype=np.float32) - width / 2) / focal
    rows = (np.arange(height, dtype=np.float32) - height / 2) / focal
    rays = columns[None, :, None] * right + (rows[:, None, None] * down + forward)
    turn = np.arctan2(rays[..., 0], rays[..., 2])
    up = np.arctan2(rays[..., 1], np.hypot(rays[..., 0], rays[..., 2]))
    high, wide = panorama.shape[:2]
    across = (turn / (2 * np.pi) + 0.5) * wide
    level = (0.85 - up / np.pi * 2) * high
    found = cv2.remap(
        panorama,
        across.astype(np.float32),
        np.clip(level, 0, high - 1).astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_WRAP,
    )
    return np.asarray(found, np.float32)
