"""How far apart two pictures are, in bits, the best of eight orientations."""

from __future__ import annotations

import numpy as np

from clew.signals.base import Feature, Score
from clew.signals.space import PDQ


def compare(first: Feature, second: Feature) -> Score:
    """Hamming distance in bits, 0 to 256, of the best orientation of the first.

    Unrelated pictures differ in about 128 bits. The distance is that of the first picture's
    turned hashes to the second's upright one; the other way round may differ by a bit or two,
    because medians are taken anew after turning, so the smaller of both counts.
    """
    there = np.bitwise_count(PDQ.queries(first.value) ^ PDQ.indexed(second.value)).sum(axis=1)
    back = np.bitwise_count(PDQ.queries(second.value) ^ PDQ.indexed(first.value)).sum(axis=1)
    best = int(np.argmin(there))
    return Score(
        distance=min(int(there[best]), int(back.min())),
        orientation=PDQ.orientations[best],
        first_variant=first.variant,
        second_variant=second.variant,
    )
