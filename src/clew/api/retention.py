"""How long things are kept, and deleting by two people."""

from __future__ import annotations

from datetime import date

import msgspec
from django.http import HttpRequest
from ninja import Router, Schema

from clew.access.acting import acting, require_authority
from clew.api.paging import Cursor, Limit, Page, page_of
from clew.api.words import Made, Number, Reason, ThingName, Why
from clew.casework import retention as work
from clew.casework.things import Thing

router = Router(tags=["retention"])


class OpenShown(Schema):
    """Something that your agency has to ask itself whether to keep."""

    thing: str
    due: date
    unidentified: list[int]
    held: bool


class Kept(Schema):
    """Until when something is kept."""

    thing: ThingName
    due: date
    why: Reason


class OfMedia(Schema):
    """Which media, and why."""

    media: Number
    why: Reason


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
            work.open_reviews(),
            lambda one: [one.due.isoformat(), one.thing],
            cursor,
            limit,
            msgspec.to_builtins,
        )


@router.post("retention/reviews", response={201: Made})
def keep_until(request: HttpRequest, said: Kept) -> tuple[int, dict[str, int]]:
    """Keep something until another day."""
    with acting():
        return 201, {"number": work.review(Thing.named(said.thing), said.due, said.why).pk}


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
def hold_media(request: HttpRequest, said: OfMedia) -> tuple[int, dict[str, int]]:
    """Put a media under a legal hold: no agency's deletion destroys it."""
    with acting():
        return 201, {"number": work.hold(said.media, said.why).pk}


@router.post("retention/holds/{number}/lift", response={201: Made})
def lift_hold(request: HttpRequest, number: Number, said: Why) -> tuple[int, dict[str, int]]:
    """End a hold of your agency, as a supervisor."""
    with acting():
        return 201, {"number": work.lift(number, said.why).pk}


@router.post("retention/deletions", response={201: Made})
def ask_for_deletion(request: HttpRequest, said: OfMedia) -> tuple[int, dict[str, int]]:
    """Ask for what your agency holds of a media to be destroyed; a supervisor has to agree."""
    with acting():
        return 201, {"number": work.ask_for_deletion(said.media, said.why).pk}


@router.post("retention/deletions/{number}/agree", response={201: Made})
def agree_to_deletion(request: HttpRequest, number: Number) -> tuple[int, dict[str, int]]:
    """Agree, as another officer and a supervisor. It leaves a tombstone."""
    with acting():
        return 201, {"number": work.agree_to_deletion(number).pk}
