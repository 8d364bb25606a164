"""The grid: a page with its filters, and what scripts ask for while somebody scrolls."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.utils.translation import gettext as _

from clew.access.acting import acting, require_authority
from clew.access.models import Agency
from clew.casework import grid as work
from clew.casework.desk import remove_filter, save_filter, saved_filters
from clew.casework.errors import StatementError
from clew.casework.grid import Tile, default_scheme
from clew.casework.held import HeldAs
from clew.casework.look_up import look_up_media
from clew.casework.narrowing import Filter
from clew.casework.things import represented_by
from clew.casework.vocabulary import vocabulary
from clew.compare.calibration import Thresholds
from clew.records.models import Entity, EntityKind, Standing
from clew.serving.served import served
from clew.web.browser import word
from clew.web.frame import at_desk, at_work, framed
from clew.web.measures import positive
from clew.web.screens import screens

_MOST_ENTITIES = 500
FIRST, FURTHER = 100, 100
"""Media of the first page, which comes with it, and of those that are fetched while scrolling."""
_WIDE = Thresholds(picture=90, still=90, frame=64, frame_alone=31)
"""For sorting by similarity to one: also what is too far to be a match."""


@at_work("GET")
def grid(request: HttpRequest) -> HttpResponse:
    """Everything, filtered; with ``like`` what is similar to one, nearest first."""
    wanted, like = wanted_of(request.GET, at_desk(request).scheme), positive(request.GET, "like")
    near: dict[int, int] = {}
    kinds = entity_words()
    with acting():
        require_authority()
        stands_for = represented_by() if wanted.series or wanted.with_entity else {}
        if like:
            near = _similar(like)
            tiles = work.tiles([like, *near], wanted.scheme, wanted)
            found = work.Page(tiles=tiles, further=None)
        else:
            found = work.page(wanted, most=FIRST)
        told = {
            "filter": wanted,
            "in_series": stands_for.get(wanted.series, wanted.series),
            "with_entity": stands_for.get(wanted.with_entity, wanted.with_entity),
            "like": like,
            "first": {
                "tiles": [shown(tile, near.get(tile.id)) for tile in found.tiles],
                "further": found.further,
                "query": _query(request.GET),
                "like": like,
            },
            "schemes": sorted(vocabulary().schemes),
            "scheme": vocabulary().schemes.get(wanted.scheme or default_scheme()),
            "standings": [(one.value, standing_words()[one]) for one in Standing],
            "known": {one.value: words for one, words in known_words().items()}.get(wanted.known),
            "agencies": list(Agency.objects.select_related("country").order_by("name")),
            "series": list(
                Entity.objects.filter(kind=EntityKind.SERIES, merged_into__isnull=True).order_by(
                    "title"
                )
            ),
            "connected": [
                (one, kinds.get(one.kind, one.kind))
                for one in Entity.objects.exclude(kind=EntityKind.SERIES)
                .filter(merged_into__isnull=True)
                .order_by("kind", "title")[:_MOST_ENTITIES]
            ],
            "saved": list(saved_filters()),
            "query": _query(request.GET),
        }
    return framed(request, "grid", told)


def _similar(like: int) -> dict[int, int]:
    """Distances of the nearest to a media, nearest first."""
    answer = look_up_media(served(), like, _WIDE)
    return {found.item.id: found.match.distance for found in answer.found[: work.MOST - 1]}


@at_work("GET")
def cameras(request: HttpRequest) -> HttpResponse:
    """The cameras to choose from; asked beside the first page, which does not wait for them."""
    with acting():
        found = work.cameras()
    chosen = word(request.GET, "camera")
    if chosen and chosen not in found:
        found = [chosen, *found]
    return framed(request, "parts/cameras", {"cameras": found, "chosen": chosen})


@at_work("GET")
def rows(request: HttpRequest) -> HttpResponse:
    """The next page, for the script that shows it."""
    wanted = wanted_of(request.GET, at_desk(request).scheme)
    with acting():
        found = work.page(wanted, after=positive(request.GET, "after") or None, most=FURTHER)
    tiles = [shown(tile) for tile in found.tiles]
    return JsonResponse({"tiles": tiles, "further": found.further})


@at_work("GET")
def stack(request: HttpRequest, number: int) -> HttpResponse:
    """The near-copies that a tile stands for."""
    with acting():
        tiles = work.stack(number, at_desk(request).scheme)
    return JsonResponse({"tiles": [shown(tile) for tile in tiles], "further": None})


@at_work("GET")
def count(request: HttpRequest) -> HttpResponse:
    """How many there are; asked beside the first page, which does not wait for it."""
    with acting():
        return JsonResponse({"count": work.count(wanted_of(request.GET, at_desk(request).scheme))})


@at_work("GET")
def veils(request: HttpRequest) -> HttpResponse:
    """What stands on tiles until somebody asks to see more: 16 × 16 grey dots each."""
    numbers = _numbers(word(request.GET, "media"))
    found = {} if at_desk(request).blind else screens().veils(numbers)
    return JsonResponse(
        {"veils": {number: base64.b64encode(veil).decode() for number, veil in found.items()}}
    )


@at_work("POST")
def save(request: HttpRequest) -> HttpResponse:
    """Keep the filter under a name."""
    words = _query(QueryDict(word(request.POST, "words")))
    with acting():
        save_filter(word(request.POST, "name"), words)
    return HttpResponseRedirect(f"/media?{words}")


@at_work("POST")
def remove(request: HttpRequest, number: int) -> HttpResponse:
    """Forget a saved filter."""
    with acting():
        remove_filter(number)
    return HttpResponseRedirect("/media")


def wanted_of(told: Mapping[str, str], scheme: str) -> Filter:
    """The filter that an address names.

    Raises:
        StatementError: it names what there is not.
    """
    return Filter(
        kind=word(told, "kind"),
        scheme=word(told, "scheme") or scheme or default_scheme(),
        grade=word(told, "grade"),
        agency=positive(told, "agency"),
        since=_day(told, "since"),
        until=_day(told, "until"),
        standing=word(told, "standing"),
        contribution=positive(told, "contribution"),
        known=word(told, "known"),
        better=word(told, "better") == "yes",
        scope=word(told, "scope"),
        series=positive(told, "series"),
        tag=word(told, "tag"),
        words=word(told, "words"),
        matched=word(told, "matched") == "yes",
        with_media=positive(told, "with"),
        with_entity=positive(told, "entity"),
        camera=word(told, "camera"),
        longer=positive(told, "longer"),
        shorter=positive(told, "shorter"),
        stacks=word(told, "copies") != "apart",
        oldest_first=word(told, "order") == "oldest",
    )


def shown(tile: Tile, distance: int | None = None) -> dict[str, Any]:
    """A tile for the script that draws it, what is usual left out."""
    told = msgspec.to_builtins(tile)
    left = {"id", "type"}
    kept = {name: value for name, value in told.items() if value or name in left or name == "mine"}
    return kept if distance is None else {**kept, "distance": distance}


def entity_words() -> dict[str, str]:
    """What an entity is, for people."""
    return {
        "person": _("person"),
        "place": _("place"),
        "camera": _("camera"),
        "voice": _("voice"),
        "object": _("object"),
        "online identity": _("online identity"),
    }


def standing_words() -> dict[Standing, str]:
    """How a contributed file stood, for people."""
    return {
        Standing.HELD: _("held"),
        Standing.NEARLY_HELD: _("nearly held"),
        Standing.CONNECTED: _("connected"),
        Standing.NEW: _("new"),
        Standing.UNREADABLE: _("unreadable"),
    }


def known_words() -> dict[HeldAs, str]:
    """What is known of something held, for people."""
    return {
        HeldAs.UNIDENTIFIED: _("victim unidentified"),
        HeldAs.IDENTIFIED: _("victim identified"),
        HeldAs.UNGRADED: _("ungraded"),
        HeldAs.GRADED: _("graded, no victim known"),
    }


_NAMES = (
    *("known", "better", "scope"),
    *("kind", "scheme", "grade", "agency", "since", "until", "standing", "contribution"),
    *("series", "tag", "words", "matched", "with", "entity", "camera", "longer", "shorter"),
    *("copies", "order"),
)


def _query(told: QueryDict) -> str:
    """The filter of an address, and nothing else of it."""
    kept = QueryDict(mutable=True)
    for name in _NAMES:
        if said := word(told, name):
            kept[name] = said
    return kept.urlencode()


def _day(told: Mapping[str, str], name: str) -> date | None:
    typed = word(told, name)
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        raise StatementError(
            _("Write a day as 2026-01-31, not %(day)s.") % {"day": typed}
        ) from None


def _numbers(typed: str) -> list[int]:
    found = [one for one in typed.split(",") if one.isdecimal() and len(one) <= 18]
    return [int(one) for one in found[: work.MOST]]
