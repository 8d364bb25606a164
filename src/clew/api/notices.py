"""Notices: what an officer has to know without having asked; and whether Clew itself is well."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from clew.access.acting import acting
from clew.api.paging import Cursor, Limit, Page, page_of
from clew.api.problems import Problem
from clew.api.words import Number
from clew.audit.checkpoint import confirmed
from clew.casework import notices as work
from clew.serving.served import served

router = Router(tags=["notices"])


class NoticeShown(Schema):
    """Something that you have to know."""

    number: int
    at: datetime
    kind: str
    about: str
    says: str
    read: bool


class Health(Schema):
    """Whether Clew is well."""

    well: bool
    """Whether nothing of the following has to be looked at."""
    checkpoint_made_at: datetime | None
    """When the last checkpoint of the log was signed; null for never."""
    checkpoint_too_old: bool
    """Whether entries wait for one so long that nobody may be making them."""


@router.get("notices", response=Page[NoticeShown])
def list_notices(
    request: HttpRequest, unread: bool = True, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, object]:
    """What you have to know without having asked, the oldest first; no authority is needed.

    With `unread=false` also what you have read.
    """
    with acting():
        found = work.notices(all_=not unread, most=None)
        return page_of(found[::-1], lambda one: [one.number], cursor, limit, msgspec.to_builtins)


@router.post("notices/{number}/read", response={204: None, 401: Problem, 404: Problem})
def read_notice(request: HttpRequest, number: Number) -> HttpResponse:
    """Say that you have read one."""
    with acting():
        work.read([number])
    return HttpResponse(status=204)


@router.get("health", response=Health, tags=["health"])
def health(request: HttpRequest) -> dict[str, object]:
    """Whether Clew is well, for whoever looks after it; with a session or token of any kind."""
    with acting():
        now = confirmed()
    too_old = now.too_old(served().settings)
    return {
        "well": not too_old,
        "checkpoint_made_at": now.made_at,
        "checkpoint_too_old": too_old,
    }
