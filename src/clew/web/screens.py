"""Pictures on their way to one officer's screen: asked for, noted, and shown for a minute.

An address of a picture is signed, bound to the session it was given to, and over in a minute.
"""

from __future__ import annotations

import threading

import msgspec
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse

from clew.access.acting import acting
from clew.access.secret import digest
from clew.casework.screen import Screens, Shown, note_reveal
from clew.serving.served import served
from clew.web.acts import said
from clew.web.browser import kept
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
    try:
        signed, what = signing.loads(sign, salt=_salt(request), max_age=_SECONDS)
    except signing.BadSignature:
        raise Http404 from None
    if signed != number:
        raise Http404
    return HttpResponse(
        screens().picture(number, what),
        content_type="image/jpeg",
        headers={
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Content-Disposition": "inline",
        },
    )


def _salt(request: HttpRequest) -> str:
    return "clew.picture:" + digest(kept(request, "session")).hex()
