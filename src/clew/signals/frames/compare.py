"""Two frames, or a frame and a picture, are compared as pictures are."""

from __future__ import annotations

from clew.signals.base import Feature, Score
from clew.signals.registry import signals


def compare(first: Feature, second: Feature) -> Score:
    """The picture signal's score: Hamming distance in bits of the best orientation."""
    return signals()["picture"].compare(first, second)
