"""Pictures and frames of films, by how they look."""

from __future__ import annotations

from clew.compare.evidence import MatchKind
from clew.compare.pair import compare_looks
from clew.compare.ways import Way
from clew.signals.space import PDQ

WAY = Way(
    space=PDQ,
    kinds=frozenset({MatchKind.PICTURE, MatchKind.STILL, MatchKind.FILM}),
    radius=lambda thresholds, media_type: thresholds.radius(media_type),
    judge=compare_looks,
)
