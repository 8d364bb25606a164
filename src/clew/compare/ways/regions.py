"""Films that share parts of their pictures."""

from __future__ import annotations

from clew.compare.calibration import Thresholds
from clew.compare.evidence import MatchKind
from clew.compare.parts import compare_parts
from clew.compare.ways import Way
from clew.media.kind import MediaType
from clew.signals.space import REGIONS


def _radius(thresholds: Thresholds, _type: MediaType) -> int:
    return thresholds.region


_MOST_FILMS = 200
"""Among 1,000 hours each film has a neighbour or two by chance, and a copy tens of them."""

WAY = Way(
    space=REGIONS,
    kinds=frozenset({MatchKind.FILM}),
    radius=_radius,
    judge=compare_parts,
    most=_MOST_FILMS,
)
