"""Series: the list of them, and the board of one."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from clew.access.acting import acting
from clew.access.acting import officer as acting_officer
from clew.casework import board as work
from clew.casework.exports import Standing, asked_for, ready
from clew.casework.grid import tiles
from clew.casework.hypotheses import Weighed, hypotheses
from clew.casework.presence import present
from clew.casework.sheet import sheet_of
from clew.casework.tasks import colleagues, tasks
from clew.casework.vocabulary import vocabulary
from clew.records.models import (
    STAGES,
    Aspect,
    Category,
    EntityKind,
    ExportKind,
    Subject,
    Task,
    Weight,
)
from clew.web.browser import word
from clew.web.frame import at_desk, at_work, framed
from clew.web.grid import shown
from clew.web.vocabulary_words import choices_in_words


@at_work("GET")
def listed(request: HttpRequest) -> HttpResponse:
    """All series: danger and unidentified victims first, or the latest, or one's own."""
    title, mine = word(request.GET, "title"), word(request.GET, "mine") == "yes"
    recent = word(request.GET, "order") == "recent"
    with acting():
        found = work.listed(title=title, mine=mine, recent_first=recent)
    told = {
        "series": found,
        "most": work.MOST if len(found) == work.MOST else 0,
        "title": title,
        "mine": mine,
        "recent": recent,
    }
    return framed(request, "series", told)


@at_work("GET")
def board(request: HttpRequest, number: int) -> HttpResponse:
    """The board of one series."""
    scheme = at_desk(request).scheme
    with acting():
        known = work.board(number)
        here = known.record.thing
        if here.id != number:
            return HttpResponseRedirect(f"/series/{here.id}")
        faces = tiles(known.media[: work.FACES], scheme) if known.media else []
        supposed, given = hypotheses(here), tasks(here)
        told = {
            "board": known,
            "record": known.record,
            "thing": here,
            "hypotheses": supposed,
            "tasks": given,
            "colleagues": list(colleagues()),
            "me": acting_officer(),
            **_sheets(known, supposed, given),
            "today": timezone.localdate(),
            "persons": work.titles(EntityKind.PERSON),
            "ties": [tie for tie in known.record.ties if tie.type != "victim in"],
            "types": types_of(EntityKind.SERIES, without=("note", "clue", "tag", "title")),
            "joins": joins_of(EntityKind.SERIES),
            "first": {
                "tiles": [shown(tile) for tile in faces],
                "further": None,
                "query": f"series={number}",
            },
            **choices(),
        }
    return framed(request, "board", told)


def _sheets(known: work.Board, supposed: list[Weighed], given: list[Task]) -> dict[str, Any]:
    """The officer's last request for the sheet of the series, and the one that may be made now."""

    def changed(one: Standing) -> bool:
        now = sheet_of(known, supposed, given, pictures=one.pictures)
        return now.contents.digest != one.digest

    asked = asked_for(ExportKind.SHEET, series=known.record.thing.id)
    may = ready(asked)
    return {
        "sheet": asked[0] if asked else None,
        "changed": bool(asked) and changed(asked[0]),
        "ready": may if may is not None and not changed(may) else None,
    }


@at_work("POST")
def presence(request: HttpRequest, number: int) -> HttpResponse:
    """Say that the page is open, and be told who else has it open."""
    with acting():
        others = present(number)
    return here_too(others)


def here_too(others: list[str]) -> HttpResponse:
    """Who else has the page open, in words; empty for nobody."""
    words = _("Also here now: %(names)s") % {"names": ", ".join(others)} if others else ""
    return JsonResponse({"words": words})


def choices() -> dict[str, Any]:
    """What forms of these pages let one choose from, in the officer's language."""
    return {
        "aspects": [
            (one.value, aspect_words()[one], [(stage, stage_words()[stage]) for stage in stages])
            for one, stages in ((Aspect(name), stages) for name, stages in STAGES.items())
        ],
        "aspect_words": aspect_words(),
        "stage_words": stage_words(),
        "subjects": [(one.value, subject_words()[one]) for one in Subject],
        "weights": [(one.value, weight_words()[one]) for one in Weight if one != Weight.TAKEN_BACK],
        "kinds": [(one.value, kind_words()[one]) for one in EntityKind],
        "categories": [(one.value, category_words()[one]) for one in Category],
    }


def types_of(kind: str, without: tuple[str, ...] = ()) -> list[tuple[str, list[tuple[str, str]]]]:
    """Types of statement that can be made of a kind of thing, with what they may say, if not all.

    Of what they may say: as it is kept, and in words.
    """
    return [
        (name, choices_in_words(name))
        for name, type_ in vocabulary().observations.items()
        if kind in type_.about and name not in without
    ]


def joins_of(kind: str, without: tuple[str, ...] = ("in series", "victim in")) -> list[str]:
    """Types of connection that a kind of thing can have."""
    return [
        name
        for name, type_ in vocabulary().connections.items()
        if (kind in type_.first or kind in type_.second) and name not in without
    ]


def aspect_words() -> dict[Aspect, str]:
    """What there is to find out about a victim, for people."""
    return {
        Aspect.IDENTITY: _("Identity"),
        Aspect.WHEREABOUTS: _("Whereabouts"),
        Aspect.SAFETY: _("Safety"),
    }


def stage_words() -> dict[str, str]:
    """How far each of them can be, for people."""
    return {
        "": _("unknown"),
        "unknown": _("unknown"),
        "lead": _("a lead"),
        "proposed": _("proposed"),
        "identified": _("identified"),
        "country": _("country known"),
        "region": _("region known"),
        "located": _("located"),
        "at risk": _("at risk"),
        "safeguarded": _("safeguarded"),
        "adult now": _("adult now"),
        "deceased": _("deceased"),
    }


def subject_words() -> dict[Subject, str]:
    """What a hypothesis answers, for people."""
    return {
        Subject.COUNTRY: _("Country"),
        Subject.PLACE: _("Place"),
        Subject.OTHER: _("Something else"),
    }


def weight_words() -> dict[Weight, str]:
    """How a hypothesis stands, for people."""
    return {
        Weight.OPEN: _("open"),
        Weight.LIKELY: _("likely"),
        Weight.HELD: _("held to be so"),
        Weight.RULED_OUT: _("ruled out"),
        Weight.TAKEN_BACK: _("taken back"),
    }


def kind_words() -> dict[EntityKind, str]:
    """Kinds of things, for people."""
    return {
        EntityKind.SERIES: _("Series"),
        EntityKind.PERSON: _("Person"),
        EntityKind.PLACE: _("Place"),
        EntityKind.CAMERA: _("Camera"),
        EntityKind.VOICE: _("Voice"),
        EntityKind.OBJECT: _("Object"),
        EntityKind.ONLINE_IDENTITY: _("Online identity"),
    }


def category_words() -> dict[Category, str]:
    """In which way a person is concerned, for people."""
    return {
        Category.VICTIM: _("victim"),
        Category.SUSPECT: _("suspect"),
        Category.CONVICTED: _("convicted"),
        Category.WITNESS: _("witness"),
        Category.OTHER: _("other"),
    }
