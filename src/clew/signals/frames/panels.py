"""Panels: rectangles in a film that hold a film of their own.

A film shown inside another one, or beside it, has straight, sharp, level edges that stay where they
are while what they part moves. They are looked for in the mean of the frames' gradients over a
shot: columns and rows where much of a line stands out become candidate sides, and rectangles whose
four sides all stand out, or run along the edge of the frame, are panels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from clew.media.borders import Box

Lines: TypeAlias = tuple[int, int, int, int]
"""Left, right, top and bottom of a rectangle, in lines of the reduced frame."""

SIDE = 160
"""Shorter side, in pixels, at which panels are looked for."""
MOST_PANELS = 5

_FEWEST_FRAMES = 2
_MOVES = 2.5  # grey levels, on average
_MOST_FRAMES = 8
_CLEAR = 16.0
_CLEAR_LEVELS = np.uint8(_CLEAR)
_STANDS_OUT = 0.25
_AROUND = 3
_LEAST_SIDE = 0.5
_LEAST_MEAN = 0.8
_LEAST_SEAM = 0.76
_OUTSTANDING = 1.8  # times what is usual in the frame
_DOUBTFUL = 0.6
_LEAST_KNOWN_SIDE, _LEAST_KNOWN_MEAN = 0.3, 0.55
_THE_SAME = 0.8
_LINES = 14
_MOST_RECTANGLES = 2
_LEAST_LENGTH = 0.18
_LEAST_AREA, _MOST_AREA = 0.025, 0.8
_EDGE = 2  # lines nearer to the frame's edge are its edge


def panels(frames: list[NDArray[np.uint8]], known: Sequence[Box] = ()) -> list[Box]:
    """The panels of a shot, the clearest first; none overlaps another by much.

    Args:
        frames: brightness, uint8 arrays of one shape (height, width).
        known: panels of earlier shots, for which less has to speak.

    Returns:
        At most :data:`MOST_PANELS` boxes in pixels of the frames.
    """
    if len(frames) < _FEWEST_FRAMES:
        return []  # what stays where it is cannot be told
    step = max(1, len(frames) // _MOST_FRAMES)
    chosen = frames[::step][:_MOST_FRAMES]
    scale = min(1.0, SIDE / min(chosen[0].shape))
    small = [_reduced(grey, scale) for grey in chosen]
    across, down = _edges(small)
    height, width = frames[0].shape
    rows, columns = across.shape
    found = [
        panel
        for panel in (*_halves(across, down), *_rectangles(across, down))
        if _runs(small, panel)
    ]
    lasting = [
        box
        for box in known
        if _runs(small, reduced := _as_lines(box, height / rows, width / columns))
        and _goes_on(across, down, reduced)
        and all(_alike(panel, reduced) < _THE_SAME for panel in found)
    ]
    boxes: list[Box] = []
    for left, right, top, bottom in found:
        rough = np.array([left, right]) * width / columns, np.array([top, bottom]) * height / rows
        sides = [
            _exactly(chosen, *rough, (left > 0, right < columns)),
            _exactly([grey.T for grey in chosen], *rough[::-1], (top > 0, bottom < rows)),
        ]
        boxes.append(Box(*sides[1], *sides[0]))
    return [*boxes, *lasting][:MOST_PANELS]


def _as_lines(box: Box, down: float, across: float) -> Lines:
    """A box in lines of the reduced frame."""
    return (
        round(box.left / across),
        round(box.right / across),
        round(box.top / down),
        round(box.bottom / down),
    )


def _goes_on(across: NDArray[np.float32], down: NDArray[np.float32], panel: Lines) -> bool:
    """Whether the sides of a known panel can still be seen."""
    left, right, top, bottom = panel
    rows, columns = across.shape
    sides = [
        float(edges[max(0, line - 1) : line + 2, first:last].max(axis=0).mean())
        for edges, line, first, last, inner in (
            (across.T, left, top, bottom, left > 0),
            (across.T, right, top, bottom, right < columns),
            (down, top, left, right, top > 0),
            (down, bottom, left, right, bottom < rows),
        )
        if inner
    ]
    return min(sides) >= _LEAST_KNOWN_SIDE and float(np.mean(sides)) >= _LEAST_KNOWN_MEAN


def _alike(one: Lines, other: Lines) -> float:
    """Shared area of two rectangles as a share of what either covers."""
    wide = max(0, min(one[1], other[1]) - max(one[0], other[0]))
    tall = max(0, min(one[3], other[3]) - max(one[2], other[2]))
    areas = [(right - left) * (bottom - top) for left, right, top, bottom in (one, other)]
    return wide * tall / (sum(areas) - wide * tall)


def _runs(greys: list[NDArray[np.uint8]], panel: Lines) -> bool:
    """Whether something moves in a panel: a logo is none, and many films share it."""
    left, right, top, bottom = panel
    inside = [grey[top + 1 : bottom - 1, left + 1 : right - 1] for grey in greys]
    changes = [float(cv2.norm(inside[0], other, cv2.NORM_L1)) for other in inside[1:]]
    return max(changes) >= _MOVES * inside[0].size


def _exactly(
    greys: list[NDArray[np.uint8]],
    place: NDArray[np.float64],
    along: NDArray[np.float64],
    inner: tuple[bool, bool],
) -> tuple[int, int]:
    """Both upright sides of a rectangle to the pixel, just inside of where they blur.

    Args:
        greys: frames, uint8[height, width].
        place: columns of the sides as far as known.
        along: first and last row of the rectangle as far as known.
        inner: which of the sides is not the frame's own edge.
    """
    width = greys[0].shape[1]
    rows = slice(round(along[0]) + 2, max(round(along[1]) - 2, round(along[0]) + 3))
    found = [0, width]
    for side, start in ((0, place[0]), (1, place[1])):
        if inner[side]:
            first, last = max(1, round(start) - 3), min(width, round(start) + 4)
            near = np.zeros(last - first)
            for grey in greys:
                light = grey[rows, first - 1 : last].astype(np.float32)
                near += np.minimum(np.abs(np.diff(light, axis=1)), _CLEAR).mean(axis=0)
            # Blurred over two pixels: the inner of them, one more for what codecs smear.
            best = np.flatnonzero(near >= 0.6 * near.max())
            found[side] = first + int(best[-1] if side == 0 else best[0])
    return found[0], found[1]


def _reduced(grey: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    size = (max(8, round(grey.shape[1] * scale)), max(8, round(grey.shape[0] * scale)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def _edges(
    greys: list[NDArray[np.uint8]],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """How clearly there is an upright, and a level, edge before each pixel, 0 to 1, on average."""
    across = np.zeros(greys[0].shape, np.uint8)  # has room for the most frames
    down = np.zeros_like(across)
    for grey in greys:
        across[:, 1:] += np.minimum(cv2.absdiff(grey[:, 1:], grey[:, :-1]), _CLEAR_LEVELS)
        down[1:] += np.minimum(cv2.absdiff(grey[1:], grey[:-1]), _CLEAR_LEVELS)
    most = _CLEAR * len(greys)
    return across.astype(np.float32) / most, down.astype(np.float32) / most


def _lines(edges: NDArray[np.float32]) -> NDArray[np.int64]:
    """Columns along which most stands out, and both edges of the frame.

    Args:
        edges: float32[rows, columns].
    """
    # A side stands out from one of what it parts; the lines of a texture from neither.
    around = cv2.blur(edges, (_AROUND, 1))
    before = np.roll(around, _AROUND // 2 + 1, axis=1)
    after = np.roll(around, -(_AROUND // 2 + 1), axis=1)
    ridges = edges - np.minimum(before, after)
    run = np.zeros(edges.shape[1])
    best = np.zeros(edges.shape[1])
    for row in ridges - _STANDS_OUT:  # the best stretch of each column (Kadane's algorithm)
        np.add(run, row, out=run)
        np.maximum(run, 0.0, out=run)
        np.maximum(best, run, out=best)
    best[:_EDGE] = best[len(best) - _EDGE :] = 0
    lines: list[int] = []
    for column in np.argsort(-best, kind="stable"):
        if best[column] <= 0.1 * _LEAST_LENGTH * min(edges.shape) or len(lines) == _LINES:
            break
        if all(abs(column - line) > 2 for line in lines):
            lines.append(int(column))
    return np.array([0, *sorted(lines), edges.shape[1]], np.int64)


def _halves(across: NDArray[np.float32], down: NDArray[np.float32]) -> list[Lines]:
    """Both sides of a seam that runs through the whole frame, if there is one."""
    rows, columns = across.shape
    for edges, upright in ((across, True), (down.T, False)):
        line = _padded(edges).mean(axis=0)
        length = edges.shape[1]
        margin = round(_LEAST_LENGTH * length)
        place = margin + int(np.argmax(line[margin : length - margin]))
        if line[place] < max(_LEAST_SEAM, _OUTSTANDING * _usual(edges)):
            continue
        if upright:
            return [(0, place, 0, rows), (place, columns, 0, rows)]
        return [(0, columns, 0, place), (0, columns, place, rows)]
    return []


def _usual(edges: NDArray[np.float32]) -> float:
    """The median of the columns."""
    # NumPy's own median loads modules when it is first called, which a confined process cannot.
    columns = edges.mean(axis=0)
    return float(np.partition(columns, columns.size // 2)[columns.size // 2])


def _rectangles(across: NDArray[np.float32], down: NDArray[np.float32]) -> list[Lines]:
    """Left, right, top and bottom of the clearest rectangles."""
    rows, columns = across.shape
    upright, level = _lines(across), _lines(down.T)
    least_length = _LEAST_LENGTH * min(rows, columns)
    left, right = _pairs(upright, least_length)
    top, bottom = _pairs(level, least_length)
    if not len(left) or not len(top):
        return []
    left, top = np.repeat(left, len(top)), np.tile(top, len(left))
    right, bottom = np.repeat(right, len(bottom)), np.tile(bottom, len(right))
    beside = np.concatenate([np.zeros((1, columns + 1)), np.cumsum(_padded(across), axis=0)])
    above = np.concatenate([np.zeros((1, rows + 1)), np.cumsum(_padded(down.T), axis=0)])
    sides = np.stack(
        [
            (beside[bottom, left] - beside[top, left]) / (bottom - top),
            (beside[bottom, right] - beside[top, right]) / (bottom - top),
            (above[right, top] - above[left, top]) / (right - left),
            (above[right, bottom] - above[left, bottom]) / (right - left),
        ]
    )
    at_edge = np.stack([left == 0, right == columns, top == 0, bottom == rows])
    inner = (~at_edge).sum(axis=0)
    mean = np.where(at_edge, 0, sides).sum(axis=0) / np.maximum(inner, 1)
    least = np.where(at_edge, 1, sides).min(axis=0)
    area = (right - left) * (bottom - top) / (rows * columns)
    good = (inner > 1) & (least >= _LEAST_SIDE) & (mean >= _LEAST_MEAN)
    good &= (area >= _LEAST_AREA) & (area <= _MOST_AREA)
    good &= mean >= _OUTSTANDING * _usual(across)
    # The outermost of nested ones has the longest sides that stand out.
    lengths = np.stack([bottom - top, bottom - top, right - left, right - left])
    seen = np.where(at_edge, 0, lengths * (sides - _DOUBTFUL)).sum(axis=0)
    order = np.flatnonzero(good)
    order = order[np.argsort(-seen[order], kind="stable")]
    kept: list[Lines] = []
    for n in order:
        one = (int(left[n]), int(right[n]), int(top[n]), int(bottom[n]))
        if all(_shared(one, other) < 0.5 for other in kept):
            kept.append(one)
        if len(kept) == _MOST_RECTANGLES:
            break
    return kept


def _padded(edges: NDArray[np.float32]) -> NDArray[np.float32]:
    """One more column, and each with the clearer of it and its neighbours: edges blur a little."""
    wide = np.pad(edges, ((0, 0), (1, 2)))
    return np.maximum(np.maximum(wide[:, :-2], wide[:, 1:-1]), wide[:, 2:])


def _pairs(lines: NDArray[np.int64], least: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    one, other = np.meshgrid(lines, lines, indexing="ij")
    apart = other - one >= least
    return one[apart], other[apart]


def _shared(one: Lines, other: Lines) -> float:
    """Share of the smaller rectangle that lies in the other."""
    wide = min(one[1], other[1]) - max(one[0], other[0])
    tall = min(one[3], other[3]) - max(one[2], other[2])
    areas = [(right - left) * (bottom - top) for left, right, top, bottom in (one, other)]
    return max(0, wide) * max(0, tall) / min(areas)
