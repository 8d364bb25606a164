"""How the regions of one frame lie on those of another."""

from __future__ import annotations

import numpy as np

from clew.compare.geometry import placement
from clew.signals.regions.view import View


def view(places: list[tuple[float, float]]) -> View:
    """A view with a region at each place, every one of another look."""
    place = np.array([(x, y, 0.1, 0.0) for x, y in places], np.float32)
    bits = np.random.default_rng(3).integers(0, 2**63, (len(places), 2), np.uint64)
    return View(place, bits, 1.5, 1.0, len(bits))


def test_a_frame_lies_on_itself_as_it_is() -> None:
    one = view([(0.2, 0.2), (1.2, 0.3), (0.4, 0.8), (1.1, 0.7)])
    placed = placement(one, one)
    assert placed is not None
    assert placed.agreeing == 4
    assert abs(placed.scale - 1) < 1e-6


def test_regions_that_lie_mirrored_side_by_side_are_no_fault() -> None:
    """What fits them best is a point."""
    near = 1 / 64
    one = [(0.5 + x * near, 0.5 + y * near) for x in (-1, 1) for y in (-1, 1)]
    placed = placement(view(one), view([(1 - x, y) for x, y in one]))
    assert placed is not None
    assert placed.agreeing == 4
