"""The case sheet of a series, to be printed: marked with who made it and when, and logged.

An officer asks for it, a supervisor agrees, and it is made as it was asked for. WeasyPrint sets it.
It may open nothing but the pictures that are handed to it within the page.
"""

from __future__ import annotations

import base64
import functools
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from clew.access.acting import acting
from clew.casework import exports
from clew.casework.board import Board, board
from clew.casework.errors import CaseworkError
from clew.casework.hypotheses import Weighed, hypotheses
from clew.casework.screen import note_reveal
from clew.casework.sheet import sheet_of
from clew.casework.tasks import tasks
from clew.records.models import ExportKind, Task
from clew.vault.errors import VaultError
from clew.web.acts import said
from clew.web.board_forms import Long
from clew.web.frame import at_desk, at_work
from clew.web.screens import screens
from clew.web.series import choices

_MOST_NUMBERS = 300


class NoPrinterError(CaseworkError):
    """What sets pages is not there."""


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sheet that is asked for, and what for."""

    why: Long
    pictures: bool = False


@at_work("POST")
def ask(request: HttpRequest, number: int) -> HttpResponse:
    """Ask for the sheet as the board is now; with pictures of its clues where they are wanted."""
    told = said(request, Wanted)
    with acting():
        exports.ask(sheet_of(*_parts(number), pictures=told.pictures).contents, told.why)
    return JsonResponse({})


@at_work("POST")
def sheet(request: HttpRequest, number: int) -> HttpResponse:
    """The sheet as a PDF, as it was asked for and agreed to."""
    desk = at_desk(request)
    _printer()  # before it is noted that it was made
    with acting():
        parts = _parts(number)
        one = exports.agreed(ExportKind.SHEET, series=parts[0].record.thing.id)
        made = sheet_of(*parts, pictures=one.pictures)
        exports.make(one.number, made.contents)
        for media in made.pictures:
            note_reveal(media, desk.purpose or "-", "preview")
    told: dict[str, Any] = {
        "sheet": made,
        "numbers": made.media[:_MOST_NUMBERS],
        "further": max(0, len(made.media) - _MOST_NUMBERS),
        "pictures": [(media, face) for media in made.pictures if (face := _face(media))],
        "desk": desk,
        "at": timezone.now(),
        **choices(),
    }
    return HttpResponse(
        _set(render_to_string("web/sheet.html", told)),
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="series-{made.thing.id}.pdf"',
            "Content-Security-Policy": "sandbox; default-src 'none'",
        },
    )


def _parts(number: int) -> tuple[Board, list[Weighed], list[Task]]:
    known = board(number)
    here = known.record.thing
    return known, hypotheses(here), tasks(here)


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
