"""Where somebody speaks is for people to jump to: it connects nothing."""

from __future__ import annotations

from clew.signals.base import Feature, Score


def compare(first: Feature, second: Feature) -> Score:
    """Distance 0 for equal statements, else 1."""
    return Score(
        distance=int(first.value != second.value),
        first_variant=first.variant,
        second_variant=second.variant,
    )
