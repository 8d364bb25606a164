"""What several parts answer with: media, matches, and with whom something is shared."""

from __future__ import annotations

from datetime import datetime

import msgspec
from ninja import Schema

from clew.casework.find import Answer
from clew.casework.findings import Hit, Item
from clew.compare.calibration import figures_of, says
from clew.compare.evidence import Match


class PlaceShown(Schema):
    """One place where a media was found."""

    folder: str
    path: str
    modified: datetime | None


class SpokenShown(Schema):
    """A stretch in which somebody speaks, in seconds."""

    start: float
    end: float


class MediaShown(Schema):
    """One distinct content with every place where it was found that you may see."""

    number: int
    sha256: str
    type: str
    format: str
    size: int
    width: int
    height: int
    duration: float | None
    quality: int | None
    partly: bool
    notes: list[str]
    in_vault: bool
    places: list[PlaceShown]
    left_out: int
    spoken: list[SpokenShown]


class FramePairShown(Schema):
    """The frames in which a stretch is best seen, in seconds of both films; 0 of a picture."""

    first: float
    second: float
    distance: int
    first_variant: str
    second_variant: str
    regions: int | None


class SpanShown(Schema):
    """A stretch that two media share, in seconds."""

    first_start: float
    first_end: float
    second_start: float
    second_end: float
    distance: float
    frames: int
    speed: float
    share: float | None
    regions: int | None
    best: FramePairShown | None


class RateShown(Schema):
    """How often different things matched in a measurement, at this distance or nearer."""

    threshold: int
    pairs: int
    wrong: int
    upper: float
    """Upper end of the 95 % confidence interval of the rate."""


class MatchShown(Schema):
    """How two media agree: a lead, never a finding. The machine's word, not a person's."""

    kind: str
    distance: int
    threshold: int
    orientation: str
    first_variant: str
    second_variant: str
    quality: int
    spans: list[SpanShown]
    versions: dict[str, int]
    """Signal name to the version that read the traces: the method."""
    measured: RateShown | None
    trust: str


class FoundShown(Schema):
    """A media that agrees, and how."""

    media: MediaShown
    match: MatchShown


class HitShown(Schema):
    """That another agency holds something that matches, and whom to call."""

    agency: str
    country: str
    contact: str
    kind: str
    distance: int


class AnswerShown(Schema):
    """What you may know about who shares a trace with what you asked for."""

    found: list[FoundShown]
    hits: list[HitShown]
    notes: list[str]
    """What was odd about what was asked with. An empty answer proves nothing."""


def media_told(item: Item) -> dict[str, object]:
    """A media for the answer."""
    told: dict[str, object] = msgspec.to_builtins(item)
    return {"number": told.pop("id"), **told}


def match_told(match: Match) -> dict[str, object]:
    """A match, with how far it can be trusted."""
    rate = figures_of(match)
    return {
        **msgspec.to_builtins(match),
        "measured": msgspec.to_builtins(rate) if rate is not None else None,
        "trust": says(match),
    }


def hit_told(hit: Hit) -> dict[str, object]:
    """A hit."""
    told: dict[str, object] = msgspec.to_builtins(hit)
    told.pop("media")
    return told


def answer_told(answer: Answer, notes: list[str] | None = None) -> dict[str, object]:
    """The answer to a question."""
    return {
        "found": [
            {"media": media_told(one.item), "match": match_told(one.match)} for one in answer.found
        ],
        "hits": [hit_told(hit) for hit in answer.hits],
        "notes": notes or [],
    }
