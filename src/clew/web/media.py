"""The page of one media."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from clew.access.acting import acting, require_authority
from clew.casework.dossier import MATCHES, Dossier, dossier, matches
from clew.casework.errors import NotSeenError
from clew.casework.grid import default_scheme, tiles
from clew.casework.playing import SECONDS
from clew.casework.sounding import LONGEST_DRAWN, sketches
from clew.casework.things import MEDIA, Thing, seen
from clew.casework.vocabulary import vocabulary
from clew.compare.evidence import MatchKind
from clew.records.models import Entity, EntityKind, Exhibit, Media, StoredTrace
from clew.web.beside import also_here
from clew.web.browser import word
from clew.web.evidence import Evidence, evidence_of, state_words
from clew.web.frame import at_desk, at_work, framed
from clew.web.measures import clock, detail, lasting, size
from clew.web.series import here_too
from clew.web.sounds import Drawing, drawing

_TWO_STILLS = 20
"""Seconds of one shot from which on a sheet has more than one of it."""
_MOST_SPOKEN = 24
_UNKNOWN = 3600.0
"""Seconds within which a part is chosen where a file does not say how long it lasts."""


@at_work("POST")
def presence(request: HttpRequest, number: int) -> HttpResponse:
    """Say that the page is open, and be told who else has it open."""
    sitting = at_desk(request)
    with acting():
        require_authority()
        seen(Thing(MEDIA, number))
    return here_too(also_here(sitting.agency_id, number, sitting.officer, sitting.name))


@at_work("GET")
def media(request: HttpRequest, number: int) -> HttpResponse:
    """A media with all that is known of it."""
    scheme = at_desk(request).scheme or default_scheme()
    with acting():
        known = dossier(number)
        words, shared = state_words(), sharing_words()
        (tile,) = tiles([number], scheme)
        found, sketch = _matches(number, known.item.type, known.item.duration)
        exhibits = dict(
            Exhibit.objects.filter(pk__in={one.exhibit for one in known.seen}).values_list(
                "pk", "number"
            )
        )
        told = {
            "media": known,
            "tile": tile,
            "scheme": vocabulary().schemes.get(scheme),
            "board": _has_board(known),
            "kind": type_words().get(known.item.type, known.item.type),
            "camera": Media.objects.values_list("camera", flat=True).get(pk=number),
            "size": size(known.item.size),
            "detail": detail(known.item.quality) if known.item.quality is not None else None,
            "player": _player(known),
            "duration": lasting(known.item.duration) if known.item.duration else None,
            "sketch": sketch,
            "links": [(link, words.get(link.state, link.state)) for link in known.links],
            "spoken": [
                f"{clock(one.start)}–{clock(one.end)}" for one in known.item.spoken[:_MOST_SPOKEN]
            ],
            "spoken_further": max(0, len(known.item.spoken) - _MOST_SPOKEN),
            "matches": found,
            "further": _further(found),
            "series": list(
                Entity.objects.filter(kind=EntityKind.SERIES, merged_into__isnull=True).order_by(
                    "title"
                )
            ),
            "places": [
                (
                    one,
                    exhibits.get(one.exhibit or 0, ""),
                    _moment(one.modified_ns) if one.modified_ns is not None else None,
                    shared.get(one.sharing, one.sharing),
                )
                for one in known.seen
            ],
        }
    answer = framed(request, "media", told)
    # What a part is played from: this page alone, and nothing but what its own script was given.
    answer.headers["Content-Security-Policy"] += "; media-src blob:"
    return answer


@at_work("GET")
def further_matches(request: HttpRequest, number: int) -> HttpResponse:
    """More of its matches, put in place of the button that asks for them."""
    distance, _dash, last = word(request.GET, "after").partition("-")
    if not (distance.isdecimal() and last.isdecimal() and len(distance) < 5 and len(last) < 19):
        raise NotSeenError("There are no matches there.")
    with acting():
        told = Media.objects.filter(pk=number).values_list("type", "duration").first()
        found, _sketch = _matches(number, *(told or ("", None)), (int(distance), int(last)))
    return framed(
        request,
        "parts/matches",
        {"number": number, "matches": found, "further": _further(found)},
    )


def type_words() -> dict[str, str]:
    """What a media is, for people."""
    return {"image": _("picture"), "video": _("film"), "sound": _("sound")}


def sharing_words() -> dict[str, str]:
    """With whom a sighting is shared, for people."""
    return {
        "own agency": _("own agency"),
        "named agencies": _("named agencies"),
        "all members": _("all agencies"),
        "all except": _("all agencies but some"),
        "hit only": _("a hit alone is told"),
    }


def _has_board(known: Dossier) -> bool:
    """Whether there is more than one still to see of a film (clew.media.storyboard)."""
    shots = sum(trace.features for trace in known.traces if trace.signal == "shots")
    return shots > 1 or (shots == 1 and (known.item.duration or 0) > _TWO_STILLS)


def _player(known: Dossier) -> dict[str, object] | None:
    """What the player of parts offers; None where there is nothing to be played."""
    item = known.item
    if item.type == "image" or not item.in_vault:
        return None
    cuts = StoredTrace.objects.filter(media=item.id, signal="shots").order_by("start")
    shots = cuts.values_list("start", flat=True).distinct()[:_MOST_SPOKEN]
    return {
        "length": f"{item.duration or _UNKNOWN:.2f}",
        "seen": f"{SECONDS['motion']:.0f}",
        "heard": f"{SECONDS['sound']:.0f}",
        "drawn": f"{LONGEST_DRAWN:.0f}",
        "shots": [(f"{at:.2f}", clock(at)) for at in shots if at is not None],
        "spoken": [
            (f"{one.start:.2f}", f"{clock(one.start)}–{clock(one.end)}")
            for one in item.spoken[:_MOST_SPOKEN]
        ],
    }


def _matches(
    number: int, kind: str, duration: float | None, after: tuple[int, int] | None = None
) -> tuple[list[Evidence], Drawing | None]:
    """A page of a media's matches, and the sketch of what is heard in it."""
    found = matches(number, after)
    durations = dict(
        Media.objects.filter(pk__in=[one.other for one in found]).values_list("pk", "duration")
    )
    heard = [one.other for one in found if one.match.kind is MatchKind.SOUND]
    asked = [] if kind == "image" else [number, *heard]
    drawn = {media: drawing(one) for media, one in sketches(asked).items()} if asked else {}
    told = [
        evidence_of(
            one, duration, durations.get(one.other), (drawn.get(number), drawn.get(one.other))
        )
        for one in found
    ]
    return told, drawn.get(number)


def _further(found: list[Evidence]) -> str:
    """Where the next page of matches begins; empty when there is none."""
    return f"{found[-1].distance}-{found[-1].number}" if len(found) == MATCHES else ""


def _moment(nanoseconds: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(nanoseconds / 1e9, UTC)
    except (OverflowError, ValueError, OSError):
        return None  # a file system may say anything
