"""Pictures on their way to one officer's screen: asked for, noted, and shown for a minute.

An address of a picture is signed, bound to the session it was given to, and over in a minute.
"""

from __future__ import annotations

import threading
from typing import Literal

import msgspec
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse

from clew.access.acting import acting
from clew.access.secret import digest
from clew.casework.errors import NotSeenError
from clew.casework.screen import Screens, Shown, note_reveal
from clew.casework.sounding import pair_of
from clew.casework.sounding import sketches as drawn
from clew.serving.served import served
from clew.web.acts import said
from clew.web.browser import kept, word
from clew.web.frame import at_desk, at_work

_SECONDS = 60
_lock = threading.Lock()
_made: dict[int, Screens] = {}


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be seen of a media."""

    what: Shown = "preview"


def screens() -> Screens:
    """What makes pictures for screens, one for the workspace that is served."""
    workspace = served()
    with _lock:
        return _made.setdefault(id(workspace), Screens(workspace))


@at_work("POST")
def reveal(request: HttpRequest, number: int) -> HttpResponse:
    """Note that the officer looks at a media now, and say where it is to be seen for a minute."""
    purpose, what = at_desk(request).purpose or "-", said(request, Wanted).what
    with acting():
        note_reveal(number, purpose, what)
    signed = signing.dumps([number, what], salt=_salt(request))
    address = f"/media/{number}/picture/{signed}"
    return JsonResponse({"picture": address, "reveals": at_desk(request).reveals + 1})


@at_work("GET")
def picture(request: HttpRequest, number: int, sign: str) -> HttpResponse:
    """The picture, to the session that asked for it; inert, and kept nowhere."""
    what = _signed(request, sign, number)
    if what == "shared":
        raise Http404
    return _inert(screens().picture(number, what))


@at_work("GET")
def sketches(request: HttpRequest) -> HttpResponse:
    """Where in sounds something is heard, and where somebody speaks."""
    numbers = [int(one) for one in word(request.GET, "media").split(",") if one.isdecimal()]
    with acting():
        found = drawn(numbers)
    return JsonResponse(
        {"sketches": {number: msgspec.to_builtins(one) for number, one in found.items()}}
    )


@at_work("POST")
def reveal_sound(request: HttpRequest, number: int, match: int) -> HttpResponse:
    """Note that the officer looks at what two media share of sound, and say where to see it."""
    purpose = at_desk(request).purpose or "-"
    with acting():
        pair = pair_of(match)
        if number not in pair:
            raise NotSeenError(f"There is no match {match} of sounds that you may see.")
        for media in pair:
            note_reveal(media, purpose, "spectrogram")
    signed = signing.dumps([match, "shared"], salt=_salt(request))
    address = f"/media/{number}/matches/{match}/sound/{signed}"
    return JsonResponse({"picture": address, "reveals": at_desk(request).reveals + 2})


@at_work("GET")
def shared_sound(request: HttpRequest, number: int, match: int, sign: str) -> HttpResponse:
    """Both spectrograms, to the session that asked for them; inert, and kept nowhere."""
    if _signed(request, sign, match) != "shared":
        raise Http404
    return _inert(screens().shared_sound(match))


def _signed(request: HttpRequest, sign: str, number: int) -> Shown | Literal["shared"]:
    """What was allowed to be seen of that number."""
    what: Shown | Literal["shared"]
    try:
        signed, what = signing.loads(sign, salt=_salt(request), max_age=_SECONDS)
    except signing.BadSignature:
        raise Http404 from None
    if signed != number:
        raise Http404
    return what


def _inert(picture: bytes) -> HttpResponse:
    return HttpResponse(
        picture,
        content_type="image/jpeg",
        headers={
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Content-Disposition": "inline",
        },
    )


def _salt(request: HttpRequest) -> str:
    return "clew.picture:" + digest(kept(request, "session")).hex()
