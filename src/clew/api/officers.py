"""Officers, as administrators of their country manage them; the database refuses everybody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from pydantic import Field

from clew.access import acting, officers
from clew.access.models import Agency, Officer
from clew.api.paging import Cursor, Limit, Page, page_of_rows
from clew.api.problems import Problem
from clew.api.words import Moment, Number, Sent, Word
from clew.casework.errors import NotSeenError

router = Router(tags=["officers"])

RoleWord = Literal[
    "contributor",
    "specialist",
    "supervisor",
    "auditor",
    "administrator",
    "trainer",
    "data-protection officer",
]
_Roles = Annotated[list[RoleWord], Field(min_length=1, max_length=7)]
_DONE = {204: None, 401: Problem, 403: Problem, 404: Problem, 422: Problem}


class OfficerShown(Schema):
    """An officer."""

    number: Number
    name: str
    sign_in_name: str
    agency: str
    roles: list[str]
    state: str
    """active, locked or left."""
    certified_until: datetime | None
    successor: int | None
    """Number of who took over, of one who has left."""


class NewOfficer(Sent):
    """Somebody who is to work here."""

    name: Word
    sign_in_name: Word
    roles: _Roles
    certified_until: Moment
    agency: Word | None = None
    """Name of one of your country, which is made when there is none; yours by default."""


class Invited(Schema):
    """An invitation, with which the officer sets up password and device: `clew enrol`."""

    officer: Number
    secret: str
    """To be handed to that officer and nobody else; good for 7 days, and kept nowhere."""


class RolesChosen(Sent):
    """All that an officer may be from now on."""

    roles: _Roles


class Certified(Sent):
    """How long an officer is certified; what was said before holds no more."""

    until: Moment


class Left(Sent):
    """Who takes over: an active officer of the same agency."""

    successor: Number


@router.get("officers", response=Page[OfficerShown])
def list_officers(
    request: HttpRequest, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, object]:
    """The officers you may see: those of your agency, as an administrator of your country."""
    with acting.acting():
        return page_of_rows(_with_names(), cursor, limit, _told)


@router.get("officers/{number}", response=OfficerShown)
def show_officer(request: HttpRequest, number: Number) -> dict[str, object]:
    """One officer."""
    with acting.acting():
        return _told(_officer(number))


@router.post("officers", response={201: Invited, 401: Problem, 403: Problem, 422: Problem})
def add_officer(request: HttpRequest, new: NewOfficer) -> Status[dict[str, object]]:
    """Add an officer of an agency of your country, and invite them."""
    with acting.acting():
        where = Agency.objects.select_related("country").get(pk=acting.agency() or 0)
        if new.agency is not None:
            where, _ = Agency.objects.get_or_create(country=where.country, name=new.agency)
        secret = officers.add_officer(
            agency=where,
            name=new.name,
            sign_in_name=new.sign_in_name,
            roles=set(new.roles),
            until=new.certified_until,
        )
        made = Officer.objects.get(sign_in_name=new.sign_in_name.strip().lower())
        return Status(201, {"officer": made.pk, "secret": secret})


@router.post(
    "officers/{number}/invitation",
    response={201: Invited, 401: Problem, 403: Problem, 404: Problem},
)
def invite_again(request: HttpRequest, number: Number) -> Status[dict[str, object]]:
    """Let an officer enrol anew: password, device and recovery codes of before are lost."""
    with acting.acting():
        secret = officers.invite(_officer(number))
        return Status(201, {"officer": number, "secret": secret})


@router.put("officers/{number}/roles", response=_DONE)
def give_roles(request: HttpRequest, number: Number, chosen: RolesChosen) -> HttpResponse:
    """Let an officer have these roles and no others."""
    return _do(number, lambda one: officers.give_roles(one, set(chosen.roles)))


@router.put("officers/{number}/certification", response=_DONE)
def certify(request: HttpRequest, number: Number, certified: Certified) -> HttpResponse:
    """Say until when an officer is certified."""
    return _do(number, lambda one: officers.certify(one, certified.until))


@router.post("officers/{number}/lock", response=_DONE)
def lock(request: HttpRequest, number: Number) -> HttpResponse:
    """Let an officer in no more; open sessions and tokens stop answering at once."""
    return _do(number, officers.lock)


@router.post("officers/{number}/unlock", response=_DONE)
def unlock(request: HttpRequest, number: Number) -> HttpResponse:
    """Let an officer in again, also after too many failed attempts."""
    return _do(number, officers.unlock)


@router.post("officers/{number}/leave", response=_DONE)
def leave(request: HttpRequest, number: Number, left: Left) -> HttpResponse:
    """Note that an officer has left for good, and hand their work to another."""
    return _do(number, lambda one: officers.leave(one, _officer(left.successor)))


def _do(number: int, change: Callable[[Officer], None]) -> HttpResponse:
    with acting.acting():
        change(_officer(number))
    return HttpResponse(status=204)


def _with_names() -> QuerySet[Officer]:
    return Officer.objects.select_related("agency").prefetch_related("roles", "certifications")


def _officer(number: int) -> Officer:
    found = _with_names().filter(pk=number).first()
    if found is None:
        raise NotSeenError(f"There is no officer {number} that you may see.")
    return found


def _told(one: Officer) -> dict[str, object]:
    certified = [c.valid_until for c in one.certifications.all() if c.revoked_at is None]
    return {
        "number": one.pk,
        "name": one.name,
        "sign_in_name": one.sign_in_name,
        "agency": one.agency.name,
        "roles": sorted(role.role for role in one.roles.all()),
        "state": one.state,
        "certified_until": max(certified, default=None),
        "successor": one.successor_id,
    }
