"""What a team writes on the board of a series or another entity: hypotheses, and tasks."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status

from clew.access.acting import acting, require_authority
from clew.api.paging import Cursor, Limit, Page, page_of
from clew.api.words import (
    CertaintyWord,
    Day,
    Made,
    Number,
    Reason,
    Sent,
    SharingChosen,
    ThingName,
    Word,
    Words,
    agencies_named,
)
from clew.casework import hypotheses as supposed
from clew.casework import tasks as work
from clew.casework.hypotheses import Weighed
from clew.casework.things import MEDIA, Thing
from clew.records.models import Argument, Certainty, Task

router = Router(tags=["board"])

_About = Annotated[ThingName, Query(..., description="Of what: a series, a person, a place …")]


class HypothesisWritten(SharingChosen):
    """What could be so, of a series or another entity."""

    about: ThingName
    subject: Literal["country", "place", "other"]
    words: Word


class ArgumentWritten(Sent):
    """What speaks for a hypothesis or against it; shared as the hypothesis is, if it is yours."""

    side: Literal["for", "against"]
    words: Reason
    certainty: CertaintyWord = "assessment"
    media: Number | None = None
    """The media it is known from."""


class WeighingWritten(Sent):
    """How a hypothesis of your agency stands now."""

    stands: Literal["open", "likely", "held to be so", "ruled out", "taken back"]
    why: Reason


class ArgumentShown(Schema):
    """What somebody said for or against."""

    number: int
    words: str
    certainty: str
    media: int | None
    agency: int


class HypothesisShown(Schema):
    """A hypothesis with what speaks for it and against it."""

    number: int
    subject: str
    words: str
    stands: str
    sharing: str
    agency: int
    speaks_for: list[ArgumentShown]
    against: list[ArgumentShown]


class TaskWritten(Sent):
    """What is to be done, for a series or another entity."""

    about: ThingName
    words: Word
    assigned: Number | None = None
    """Number of an officer of your agency; null for whoever comes to it first."""
    until: Day | None = None


class TaskStepWritten(Sent):
    """What became of a task; whose it is and until when stays."""

    state: Literal["open", "done", "dropped"]
    why: Words = ""


class TaskShown(Schema):
    """A task of your agency."""

    number: int
    words: str
    state: str
    assigned: int | None
    until: date | None


@router.get("hypotheses", response=Page[HypothesisShown])
def list_hypotheses(
    request: HttpRequest, about: _About, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, object]:
    """What is held to be possible of something that you see, oldest first."""
    with acting():
        require_authority()
        found = supposed.hypotheses(Thing.named(about))
        return page_of(found, lambda one: [one.hypothesis.pk], cursor, limit, _hypothesis)


@router.post("hypotheses", response={201: Made})
def write_hypothesis(request: HttpRequest, said: HypothesisWritten) -> Status[dict[str, int]]:
    """Say what could be so."""
    with acting():
        made = supposed.suppose(
            Thing.named(said.about),
            said.subject,
            said.words,
            sharing=said.sharing,
            agencies=agencies_named(said.agencies),
        )
        return Status(201, {"number": made.pk})


@router.post("hypotheses/{number}/arguments", response={201: Made})
def argue_hypothesis(
    request: HttpRequest, number: Number, said: ArgumentWritten
) -> Status[dict[str, int]]:
    """Say what speaks for a hypothesis that you see, or against it."""
    with acting():
        made = supposed.argue(
            number,
            said.side,
            said.words,
            certainty=Certainty(said.certainty),
            source=Thing(MEDIA, said.media) if said.media is not None else None,
        )
        return Status(201, {"number": made.pk})


@router.post("hypotheses/{number}/weigh", response={201: Made})
def weigh_hypothesis(
    request: HttpRequest, number: Number, said: WeighingWritten
) -> Status[dict[str, int]]:
    """Say how a hypothesis of your agency stands; the number is that of the step."""
    with acting():
        return Status(201, {"number": supposed.weigh(number, said.stands, said.why).number})


@router.post("arguments/{number}/retract", response={201: Made})
def retract_argument(request: HttpRequest, number: Number) -> Status[dict[str, int]]:
    """Take back what your agency said for or against; it stays in the history."""
    with acting():
        return Status(201, {"number": supposed.retract(number).pk})


@router.get("tasks", response=Page[TaskShown])
def list_tasks(
    request: HttpRequest, about: _About, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, object]:
    """Tasks of your agency about something, oldest first; those that were dropped left out."""
    with acting():
        require_authority()
        found = sorted(work.tasks(Thing.named(about)), key=lambda one: one.pk)
        return page_of(found, lambda one: [one.pk], cursor, limit, _task)


@router.get("tasks/own", response=Page[TaskShown])
def list_own_tasks(
    request: HttpRequest, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, object]:
    """Open tasks that are yours, oldest first."""
    with acting():
        found = sorted(work.my_tasks(), key=lambda one: one.pk)
        return page_of(found, lambda one: [one.pk], cursor, limit, _task)


@router.post("tasks", response={201: Made})
def give_task(request: HttpRequest, said: TaskWritten) -> Status[dict[str, int]]:
    """Say what is to be done."""
    with acting():
        made = work.ask_for(
            Thing.named(said.about), said.words, assigned=said.assigned, until=said.until
        )
        return Status(201, {"number": made.pk})


@router.post("tasks/{number}/state", response={201: Made})
def step_task(
    request: HttpRequest, number: Number, said: TaskStepWritten
) -> Status[dict[str, int]]:
    """Say that a task of your agency is done, dropped or open again."""
    with acting():
        return Status(201, {"number": work.finish(number, said.state, said.why).number})


def _hypothesis(one: Weighed) -> dict[str, object]:
    return {
        "number": one.hypothesis.pk,
        "subject": one.hypothesis.subject,
        "words": one.hypothesis.words,
        "stands": one.hypothesis.stands,
        "sharing": one.hypothesis.sharing,
        "agency": one.hypothesis.agency_id,
        "speaks_for": [_argument(said) for said in one.speaks_for],
        "against": [_argument(said) for said in one.against],
    }


def _argument(one: Argument) -> dict[str, object]:
    return {
        "number": one.pk,
        "words": one.words,
        "certainty": one.certainty,
        "media": one.from_media_id,
        "agency": one.agency_id,
    }


def _task(one: Task) -> dict[str, object]:
    return {
        "number": one.pk,
        "words": one.words,
        "state": one.state,
        "assigned": one.assigned_id,
        "until": one.until,
    }
