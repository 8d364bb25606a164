"""Handing in what a scan found: media chosen in the grid, read from where their files lie."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clew.access.acting import acting, may_contribute, require_authority
from clew.casework.errors import StatementError
from clew.casework.grid import MOST, tiles
from clew.casework.things import all_seen
from clew.intake.contribute import hand_in
from clew.intake.lying import Lying, Missing, lying
from clew.web.acts import Chosen, said
from clew.web.browser import word
from clew.web.frame import at_work, framed
from clew.web.handing_in_with import About, choices, exhibit_of, see_that_one_may, shared_of


class Finds(About, frozen=True, kw_only=True):
    """Media that are handed in, what they were found on, and with whom they are shared."""

    media: Chosen


@at_work("GET")
def finds(request: HttpRequest) -> HttpResponse:
    """Which of the media chosen can be handed in from here, and what is asked once of all."""
    media = _numbers(word(request.GET, "media"))
    with acting():
        require_authority()
        found, why = lying([tile.id for tile in tiles(media)]), missing_words()
        told = {
            "may": may_contribute(),
            "finds": [(one, why[one.missing] if one.missing else "") for one in found],
            "ready": [one.media for one in found if one.missing is None],
            "back": f"/contribute/finds?media={','.join(map(str, media))}",
            **choices(),
        }
    return framed(request, "finds", told)


@at_work("POST")
def begin(request: HttpRequest) -> HttpResponse:
    """Hand in those that lie here as they were scanned; the others are told, and why."""
    told = said(request, Finds)
    with acting():
        require_authority()
        see_that_one_may()
        all_seen(told.media)
        found = lying(told.media)
        paths = [one.path for one in found if one.missing is None and one.path is not None]
        if not paths:
            raise StatementError(_nothing(found))
        exhibit = exhibit_of(told)
        number = hand_in(paths, exhibit=exhibit, shared=shared_of(told))
    return JsonResponse({"number": number, "go": f"/contributions/{number}", "files": len(paths)})


def missing_words() -> dict[Missing, str]:
    """Why something cannot be handed in from where it was found, for people."""
    return {
        Missing.CHANGED: _("The file has changed since it was scanned: scan the folder again."),
        Missing.ELSEWHERE: _(
            "The file cannot be read from this server: it was scanned on another machine, or the "
            "drive is not connected any more. Hand it in on that machine (clew contribute), or "
            "upload it on the page “Hand in”."
        ),
        Missing.PACKED: _("It lies in an archive: hand in the archive as a whole."),
        Missing.UPLOADED: _("It came with a contribution: it is handed in already."),
        Missing.NOT_FOUND: _("Your agency has not found it: it is another one’s."),
    }


def _nothing(found: list[Lying]) -> str:
    reasons = {one.missing for one in found if one.missing is not None}
    why = " ".join(words for missing, words in missing_words().items() if missing in reasons)
    nothing = ngettext(
        "It cannot be handed in from here.",
        "None of the %(count)s can be handed in from here.",
        len(found),
    )
    return f"{nothing % {'count': len(found)}} {why}"


def _numbers(typed: str) -> list[int]:
    found = [int(one) for one in typed.split(",") if one.isdecimal() and len(one) <= 18]
    if not found or len(found) > MOST:
        raise StatementError(_("Select media in the grid first, at most 200 at a time."))
    return list(dict.fromkeys(found))
