"""The timeline of a series: lanes of what kind each moment is, and the same as a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from clew.access.acting import acting
from clew.casework.things import entity
from clew.casework.timeline import Doubt, Lane, Moment, timeline
from clew.records.models import EntityKind
from clew.web.frame import at_work, framed

_WIDE, _HIGH = 1000, 44
"""Of the drawing, and of one lane."""
_NAMES = 165
"""Room for the names of lanes."""
_TICKS = 7


@dataclass(frozen=True)
class Dot:
    """One moment in its lane, ready for the template."""

    moment: Moment
    x: float
    y: float
    radius: float
    words: str


@at_work("GET")
def page(request: HttpRequest, number: int) -> HttpResponse:
    """What happened when."""
    with acting():
        moments = timeline(number)
        one = entity(number, EntityKind.SERIES)
    sure = [moment for moment in moments if not moment.doubt]
    lanes = lane_words()
    told = {
        "series": one,
        "moments": [(one, lanes[one.lane], doubt_words()[one.doubt]) for one in moments],
        "lanes": [(words, at * _HIGH + _HIGH // 2) for at, words in enumerate(lanes.values())],
        "dots": _dots(sure),
        "ticks": _ticks(sure),
        "names": _NAMES,
        "high": len(lanes) * _HIGH + 30,
        "doubted": len(moments) - len(sure),
    }
    return framed(request, "timeline", told)


def _place(day: date, first: date, last: date) -> float:
    return round(
        _NAMES + 10 + (_WIDE - _NAMES - 50) * (day - first).days / max((last - first).days, 1), 1
    )


def _dots(moments: list[Moment]) -> list[Dot]:
    if not moments:
        return []
    first, last = moments[0].day, moments[-1].day
    lanes = list(Lane)
    return [
        Dot(
            moment=one,
            x=_place(one.day, first, last),
            y=lanes.index(one.lane) * _HIGH + _HIGH / 2,
            radius=min(5 + one.number**0.5, 16),
            words=f"{one.day:%Y-%m-%d}: {lane_words()[one.lane]}, {one.number}",
        )
        for one in moments
    ]


def _ticks(moments: list[Moment]) -> list[tuple[float, str]]:
    """Days below the lanes, evenly apart."""
    if not moments:
        return []
    first, last = moments[0].day, moments[-1].day
    days = {first + (last - first) * step // (_TICKS - 1) for step in range(_TICKS)}
    return [(_place(day, first, last), f"{day:%Y-%m-%d}") for day in sorted(days)]


def lane_words() -> dict[Lane, str]:
    """Kinds of moments, for people."""
    return {
        Lane.TAKEN: _("taken, says the camera"),
        Lane.CHANGED: _("changed, says the disk"),
        Lane.FOUND: _("found"),
        Lane.HANDED_IN: _("handed in"),
        Lane.DECIDED: _("decided"),
    }


def doubt_words() -> dict[Doubt, str]:
    """Why a clock is not believed, for people."""
    return {
        Doubt.NONE: "",
        Doubt.NEVER_SET: _("a clock that was never set"),
        Doubt.TOO_EARLY: _("before such cameras were made"),
        Doubt.AFTER_IT_WAS_FOUND: _("later than it was found: the clock was wrong"),
    }
