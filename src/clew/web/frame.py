"""The frame around every page of the desk, and what a view of it has in common with the others.

Who is signed in and under which authority is on every page. A view that needs an authority and has
none leads to choosing one, and then back to where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect

from clew.access.acting import acting
from clew.access.errors import (
    AccessError,
    AuthorityError,
    NotKeptError,
    QuotaError,
    SignedOutError,
)
from clew.access.models import Role
from clew.casework.desk import Desk, desk
from clew.casework.errors import (
    CaseworkError,
    DecidedMeanwhileError,
    NotSeenError,
)
from clew.intake.contributions import ContributionError
from clew.media.nursery import ConfinementError
from clew.serving.middleware import note_refusal
from clew.vault.errors import VaultError
from clew.web.browser import View, asked_for, for_officers, for_script, page
from clew.web.refusals import told
from clew.web.words import words_of_scripts

_NOT_TYPED = ("csrfmiddlewaretoken", "next", "words", "password", "again", "code", "invitation")
_LONGEST = 10_000


def framed(
    request: HttpRequest, template: str, told: Mapping[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """A page of the desk in its frame.

    Args:
        request: the browser's.
        template: name of one below ``web/``.
        told: what it shows; ``words`` of it are for its own scripts, beside those of all pages.
        status: of HTTP.
    """
    sitting, own = at_desk(request), told or {}
    around = {
        "desk": sitting,
        "path": request.path,
        "administers": not {Role.ADMINISTRATOR, Role.SUPERVISOR}.isdisjoint(sitting.roles),
    }
    words = {**words_of_scripts(), **own.get("words", {})}
    return page(request, template, {**around, **own, "words": words}, status=status)


def at_desk(request: HttpRequest) -> Desk:
    """The officer's desk, asked once a request; to be read outside of a transaction or in one."""
    found = getattr(request, "desk", None)
    if found is None:
        with acting():
            found = desk()
        request.desk = found  # type: ignore[attr-defined]
    assert isinstance(found, Desk)
    return found


def at_work(*methods: str) -> Callable[[View], View]:
    """A view of the desk, for the methods named: for whoever is signed in, in their language.

    What is refused below becomes an answer that says what to do: a page, or JSON for a script.
    """

    def decorate(view: View) -> View:
        @csrf_protect
        @for_officers
        @wraps(view)
        def guarded(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
            if request.method not in methods:
                return HttpResponse(status=405, headers={"Allow": ", ".join(methods)})
            with translation.override(_language(request)):
                try:
                    return view(request, *arguments, **named)
                except SignedOutError:
                    raise
                except _ANSWERED as error:
                    return _answer(request, error)

        return guarded

    return decorate


def _language(request: HttpRequest) -> str:
    chosen = at_desk(request).language
    return chosen or translation.get_language_from_request(request)


_ANSWERED = (
    *(AccessError, CaseworkError, VaultError, ContributionError, ConfinementError),
    Http404,
)
_STATUS: tuple[tuple[type[Exception], int], ...] = (
    (QuotaError, 429),
    (NotKeptError, 422),
    (AccessError, 403),
    (NotSeenError, 404),
    (Http404, 404),
    (DecidedMeanwhileError, 409),
    (CaseworkError, 422),
    (ContributionError, 422),
    (VaultError, 404),
    (ConfinementError, 503),
)


def _answer(request: HttpRequest, error: Exception) -> HttpResponse:
    if isinstance(error, AccessError):
        note_refusal(error)
    if isinstance(error, AuthorityError):
        return _to_authority(request)
    status, why = _status_of(error), why_of(error)
    if for_script(request):
        return JsonResponse({"why": why}, status=status)
    told = {"problem": why, "status": status, "typed": _typed(request)}
    return framed(request, "problem", told, status=status)


def _typed(request: HttpRequest) -> list[str]:
    """What was typed into the form that is refused: a browser may not keep it for going back."""
    return [
        value[:_LONGEST]
        for name, values in request.POST.lists()
        for value in values
        if name not in _NOT_TYPED and value.strip()
    ]


def _status_of(error: Exception) -> int:
    return next(status for kind, status in _STATUS if isinstance(error, kind))


def tried(act: Callable[[], object]) -> tuple[str, int]:
    """Do something that a form asks for, so that what was typed can be shown again with why not.

    Args:
        act: what is done, within a transaction of the officer's.

    Returns:
        Why it was not done, and the status of that answer; an empty text and 200 when it was.
    """
    try:
        with acting():
            act()
    except SignedOutError:
        raise
    except _ANSWERED as error:
        if isinstance(error, AccessError):
            note_refusal(error)
        return why_of(error), _status_of(error)
    return "", 200


def why_of(error: Exception) -> str:
    """What an error of the layers below says, in the language of the page and for its readers."""
    if isinstance(error, Http404):
        return _("There is nothing here that you may see.")
    return told(str(error)) or _("It could not be done.")


def _to_authority(request: HttpRequest) -> HttpResponse:
    there = "/authority?" + urlencode({"next": asked_for(request)})
    if for_script(request):
        why = _("Choose the authority under which you work first.")
        return JsonResponse({"why": why, "go": there}, status=403)
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": there})
    return HttpResponseRedirect(there)
