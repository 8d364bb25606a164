"""Officers of the administered country: who there are, adding one, and changing what one may do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from clew.access import officers as work
from clew.access.acting import acting
from clew.access.agencies import administered_country
from clew.access.errors import NotKeptError
from clew.access.models import AccessReview, Agency, Officer, Role, State, Unit
from clew.web.browser import word
from clew.web.frame import at_desk, at_work, tried
from clew.web.menu import done, ending, for_roles, role_words, shown

PAGE = 100


@dataclass(frozen=True)
class Told:
    """An officer as a list shows them."""

    officer: Officer
    roles: tuple[str, ...]
    certified_until: datetime | None


@at_work("GET")
@for_roles(Role.ADMINISTRATOR)
def officers(request: HttpRequest) -> HttpResponse:
    """The officers of the country, by name; some of them when words are typed."""
    typed = {name: word(request.GET, name) for name in ("words", "agency", "state", "after")}
    with acting():
        rows = _of_country().order_by("sign_in_name")
        if typed["words"]:
            rows = rows.filter(
                Q(name__icontains=typed["words"]) | Q(sign_in_name__icontains=typed["words"])
            )
        if typed["agency"].isdecimal():
            rows = rows.filter(agency=int(typed["agency"][:18]))
        if typed["state"] in State.values:
            rows = rows.filter(state=typed["state"])
        page = [_told(one) for one in rows.filter(sign_in_name__gt=typed["after"])[: PAGE + 1]]
        told = {
            "typed": typed,
            "officers": page[:PAGE],
            "further": page[PAGE - 1].officer.sign_in_name if len(page) > PAGE else "",
            "agencies": _agencies(),
            "states": State.values,
        }
    return shown(request, "administration/officers", told)


@at_work("GET", "POST")
@for_roles(Role.ADMINISTRATOR)
def new(request: HttpRequest) -> HttpResponse:
    """Add an officer; the invitation is shown this once."""
    why, status, secret = "", 200, ""
    typed = {name: word(request.POST, name) for name in ("name", "sign_in_name", "agency", "unit")}
    typed["until"], roles = word(request.POST, "until"), request.POST.getlist("role")[:10]
    if request.method == "POST":

        def add() -> None:
            nonlocal secret
            agency = Agency.objects.filter(pk=_number(typed["agency"])).first()
            if agency is None or not typed["name"].strip() or not typed["sign_in_name"].strip():
                raise NotKeptError(_("Say name, sign-in name and agency."))
            unit = Unit.objects.filter(agency=agency, name=typed["unit"].strip()).first()
            if unit is None and typed["unit"].strip():
                raise NotKeptError(_("The agency has no unit of that name; add it there first."))
            secret = work.add_officer(
                agency=agency,
                name=typed["name"].strip(),
                sign_in_name=typed["sign_in_name"],
                roles=_roles(roles),
                until=_certified(typed["until"]),
                unit=unit,
            )

        why, status = tried(add)
        if not why:
            return _invited(request, typed["sign_in_name"], secret)
    with acting():
        told = {
            "why": why,
            "typed": typed,
            "chosen": roles,
            "agencies": _agencies(),
            "units": list(Unit.objects.filter(agency__in=_agencies()).order_by("name")),
            "roles": role_words().items(),
        }
    return shown(request, "administration/new-officer", told, status)


@at_work("GET")
@for_roles(Role.ADMINISTRATOR)
def officer(request: HttpRequest, number: int) -> HttpResponse:
    """One officer, with all that can be changed."""
    return _page(request, number)


def _page(
    request: HttpRequest, number: int, why: str = "", status: int = 200, act: str = ""
) -> HttpResponse:
    with acting():
        one = _of_country().filter(pk=number).first()
        if one is None:
            raise Http404
        told = {
            "why": why,
            "act": act,
            "typed": request.POST,
            "chosen": request.POST.getlist("role"),
            "one": _told(one),
            "myself": one.pk == at_desk(request).officer,
            "roles": role_words().items(),
            "units": list(Unit.objects.filter(agency=one.agency).order_by("name")),
            "successors": list(
                Officer.objects.filter(agency=one.agency, state=State.ACTIVE)
                .exclude(pk=one.pk)
                .order_by("name")
            ),
            "reviews": list(
                AccessReview.objects.filter(officer=one).select_related("reviewer").order_by("-pk")
            ),
        }
    return shown(request, "administration/officer", told, status)


@at_work("POST")
@for_roles(Role.ADMINISTRATOR)
def change(request: HttpRequest, number: int, act: str) -> HttpResponse:
    """Change one thing of an officer."""
    acts: dict[str, tuple[Callable[[Officer], object], str]] = {
        "roles": (
            lambda one: work.give_roles(one, _roles(request.POST.getlist("role"))),
            "changed",
        ),
        "certification": (
            lambda one: work.certify(one, _certified(word(request.POST, "until"))),
            "certified",
        ),
        "unit": (lambda one: work.move(one, _unit(one, word(request.POST, "unit"))), "changed"),
        "lock": (work.lock, "locked"),
        "unlock": (work.unlock, "unlocked"),
        "leave": (lambda one: work.leave(one, _successor(word(request.POST, "to"))), "left"),
        "invitation": (work.invite, ""),
    }
    if act not in acts:
        raise Http404
    answer: object = None
    name = ""

    def do() -> None:
        nonlocal answer, name
        one = _of_country().filter(pk=number).first()
        if one is None:
            raise Http404
        answer, name = acts[act][0](one), one.sign_in_name

    why, status = tried(do)
    if why:
        return _page(request, number, why, status, act)
    if act == "invitation":
        return _invited(request, name, str(answer))
    return done(f"/admin/officers/{number}", acts[act][1])


def _invited(request: HttpRequest, name: str, secret: str) -> HttpResponse:
    return shown(request, "administration/invited", {"name": name, "secret": secret})


def _of_country() -> QuerySet[Officer]:
    rows = Officer.objects.filter(agency__country=administered_country() or 0)
    return rows.select_related("agency", "unit", "successor").prefetch_related(
        "roles", "certifications"
    )


def _told(one: Officer) -> Told:
    held = [row.valid_until for row in one.certifications.all() if row.revoked_at is None]
    words = role_words()
    return Told(
        officer=one,
        roles=tuple(sorted(words[Role(row.role)] for row in one.roles.all())),
        certified_until=max(held, default=None),
    )


def _agencies() -> list[Agency]:
    return list(Agency.objects.filter(country=administered_country() or 0).order_by("name"))


def _roles(named: list[str]) -> list[str]:
    if not named or set(named) - set(Role.values):
        raise NotKeptError(_("Choose at least one role."))
    return list(dict.fromkeys(named))


def _certified(typed: str) -> datetime:
    until = ending(typed)
    if until is None:
        raise NotKeptError(_("Say the last day of the certification."))
    return until


def _unit(one: Officer, typed: str) -> Unit | None:
    return Unit.objects.filter(agency=one.agency, pk=_number(typed)).first()


def _successor(typed: str) -> Officer:
    found = Officer.objects.filter(pk=_number(typed)).first()
    if found is None:
        raise NotKeptError(_("Choose who takes over."))
    return found


def _number(typed: str) -> int:
    return int(typed) if typed.isdecimal() and len(typed) < 19 else 0
