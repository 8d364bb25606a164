"""The ways in which media can agree, found by looking: every module here that declares ``WAY``.

A signal that brings a space of its own brings a module here: how far around its features is
searched, and what the neighbours found amount to. Nothing else knows which spaces there are.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from clew.compare.calibration import Thresholds
from clew.compare.evidence import Match, MatchKind
from clew.compare.subject import Subject
from clew.index import Hits
from clew.media.kind import MediaType
from clew.signals.registry import spaces
from clew.signals.space import Space

_LONGER = 1.15
"""How much longer a shared time must be to be told instead of one that agrees more closely."""


@dataclass(frozen=True)
class Way:
    """How what is near in one space is judged.

    Attributes:
        space: where neighbours are looked for.
        kinds: the kinds of match it finds; films agree as a whole or in parts of their pictures.
        radius: how far to search for what agrees with a media of a type, in bits.
        judge: the matches between two subjects to which the neighbours found amount. Query
            numbers of the hits are ``feature × orientations + orientation`` of the first subject's
            features in the space, keys are rows of the second's.
        least_hits: fewer amount to nothing, and the media they belong to need not be looked at.
        most: how many media are judged at most, those of which most was hit; None for all. For
            spaces in which a single neighbour says next to nothing.
    """

    space: Space
    kinds: frozenset[MatchKind]
    radius: Callable[[Thresholds, MediaType], int]
    judge: Callable[[Subject, Subject, Hits, Thresholds], list[Match]]
    least_hits: int = 1
    most: int | None = None


@cache
def ways() -> dict[str, Way]:
    """Every way by the name of its space, in alphabetical order.

    Raises:
        TypeError: when a module declares none, or a signal's space has no way or two.
    """
    found: dict[str, Way] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda m: m.name):
        way = getattr(importlib.import_module(f"{__name__}.{module.name}"), "WAY", None)
        if not isinstance(way, Way) or way.space.name in found:
            raise TypeError(f"{__name__}.{module.name} must declare the one WAY of its space")
        found[way.space.name] = way
    if found.keys() != spaces().keys():
        raise TypeError(f"spaces {sorted(spaces())} of signals need ways, not {sorted(found)}")
    return dict(sorted(found.items()))


def surest(matches: Iterable[Match]) -> list[Match]:
    """One match of each kind, the surest first: two ways may find the same agreement."""
    best: dict[MatchKind, Match] = {}
    for match in matches:
        known = best.get(match.kind)
        if known is None or _surer(match, known):
            best[match.kind] = match
    return sorted(best.values(), key=lambda match: match.distance / max(match.threshold, 1))


def _surer(one: Match, other: Match) -> bool:
    """Whether one shows more: the longer shared time, of about equals the smaller distance."""
    longer, shorter = max(one.seconds, other.seconds), min(one.seconds, other.seconds)
    if longer > _LONGER * shorter:
        return one.seconds == longer
    return (one.distance, -one.seconds) < (other.distance, -other.seconds)
