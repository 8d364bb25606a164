"""The two loops over pixels that drawing consists of, compiled: covering, and lighting.

They work on plain arrays; :mod:`clew.training.scenes.renderer` says what these mean.
"""

from __future__ import annotations

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

SOLID, CUTOUT, DECAL, DEPTH = 0, 1, 2, 3
"""What becomes of a surface: drawn, drawn with soft edges, only tinting, only hiding."""

_TIE = 1 / 0.9999  # a surface at the same depth as one already drawn covers it
_NEAREST = 0.02  # metres in front of the camera; what is nearer is not drawn
_DECAL_REACH = 1.03  # how far in front of a decal's surface it still tints, as a share of depth
_BIAS = 1.006  # how much nearer to a light a thing must be to hide another from it
_OFF = 0.02  # share of the way to a lamp that a point asks from off its surface what hides it,
# lest it hide itself: about as far as the taps of a map of 192 are from each other


Pyramid = tuple[NDArray[np.float32], NDArray[np.int64]]


def pyramid(texture: NDArray[np.float32]) -> Pyramid:
    """A texture with its halves, quarters, ...: what is far away is read from a smaller one.

    Returns:
        Texels of all levels in a row, float32[n, channels], and for each level its height, its
        width and where it begins, int64[levels, 3].
    """
    levels = [np.ascontiguousarray(texture, np.float32)]
    while min(levels[-1].shape[:2]) > 3:
        height, width = levels[-1].shape[:2]
        size = (width + 1) // 2, (height + 1) // 2
        levels.append(np.asarray(cv2.resize(levels[-1], size, interpolation=cv2.INTER_AREA)))
    starts = np.cumsum([0, *(one.shape[0] * one.shape[1] for one in levels[:-1])])
    shapes = [[*one.shape[:2], start] for one, start in zip(levels, starts, strict=True)]
    texels = np.concatenate([one.reshape(-1, texture.shape[2]) for one in levels])
    return texels, np.array(shapes, np.int64)


@njit(nogil=True, cache=True)
def _bounds(matrix, height, width):  # type: ignore[no-untyped-def]
    """The part of the picture a surface can touch: top, bottom, left, right."""
    left, right, top, bottom = 1e9, -1e9, 1e9, -1e9
    for number in range(4):
        ends = np.empty((2, 3))
        for end in range(2):
            corner = (number + end) % 4
            across, down = 1.0 * (corner in (1, 2)), 1.0 * (corner in (2, 3))
            for axis in range(3):
                ends[end, axis] = (
                    matrix[axis, 0] * across + matrix[axis, 1] * down + matrix[axis, 2]
                )
        shares = (0.0, (_NEAREST - ends[0, 2]) / (ends[1, 2] - ends[0, 2] + 1e-300))
        for place in range(2):
            crossing = (ends[0, 2] > _NEAREST) != (ends[1, 2] > _NEAREST)
            if (place == 0 and ends[0, 2] <= _NEAREST) or (place == 1 and not crossing):
                continue
            point = ends[0] + (ends[1] - ends[0]) * shares[place]
            x, y = point[0] / point[2], point[1] / point[2]
            left, right = min(left, x), max(right, x)
            top, bottom = min(top, y), max(bottom, y)
    return (
        int(max(np.floor(top), 0)), int(min(np.ceil(bottom) + 1, height)),
        int(max(np.floor(left), 0)), int(min(np.ceil(right) + 1, width)),
    )  # fmt: skip


@njit(nogil=True, cache=True)
def _inverse(matrix):  # type: ignore[no-untyped-def]
    """Of three rows and columns, by cofactors; and how large the determinant is."""
    inverse = np.empty((3, 3))
    for row in range(3):
        for column in range(3):
            a, b, c, d = (row + 1) % 3, (row + 2) % 3, (column + 1) % 3, (column + 2) % 3
            inverse[column, row] = matrix[a, c] * matrix[b, d] - matrix[a, d] * matrix[b, c]
    size = 0.0
    for place in range(3):
        size += matrix[0, place] * inverse[place, 0]
    return inverse / (size if size != 0 else 1.0), abs(size)


@njit(nogil=True, cache=True)
def cover(colour, nearness, number, eye, surface, texels, levels, kind, index):  # type: ignore[no-untyped-def]
    """Put one surface on the canvas where nothing nearer is; in place.

    Args:
        colour: float32[height, width, 3]; not touched for :data:`DEPTH`.
        nearness: float32[height, width], one over the depth in metres; 0 where nothing is.
        number: int32[height, width], which surface is seen.
        eye: float64[5, 3]: right, down, forward; place; focal length and middle in pixels.
        surface: float64[3, 3]: its corner and its edges across and down, in metres.
        texels: as :func:`pyramid` gives them; and
        levels: likewise.
        kind: one of the four above.
        index: the number of the surface.
    """
    matrix = np.empty((3, 3))
    for column in range(3):
        edge = surface[(column + 1) % 3]
        seen = np.empty(3)
        for axis in range(3):
            seen[axis] = 0.0
            for part in range(3):
                moved = edge[part] - (eye[3, part] if column == 2 else 0.0)
                seen[axis] += eye[axis, part] * moved
        matrix[0, column] = eye[4, 0] * seen[0] + eye[4, 1] * seen[2]
        matrix[1, column] = eye[4, 0] * seen[1] + eye[4, 2] * seen[2]
        matrix[2, column] = seen[2]
    top, bottom, left, right = _bounds(matrix, nearness.shape[0], nearness.shape[1])
    inverse, size = _inverse(matrix)
    if top >= bottom or left >= right or size < 1e-9:
        return
    # The inverse maps a pixel to (position across, position down, 1) divided by its depth, so
    # nearness is linear over the picture and nothing behind the camera needs to be cut away.
    # How many texels of the whole texture lie under a pixel is this over the cube of nearness.
    spread = levels[0, 0] * levels[0, 1] / size
    opaque = texels.shape[1] == 3
    reach = _DECAL_REACH if kind == DECAL else _TIE
    for row in range(top, bottom):
        across0 = inverse[0, 1] * row + inverse[0, 2]
        down0 = inverse[1, 1] * row + inverse[1, 2]
        near0 = inverse[2, 1] * row + inverse[2, 2]
        low, high = float(left), float(right - 1)
        for edge in range(5):
            if edge == 0:
                start, step = across0, inverse[0, 0]
            elif edge == 1:
                start, step = near0 - across0, inverse[2, 0] - inverse[0, 0]
            elif edge == 2:
                start, step = down0, inverse[1, 0]
            elif edge == 3:
                start, step = near0 - down0, inverse[2, 0] - inverse[1, 0]
            else:
                start, step = near0 - 1e-4, inverse[2, 0]
            if step > 0:
                low = max(low, -start / step)
            elif step < 0:
                high = min(high, -start / step)
            elif start < 0:
                high = low - 1
        for column in range(int(np.ceil(low)), int(np.floor(high)) + 1):
            near = near0 + inverse[2, 0] * column
            if near * reach <= nearness[row, column]:
                continue
            if kind == DEPTH and opaque:
                nearness[row, column] = near
                continue
            texel = spread / (near * near * near)
            level = 0
            while texel > 2.0 and level < len(levels) - 1:
                texel *= 0.25
                level += 1
            high_, wide, first = levels[level]
            u = (across0 + inverse[0, 0] * column) / near * (wide - 1)
            v = (down0 + inverse[1, 0] * column) / near * (high_ - 1)
            x = min(max(int(u), 0), wide - 2) if wide > 1 else 0
            y = min(max(int(v), 0), high_ - 2) if high_ > 1 else 0
            at = first + y * wide + x
            right_ = 1 if wide > 1 else 0
            below = wide if high_ > 1 else 0
            fx, fy = np.float32(u - x), np.float32(v - y)
            one, other = (1 - fx) * (1 - fy), fx * (1 - fy)
            third, fourth = (1 - fx) * fy, fx * fy
            share = np.float32(1.0)
            if not opaque:
                share = (
                    texels[at, 3] * one + texels[at + right_, 3] * other
                    + texels[at + below, 3] * third + texels[at + below + right_, 3] * fourth
                )  # fmt: skip
            if kind != DEPTH:
                for channel in range(3):
                    found = (
                        texels[at, channel] * one + texels[at + right_, channel] * other
                        + texels[at + below, channel] * third
                        + texels[at + below + right_, channel] * fourth
                    )  # fmt: skip
                    under = colour[row, column, channel]
                    if kind == DECAL:
                        colour[row, column, channel] = under * (1 - share + share * found)
                    else:
                        colour[row, column, channel] = under + (found - under) * share
            if kind != DECAL and share > 0.5:
                nearness[row, column] = near
                number[row, column] = index


@njit(nogil=True, cache=True)
def _reached(place, normal, side, maps, eyes, first, count, off):  # type: ignore[no-untyped-def]
    """How much of a light arrives at a point, 0..1, by what is nearer to the light."""
    size = maps.shape[1]
    point = place + normal * (off if side > 0 else -off)
    for number in range(first, first + count):
        eye = eyes[number]
        x, y, depth = 0.0, 0.0, 0.0
        for axis in range(3):
            moved = point[axis] - eye[3, axis]
            x += eye[0, axis] * moved
            y += eye[1, axis] * moved
            depth += eye[2, axis] * moved
        if depth <= _NEAREST:
            continue
        u, v = x / depth * eye[4, 0] + eye[4, 1], y / depth * eye[4, 0] + eye[4, 2]
        if not (0 <= u < size and 0 <= v < size):
            continue
        near = 1 / depth * _BIAS
        # Four by four places, the outer ones by how near they are, so that edges have no steps.
        left, top = int(u - 0.5), int(v - 0.5)
        aside, below = u - 0.5 - left, v - 0.5 - top
        arrived = 0.0
        for down in range(4):
            high = 1 - below if down == 0 else (below if down == 3 else 1.0)
            row = min(max(top + down - 1, 0), size - 1)
            for across in range(4):
                wide = 1 - aside if across == 0 else (aside if across == 3 else 1.0)
                column = min(max(left + across - 1, 0), size - 1)
                if near >= maps[number, row, column]:
                    arrived += high * wide
        return arrived / 9
    return 1.0


@njit(nogil=True, cache=True)
def shine(light, nearness, number, normals, eye, lamps, sun, maps, eyes, casting):  # type: ignore[no-untyped-def]
    """Add what lamps and sun give to every other pixel of a picture; in place.

    Args:
        light: float32[height, width, 3], of every other row and column.
        nearness: of these pixels; and
        number: the surface seen there.
        normals: float64[surfaces, 3]; 0 for surfaces lit from all sides alike.
        eye: as in :func:`cover`, for the whole picture.
        lamps: float64[lamps, 7]: place, colour, and the distance at which it halves.
        sun: float64[2, 3]: direction, length 1, and colour.
        maps: float32[n, size, size], nearness to the light, for lights that cast shadows.
        eyes: float64[n, 5, 3], of the maps.
        casting: int64[lamps + 1, 2]: first map and number of maps of each lamp, then of the sun.
    """
    point, toward = np.empty(3), np.empty(3)
    for row in range(nearness.shape[0]):
        for column in range(nearness.shape[1]):
            if nearness[row, column] <= 0:
                continue
            depth = 1 / max(nearness[row, column], 1e-4)
            x = (2 * column - eye[4, 1]) / eye[4, 0] * depth
            y = (2 * row - eye[4, 2]) / eye[4, 0] * depth
            normal = normals[number[row, column]]
            flat = normal[0] == 0 and normal[1] == 0 and normal[2] == 0
            for axis in range(3):
                point[axis] = eye[3, axis] + eye[0, axis] * x + eye[1, axis] * y
                point[axis] += eye[2, axis] * depth
            for lamp in range(len(lamps)):
                square, facing = 1e-6, 0.0
                for axis in range(3):
                    toward[axis] = lamps[lamp, axis] - point[axis]
                    square += toward[axis] ** 2
                    facing += toward[axis] * normal[axis]
                side = facing
                facing = 0.75 if flat else abs(facing) / np.sqrt(square) * 0.85 + 0.15
                facing /= 1 + square / lamps[lamp, 6] ** 2
                if casting[lamp, 1] > 0 and not flat:
                    first, count = casting[lamp]
                    off = 0.02 + _OFF * np.sqrt(square)
                    arrived = _reached(point, normal, side, maps, eyes, first, count, off)
                    facing *= 0.15 + 0.85 * arrived
                for channel in range(3):
                    light[row, column, channel] += facing * lamps[lamp, 3 + channel]
            facing, side = 0.7, 0.0
            if not flat:
                side = normal[0] * sun[0, 0] + normal[1] * sun[0, 1] + normal[2] * sun[0, 2]
                facing = abs(side)
            if casting[len(lamps), 1] > 0 and not flat:
                first, count = casting[len(lamps)]
                facing *= _reached(point, normal, side, maps, eyes, first, count, 0.06)
            for channel in range(3):
                light[row, column, channel] += facing * sun[1, channel]


@njit(nogil=True, cache=True)
def finish(colour, light, number, nearness, glow, sky):  # type: ignore[no-untyped-def]
    """Multiply colours by the light that falls on them; in place.

    Args:
        colour: float32[height, width, 3].
        light: float32, as :func:`shine` leaves it, of every other row and column.
        number: int32[height, width], which surface is seen.
        nearness: 0 where the sky is.
        glow: float32[surfaces], how much light each gives off by itself.
        sky: float32[height, width, 3], or of no height: then what lies open stays dark.
    """
    height, width = nearness.shape
    for row in range(height):
        y, fy = row // 2, np.float32(0.5 * (row % 2))
        below = min(y + 1, light.shape[0] - 1)
        for column in range(width):
            if nearness[row, column] <= 0:
                if len(sky):
                    for channel in range(3):
                        colour[row, column, channel] = sky[row, column, channel]
                continue
            x, fx = column // 2, np.float32(0.5 * (column % 2))
            beside = min(x + 1, light.shape[1] - 1)
            share = glow[number[row, column]]
            for channel in range(3):
                upper = light[y, x, channel] * (1 - fx) + light[y, beside, channel] * fx
                lower = light[below, x, channel] * (1 - fx) + light[below, beside, channel] * fx
                falls = upper * (1 - fy) + lower * fy
                colour[row, column, channel] *= falls * (1 - share) + share
