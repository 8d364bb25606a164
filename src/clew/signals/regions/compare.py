"""How far apart two regions are, in bits, as they are or one of them mirrored."""

from __future__ import annotations

import numpy as np

from clew.signals.base import Feature, Score
from clew.signals.space import REGIONS


def compare(first: Feature, second: Feature) -> Score:
    """Hamming distance in bits of the better of both orientations of the first."""
    apart = np.bitwise_count(REGIONS.queries(first.value) ^ REGIONS.indexed(second.value))
    distances = apart.sum(axis=1)
    best = int(np.argmin(distances))
    return Score(
        distance=int(distances[best]),
        orientation=REGIONS.orientations[best],
        first_variant=first.variant,
        second_variant=second.variant,
    )
