"""How different the keyframes of two shots look; it proposes nothing."""

from __future__ import annotations

import numpy as np

from clew.signals.base import Feature, Score
from clew.signals.shots.extract import keyframe_miniature


def compare(first: Feature, second: Feature) -> Score:
    """Sum of absolute differences between the keyframes' 8 × 8 miniatures, in levels."""
    one, other = (keyframe_miniature(shot).astype(np.int32) for shot in (first, second))
    return Score(
        distance=int(np.abs(one - other).sum()),
        first_variant=first.variant,
        second_variant=second.variant,
    )
