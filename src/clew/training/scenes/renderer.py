"""A small renderer: textured rectangles in space, a depth buffer, a few soft lights.

Space is in metres: x to the right, y up, z away from the camera. Everything solid is made of
rectangles; round things are cut-outs that face the camera.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from clew.training.scenes.palette import Colour, Image

_TIE = 0.9999  # a surface at the same depth as one already drawn covers it
_NEAREST = 0.02  # metres in front of the camera; what is nearer is not drawn
_DECAL_REACH = 1.03  # how far in front of a decal's surface it still tints, as a share of depth


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

    def facing(self, camera: Camera) -> Surface:
        """As this camera sees it: the surface itself unless it turns."""
        if not self.turns:
            return self
        middle = self.corner + self.across / 2
        away = middle - camera.place
        across = np.cross([0.0, 1.0, 0.0], away)
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
    seen where there is no surface.
    """

    camera: Camera
    surfaces: list[Surface] = field(default_factory=list)
    decals: list[Surface] = field(default_factory=list)
    cutouts: list[Surface] = field(default_factory=list)
    lights: list[Light] = field(default_factory=list)
    ambient: Colour = field(default_factory=lambda: np.full(3, 0.5, np.float32))
    sun: tuple[NDArray[np.float64], Colour] | None = None
    sky: Image | None = None


@dataclass
class _Canvas:
    """What has been drawn so far."""

    colour: Image
    nearness: NDArray[np.float32]  # one over the depth in metres; 0 where nothing is
    number: NDArray[np.int32]  # which of `drawn` is seen
    drawn: list[Surface]


def render(scene: Scene, height: int, width: int) -> Image:
    """Draw the scene; shape (height, width, 3), float32, may exceed 1 where it is bright."""
    focal = width / 2 / np.tan(np.radians(scene.camera.angle) / 2)
    lens = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1]])
    canvas = _Canvas(
        np.zeros((height, width, 3), np.float32),
        np.zeros((height, width), np.float32),
        np.zeros((height, width), np.int32),
        [],
    )
    for surface in scene.surfaces:
        _draw(canvas, scene.camera, lens, surface)
    for decal in scene.decals:
        _draw(canvas, scene.camera, lens, decal, decal=True)
    # Cut-outs have soft edges, so what is behind them must be there first.
    for cutout in sorted(scene.cutouts, key=lambda s: -_distance(scene.camera, s)):
        _draw(canvas, scene.camera, lens, cutout.facing(scene.camera))
    lit = canvas.colour * _light(scene, canvas, lens)
    if scene.sky is not None:
        lit = np.where((canvas.nearness > 0)[..., None], lit, scene.sky)
    return np.asarray(lit, np.float32)


def _distance(camera: Camera, surface: Surface) -> float:
    middle = surface.corner + (surface.across + surface.down) / 2
    return float(np.linalg.norm(middle - camera.place))


def _window(
    matrix: NDArray[np.float64], height: int, width: int
) -> tuple[int, int, int, int] | None:
    """The part of the picture a surface can touch: top, bottom, left, right."""
    corners = (matrix @ np.array([[0, 1, 1, 0], [0, 0, 1, 1], [1, 1, 1, 1]], np.float64)).T
    outline = []
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if start[2] > _NEAREST:
            outline.append(start)
        if (start[2] > _NEAREST) != (end[2] > _NEAREST):
            outline.append(start + (end - start) * (_NEAREST - start[2]) / (end[2] - start[2]))
    if not outline:
        return None
    points = np.array([point[:2] / point[2] for point in outline]).T
    left, top = np.floor(points.min(axis=1)).astype(int)
    right, bottom = np.ceil(points.max(axis=1)).astype(int) + 1
    window = max(top, 0), min(bottom, height), max(left, 0), min(right, width)
    return window if window[0] < window[1] and window[2] < window[3] else None


def _draw(
    canvas: _Canvas,
    camera: Camera,
    lens: NDArray[np.float64],
    surface: Surface,
    decal: bool = False,
) -> None:
    """Put one surface on the canvas where nothing nearer is; a decal only tints what is there."""
    height, width = canvas.nearness.shape
    axes = camera.axes()
    matrix = lens @ np.stack(
        [axes @ surface.across, axes @ surface.down, axes @ (surface.corner - camera.place)], axis=1
    )
    window = _window(matrix, height, width)
    if window is None or abs(np.linalg.det(matrix)) < 1e-9:
        return
    top, bottom, left, right = window
    # The inverse maps a pixel to (position across, position down, 1) divided by its depth, so
    # nearness is linear over the picture and nothing behind the camera needs to be cut away.
    inverse = np.linalg.inv(matrix)
    rows = np.arange(top, bottom, dtype=np.float32)[:, None]
    columns = np.arange(left, right, dtype=np.float32)[None, :]
    across, down, nearness = (
        np.float32(a) * columns + (np.float32(b) * rows + np.float32(c)) for a, b, c in inverse
    )
    behind = nearness <= 1e-4
    nearness[behind] = 1e-4
    across /= nearness
    down /= nearness
    seen = (across >= 0) & (across <= 1) & (down >= 0) & (down <= 1) & ~behind
    part = np.s_[top:bottom, left:right]
    seen &= nearness * (_DECAL_REACH if decal else 1 / _TIE) > canvas.nearness[part]
    if not seen.any():
        return
    texture = _shrunk(surface.texture, int(seen.sum()))
    size = np.float32(texture.shape[1] - 1), np.float32(texture.shape[0] - 1)
    # Reflecting a position that lies far outside costs as many steps as it is textures away.
    np.clip(across, 0, 1, out=across)
    np.clip(down, 0, 1, out=down)
    seen_at = across * size[0], down * size[1]
    found: Image = np.asarray(cv2.remap(texture, *seen_at, cv2.INTER_LINEAR), np.float32)
    if texture.shape[2] == 3:
        _cover(canvas, part, seen, found, nearness, surface)
    elif decal:
        share = (found[..., 3] * seen)[..., None]
        canvas.colour[part] *= 1 - share + share * found[..., :3]
    else:
        share = (found[..., 3] * seen)[..., None]
        canvas.colour[part] += (found[..., :3] - canvas.colour[part]) * share
        _cover(canvas, part, seen & (found[..., 3] > 0.5), None, nearness, surface)


def _cover(
    canvas: _Canvas,
    part: tuple[slice, slice],
    seen: NDArray[np.bool_],
    found: Image | None,
    nearness: NDArray[np.float32],
    surface: Surface,
) -> None:
    if found is not None:
        np.copyto(canvas.colour[part], found, where=seen[..., None])
    np.copyto(canvas.nearness[part], nearness, where=seen)
    np.copyto(canvas.number[part], np.int32(len(canvas.drawn)), where=seen)
    canvas.drawn.append(surface)


def _normal(surface: Surface) -> NDArray[np.float64]:
    """The direction a surface faces, length 1; 0 for one that takes light from all sides."""
    if surface.flat:
        return np.zeros(3)
    normal = np.cross(surface.across, surface.down)
    return normal / float(np.linalg.norm(normal))


def _shrunk(texture: Image, pixels: int) -> Image:
    """The texture at about the size it is seen at, so that fine patterns do not shimmer."""
    ratio = (texture.shape[0] * texture.shape[1] / max(pixels, 1)) ** 0.5
    if ratio < 1.5:
        return texture
    size = max(2, int(texture.shape[1] / ratio)), max(2, int(texture.shape[0] / ratio))
    return np.asarray(cv2.resize(texture, size, interpolation=cv2.INTER_AREA), np.float32)


def _light(scene: Scene, canvas: _Canvas, lens: NDArray[np.float64]) -> Image:
    """How much light of each colour falls on every pixel; shape (height, width, 3).

    Worked out for every other row and column: light changes slowly, and it is the costliest part.
    """
    whole = canvas.nearness.shape
    nearness = canvas.nearness[::2, ::2]
    normals = np.array([_normal(surface) for surface in canvas.drawn], np.float32)
    normal = normals[canvas.number[::2, ::2]]
    place = _places(scene.camera, nearness, lens)
    flat = np.abs(normal).sum(axis=2) == 0
    light = np.empty((*nearness.shape, 3), np.float32)
    light[:] = scene.ambient
    light *= _creases(nearness)[..., None]
    for lamp in scene.lights:
        toward = lamp.place.astype(np.float32) - place
        distance = np.sqrt(np.einsum("ijk,ijk->ij", toward, toward)) + np.float32(1e-3)
        facing = np.einsum("ijk,ijk->ij", toward, normal) / distance
        facing = np.where(flat, 0.75, np.abs(facing) * 0.85 + 0.15)
        light += (facing / (1 + (distance / lamp.reach) ** 2))[..., None] * lamp.colour
    if scene.sun is not None:
        direction, tint = scene.sun
        facing = normal @ (direction / np.linalg.norm(direction)).astype(np.float32)
        light += np.where(flat, 0.7, np.abs(facing))[..., None] * tint
    light = cv2.resize(light, whole[::-1], interpolation=cv2.INTER_LINEAR)
    glow = np.array([surface.glow for surface in canvas.drawn], np.float32)[canvas.number, None]
    return np.asarray(light * (1 - glow) + glow, np.float32)


def _places(
    camera: Camera, nearness: NDArray[np.float32], lens: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Where in space each of every other pixel's surface is; shape (height / 2, width / 2, 3)."""
    right, down, forward = camera.axes().astype(np.float32)
    height, width = nearness.shape
    columns = ((2 * np.arange(width) - lens[0, 2]) / lens[0, 0]).astype(np.float32)
    rows = ((2 * np.arange(height) - lens[1, 2]) / lens[1, 1]).astype(np.float32)
    rays = columns[None, :, None] * right + (rows[:, None, None] * down + forward)
    rays /= np.maximum(nearness, 1e-4)[..., None]
    return np.asarray(rays + camera.place.astype(np.float32), np.float32)


def _creases(nearness: NDArray[np.float32]) -> NDArray[np.float32]:
    """Soft dark rims on what lies close behind something: the depth buffer, unsharp-masked."""
    small = cv2.resize(nearness, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(small, (0, 0), max(2.0, nearness.shape[1] / 160))
    gap = cv2.resize(blurred, nearness.shape[::-1], interpolation=cv2.INTER_LINEAR) - nearness
    return np.asarray(1 - np.clip(gap * 5, 0, 0.55), np.float32)
