"""The log for people: searching it, opening an entry, and who saw what."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from clew.access.acting import acting
from clew.access.models import Officer, Role
from clew.audit.events import Event
from clew.audit.log import record
from clew.audit.reading import Wanted, newest, opened
from clew.audit.seeing import MOST, seen_by, who_saw
from clew.casework.errors import StatementError
from clew.casework.things import Thing
from clew.web.browser import word
from clew.web.event_words import event_words
from clew.web.frame import at_desk, at_work
from clew.web.menu import beginning, ending, for_roles, shown

PAGE = 50
_DAYS = 30
"""Looked back so far, where nothing else was said."""


@at_work("GET")
def search(request: HttpRequest) -> HttpResponse:
    """The newest entries that fit, a page of them."""
    asked = request.GET
    typed = {name: word(asked, name) for name in ("officer", "event", "about", "since", "until")}
    if "since" not in asked:
        typed["since"] = _some_days_ago()
    before = word(asked, "before")
    wanted = Wanted(
        event=_event(typed["event"]),
        officer=typed["officer"] or None,
        about=typed["about"].strip() or None,
        since=beginning(typed["since"]),
        until=ending(typed["until"]),
        before=int(before) if before.isdecimal() and len(before) < 19 else None,
        most=PAGE + 1,
    )
    with acting():
        found = newest(wanted)
        record(Event.VIEW, about="log", details={"entries": min(len(found), PAGE)})
        told = {
            "typed": typed,
            "entries": found[:PAGE],
            "further": _further(typed, found[PAGE - 1].number) if len(found) > PAGE else "",
            "before": wanted.before,
            "first": urlencode(typed),
            "events": list(Event),
            "officers": _officers(request),
        }
    return shown(request, "oversight/log", told)


def _some_days_ago() -> str:
    return (timezone.now() - timedelta(days=_DAYS)).date().isoformat()


def _event(name: str) -> Event | None:
    if not name:
        return None
    try:
        return Event(name)
    except ValueError:
        raise StatementError(_("The log has no event of that name.")) from None


def _further(typed: dict[str, str], last: int) -> str:
    return urlencode({**typed, "before": last})


def _officers(request: HttpRequest) -> list[tuple[str, str]]:
    """Whom an auditor may ask about: sign-in names and names of the own agency."""
    desk = at_desk(request)
    if Role.AUDITOR not in desk.roles:
        return []
    rows = Officer.objects.filter(agency=desk.agency_id).order_by("sign_in_name")
    return list(rows.values_list("sign_in_name", "name"))


@at_work("GET")
def entry(request: HttpRequest, number: int) -> HttpResponse:
    """One entry, with its place in the chain and whether it fits there."""
    with acting():
        found = opened(number)
        if found is None:
            raise Http404
        record(Event.VIEW, about="log", details={"entry": number})
    return shown(
        request,
        "oversight/entry",
        {"opened": found, "says": event_words()[Event(found.entry.event)][1]},
    )


@at_work("GET")
@for_roles(Role.AUDITOR)
def seen(request: HttpRequest) -> HttpResponse:
    """Who saw a thing, or what an officer saw."""
    typed = {name: word(request.GET, name) for name in ("officer", "thing", "since")}
    if "since" not in request.GET:
        typed["since"] = _some_days_ago()
    since = beginning(typed["since"]) or timezone.now() - timedelta(days=_DAYS)
    lines, thing = None, typed["thing"].strip()
    with acting():
        if thing:
            thing = str(Thing.named(thing if ":" in thing else f"media:{thing}"))
            lines = who_saw(thing, since)
        elif typed["officer"]:
            lines = seen_by(typed["officer"], since)
        told = {
            "typed": typed,
            "thing": thing,
            "lines": lines,
            "officers": _officers(request),
            "most": MOST,
        }
    return shown(request, "oversight/seen", told)
