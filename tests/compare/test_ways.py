"""Each space has its way, and of each kind of match the surest is told."""

from __future__ import annotations

from clew.compare.evidence import Match, MatchKind, Span
from clew.compare.ways import surest, ways
from clew.signals.registry import spaces


def test_every_kind_of_match_but_equal_bytes_comes_from_a_space() -> None:
    kinds = {kind for way in ways().values() for kind in way.kinds}
    assert ways().keys() == spaces().keys()
    assert sorted({*kinds, MatchKind.SAME_FILE}) == sorted(MatchKind)


def test_of_each_kind_the_match_that_shows_more_is_kept_the_nearest_kind_first() -> None:
    def film(seconds: float, distance: int) -> Match:
        span = Span(
            first_start=0,
            first_end=seconds,
            second_start=0,
            second_end=seconds,
            distance=distance,
            frames=3,
        )
        return Match(kind=MatchKind.FILM, distance=distance, threshold=60, spans=(span,))

    still = Match(kind=MatchKind.STILL, distance=3, threshold=60)
    long, short = film(9, 30), film(4, 6)
    assert surest([short, long, film(9, 40), still]) == [still, long]
