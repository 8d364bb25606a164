"""Places that can be seen from everywhere inside: four walls or a fence, what stands there always.

A place is built once. What differs from visit to visit (light, clutter, who is there) is put into
it by :mod:`clew.training.world.visits`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from clew.training.scenes.palette import Colour, Image
from clew.training.scenes.renderer import Camera, Light, Scene, Surface, vector
from clew.training.scenes.rooms import Room

Rect = tuple[float, float, float, float]
"""On the floor: least x, least z, most x, most z, in metres."""


@dataclass(frozen=True)
class Shelf:
    """A level surface on which small things are put down, `size` metres high at most."""

    corner: tuple[float, float, float]
    wide: float
    deep: float
    size: float


@dataclass
class Place:
    """A room or a yard.

    Attributes:
        name: as the truth names it.
        scene: what is always there; its camera means nothing.
        colours: five that prevail.
        wide: from -wide/2 to wide/2 along x, in metres; `deep` likewise along z.
        tall: height of the room; of the fence outdoors.
        shelves: where clutter is put down.
        taken: floor that furniture stands on.
        lamps: what shines at night; the lights of `scene` are daylight.
        panorama: the sky all round, for outdoors; shape (h, w, 3), north in its middle.
    """

    name: str
    scene: Scene
    colours: list[Colour]
    wide: float
    deep: float
    tall: float
    shelves: list[Shelf] = field(default_factory=list)
    taken: list[Rect] = field(default_factory=list)
    lamps: list[Light] = field(default_factory=list)
    panorama: Image | None = None

    @property
    def outdoors(self) -> bool:
        """Whether it is under the sky."""
        return self.panorama is not None

    def free(self, x: float, z: float, margin: float = 0.2) -> bool:
        """Whether nothing stands within `margin` metres of a point on the floor."""
        return not any(
            a - margin < x < c + margin and b - margin < z < d + margin for a, b, c, d in self.taken
        )


@dataclass
class Side:
    """One side of a place while it is furnished: a room of its own whose back is that side.

    `room.deep` is how far the side is from the middle of the place; furniture is put against it.
    """

    room: Room
    shelves: list[Shelf] = field(default_factory=list)
    taken: list[Rect] = field(default_factory=list)

    def stands(self, x: float, z: float, wide: float, deep: float) -> None:
        """Note that something stands there."""
        self.taken.append((x, z, x + wide, z + deep))


NOWHERE = Camera(vector((0, 1.5, 0)), vector((0, 1.5, 1)))
"""For scenes that are seen by other cameras."""


def empty_side(colours: list[Colour], length: float, distance: float, tall: float) -> Side:
    """A side to be furnished: `length` metres long, `distance` from the middle."""
    return Side(Room(Scene(NOWHERE), colours, length, tall, distance))


def put_side(place: Place, side: Side, quarter: int) -> None:
    """Turn what was put against a side by quarters of a circle and put it into the place."""
    turn = _turn(quarter)
    scene = side.room.scene
    for part in ("surfaces", "decals", "cutouts"):
        getattr(place.scene, part).extend(_turned(one, turn) for one in getattr(scene, part))
    glowing = [s for s in scene.cutouts if s.glow]
    for light in scene.lights:
        moved = replace(light, place=turn @ light.place)
        lamp = any(np.linalg.norm(light.place - s.corner) < 1 for s in glowing)
        (place.lamps if lamp else place.scene.lights).append(moved)
    for shelf in side.shelves:
        x, y, z = shelf.corner
        a, b, c, d = _turned_rect((x, z, x + shelf.wide, z + shelf.deep), turn)
        place.shelves.append(Shelf((a, y, b), c - a, d - b, shelf.size))
    place.taken += [_turned_rect(rect, turn) for rect in side.taken]


def _turn(quarter: int) -> NDArray[np.float64]:
    """Turns away-from-the-camera to the right, so many quarters."""
    cos, sin = [(1, 0), (0, 1), (-1, 0), (0, -1)][quarter % 4]
    return np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]], np.float64)


def _turned(surface: Surface, turn: NDArray[np.float64]) -> Surface:
    if surface.turns:
        middle = turn @ (surface.corner + surface.across / 2)
        return replace(surface, corner=middle - surface.across / 2)
    return replace(
        surface,
        corner=turn @ surface.corner,
        across=turn @ surface.across,
        down=turn @ surface.down,
    )


def _turned_rect(rect: Rect, turn: NDArray[np.float64]) -> Rect:
    a, b, c, d = rect
    ends = np.array([turn @ vector((a, 0, b)), turn @ vector((c, 0, d))])
    low, high = ends.min(axis=0), ends.max(axis=0)
    return float(low[0]), float(low[2]), float(high[0]), float(high[2])
