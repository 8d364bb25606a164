"""Agencies of the administered country: their names, whom others call, units, and quotas."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from clew.access.acting import acting
from clew.access.agencies import add_agency, add_unit, administered_country, change_agency
from clew.access.errors import NotKeptError
from clew.access.models import Agency, Role, State
from clew.casework.quotas import quotas, set_quota
from clew.records.rules import USUAL_QUOTA
from clew.web.browser import word
from clew.web.frame import at_work, tried
from clew.web.menu import done, for_roles, shown


@at_work("GET", "POST")
@for_roles(Role.ADMINISTRATOR)
def agencies(request: HttpRequest) -> HttpResponse:
    """The agencies of the country; or add one."""
    if request.method == "GET":
        return _page(request)
    typed = {name: word(request.POST, name) for name in ("name", "contact")}
    why, status = tried(lambda: add_agency(typed["name"], typed["contact"]))
    if why:
        return _page(request, why, status, "add")
    return done("/admin/agencies", "added")


@at_work("POST")
@for_roles(Role.ADMINISTRATOR)
def change(request: HttpRequest, number: int, act: str) -> HttpResponse:
    """Change one thing of an agency: its name and contact, a further unit, or its quota."""
    acts: dict[str, Callable[[Agency], object]] = {
        "contact": lambda one: change_agency(
            one, word(request.POST, "name"), word(request.POST, "contact")
        ),
        "unit": lambda one: add_unit(one, word(request.POST, "name")),
        "quota": lambda one: _set_quota(request, one),
    }
    if act not in acts:
        raise Http404

    def do() -> None:
        found = Agency.objects.filter(pk=number, country=administered_country() or 0)
        one = found.select_related("country").first()
        if one is None:
            raise Http404
        acts[act](one)

    why, status = tried(do)
    if why:
        return _page(request, why, status, f"{act} {number}")
    return done("/admin/agencies", "added" if act == "unit" else "changed")


def _set_quota(request: HttpRequest, one: Agency) -> None:
    typed = [word(request.POST, name) for name in ("per_hour", "per_day")]
    if not all(said.isdecimal() and len(said) < 9 for said in typed):
        raise NotKeptError(_("Type two numbers, without a point or a sign."))
    set_quota(f"{one.country.code}/{one.name}", int(typed[0]), int(typed[1]))


def _page(request: HttpRequest, why: str = "", status: int = 200, act: str = "") -> HttpResponse:
    with acting():
        rows = Agency.objects.filter(country=administered_country() or 0).annotate(
            officers_there=Count("officers", filter=~Q(officers__state=State.LEFT))
        )
        limits = {one.agency_id: one for one in quotas()}
        told = {
            "why": why,
            "act": act,
            "typed": request.POST,
            "usual": USUAL_QUOTA,
            "agencies": [
                (one, list(one.units.all()), limits.get(one.pk))
                for one in rows.prefetch_related("units").order_by("name")
            ],
        }
    return shown(request, "administration/agencies", told, status)
