"""How long things are kept, and deleting by two people."""

from __future__ import annotations

from datetime import date, datetime

import msgspec
from django.http import HttpRequest
from ninja import Router, Schema, Status

from clew.access.acting import acting, require_authority
from clew.api.paging import Cursor, Limit, Page, page_of
from clew.api.words import Day, Made, Number, Reason, Sent, ThingName, Why
from clew.casework import retention as work
from clew.casework.things import Thing

router = Router(tags=["retention"])


class OpenShown(Schema):
    """Something that your agency has to ask itself whether to keep."""

    thing: str
    due: date
    unidentified: list[int]
    held: bool


class Kept(Sent):
    """Until when something is kept."""

    thing: ThingName
    due: Day
    why: Reason


class OfMedia(Sent):
    """Which media, and why."""

    media: Number
    why: Reason


class RequestShown(Schema):
    """A deletion that was asked for and that nobody has decided."""

    number: int
    media: int
    at: datetime
    why: str


class HoldShown(Schema):
    """A legal hold that is in force."""

    number: int
    media: int
    why: str


@router.get("retention/due", response=Page[OpenShown])
def list_due(request: HttpRequest, limit: Limit = 50, cursor: Cursor = None) -> dict[str, object]:
    """What your agency has to look at again, longest overdue first. Nothing is deleted by that."""
    with acting():
        require_authority()
        return page_of(
            sorted(work.open_reviews(), key=lambda one: (one.due, one.thing)),
            lambda one: [one.due.isoformat(), one.thing],
            cursor,
            limit,
            msgspec.to_builtins,
        )


@router.post("retention/reviews", response={201: Made})
def keep_until(request: HttpRequest, said: Kept) -> Status[dict[str, int]]:
    """Keep something until another day."""
    with acting():
        return Status(201, {"number": work.review(Thing.named(said.thing), said.due, said.why).pk})


@router.get("retention/holds", response=Page[HoldShown])
def list_holds(request: HttpRequest, limit: Limit = 50, cursor: Cursor = None) -> dict[str, object]:
    """Your agency's legal holds that are in force."""
    with acting():
        require_authority()
        return page_of(
            work.holds(),
            lambda one: [one.pk],
            cursor,
            limit,
            lambda one: {"number": one.pk, "media": one.media_id, "why": one.why},
        )


@router.post("retention/holds", response={201: Made})
def hold_media(request: HttpRequest, said: OfMedia) -> Status[dict[str, int]]:
    """Put a media under a legal hold: no agency's deletion destroys it."""
    with acting():
        return Status(201, {"number": work.hold(said.media, said.why).pk})


@router.post("retention/holds/{number}/lift", response={201: Made})
def lift_hold(request: HttpRequest, number: Number, said: Why) -> Status[dict[str, int]]:
    """End a hold of your agency, as a supervisor."""
    with acting():
        return Status(201, {"number": work.lift(number, said.why).pk})


@router.post("retention/deletions", response={201: Made})
def ask_for_deletion(request: HttpRequest, said: OfMedia) -> Status[dict[str, int]]:
    """Ask for what your agency holds of a media to be destroyed; a supervisor has to agree."""
    with acting():
        return Status(201, {"number": work.ask_for_deletion(said.media, said.why).pk})


@router.post("retention/deletions/{number}/agree", response={201: Made})
def agree_to_deletion(request: HttpRequest, number: Number) -> Status[dict[str, int]]:
    """Agree, as another officer and a supervisor. It leaves a tombstone."""
    with acting():
        return Status(201, {"number": work.agree_to_deletion(number).pk})


@router.get("retention/deletions", response=Page[RequestShown])
def list_requests(
    request: HttpRequest, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, object]:
    """Deletions that were asked for in your agency and that nobody has decided."""
    with acting():
        require_authority()
        return page_of(
            work.requests_for_deletion(),
            lambda one: [one.pk],
            cursor,
            limit,
            lambda one: {
                "number": one.pk,
                "media": one.media_id,
                "at": one.at,
                "why": one.why,
            },
        )


@router.post("retention/deletions/{number}/refuse", response={201: Made})
def refuse_deletion(request: HttpRequest, number: Number, said: Why) -> Status[dict[str, int]]:
    """Refuse what another officer asked for, as a supervisor; nothing is deleted."""
    with acting():
        return Status(201, {"number": work.refuse_deletion(number, said.why).pk})


@router.post("retention/deletions/{number}/withdraw", response={201: Made})
def withdraw_deletion(request: HttpRequest, number: Number, said: Why) -> Status[dict[str, int]]:
    """Take back what you asked for."""
    with acting():
        return Status(201, {"number": work.withdraw_deletion(number, said.why).pk})
