"""An officer's own tokens for programs: issued, listed and ended."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from clew.access.acting import acting
from clew.access.authorities import usable_authorities
from clew.access.errors import AuthorityError, NotAllowedError, SignInError
from clew.access.models import Scope
from clew.access.signin import LONGEST_TOKEN
from clew.access.tokens import end_token, issue_own_token, own_tokens
from clew.audit.log import refusals_recorded
from clew.casework.errors import StatementError
from clew.serving.middleware import note_refusal
from clew.web.browser import word
from clew.web.frame import at_work, framed, why_of
from clew.web.measures import positive
from clew.web.menu import done, ending

_HERE = "/tokens"


@at_work("GET")
def tokens(request: HttpRequest) -> HttpResponse:
    """What was ever issued to the officer, and a form for a further one."""
    return _page(request)


@at_work("POST")
def issue(request: HttpRequest) -> HttpResponse:
    """Issue one. Its secret is on this one page, and kept nowhere."""
    typed = request.POST
    chosen = [Scope(one) for one in typed.getlist("scope") if one in Scope.values]
    try:
        until = ending(word(typed, "until"))
        if until is None or not chosen or not word(typed, "label").strip():
            raise StatementError(
                _("A token says what it is for, what it may be used for, and when it ends.")
            )
        secret = issue_own_token(
            word(typed, "password"),
            word(typed, "code"),
            label=word(typed, "label").strip(),
            scopes=chosen,
            authority=positive(typed, "authority"),
            until=until,
        )
    except (StatementError, SignInError, AuthorityError) as error:
        if isinstance(error, AuthorityError):
            note_refusal(error)
        return _page(request, why_of(error), status=422)
    return _page(request, secret=secret)


@at_work("POST")
def end(request: HttpRequest, number: int) -> HttpResponse:
    """End one now."""
    try:
        with refusals_recorded(), acting():
            end_token(number)
    except NotAllowedError as error:
        return _page(request, why_of(error), status=403)
    return done(_HERE, "ended")


def scope_words() -> dict[str, str]:
    """What a token may be used for, for people."""
    return {
        Scope.READ: _("ask, and see what you see"),
        Scope.CONTRIBUTE: _("hand in, and say with whom it is shared"),
        Scope.ADMINISTER: _("look after officers, roles and authorities"),
    }


def _page(
    request: HttpRequest, why: str = "", *, secret: str = "", status: int = 200
) -> HttpResponse:
    words = scope_words()
    with acting():
        found = [
            (one, [words.get(scope, scope) for scope in one.scopes])
            for one in reversed(own_tokens())
        ]
        authorities = list(usable_authorities())
    told = {
        "why": why,
        "ended": word(request.GET, "done") == "ended",
        "secret": secret,
        "tokens": found,
        "authorities": authorities,
        "scopes": list(words.items()),
        "typed": {} if secret else request.POST,
        "chosen": request.POST.getlist("scope") if why else [Scope.READ],
        "last": timezone.now() + LONGEST_TOKEN - timedelta(days=1),
    }
    return framed(request, "tokens", told, status)
