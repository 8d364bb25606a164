"""The case sheet of a series, to be printed: marked with who made it and when, and logged.

WeasyPrint sets it. It may open nothing but the pictures that are handed to it within the page.
"""

from __future__ import annotations

import base64
import functools
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from clew.access.acting import acting
from clew.casework.board import Board, board
from clew.casework.errors import CaseworkError
from clew.casework.hypotheses import hypotheses
from clew.casework.screen import note_reveal
from clew.casework.sheet import PICTURES, note_sheet
from clew.casework.tasks import tasks
from clew.vault.errors import VaultError
from clew.web.browser import word
from clew.web.frame import at_desk, at_work
from clew.web.screens import screens
from clew.web.series import choices

_MOST_NUMBERS = 300


class NoPrinterError(CaseworkError):
    """What sets pages is not there."""


@at_work("POST")
def sheet(request: HttpRequest, number: int) -> HttpResponse:
    """The sheet as a PDF; with pictures of its clues where they are asked for."""
    wanted = word(request.POST, "pictures") == "yes"
    desk = at_desk(request)
    with acting():
        known = board(number)
        here = known.record.thing
        chosen = _pictured(known) if wanted else []
        for media in chosen:
            note_reveal(media, desk.purpose or "-", "preview")
        note_sheet(here.id, chosen)
        told: dict[str, Any] = {
            "board": known,
            "record": known.record,
            "thing": here,
            "hypotheses": hypotheses(here),
            "tasks": tasks(here),
            "numbers": known.media[:_MOST_NUMBERS],
            "further": max(0, len(known.media) - _MOST_NUMBERS),
            "ties": [
                tie
                for tie in known.record.ties
                if tie.state != "rejected" and tie.type != "victim in"
            ],
            "desk": desk,
            "at": timezone.now(),
            **choices(),
        }
    told["pictures"] = [(media, face) for media in chosen if (face := _face(media))]
    return HttpResponse(
        _set(render_to_string("web/sheet.html", told)),
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="series-{here.id}.pdf"',
            "Content-Security-Policy": "sandbox; default-src 'none'",
        },
    )


def _pictured(known: Board) -> list[int]:
    """Media of clues, each once, of those that are to be seen as the officer works."""
    media = dict.fromkeys(one.media for one in known.clues if one.media in set(known.media))
    return [one for one in media if one is not None][:PICTURES]


def _face(media: int) -> str:
    """The preview as it is shown on a screen, with the officer's name on it; empty for none."""
    try:
        made = screens().picture(media)
    except VaultError:
        return ""
    return f"data:image/jpeg;base64,{base64.b64encode(made).decode()}"


def _set(page: str) -> bytes:
    html, fetcher = _printer()
    made = html(string=page, url_fetcher=fetcher).write_pdf()
    assert isinstance(made, bytes)
    return made


@functools.cache
def _printer() -> tuple[Any, Any]:
    """What sets pages, opened when it is first wanted: it needs Pango of the system.

    Raises:
        NoPrinterError: it is not there.
    """
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except OSError as error:
        raise NoPrinterError(
            _("Sheets cannot be set here: ask whoever runs Clew to install Pango.")
        ) from error
    return HTML, URLFetcher(allowed_protocols={"data"}, fail_on_errors=True)
