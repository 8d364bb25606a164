"""What a browser keeps and is told: cookies, and pages that load nothing from elsewhere.

A cookie's value is a secret that no script can read. The one of a session goes only with requests
that came from these pages themselves (``SameSite=Strict``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import wraps
from typing import Any, Literal
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_protect

from clew.access.acting import signed_in
from clew.access.errors import AccessError, SignedOutError, SignInError
from clew.access.passkeys import Asked, Site
from clew.serving.middleware import refuse_practice
from clew.serving.served import served
from clew.web.refusals import in_their_language

View = Callable[..., HttpResponse]
Cookie = Literal["session", "challenge", "proof", "next"]

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_MINUTES = 5 * 60
_LONGEST = 65_536


def site_of(request: HttpRequest) -> Site:
    """The site that a browser is on: the operator's, or one of those that are served."""
    told = served().settings
    return Site.at(told.url or f"{request.scheme}://{request.get_host()}", told.passkey_domain)


def _name(request: HttpRequest, cookie: Cookie) -> str:
    # The prefix has the browser refuse it from any other host, and without TLS.
    return f"__Host-clew-{cookie}" if _by_tls(request) else f"clew-{cookie}"


def _by_tls(request: HttpRequest) -> bool:
    return site_of(request).origin.startswith("https:")


def kept(request: HttpRequest, cookie: Cookie) -> str:
    """What the browser keeps; empty for nothing."""
    value = request.COOKIES.get(_name(request, cookie), "")
    return value if value.isascii() and "\0" not in value else ""


def keep(
    request: HttpRequest,
    answer: HttpResponse,
    cookie: Cookie,
    secret: str,
    *,
    from_elsewhere: bool = False,
) -> None:
    """Have the browser keep a secret.

    Args:
        request: the browser's.
        answer: to it.
        cookie: what it is.
        secret: its value.
        from_elsewhere: whether it also goes with a browser that another site sends here.
    """
    answer.set_cookie(
        _name(request, cookie),
        secret,
        max_age=None if cookie == "session" else _MINUTES,
        path="/",
        secure=_by_tls(request),
        httponly=True,
        samesite="Lax" if from_elsewhere else "Strict",
    )


def forget(request: HttpRequest, answer: HttpResponse, cookie: Cookie) -> None:
    """Have the browser forget it."""
    answer.set_cookie(
        _name(request, cookie), "", max_age=0, path="/", secure=_by_tls(request), httponly=True
    )


def page(
    request: HttpRequest, template: str, told: Mapping[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """A page, in the language that the browser asks for unless an officer chose another one.

    What it tells as ``why`` may be a refusal as the layers below say it.
    """
    shown = dict(told or {})
    with _in_its_language(request):
        if "why" in shown:
            shown["why"] = in_their_language(shown["why"])
        answer = render(request, f"web/{template}.html", shown, status=status)
    return _guarded(answer)


def _in_its_language(request: HttpRequest) -> AbstractContextManager[None]:
    if hasattr(request, "desk"):
        return nullcontext()
    return translation.override(translation.get_language_from_request(request))


def _why(request: HttpRequest, refusal: str, status: int, **more: str) -> JsonResponse:
    """What a script is told that asked for something it does not get."""
    with _in_its_language(request):
        return JsonResponse({"why": in_their_language(refusal), **more}, status=status)


def _guarded(answer: HttpResponse) -> HttpResponse:
    answer.headers["Content-Security-Policy"] = _POLICY
    # Django wants to see that a form came from here.
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer


def not_from_here(request: HttpRequest, reason: str = "") -> HttpResponse:
    """What a form is answered that did not come from these pages, or from one too old."""
    why = "The form did not come from here, or is too old. Load the page again."
    if request.content_type == "application/json":
        return _why(request, why, 403, form="old")
    return page(request, "refused", {"why": why}, status=403)


def onward(request: HttpRequest, address: str, words: str, **values: str) -> HttpResponse:
    """Leads a browser on from a page of ours, which says where to in the browser's language.

    A redirect would not do: coming from another site the cookie of the session is not sent along
    with it, and leading to another it would be stopped as the target of a form.
    """
    with _in_its_language(request):
        said = gettext(words) % values
    return page(request, "onward", {"address": address, "words": said})


def begun(request: HttpRequest, answer: HttpResponse, session: str) -> HttpResponse:
    """Has the browser keep a session that has begun, and nothing from before."""
    rotate_token(request)
    keep(request, answer, "session", session)
    forget(request, answer, "challenge")
    forget(request, answer, "proof")
    return answer


def posted(view: View) -> View:
    """A view that only a form or script of these pages may ask."""

    @csrf_protect
    @wraps(view)
    def guarded(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
        if request.method != "POST":
            return HttpResponse(status=405, headers={"Allow": "POST"})
        return view(request, *arguments, **named)

    return guarded


def for_officers(view: View) -> View:
    """A view for whoever is signed in; anybody else is led to the page for that."""

    @wraps(view)
    def guarded(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
        secret = kept(request, "session")
        try:
            if not secret:
                raise SignedOutError("Sign in first.")
            refuse_practice(secret)
            with signed_in(secret):
                return view(request, *arguments, **named)
        except SignedOutError as error:
            if for_script(request) or request.content_type == "application/json":
                return _why(request, "Your session is over. Sign in again.", 401)
            del error
            there = to_sign_in(asked_for(request))
            answer: HttpResponse = HttpResponseRedirect(there)
            if request.headers.get("HX-Request"):
                answer = HttpResponse(status=204, headers={"HX-Redirect": there})
            if secret:  # a link on another site brings none, and ends no session
                forget(request, answer, "session")
            return answer

    return guarded


def for_script(request: HttpRequest) -> bool:
    """Whether a script asks, and not a browser that shows what it is answered."""
    return request.headers.get("Clew-Asks") == "script"


def asked_for(request: HttpRequest) -> str:
    """The page on which somebody is, or which they asked for: where they come back to."""
    if for_script(request) or request.headers.get("HX-Request"):
        return local(request.headers.get("Clew-Page", "/"))
    return local(request.get_full_path()) if request.method == "GET" else "/"


def local(address: str) -> str:
    """An address of these pages; the first page for any other."""
    plain = address.isprintable() and "\\" not in address
    return address if plain and re.match(r"/(?!/)", address) else "/"


def to_sign_in(back: str) -> str:
    """Where one signs in and comes back from to a page of these."""
    return "/sign-in" + ("?" + urlencode({"next": back}) if back != "/" else "")


def for_scripts(view: View) -> View:
    """A view that a script asks with JSON and that answers with JSON, also when it refuses."""

    @wraps(view)
    def guarded(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
        try:
            return view(request, *arguments, **named)
        except SignedOutError:
            raise
        except AccessError as error:
            return _why(request, str(error), 403)

    return guarded


def said(request: HttpRequest) -> dict[str, Any]:
    """What a script says.

    Raises:
        SignInError: it is not JSON, or too long.
    """
    try:
        if len(request.body) > _LONGEST:
            raise ValueError
        found = json.loads(request.body)
        if not isinstance(found, dict):
            raise TypeError
    except (ValueError, TypeError, RecursionError) as error:
        raise SignInError("What was sent is not understood.") from error
    return found


def word(told: Mapping[str, Any], name: str) -> str:
    """A text that was typed; empty for none."""
    value = told.get(name, "")
    return value[:500].replace("\0", "") if isinstance(value, str) else ""


def asked(request: HttpRequest, what: Asked) -> HttpResponse:
    """Asks a script for a passkey."""
    answer = JsonResponse({"options": dict(what.options)})
    keep(request, answer, "challenge", what.secret)
    return answer
