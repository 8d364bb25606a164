"""Tokens of the country's officers, and the grading schemes that are in use."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from clew.access.acting import acting
from clew.access.models import Role
from clew.access.tokens import end_token_of_officer, tokens_of_country
from clew.casework.vocabulary import vocabulary
from clew.serving.served import served
from clew.web.frame import at_work, tried
from clew.web.menu import done, for_roles, shown
from clew.web.own_tokens import scope_words


@at_work("GET")
@for_roles(Role.ADMINISTRATOR)
def tokens(request: HttpRequest) -> HttpResponse:
    """Those that hold now."""
    return _page(request)


@at_work("POST")
@for_roles(Role.ADMINISTRATOR)
def end(request: HttpRequest, number: int) -> HttpResponse:
    """End one now."""
    why, status = tried(lambda: end_token_of_officer(number))
    return _page(request, why, status) if why else done("/admin/tokens", "ended")


def _page(request: HttpRequest, why: str = "", status: int = 200) -> HttpResponse:
    with acting():
        found = tokens_of_country()
    words = scope_words()
    may = [(one, [words.get(scope, scope) for scope in one.scopes]) for one in found]
    told = {"why": why, "tokens": may}
    return shown(request, "administration/tokens", told, status)


@at_work("GET")
@for_roles(Role.ADMINISTRATOR, Role.SUPERVISOR)
def schemes(request: HttpRequest) -> HttpResponse:
    """What numbers mean, under each scheme that is in force."""
    found = sorted(vocabulary().schemes.values(), key=lambda one: one.scheme)
    folder = served().settings.vocabulary
    return shown(request, "administration/schemes", {"schemes": found, "folder": folder})
