"""Two landmarks compared: in how many bits what is heard around them differs."""

from __future__ import annotations

import numpy as np

from clew.signals.base import Feature, Score
from clew.signals.sound.value import SOUND


def compare(first: Feature, second: Feature) -> Score:
    """Hamming distance in bits. Pitch and time do not count: sounds match by many landmarks."""
    bits = np.bitwise_count(SOUND.indexed(first.value) ^ SOUND.indexed(second.value))
    return Score(
        distance=int(bits.sum()), first_variant=first.variant, second_variant=second.variant
    )
