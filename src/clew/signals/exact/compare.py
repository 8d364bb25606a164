"""Are two files the same, byte for byte?"""

from __future__ import annotations

from clew.signals.base import Feature, Score
from clew.signals.exact.extract import SHA256


def compare(first: Feature, second: Feature) -> Score:
    """Distance 0 when the SHA-256 values agree, 1 when they do not; nothing between."""
    return Score(distance=int(first.value[SHA256] != second.value[SHA256]))
