"""Where the nodes of a graph are drawn: near what they are joined with, none upon another.

Rings around the middle first (as in a tree, each node in the direction of its parent), then springs
and repulsion after Fruchterman and Reingold (1991), which keep what the rings have put in order;
then what still overlaps is moved apart. Dense arrays: meant for up to a thousand nodes. The same
graph is drawn the same way each time.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_ROUNDS, _PARTING = 90, 40
_RING = 1.6
"""Distance of two rings, in ideal lengths of an edge."""

Places = NDArray[np.float64]


def layout(
    number: int, edges: Sequence[tuple[int, int]], radii: Sequence[float], middle: int = 0
) -> Places:
    """Places of nodes, in ideal lengths of an edge, the middle one at the origin.

    Args:
        number: of nodes.
        edges: pairs of their indices.
        radii: of each node, in the same unit: how much room it needs.
        middle: index of the one in the middle.

    Returns:
        float64 of shape (number, 2).
    """
    if number == 0:
        return np.zeros((0, 2))
    places = _rings(number, edges, middle)
    pairs = np.array([pair for pair in edges if pair[0] != pair[1]], dtype=np.intp).reshape(-1, 2)
    room = np.empty((number, number), dtype=np.float32)
    for turn in range(_ROUNDS):
        heat = 0.35 * (1 - turn / _ROUNDS) + 0.01
        _move(places, pairs, heat, room)
        places -= places[middle]
    _part(places, np.asarray(radii, dtype=np.float64), middle)
    places -= places[middle]
    return places


def _rings(number: int, edges: Sequence[tuple[int, int]], middle: int) -> Places:
    """Breadth first from the middle; each gets a slice of its parent's as wide as its subtree."""
    near: list[list[int]] = [[] for _ in range(number)]
    for one, other in edges:
        near[one].append(other)
        near[other].append(one)
    order, parent = [middle], {middle: middle}
    for one in order:
        for other in near[one]:
            if other not in parent:
                parent[other] = one
                order.append(other)
    for lone in range(number):  # joined with nothing that is shown
        if lone not in parent:
            parent[lone] = middle
            order.append(lone)
    weight = np.ones(number)
    for one in reversed(order[1:]):
        weight[parent[one]] += weight[one]
    places = np.zeros((number, 2))
    start, width = np.zeros(number), np.full(number, 2 * np.pi)
    depth = np.zeros(number)
    used = np.zeros(number)
    for one in order[1:]:
        above = parent[one]
        share = width[above] * weight[one] / (weight[above] - 1)
        start[one], width[one] = start[above] + used[above], share
        used[above] += share
        depth[one] = depth[above] + 1
        angle = start[one] + share / 2
        # Two of one place never coincide: what draws them apart needs a direction.
        radius = _RING * depth[one] * (1 + 0.01 * (one % 7))
        places[one] = radius * np.cos(angle), radius * np.sin(angle)
    return places


def _move(places: Places, pairs: NDArray[np.intp], heat: float, room: NDArray[np.float32]) -> None:
    """One round of springs along edges and repulsion between all, no step longer than the heat.

    Args:
        places: moved in place.
        pairs: indices of the ends of edges, shape (edges, 2).
        heat: the longest step.
        room: float32 of shape (number, number), written over: forces need no more digits.
    """
    # The sum over all others of (here - there) / distance², without an array of differences; by
    # loops of one thread: BLAS would begin several for so little.
    x, y = places.T.astype(np.float32)
    np.subtract.outer(x, x, out=room)
    room *= room
    across = np.subtract.outer(y, y)
    across *= across
    room += across
    np.maximum(room, 1e-3, out=room)
    np.reciprocal(room, out=room)
    np.fill_diagonal(room, 0)
    drawn = np.stack([np.einsum("ij,j->i", room, x), np.einsum("ij,j->i", room, y)], axis=1)
    force = places * room.sum(axis=1, keepdims=True) - drawn
    along = places[pairs[:, 0]] - places[pairs[:, 1]]
    pull = along * np.linalg.norm(along, axis=1, keepdims=True)
    np.add.at(force, pairs[:, 0], -pull)
    np.add.at(force, pairs[:, 1], pull)
    size = np.linalg.norm(force, axis=1, keepdims=True)
    places += force / np.maximum(size, 1e-9) * np.minimum(size, heat)


def _squared(places: Places) -> Places:
    """Squared distances of all from all."""
    x, y = places.T
    across: Places = np.square(np.subtract.outer(x, x))
    across += np.square(np.subtract.outer(y, y))
    return across


def _part(places: Places, radii: NDArray[np.float64], middle: int) -> None:
    """Move apart what overlaps, half by half."""
    room = np.square(radii[:, None] + radii[None, :]) - 1e-9
    for _ in range(_PARTING):
        one, other = np.nonzero(np.triu(_squared(places) < room, 1))
        if not one.size:
            return
        away = places[one] - places[other]
        distance = np.linalg.norm(away, axis=1)
        lacking = np.maximum(radii[one] + radii[other] - distance, 0)
        step = away / np.maximum(distance, 1e-6)[:, None] * (lacking / 2 + 1e-6)[:, None]
        np.add.at(places, one, step)
        np.subtract.at(places, other, step)
        places -= places[middle]
