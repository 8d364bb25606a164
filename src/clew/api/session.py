"""Signing in and out, who is asking, and under which authority."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from pydantic import Field

from clew.access.acting import acting, authority, officer, sign_out, use_authority
from clew.access.authorities import usable_authorities
from clew.access.models import Authority, Officer
from clew.access.signin import sign_in
from clew.api.paging import Cursor, Limit, Page, page_of_rows
from clew.api.problems import Problem
from clew.api.words import Number, Sent

router = Router(tags=["session"])

_Typed = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]


class SignIn(Sent):
    """Proof of who somebody is."""

    name: _Typed
    password: _Typed
    code: _Typed
    """A one-time or recovery code."""


class Begun(Schema):
    """A session that has begun."""

    secret: str
    """To be sent as ``Authorization: Bearer SECRET``; it is kept nowhere else."""


class WhoAmI(Schema):
    """Who is asking."""

    name: str
    sign_in_name: str
    agency: str
    country: str
    roles: list[str]
    authority: str | None
    """Reference of the authority in force; none was chosen, or it no longer holds."""


class AuthorityShown(Schema):
    """A legal basis under which the officer may act now."""

    number: Number
    reference: str
    operation: str
    legal_basis: str
    purpose: str
    valid_until: datetime
    in_use: bool


class Chosen(Sent):
    """The number of an authority."""

    authority: Number


@router.post("session", auth=None, response={201: Begun, 401: Problem, 422: Problem})
def begin_session(request: HttpRequest, proof: SignIn) -> Status[dict[str, str]]:
    """Sign in with password and one-time code, for 12 hours at most or 2 hours without use."""
    return Status(201, {"secret": sign_in(proof.name, proof.password, proof.code)})


@router.delete("session", response={204: None, 401: Problem})
def end_session(request: HttpRequest) -> HttpResponse:
    """Sign out: the session, or token, ends now."""
    with acting():
        sign_out()
    return HttpResponse(status=204)


@router.get("whoami", response={200: WhoAmI, 401: Problem})
def whoami(request: HttpRequest) -> dict[str, object]:
    """Who is asking, for which agency, under which authority."""
    with acting():
        me = Officer.objects.select_related("agency__country").get(pk=officer() or 0)
        used = Authority.objects.filter(pk=authority() or 0).first()
        return {
            "name": me.name,
            "sign_in_name": me.sign_in_name,
            "agency": me.agency.name,
            "country": me.agency.country.code,
            "roles": sorted(me.roles.values_list("role", flat=True)),
            "authority": used.reference if used is not None else None,
        }


@router.get("authorities", response={200: Page[AuthorityShown], 401: Problem})
def authorities(
    request: HttpRequest, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, object]:
    """The authorities that you may use now."""
    with acting():
        used = authority()
        return page_of_rows(
            usable_authorities().distinct(),
            cursor,
            limit,
            lambda one: {
                "number": one.pk,
                "reference": one.reference,
                "operation": one.operation,
                "legal_basis": one.legal_basis,
                "purpose": one.purpose,
                "valid_until": one.valid_until,
                "in_use": one.pk == used,
            },
        )


@router.put("session/authority", response={204: None, 401: Problem, 403: Problem, 422: Problem})
def choose_authority(request: HttpRequest, chosen: Chosen) -> HttpResponse:
    """Act under an authority from now on, in this session."""
    with acting():
        use_authority(chosen.authority)
    return HttpResponse(status=204)
