"""The queue of what waits for a decision: grouped, weightiest first, decided by keyboard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from clew.access.acting import acting
from clew.casework import proposals as work
from clew.casework.proposals import Proposal
from clew.casework.queue import Heading, Page, bring_back, set_aside
from clew.casework.waiting import By, Key, Wanted
from clew.compare.evidence import Match, MatchKind
from clew.records.models import Entity, EntityKind
from clew.web.acts import Number, Typed, said
from clew.web.browser import word
from clew.web.evidence import alike, closeness, kind_words
from clew.web.frame import at_work, framed
from clew.web.measures import Exactly, measure, positive
from clew.web.trust import trust
from clew.web.waiting import waiting

PAGE = 12
_FACES = 4
"""Media of a group that are shown; of the others their number is told."""
_LONGEST = 8


class Settled(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why, and for what is confirmed a series that all of it is put into."""

    why: Typed
    series: Number | None = None


@dataclass(frozen=True)
class Side:
    """One group of near-copies: those that are shown, and how many more there are."""

    faces: tuple[int, ...]
    further: int


@dataclass(frozen=True)
class Asked:
    """One proposal, ready for the template; ``heading`` when it is the first under one.

    ``under`` is the number of what that is about, ``together`` how many questions there are.
    """

    proposal: Proposal
    sides: tuple[Side, ...]
    kind: str
    closeness: str
    measure: Exactly
    alike: int
    trust: Exactly
    series: tuple[tuple[int, str], ...]
    heading: str
    under: int
    together: int


@at_work("GET")
def queue(request: HttpRequest) -> HttpResponse:
    """The first of them, each with its buttons."""
    wanted = _wanted(request.GET)
    with acting():
        page = waiting().page(wanted, most=PAGE)
        told = _told(page, wanted, None)
        series = list(
            Entity.objects.filter(kind=EntityKind.SERIES, merged_into__isnull=True).order_by(
                "title"
            )
        )
        about = next((one.title for one in series if one.pk == wanted.series), "")
    return framed(
        request,
        "proposals",
        {
            "asked": told,
            "page": page,
            "wanted": wanted,
            "about": about,
            "ways": _ways(wanted),
            "further": _further(page, wanted),
            "series": series,
            "query": _query(wanted),
        },
    )


@at_work("GET")
def further_proposals(request: HttpRequest) -> HttpResponse:
    """Those behind the last that is shown."""
    wanted, after = _wanted(request.GET), _key(word(request.GET, "after"))
    with acting():
        page = waiting().page(wanted, after=after, most=PAGE)
        told = _told(page, wanted, after)
    return framed(
        request,
        "parts/proposals",
        {"asked": told, "further": _further(page, wanted), "wanted": wanted},
    )


@at_work("POST")
def accept(request: HttpRequest, name: str) -> HttpResponse:
    """Confirm all that a proposal says."""
    settled = said(request, Settled)
    with acting():
        decision = work.accept(name, settled.why, series=settled.series)
        waiting().settled(name)
    return JsonResponse({"undo": {"decision": decision.pk}})


@at_work("POST")
def reject(request: HttpRequest, name: str) -> HttpResponse:
    """Say that it does not belong together."""
    with acting():
        decision = work.reject(name, said(request, Settled).why)
        waiting().settled(name)
    return JsonResponse({"undo": {"decision": decision.pk}})


@at_work("POST")
def later(request: HttpRequest, name: str) -> HttpResponse:
    """Put it aside until tomorrow, for this officer alone."""
    with acting():
        work.proposal(name)  # nothing is kept about what the officer does not see
        set_aside(name)
    return JsonResponse({"undo": {"aside": name}})


@at_work("POST")
def again(request: HttpRequest, name: str) -> HttpResponse:
    """Have it asked again now."""
    with acting():
        bring_back(name)
    return JsonResponse({})


def _wanted(told: Mapping[str, str]) -> Wanted:
    by: By = "weight"
    if word(told, "by") == "series":
        by = "series"
    elif word(told, "by") == "media":
        by = "media"
    return Wanted(
        by=by,
        series=positive(told, "series"),
        media=positive(told, "media"),
        aside=word(told, "aside") == "yes",
    )


def _query(wanted: Wanted, **changed: object) -> str:
    """What is wanted as it stands in an address."""
    told = {
        "by": wanted.by if wanted.by != "weight" else "",
        "series": wanted.series or "",
        "media": wanted.media or "",
        "aside": "yes" if wanted.aside else "",
        **changed,
    }
    return urlencode({name: value for name, value in told.items() if value})


def _ways(wanted: Wanted) -> list[tuple[str, str, bool]]:
    """Ways to look through it: name, query, whether it is the one in use."""
    names = {"weight": _("Weightiest first"), "series": _("By series"), "media": _("By media")}
    return [
        (words, _query(wanted, by=by if by != "weight" else ""), by == wanted.by)
        for by, words in names.items()
    ]


def _further(page: Page, wanted: Wanted) -> str:
    """The query of the next page; empty when there is none."""
    if page.after is None:
        return ""
    return _query(wanted, after="-".join(map(str, page.after)))


def _key(typed: str) -> Key | None:
    parts = typed.split("-")
    if len(parts) > _LONGEST or not all(one.isdecimal() and len(one) < 19 for one in parts):
        return None
    return tuple(map(int, parts))


def _told(page: Page, wanted: Wanted, after: Key | None) -> list[Asked]:
    series = {number for one, _ in page.asked for number in one.consequence.series}
    series |= {heading.about for _, heading in page.asked} if wanted.by == "series" else set()
    titles = dict(Entity.objects.filter(pk__in=series).values_list("pk", "title"))
    made: list[Asked] = []
    for one, heading in page.asked:
        words = ""
        if wanted.by != "weight" and (made[-1].under != heading.about if made else after is None):
            words = _heading(heading, wanted.by, titles)
        made.append(_asked(one, titles, words, heading))
    return made


def _heading(heading: Heading, by: By, titles: dict[int, str]) -> str:
    if by == "series":
        return titles.get(heading.about, "") or _("In no series")
    return _("Media %(number)s and its near-copies") % {"number": heading.about}


def _asked(one: Proposal, titles: dict[int, str], words: str, heading: Heading) -> Asked:
    nearest = one.leads[0]
    kind = MatchKind(nearest.kind)
    share = nearest.distance / max(nearest.threshold, 1)
    groups = (one.first,) if one.first == one.second else (one.first, one.second)
    match = Match(kind=kind, distance=nearest.distance, threshold=nearest.threshold)
    return Asked(
        proposal=one,
        sides=tuple(Side(group[:_FACES], max(0, len(group) - _FACES)) for group in groups),
        kind=kind_words()[kind],
        closeness=_("every byte") if kind is MatchKind.SAME_FILE else closeness(share),
        measure=measure(kind, nearest.distance, nearest.threshold),
        alike=alike(share),
        trust=trust(match),
        series=tuple(
            (number, titles[number]) for number in one.consequence.series if number in titles
        ),
        heading=words,
        under=heading.about,
        together=heading.count,
    )
