"""Parts of films and sounds on their way to one officer who asked for them.

As with a picture, asking is noted and counted, and answered by an address that is signed, bound to
the session it was given to, and over in a minute.
"""

from __future__ import annotations

import json
import threading
from typing import Annotated

import msgspec
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse

from clew.access.acting import acting
from clew.access.secret import digest
from clew.casework.playing import LATEST, Parts, Played, note_part
from clew.serving.served import served
from clew.web.acts import said
from clew.web.browser import kept
from clew.web.frame import at_desk, at_work
from clew.web.refusals import told

_SECONDS = 60
_lock = threading.Lock()
_made: dict[int, Parts] = {}


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which part is to be played, and what of it."""

    what: Played
    start: Annotated[float, msgspec.Meta(ge=0, le=LATEST)] = 0.0
    colour: bool = False


def parts() -> Parts:
    """What makes parts, one for the workspace that is served."""
    workspace = served()
    with _lock:
        return _made.setdefault(id(workspace), Parts(workspace))


@at_work("POST")
def play(request: HttpRequest, number: int) -> HttpResponse:
    """Note that the officer watches or hears a part now, and say where it is for a minute."""
    asked, purpose = said(request, Asked), at_desk(request).purpose or "-"
    with acting():
        note_part(number, purpose, asked.what, asked.start, colour=asked.colour)
    signed = signing.dumps(
        [number, asked.what, asked.start, asked.colour], salt=_salt(request), compress=True
    )
    address = f"/media/{number}/part/{signed}"
    return JsonResponse({"part": address, "reveals": at_desk(request).reveals + 1})


@at_work("GET")
def part(request: HttpRequest, number: int, sign: str) -> HttpResponse:
    """The part, to the session that asked for it; inert, and kept nowhere."""
    try:
        signed, what, start, colour = signing.loads(sign, salt=_salt(request), max_age=_SECONDS)
    except signing.BadSignature:
        raise Http404 from None
    if signed != number:
        raise Http404
    made = parts().part(number, what, start, colour=colour)
    about = {"lasts": made.lasts, "notes": [told(note) for note in made.notes]}
    return HttpResponse(
        made.content,
        content_type="audio/webm" if what == "sound" else "video/webm",
        headers={
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Content-Disposition": "inline",
            "Clew-Part": json.dumps(about),
        },
    )


def _salt(request: HttpRequest) -> str:
    return "clew.part:" + digest(kept(request, "session")).hex()
