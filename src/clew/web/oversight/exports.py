"""What is to leave Clew as a file: what waits for a second person, and what was agreed to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clew.access.acting import acting, require_authority
from clew.access.models import Authority, Officer, Role
from clew.casework import exports as work
from clew.records.models import Entity, Export, ExportKind
from clew.web.browser import word
from clew.web.frame import at_desk, at_work, tried
from clew.web.menu import done, for_roles, shown

PAGE = 50
ASKING = (Role.CONTRIBUTOR, Role.SPECIALIST, Role.SUPERVISOR, Role.DATA_PROTECTION_OFFICER)


@at_work("GET")
@for_roles(*ASKING)
def exports(request: HttpRequest) -> HttpResponse:
    """Requests that nobody has decided, and what may be made now."""
    return _exports(request)


def _exports(request: HttpRequest, why: str = "", status: int = 200, act: str = "") -> HttpResponse:
    with acting():
        require_authority()
        found, agreed = work.requests(), work.in_force()[:PAGE]
        some = found[:PAGE]
        series = {one.entity_id for one in (*some, *agreed) if one.entity_id is not None}
        titles = dict(Entity.objects.filter(pk__in=series).values_list("pk", "title"))
        concerned = {one.officer_id for one in (*some, *agreed)}
        concerned |= {one.end.officer_id for one in agreed}
        names = dict(Officer.objects.filter(pk__in=concerned).values_list("pk", "name"))
        under = dict(
            Authority.objects.filter(pk__in={one.authority_id for one in some}).values_list(
                "pk", "reference"
            )
        )
    told: dict[str, Any] = {
        "why": why,
        "act": act,
        "typed": request.POST,
        "count": len(found),
        "exports": [
            (
                one,
                _what(one, titles),
                holds_in_words(one.holds),
                names.get(one.officer_id, ""),
                under.get(one.authority_id, ""),
            )
            for one in some
        ],
        "agreed": [
            (
                one,
                _what(one, titles),
                names.get(one.officer_id, ""),
                names.get(one.end.officer_id, ""),
                one.end.at + work.HOLDS_FOR,
            )
            for one in agreed
        ],
        "me": at_desk(request).officer,
        "agrees": Role.SUPERVISOR in at_desk(request).roles,
    }
    return shown(request, "oversight/exports", told, status)


def _what(one: Export, titles: Mapping[int, str]) -> str:
    """What is taken out, in words."""
    if one.kind == ExportKind.SHEET:
        title = titles.get(one.entity_id or 0) or _("series %(number)s") % {"number": one.entity_id}
        words = _("Case sheet of %(title)s, with pictures") if one.pictures else ""
        return (words or _("Case sheet of %(title)s")) % {"title": title}
    if one.kind == ExportKind.REPORT:
        words = _("Report of all that was found, with pictures") if one.pictures else ""
        return words or _("Report of all that was found")
    return _("All that was found, for other programs")


def holds_in_words(holds: Mapping[str, Any]) -> list[str]:
    """How much an export holds, in the officer's language; what there is none of is left out."""
    words: dict[str, Callable[[int], str]] = {
        "media": lambda n: ngettext("%(number)s media", "%(number)s media", n),
        "groups": lambda n: ngettext("%(number)s group", "%(number)s groups", n),
        "problems": lambda n: ngettext("%(number)s unread file", "%(number)s unread files", n),
        "victims": lambda n: ngettext("%(number)s victim", "%(number)s victims", n),
        "clues": lambda n: ngettext("%(number)s clue", "%(number)s clues", n),
        "hypotheses": lambda n: ngettext("%(number)s hypothesis", "%(number)s hypotheses", n),
        "notes": lambda n: ngettext("%(number)s note", "%(number)s notes", n),
        "tasks": lambda n: ngettext("%(number)s task", "%(number)s tasks", n),
    }
    told = [say(n) % {"number": n} for name, say in words.items() if (n := holds.get(name))]
    if pictured := ", ".join(map(str, holds.get("pictures", ()))):
        told.append(_("pictures of media %(numbers)s") % {"numbers": pictured})
    return told


@at_work("POST")
@for_roles(*ASKING)
def settle(request: HttpRequest, number: int, act: str) -> HttpResponse:
    """Agree to an export, refuse it, or take back one's own request."""
    reason = word(request.POST, "why")
    acts = {
        "agree": (lambda: work.agree(number, reason), "let-out"),
        "refuse": (lambda: work.refuse(number, reason), "kept-in"),
        "withdraw": (lambda: work.withdraw(number, reason), "not-taken"),
    }
    if act not in acts:
        raise Http404
    why, status = tried(acts[act][0])
    if why:
        return _exports(request, why, status, f"{act} {number}")
    return done("/oversight/exports", acts[act][1])
