"""Authorities of the supervisor's agency: under which legal basis its officers work."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from clew.access.acting import acting
from clew.access.authorities import add_authority, revoke_authority
from clew.access.errors import NotKeptError
from clew.access.models import Authority, Officer, Role, State
from clew.web.browser import word
from clew.web.frame import at_desk, at_work, tried
from clew.web.menu import beginning, done, ending, for_roles, shown

_FIELDS = ("reference", "operation", "legal_basis", "purpose", "since", "until", "whom")
MOST = 200
"""Authorities of one page: those in force come first."""


@at_work("GET")
@for_roles(Role.SUPERVISOR)
def authorities(request: HttpRequest) -> HttpResponse:
    """All of the agency, those in force first."""
    return _page(request)


def _page(request: HttpRequest, why: str = "", status: int = 200, number: int = 0) -> HttpResponse:
    now = timezone.now()
    with acting():
        rows = Authority.objects.filter(agency=at_desk(request).agency_id)
        rows = rows.prefetch_related("officers__officer").order_by("-valid_until", "-pk")
        found = [
            (one, one.revoked_at is None and one.valid_from <= now < one.valid_until)
            for one in rows[:MOST]
        ]
    told = {
        "why": why,
        "revoking": number,
        "authorities": sorted(found, key=lambda pair: not pair[1]),
        "most": MOST,
    }
    return shown(request, "administration/authorities", told, status)


@at_work("GET", "POST")
@for_roles(Role.SUPERVISOR)
def new(request: HttpRequest) -> HttpResponse:
    """Record an authority; its words never change afterwards."""
    why, status = "", 200
    typed = {name: word(request.POST, name) for name in _FIELDS}
    typed["purpose"] = str(request.POST.get("purpose", ""))[:1000].replace("\0", "")
    named = [one for one in request.POST.getlist("officer")[:1000] if one.isdecimal()]
    if request.method == "POST":
        why, status = tried(lambda: _add(typed, [int(one[:18]) for one in named]))
        if not why:
            return done("/admin/authorities", "added")
    with acting():
        officers = Officer.objects.filter(agency=at_desk(request).agency_id, state=State.ACTIVE)
        told = {
            "why": why,
            "typed": typed,
            "named": named,
            "officers": list(officers.order_by("name")),
        }
    return shown(request, "administration/new-authority", told, status)


def _add(typed: dict[str, str], named: list[int]) -> None:
    until = ending(typed["until"])
    if until is None:
        raise NotKeptError(_("Say the last day of the authority."))
    officers = list(Officer.objects.filter(pk__in=named)) if typed["whom"] == "named" else []
    if typed["whom"] == "named" and not officers:
        raise NotKeptError(_("Name at least one officer, or choose the whole agency."))
    add_authority(
        operation=typed["operation"].strip(),
        legal_basis=typed["legal_basis"].strip(),
        reference=typed["reference"].strip(),
        purpose=typed["purpose"].strip(),
        since=beginning(typed["since"]),
        until=until,
        officers=officers,
    )


@at_work("POST")
@for_roles(Role.SUPERVISOR)
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    """End an authority now."""

    def do() -> None:
        rows = Authority.objects.filter(agency=at_desk(request).agency_id, revoked_at=None)
        found = rows.filter(pk=number).first()
        if found is None:
            raise Http404
        revoke_authority(found)

    why, status = tried(do)
    if why:
        return _page(request, why, status, number)
    return done("/admin/authorities", "revoked")
