"""What is in scope: said for media that were chosen, or for all that a filter of the grid shows."""

from __future__ import annotations

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.utils.translation import gettext as _

from clew.access.acting import acting
from clew.casework.errors import StatementError
from clew.casework.grid import numbers
from clew.casework.scope import MOST, set_scope
from clew.web.acts import Chosen, Typed, said
from clew.web.frame import at_work
from clew.web.grid import wanted_of


class Scoped(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Media that are left out of scope, or taken back: some, or all that a filter shows."""

    why: Typed
    out: bool
    media: Chosen | None = None
    shown: Typed = ""


@at_work("POST")
def scope(request: HttpRequest) -> HttpResponse:
    """Leave out of the scope of the authority in use, or take back into it."""
    told = said(request, Scoped)
    with acting():
        media = told.media if told.media is not None else _shown(told.shown)
        made = set_scope(media, told.why, out=told.out)
        count = made.scoped.count()
    return JsonResponse({"undo": {"scope": made.pk}, "count": count})


def _shown(words: str) -> list[int]:
    wanted = wanted_of(QueryDict(words), "")
    if wanted == wanted_of({}, ""):
        raise StatementError(_("Say of which media: select some, or narrow the grid first."))
    return numbers(wanted, MOST + 1)
