"""Media: what is known of one, what it matches, and looking at it."""

from __future__ import annotations

from typing import Literal

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from clew.access.acting import acting
from clew.api.paging import Cursor, Limit, Page, page_of_rows
from clew.api.shown import MatchShown, MediaShown, match_told, media_told
from clew.api.words import Number, Reason, Sent, SharingChosen
from clew.casework import media as work
from clew.compare.evidence import Match
from clew.intake.sharing import share, shared_with
from clew.records.models import Sharing, Sighting, StoredMatch
from clew.serving.served import served

router = Router(tags=["media"])


class MatchOf(Schema):
    """A match of a media with another one."""

    number: int
    with_media: int
    match: MatchShown


class Purpose(Sent):
    """Why something has to be looked at."""

    purpose: Reason


class Changed(Schema):
    """How many places were set."""

    changed: int


@router.get("media", response=Page[MediaShown])
def list_media(request: HttpRequest, limit: Limit = 50, cursor: Cursor = None) -> dict[str, object]:
    """Every media that you see, oldest first."""
    with acting():
        page = page_of_rows(work.listed(), cursor, limit, lambda media: media.pk)
        numbers = page["items"]
        assert isinstance(numbers, list)
        known = work.shown(numbers)
        page["items"] = [media_told(known[number]) for number in numbers if number in known]
    return page


@router.get("media/{number}", response=MediaShown)
def show_media(request: HttpRequest, number: Number) -> dict[str, object]:
    """One media with the places where it was found."""
    with acting():
        return media_told(work.shown_one(number))


@router.get("media/{number}/matches", response=Page[MatchOf])
def matches_of_media(
    request: HttpRequest, number: Number, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, object]:
    """What it matched when it was compared, as far as you see the other media, explained."""

    def told(row: StoredMatch) -> dict[str, object]:
        match = msgspec.convert(row.evidence, Match)
        first = row.first_id == number
        return {
            "number": row.pk,
            "with_media": row.second_id if first else row.first_id,
            "match": match_told(match if first else match.swapped()),
        }

    with acting():
        return page_of_rows(work.matches_of(number), cursor, limit, told)


@router.post("media/{number}/reveal/{what}", response={200: None})
def reveal_media(
    request: HttpRequest,
    number: Number,
    what: Literal["preview", "storyboard", "original"],
    why: Purpose,
) -> HttpResponse:
    """Look at a media: its small preview, a film's storyboard, or the original if contributed.

    Every look is in the log with its purpose.
    """
    seen = work.reveal(served(), number, what, why.purpose)
    return HttpResponse(
        seen.content,
        content_type=seen.content_type,
        headers={
            "Content-Disposition": "attachment",
            # Should a browser show it nevertheless, it runs nothing.
            "Content-Security-Policy": "sandbox; default-src 'none'",
        },
    )


@router.put("media/{number}/sharing", response=Changed)
def share_media(request: HttpRequest, number: Number, wanted: SharingChosen) -> dict[str, int]:
    """Say with whom your agency's sightings of a media are shared."""
    with acting():
        work.shown_one(number)
        shared = shared_with(Sharing(wanted.sharing), wanted.agencies)
        return {"changed": share(Sighting.objects.filter(media=number), shared)}
