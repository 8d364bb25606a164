"""The first page: what waits for this officer. Each part of it is asked for by itself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from clew.access.acting import acting, require_authority
from clew.casework.gather import items
from clew.casework.hits import hits
from clew.casework.notices import notices, read
from clew.casework.own_series import own_series
from clew.casework.proposals import Proposal
from clew.casework.tasks import my_tasks, unit_tasks
from clew.casework.things import Thing
from clew.casework.waiting import Wanted
from clew.compare.evidence import MatchKind
from clew.intake.contributions import states_of
from clew.records.models import Contribution, Entity, NoticeKind, Task
from clew.web.board_acts import address_of
from clew.web.evidence import kind_words
from clew.web.frame import at_desk, at_work, framed
from clew.web.grid import standing_words
from clew.web.measures import positive
from clew.web.telling import kinds_of_notices, says
from clew.web.waiting import waiting as queued

_FEW = 6
_MOST = 50
_OTHERS = 3


@at_work("GET")
def home(request: HttpRequest) -> HttpResponse:
    """The frame of the first page; its parts follow."""
    with acting():
        require_authority()
    return framed(request, "home")


@at_work("GET", "POST")
def told(request: HttpRequest) -> HttpResponse:
    """What the officer is told without having asked; and saying that some of it was read."""
    numbers = [int(one) for one in request.POST.getlist("notice")[:_MOST] if one.isdecimal()]
    with acting():
        if numbers:
            read(numbers)
        found = notices(all_=True, most=_MOST)
    words, me = kinds_of_notices(), at_desk(request).officer
    shown = [(one, words[NoticeKind(one.kind)], says(one, me)) for one in found]
    fresh = [row for row in shown if not row[0].read]
    known = [row for row in shown if row[0].read]
    return framed(request, "parts/notices", {"fresh": fresh, "known": known[:_FEW]})


@at_work("GET")
def waiting(request: HttpRequest) -> HttpResponse:
    """Decisions that wait, weightiest first."""
    with acting():
        page = queued().page(Wanted(), most=_FEW)
        few = [one for one, _heading in page.asked]
        series = {number for one in few for number in one.consequence.series}
        titles = dict(Entity.objects.filter(pk__in=series).values_list("pk", "title"))
    words = kind_words()
    told = {
        "count": page.count,
        "unidentified": page.unidentified,
        "danger": page.danger,
        "aside": page.aside,
        "waiting": [
            (one, one.media[0], _titles(one, titles), words[MatchKind(one.leads[0].kind)])
            for one in few
        ],
    }
    return framed(request, "parts/waiting", told)


def _titles(one: Proposal, titles: dict[int, str]) -> list[str]:
    return [titles[number] for number in one.consequence.series if number in titles]


@at_work("GET")
def own_tasks(request: HttpRequest) -> HttpResponse:
    """Open tasks that are the officer's, the first due first, and those of the unit."""
    with acting():
        told = {"tasks": _with_pages(my_tasks(_FEW)), "of_unit": _with_pages(unit_tasks(_FEW))}
    return framed(request, "parts/own-tasks", {**told, "today": timezone.localdate()})


def _with_pages(found: list[Task]) -> list[tuple[Task, str]]:
    return [(one, address_of(Thing(one.entity.kind, one.entity.pk))) for one in found]


@at_work("GET")
def series_of_own(request: HttpRequest) -> HttpResponse:
    """The officer's own series: hits that wait in each, and who else works on it."""
    with acting():
        found = own_series(_FEW)
        hits_in = queued().touching([one.series.id for one in found])
        told = [(one.series, hits_in[one.series.id], one.others[:_OTHERS]) for one in found]
    return framed(request, "parts/own-series", {"series": told})


@at_work("GET")
def under_way(request: HttpRequest) -> HttpResponse:
    """Contributions of the agency that have files without an answer, and the last that ended."""
    with acting():
        require_authority()
        rows = Contribution.objects.select_related("officer").order_by("-ended_at", "-pk")
        few = list(rows[:_FEW])
        states = states_of([row.pk for row in few])
    words = standing_words()
    told = [
        (row, state, [(words[one], count, one.value) for one, count in state.standings.items()])
        for row in few
        if (state := states.get(row.pk)) is not None
    ]
    return framed(request, "parts/contributions", {"contributions": told})


@at_work("GET")
def hits_of_others(request: HttpRequest) -> HttpResponse:
    """Hits on what the own agency holds, where others let only that be told."""
    words, begin = kind_words(), positive(request.GET, "after")
    most = _MOST if begin else _FEW
    with acting():
        require_authority()
        found = hits()
        few = found[begin : begin + most]
        known = items([hit.media for hit in few if hit.media is not None])
    told = {
        "count": len(found),
        "hits": [(hit, words[MatchKind(hit.kind)]) for hit in few if hit.media in known],
        "begin": begin,
        "further": begin + most if begin + most < len(found) else 0,
    }
    return framed(request, "parts/hits", told)
