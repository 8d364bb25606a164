"""A small renderer: textured rectangles in space, a depth buffer, a few soft lights.

Space is in metres: x to the right, y up, z away from the camera. Everything solid is made of
rectangles; round things are cut-outs that face the camera.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from clew.training.scenes import raster
from clew.training.scenes.palette import Colour, Image

_SUN_AWAY, _SUNLIT = 80.0, 24.0  # metres; where the sun is put, and how wide it casts shadows


def vector(values: ArrayLike) -> NDArray[np.float64]:
    """A point or direction in space, shape (3,), metres."""
    return np.asarray(values, np.float64)


@dataclass(frozen=True)
class Surface:
    """A textured rectangle: `corner` is the texture's top left, the edges its top and left side.

    `texture` has shape (h, w, 3) or, with opacity as fourth channel, (h, w, 4). `glow` is how
    much light it gives off by itself (1: a lamp shade, a window); `flat` ones take light from all
    sides alike, as cut-outs do whose shading is painted on. One that `turns` stands upright and is
    turned about its middle to face whichever camera looks.
    """

    corner: NDArray[np.float64]
    across: NDArray[np.float64]
    down: NDArray[np.float64]
    texture: Image
    glow: float = 0.0
    flat: bool = False
    turns: bool = False

    def facing(self, place: NDArray[np.float64]) -> Surface:
        """As it is seen from this place: the surface itself unless it turns."""
        if not self.turns:
            return self
        middle = self.corner + self.across / 2
        away = middle - place
        across = np.array([away[2], 0.0, -away[0]])
        across *= np.linalg.norm(self.across) / max(float(np.linalg.norm(across)), 1e-9)
        return replace(self, corner=middle - across / 2, across=across)


@dataclass(frozen=True)
class Light:
    """A lamp at a place: colour times strength, and the distance in metres where it halves."""

    place: NDArray[np.float64]
    colour: Colour
    reach: float = 2.0


@dataclass(frozen=True)
class Camera:
    """Where it stands, what it looks at, and how wide: horizontal angle of view in degrees."""

    place: NDArray[np.float64]
    target: NDArray[np.float64]
    angle: float = 65.0

    def axes(self) -> NDArray[np.float64]:
        """Rows: right, down, forward; shape (3, 3)."""
        forward = self.target - self.place
        forward /= np.linalg.norm(forward)
        right = np.cross([0.0, 1.0, 0.0], forward)
        right /= np.linalg.norm(right)
        return np.stack([right, -np.cross(forward, right), forward])


@dataclass
class Scene:
    """What there is to see: surfaces, shadows painted on them, lights, and what is behind it all.

    `sun` is the direction light comes from and its colour; `sky` an image of the picture's size
    seen where there is no surface. Things cast `shadows` once these have been worked out; until
    then light goes through them.
    """

    camera: Camera
    surfaces: list[Surface] = field(default_factory=list)
    decals: list[Surface] = field(default_factory=list)
    cutouts: list[Surface] = field(default_factory=list)
    lights: list[Light] = field(default_factory=list)
    ambient: Colour = field(default_factory=lambda: np.full(3, 0.5, np.float32))
    sun: tuple[NDArray[np.float64], Colour] | None = None
    sky: Image | None = None
    shadows: Shadows | None = None
    _pyramids: dict[int, tuple[Image, raster.Pyramid]] = field(default_factory=dict, repr=False)

    def pyramid(self, texture: Image) -> raster.Pyramid:
        """A texture in all its sizes, worked out once for the scene and those made from it."""
        # The texture is kept beside it, so that no other can get its number in memory.
        if id(texture) not in self._pyramids:
            self._pyramids[id(texture)] = texture, raster.pyramid(texture)
        return self._pyramids[id(texture)][1]


@dataclass
class _Canvas:
    """What has been drawn so far."""

    colour: Image
    nearness: NDArray[np.float32]  # one over the depth in metres; 0 where nothing is
    number: NDArray[np.int32]  # which of `drawn` is seen
    drawn: list[Surface]


@dataclass(frozen=True)
class Shadows:
    """How near to its lights a scene's things are: what is farther off lies in their shadow.

    Attributes:
        maps: float32[n, size, size]; six for a lamp, which shines all round, and one for the sun.
        eyes: float64[n, 5, 3], how each is looked through, as in `raster.cover`.
        casting: int64[lamps + 1, 2]: first map and number of maps of each lamp, then of the sun.
    """

    maps: NDArray[np.float32]
    eyes: NDArray[np.float64]
    casting: NDArray[np.int64]


@dataclass(frozen=True)
class Drawing:
    """A picture with its depth.

    Attributes:
        light: shape (height, width, 3), float32; may exceed 1 where it is bright.
        nearness: shape (height, width), float32: one over the depth in metres, 0 for the sky.
    """

    light: Image
    nearness: NDArray[np.float32]


def render(scene: Scene, height: int, width: int) -> Image:
    """Draw the scene; shape (height, width, 3), float32, may exceed 1 where it is bright."""
    return draw(scene, height, width).light


def draw(scene: Scene, height: int, width: int) -> Drawing:
    """Draw the scene, and say how far everything is."""
    focal = width / 2 / np.tan(np.radians(scene.camera.angle) / 2)
    eye = _eye(scene.camera.axes(), scene.camera.place, focal, width, height)
    canvas = _Canvas(
        np.zeros((height, width, 3), np.float32),
        np.zeros((height, width), np.float32),
        np.zeros((height, width), np.int32),
        [],
    )
    for surface in scene.surfaces:
        _draw(canvas, scene, eye, surface, raster.SOLID)
    for decal in scene.decals:
        _draw(canvas, scene, eye, decal, raster.DECAL)
    # Cut-outs have soft edges, so what is behind them must be there first.
    for cutout in sorted(scene.cutouts, key=lambda s: -_distance(scene.camera, s)):
        _draw(canvas, scene, eye, cutout.facing(scene.camera.place), raster.CUTOUT)
    raster.finish(
        canvas.colour,
        _light(scene, canvas, eye),
        canvas.number,
        canvas.nearness,
        np.array([surface.glow for surface in canvas.drawn], np.float32),
        np.zeros((0, 0, 3), np.float32) if scene.sky is None else scene.sky,
    )
    return Drawing(canvas.colour, canvas.nearness)


def _eye(
    axes: NDArray[np.float64], place: NDArray[np.float64], focal: float, width: int, height: int
) -> NDArray[np.float64]:
    return np.vstack([axes, place, (focal, width / 2, height / 2)])


def _draw(
    canvas: _Canvas, scene: Scene, eye: NDArray[np.float64], surface: Surface, kind: int
) -> None:
    texels, levels = scene.pyramid(surface.texture)
    raster.cover(
        canvas.colour,
        canvas.nearness,
        canvas.number,
        eye,
        np.stack([surface.corner, surface.across, surface.down]),
        texels,
        levels,
        kind,
        len(canvas.drawn),
    )
    canvas.drawn.append(surface)


_ROUND = (
    ((1, 0, 0), (0, -1, 0), (0, 0, 1)),
    ((0, 0, -1), (0, -1, 0), (1, 0, 0)),
    ((-1, 0, 0), (0, -1, 0), (0, 0, -1)),
    ((0, 0, 1), (0, -1, 0), (-1, 0, 0)),
    ((1, 0, 0), (0, 0, -1), (0, -1, 0)),
    ((1, 0, 0), (0, 0, 1), (0, 1, 0)),
)
"""Right, down and forward of six eyes that together see everything round a lamp."""


def cast_shadows(scene: Scene, size: int = 192) -> None:
    """Let the scene's lights and its sun cast shadows, from now on; in place.

    Glowing things (shades, windows) let light through. The maps are of the scene as it is: cast
    anew after a change.
    """
    eyes: list[NDArray[np.float64]] = []
    casting = []
    for lamp in scene.lights:
        casting.append((len(eyes), len(_ROUND)))
        eyes += [
            _eye(np.array(axes, np.float64), lamp.place, size / 2, size, size) for axes in _ROUND
        ]
    casting.append((len(eyes), int(scene.sun is not None)))
    if scene.sun is not None:
        toward = scene.sun[0] / np.linalg.norm(scene.sun[0])
        camera = Camera(toward * _SUN_AWAY, vector((0, 0, 0)))
        eyes.append(_eye(camera.axes(), camera.place, size * _SUN_AWAY / _SUNLIT, size, size))
    maps = np.zeros((len(eyes), size, size), np.float32)
    hiding = [s for s in scene.surfaces + scene.cutouts if not s.glow]
    nothing = np.zeros((1, 1, 3), np.float32), np.zeros((size, size), np.int32)
    for eye, nearness in zip(eyes, maps, strict=True):
        for surface in hiding:
            seen = surface.facing(eye[3])
            edges = np.stack([seen.corner, seen.across, seen.down])
            texels, levels = scene.pyramid(surface.texture)
            raster.cover(
                nothing[0], nearness, nothing[1], eye, edges, texels, levels, raster.DEPTH, 0
            )
    shape = (-1, 5, 3)
    scene.shadows = Shadows(maps, np.reshape(eyes, shape), np.array(casting, np.int64))


def _distance(camera: Camera, surface: Surface) -> float:
    middle = surface.corner + (surface.across + surface.down) / 2
    return float(np.linalg.norm(middle - camera.place))


def _normal(surface: Surface) -> NDArray[np.float64]:
    """The direction a surface faces, length 1; 0 for one that takes light from all sides."""
    if surface.flat:
        return np.zeros(3)
    normal = np.cross(surface.across, surface.down)
    return normal / float(np.linalg.norm(normal))


def _light(scene: Scene, canvas: _Canvas, eye: NDArray[np.float64]) -> Image:
    """How much light of each colour falls on every other pixel; shape (height / 2, width / 2, 3).

    Light changes slowly, and it is the costliest part.
    """
    nearness = np.ascontiguousarray(canvas.nearness[::2, ::2])
    light = np.empty((*nearness.shape, 3), np.float32)
    light[:] = scene.ambient
    light *= _creases(nearness)[..., None]
    lamps = [[*one.place, *one.colour, one.reach] for one in scene.lights]
    sun = np.zeros((2, 3))
    if scene.sun is not None:
        sun[:] = scene.sun[0] / np.linalg.norm(scene.sun[0]), scene.sun[1]
    shadows = scene.shadows or Shadows(
        np.zeros((1, 1, 1), np.float32),
        np.zeros((1, 5, 3)),
        np.zeros((len(lamps) + 1, 2), np.int64),
    )
    raster.shine(
        light,
        nearness,
        np.ascontiguousarray(canvas.number[::2, ::2]),
        np.array([_normal(surface) for surface in canvas.drawn], np.float64),
        eye,
        np.reshape(np.array(lamps, np.float64), (-1, 7)),
        sun,
        shadows.maps,
        shadows.eyes,
        shadows.casting,
    )
    return light


def _creases(nearness: NDArray[np.float32]) -> NDArray[np.float32]:
    """Soft dark rims on what lies close behind something: the depth buffer, unsharp-masked."""
    small = cv2.resize(nearness, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(small, (0, 0), max(2.0, nearness.shape[1] / 160))
    gap = cv2.resize(blurred, nearness.shape[::-1], interpolation=cv2.INTER_LINEAR) - nearness
    return np.asarray(1 - np.clip(gap * 5, 0, 0.55), np.float32)
