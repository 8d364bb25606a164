"""Thresholds, one place, and how often a match at them is wrong on measured data.

The figures are frozen results of benchmarks on media known to be different: each of them ships one
of the ``calibration*.json`` beside this file. Where too little was measured, that is what is said.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

import msgspec

from clew.compare.evidence import Match, MatchKind
from clew.media.kind import MediaType


class Thresholds(msgspec.Struct, frozen=True, kw_only=True):
    """What counts as agreeing; each can be changed for one query.

    Attributes:
        picture: most bits between two pictures.
        still: most bits between a picture and a frame of a film.
        frame: most bits between frames of two films that are aligned.
        frame_proposed: most bits between the nearest frames of two films that are looked into.
        frame_alone: most bits where no more than one distinct frame agrees.
        film_frames: distinct frames that must agree for the looser ``frame`` to do.
        landmark: most bits between landmarks of sound that propose a stretch in common.
        sound: most percent of the landmarks in such a stretch that have no counterpart.
        region: most bits between two regions that propose to compare views.
        regions: how many regions must agree in place in a stretch, beyond what chance brings.
        spread: least share of the common picture in which they must lie.
    """

    picture: int = 52
    still: int = 52
    frame: int = 64
    frame_proposed: int = 52
    frame_alone: int = 31
    film_frames: int = 3
    landmark: int = 40
    sound: int = 60
    region: int = 33
    regions: int = 5
    spread: float = 0.35

    def radius(self, media_type: MediaType) -> int:
        """How far to search for what may agree with a media of this type, in bits.

        Of two films that share more than a moment some frame is nearer than most need be, and
        once one is, all are compared.
        """
        if media_type is MediaType.VIDEO:
            return max(self.still, min(self.frame, self.frame_proposed))
        return max(self.picture, self.still)

    def of(self, kind: MatchKind) -> int:
        """The threshold for one kind of match."""
        return {
            MatchKind.SAME_FILE: 0,
            MatchKind.PICTURE: self.picture,
            MatchKind.STILL: self.still,
            MatchKind.FILM: self.frame,
            MatchKind.SOUND: self.sound,
        }[kind]


BY_PARTS = "film by parts"
"""What the figures for films that agree in regions of their pictures are called."""
A_MILLION = 1_000_000


class FalseMatches(msgspec.Struct, frozen=True, kw_only=True):
    """How often different things matched in a measurement.

    Attributes:
        threshold: the distance at which it was counted.
        pairs: pairs of different media compared.
        wrong: how many of them matched.
        upper: upper end of the 95 % confidence interval of the rate (Clopper and Pearson 1934).
    """

    threshold: int
    pairs: int
    wrong: int
    upper: float

    def among(self, media: int) -> float:
        """How many wrong answers a question has at most, with 95 % confidence, among many media."""
        return self.upper * media

    def says(self, unit: str) -> str:
        """One sentence for people."""
        return (
            f"{self.wrong} of {self.pairs:,} pairs of different media matched when up to "
            f"{self.threshold} {unit} counted; the true rate is below 1 in {1 / self.upper:,.0f} "
            "with 95 % confidence"
        )


@cache
def _measured() -> dict[str, dict[int, FalseMatches]]:
    return {
        kind: {int(t): msgspec.convert(v, FalseMatches) for t, v in table.items()}
        for file in resources.files("clew.compare").iterdir()
        if file.name.startswith("calibration") and file.name.endswith(".json")
        for kind, table in json.loads(file.read_text(encoding="utf-8"))["false matches"].items()
    }


def false_matches(kind: str, distance: int) -> FalseMatches | None:
    """What was measured for matches of a kind at a distance or nearer.

    Args:
        kind: a :class:`MatchKind`, or :data:`BY_PARTS`.
        distance: in bits.

    Returns:
        The figures at the smallest measured threshold that is not below ``distance``, or None
        where nothing was measured.
    """
    table = _measured().get(str(kind), {})
    at = [threshold for threshold in table if threshold >= distance]
    return table[min(at)] if at else None


def figures_of(match: Match) -> FalseMatches | None:
    """What was measured for matches like one, or None: equal bytes need no figures.

    Pictures are judged by their own distance; films by the threshold under which their frames
    counted, since one near frame alone would not have made the match.
    """
    if match.kind is MatchKind.SAME_FILE:
        return None
    at = match.threshold if match.kind is MatchKind.FILM else match.distance
    by_parts = any(span.regions is not None for span in match.spans)
    return false_matches(BY_PARTS if by_parts else match.kind, at)


def says(match: Match) -> str:
    """How far a match can be trusted, in one sentence for people."""
    if match.kind is MatchKind.SAME_FILE:
        return "every byte agrees (SHA-256)"
    figures = figures_of(match)
    if figures is None:
        return "too little was measured to say how often this is wrong"
    wrong = max(1.0, figures.among(A_MILLION))
    return (
        f"{figures.says(match.kind.unit)}: fewer than {wrong:,.0f} wrong answers to one question "
        "among a million media"
    )
