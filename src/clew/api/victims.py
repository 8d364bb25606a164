"""Grades of media, and each victim's way to be identified and safe."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec
from django.http import HttpRequest
from ninja import Router, Schema, Status

from clew.access.acting import acting, require_authority
from clew.api.paging import Cursor, Limit, Page, page_in_order, page_of
from clew.api.words import (
    CertaintyWord,
    Made,
    Maybe,
    Number,
    Reason,
    Sent,
    SharingChosen,
    Why,
    Word,
    agencies_named,
)
from clew.casework import identification as work
from clew.casework.grades import Agreement, agreements, disagreements, grade
from clew.casework.vocabulary import vocabulary
from clew.records.models import Aspect, Certainty

router = Router(tags=["grades and identification"])


class GradeGiven(SharingChosen):
    """Your vote for one media; an earlier one counts no more, and is kept."""

    scheme: Word
    number: int | None
    """One of the scheme's; null to take back what was said."""
    why: Maybe = ""


class AgreementShown(Schema):
    """How the votes for one media under one scheme stand."""

    scheme: str
    votes: dict[int, int]
    words: dict[int, str]
    agreed: int | None
    share: float


class SchemeShown(Schema):
    """How one country or organisation grades."""

    scheme: str
    source: str
    grades: dict[int, str]


class Step(Sent):
    """Where a victim's identity, whereabouts or safety stands now."""

    aspect: Literal["identity", "whereabouts", "safety"]
    stage: Word
    why: Reason
    certainty: CertaintyWord = "assessment"


class StepShown(Schema):
    """One step on a victim's way."""

    aspect: str
    stage: str
    certainty: str
    why: str
    at: datetime


class CountShown(Schema):
    """Victims that you see; one who has several records that were merged counts once."""

    victims: int
    identified: int
    located: int
    safeguarded: int


@router.get("grades/schemes", response=Page[SchemeShown])
def list_schemes(
    request: HttpRequest, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, object]:
    """The grading schemes there are."""
    schemes = list(vocabulary().schemes.values())
    return page_of(schemes, lambda one: [one.scheme], cursor, limit, msgspec.structs.asdict)


@router.get("grades/schemes/{scheme}/differing", response=Page[int])
def differing_grades(
    request: HttpRequest, scheme: Word, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, object]:
    """Media whose graders differ under a scheme."""
    with acting():
        require_authority()
        return page_of(disagreements(scheme), lambda media: [media], cursor, limit, int)


@router.get("media/{number}/grades", response=Page[AgreementShown])
def grades_of_media(
    request: HttpRequest, number: Number, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, object]:
    """How the votes for a media stand that you see."""
    with acting():
        require_authority()
        return page_of(agreements(number), lambda one: [one.scheme], cursor, limit, _agreement)


@router.post("media/{number}/grades", response={201: Made})
def give_grade(request: HttpRequest, number: Number, said: GradeGiven) -> Status[dict[str, int]]:
    """Vote for one media under one scheme."""
    with acting():
        made = grade(
            number,
            said.scheme,
            said.number,
            said.why,
            sharing=said.sharing,
            agencies=agencies_named(said.agencies),
        )
        return Status(201, {"number": made.pk})


@router.get("victims/count", response=CountShown)
def count_victims(request: HttpRequest) -> object:
    """How many victims there are that you see, and how far they are."""
    with acting():
        require_authority()
        return msgspec.to_builtins(work.count())


@router.get("victims/{number}/way", response=Page[StepShown])
def way_of_victim(
    request: HttpRequest, number: Number, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, object]:
    """Every step of a victim's way, oldest first, for the lead agency."""
    with acting():
        require_authority()
        way = work.way(number)
        return page_in_order(way, lambda one: [one.pk], cursor, limit, lambda one: one)


@router.post("victims/{number}/way", response={201: Made})
def record_step(request: HttpRequest, number: Number, said: Step) -> Status[dict[str, int]]:
    """Record how far a victim's identity, whereabouts or safety is known."""
    with acting():
        made = work.find(
            number,
            Aspect(said.aspect),
            said.stage,
            said.why,
            certainty=Certainty(said.certainty),
        )
        return Status(201, {"number": made.pk})


@router.post("victims/{number}/identity/confirm", response={201: Made})
def confirm_identity(request: HttpRequest, number: Number, said: Why) -> Status[dict[str, int]]:
    """Confirm what another officer proposed: the victim is identified."""
    with acting():
        require_authority()
        return Status(201, {"number": work.confirm_identity(number, said.why).pk})


def _agreement(one: Agreement) -> dict[str, object]:
    return {**msgspec.structs.asdict(one), "agreed": one.agreed, "share": one.share}
