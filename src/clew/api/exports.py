"""What leaves Clew as a file, by two people: asking for it, and deciding about it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from clew.access.acting import acting, require_authority
from clew.api.paging import Cursor, Limit, Page, page_of
from clew.api.words import Made, Number, Reason, Sent, Why
from clew.casework import exports as work
from clew.casework.told_now import told_now
from clew.records.models import Export

router = Router(tags=["exports"])

What = Annotated[str, Field(pattern=r"^(findings|report|series:[0-9]{1,18})$")]


class Wanted(Sent):
    """What is to be taken out, and what for."""

    what: What
    """`findings`, `report`, or the series whose case sheet it is."""
    pictures: bool = False
    why: Reason


class AskedShown(Schema):
    """An export that was asked for and that nobody has decided."""

    number: int
    kind: str
    series: int | None
    pictures: bool
    at: datetime
    why: str
    holds: dict[str, int | list[int]]


class StandingShown(Schema):
    """An export that you asked for: asked, agreed, over, refused or withdrawn."""

    number: int
    kind: str
    series: int | None
    pictures: bool
    at: datetime
    why: str
    state: str
    by: str
    answer: str
    until: datetime | None


@router.post("exports", response={201: Made})
def ask_for_export(request: HttpRequest, said: Wanted) -> Status[dict[str, int]]:
    """Ask for something to be taken out as it is now; a supervisor has to agree."""
    with acting():
        contents = told_now(said.what, pictures=said.pictures)
        return Status(201, {"number": work.ask(contents, said.why).pk})


@router.get("exports", response=Page[AskedShown])
def list_exports(
    request: HttpRequest, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, object]:
    """Exports that were asked for in your agency and that nobody has decided."""
    with acting():
        require_authority()
        return page_of(work.requests(), lambda one: [one.pk], cursor, limit, _shown)


def _shown(one: Export) -> dict[str, Any]:
    return {
        "number": one.pk,
        "kind": one.kind,
        "series": one.entity_id,
        "pictures": one.pictures,
        "at": one.at,
        "why": one.why,
        "holds": one.holds,
    }


@router.get("exports/own", response=Page[StandingShown])
def list_own_exports(
    request: HttpRequest, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, object]:
    """The last two hundred that you asked for, and what became of each; the latest first.

    What was agreed to is made by `clew export` or `clew report`, a case sheet at its series' page.
    """
    with acting():
        require_authority()
        return page_of(
            work.own(200),
            lambda one: [-one.number],
            cursor,
            limit,
            lambda one: {name: getattr(one, name) for name in StandingShown.model_fields},
        )


@router.post("exports/{number}/agree", response={201: Made})
def agree_to_export(request: HttpRequest, number: Number, said: Why) -> Status[dict[str, int]]:
    """Agree, as another officer and a supervisor: who asked may make it for seven days."""
    with acting():
        return Status(201, {"number": work.agree(number, said.why).pk})


@router.post("exports/{number}/refuse", response={201: Made})
def refuse_export(request: HttpRequest, number: Number, said: Why) -> Status[dict[str, int]]:
    """Refuse what another officer asked for, as a supervisor; nothing is taken out."""
    with acting():
        return Status(201, {"number": work.refuse(number, said.why).pk})


@router.post("exports/{number}/withdraw", response={201: Made})
def withdraw_export(request: HttpRequest, number: Number, said: Why) -> Status[dict[str, int]]:
    """Take back what you asked for."""
    with acting():
        return Status(201, {"number": work.withdraw(number, said.why).pk})
