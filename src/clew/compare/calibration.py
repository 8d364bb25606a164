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
        frame_alone: most bits where no more than one distinct frame agrees.
        film_frames: distinct frames that must agree for the looser ``frame`` to do.
        landmark: most bits between landmarks of sound that propose a stretch in common.
        sound: most percent of the landmarks in such a stretch that have no counterpart.
    """

    picture: int = 52
    still: int = 52
    frame: int = 64
    frame_alone: int = 31
    film_frames: int = 3
    landmark: int = 40
    sound: int = 60

    def radius(self, media_type: MediaType) -> int:
        """How far to search for what agrees with a media of this type, in bits."""
        return max(self.frame if media_type is MediaType.VIDEO else self.picture, self.still)

    def of(self, kind: MatchKind) -> int:
        """The threshold for one kind of match."""
        return {
            MatchKind.SAME_FILE: 0,
            MatchKind.PICTURE: self.picture,
            MatchKind.STILL: self.still,
            MatchKind.FILM: self.frame,
            MatchKind.SOUND: self.sound,
        }[kind]


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


def false_matches(kind: MatchKind, distance: int) -> FalseMatches | None:
    """What was measured for matches of a kind at a distance or nearer.

    Returns:
        The figures at the smallest measured threshold that is not below ``distance``, or None
        where nothing was measured.
    """
    table = _measured().get(kind.value, {})
    at = [threshold for threshold in table if threshold >= distance]
    return table[min(at)] if at else None


def says(match: Match) -> str:
    """How far a match can be trusted, in one sentence for people.

    Pictures are judged by their own distance; films by the threshold under which their frames
    counted, since one near frame alone would not have made the match.
    """
    if match.kind is MatchKind.SAME_FILE:
        return "every byte agrees (SHA-256)"
    at = match.threshold if match.kind is MatchKind.FILM else match.distance
    figures = false_matches(match.kind, at)
    return (
        figures.says(match.kind.unit)
        if figures
        else "too little was measured to say how often this is wrong"
    )
