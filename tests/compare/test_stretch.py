"""What views that agree amount to."""

from __future__ import annotations

import numpy as np

from clew.compare.geometry import Placement
from clew.compare.stretch import Pairs, strength_of
from clew.signals.regions.view import View


def agreeing(count: int) -> Placement:
    """Two frames of which so many regions agree."""
    rows = np.arange(count, dtype=np.int32)
    points = np.zeros((count, 2), np.float32)
    view = View(np.zeros((count, 4), np.float32), np.zeros((count, 4), np.uint64), 1.5, 1.0, count)
    return Placement(count, 40.0, 1.0, 0.0, np.zeros(2), rows, rows, points, points, (view, view))


def test_every_view_counts_once() -> None:
    seen: Pairs = {(n, 0): agreeing(8 + n) for n in range(4)}
    assert strength_of(seen) == 11 - 4
