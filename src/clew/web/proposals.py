"""The queue of what waits for a decision: grouped, weightiest first, decided by keyboard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from clew.access.acting import acting
from clew.casework import proposals as work
from clew.casework.proposals import Proposal
from clew.compare.calibration import says
from clew.compare.evidence import Match, MatchKind
from clew.records.models import Entity, EntityKind
from clew.web.acts import Number, Typed, said
from clew.web.browser import word
from clew.web.evidence import closeness, kind_words, measure
from clew.web.frame import at_work, framed

PAGE = 12
_FACES = 4
"""Media of a group that are shown; of the others their number is told."""


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
    """One proposal, ready for the template."""

    proposal: Proposal
    sides: tuple[Side, ...]
    kind: str
    closeness: str
    measure: str
    share: int
    trust: str
    series: tuple[str, ...]


@at_work("GET")
def queue(request: HttpRequest) -> HttpResponse:
    """The first of them, each with its buttons."""
    with acting():
        found = work.proposals()
        told = _told(found[:PAGE])
        series = list(
            Entity.objects.filter(kind=EntityKind.SERIES, merged_into__isnull=True).order_by(
                "title"
            )
        )
    further = found[PAGE - 1].id if len(found) > PAGE else ""
    return framed(
        request,
        "proposals",
        {"asked": told, "count": len(found), "further": further, "series": series},
    )


@at_work("GET")
def further_proposals(request: HttpRequest) -> HttpResponse:
    """Those behind the last that is shown; from the first again when that one was decided."""
    after = word(request.GET, "after")
    with acting():
        found = work.proposals()
        at = next((n for n, one in enumerate(found, 1) if one.id == after), 0)
        page = found[at : at + PAGE]
        told = _told(page)
    further = page[-1].id if len(found) > at + PAGE else ""
    return framed(request, "parts/proposals", {"asked": told, "further": further})


@at_work("POST")
def accept(request: HttpRequest, name: str) -> HttpResponse:
    """Confirm all that a proposal says."""
    settled = said(request, Settled)
    with acting():
        decision = work.accept(name, settled.why, series=settled.series)
    return JsonResponse({"undo": {"decision": decision.pk}})


@at_work("POST")
def reject(request: HttpRequest, name: str) -> HttpResponse:
    """Say that it does not belong together."""
    with acting():
        decision = work.reject(name, said(request, Settled).why)
    return JsonResponse({"undo": {"decision": decision.pk}})


def _told(found: Sequence[Proposal]) -> list[Asked]:
    series = {number for one in found for number in one.consequence.series}
    titles = dict(Entity.objects.filter(pk__in=series).values_list("pk", "title"))
    return [_asked(one, titles) for one in found]


def _asked(one: Proposal, titles: dict[int, str]) -> Asked:
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
        share=round(min(share, 1.0) * 100),
        trust=says(match),
        series=tuple(titles[number] for number in one.consequence.series if number in titles),
    )
