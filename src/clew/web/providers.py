"""Signing in through an identity provider: going there, coming back, and being logged out."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.translation import gettext_noop as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from clew.access.errors import SignInError
from clew.access.identities import (
    Bound,
    CodeWanted,
    add_code,
    come_back,
    issuer_of,
    log_out,
    send,
)
from clew.access.openid import Speaking
from clew.access.providers import Provider, read_providers
from clew.serving.served import served
from clew.web.browser import (
    begun,
    forget,
    keep,
    kept,
    local,
    onward,
    page,
    posted,
    site_of,
    word,
)


def known_providers() -> dict[str, Provider]:
    """Those that the operator has named, by name."""
    return _read(served().settings.identity_providers)


@cache
def _read(file: Path | None) -> dict[str, Provider]:
    return read_providers(file)


def _provider(name: str) -> Provider:
    found = known_providers().get(name)
    if found is None:
        raise Http404
    return found


def _redirect(request: HttpRequest, provider: Provider) -> str:
    return f"{site_of(request).origin}/sign-in/provider/{provider.name}/back"


@posted
def go(request: HttpRequest, name: str) -> HttpResponse:
    """Send a browser to a provider; with an invitation, to be bound to it."""
    provider = _provider(name)
    try:
        sent = send(provider, _redirect(request, provider), word(request.POST, "invitation"))
    except SignInError as error:
        return refused(request, error)
    answer = onward(request, sent.address, _("Going on to %(provider)s …"), provider=provider.title)
    keep(request, answer, "challenge", sent.secret, from_elsewhere=True)
    keep(request, answer, "next", local(word(request.POST, "next") or "/"), from_elsewhere=True)
    return answer


def back(request: HttpRequest, name: str) -> HttpResponse:
    """Receive a browser that a provider sends back."""
    provider = _provider(name)
    told = {key: value[:4000] for key, value in request.GET.dict().items()}
    try:
        come = come_back(provider, _redirect(request, provider), kept(request, "challenge"), told)
    except SignInError as error:
        return refused(request, error)
    if isinstance(come, CodeWanted):
        answer = onward(request, "/sign-in/code", _("One step more …"))
        keep(request, answer, "challenge", come.secret)
        return answer
    if isinstance(come, Bound):
        answer = onward(request, "/sign-in", _("Enrolled. Going on to sign in …"))
        forget(request, answer, "challenge")
        return answer
    return _begun(request, onward(request, _next(request), _("Signed in. Going on …")), come)


def _next(request: HttpRequest) -> str:
    """The page that was asked for before going to the provider."""
    return local(kept(request, "next") or "/")


def _begun(request: HttpRequest, answer: HttpResponse, session: str) -> HttpResponse:
    forget(request, answer, "next")
    return begun(request, answer, session)


@csrf_protect
def code(request: HttpRequest) -> HttpResponse:
    """The one-time code that is wanted beside a provider's word."""
    if request.method != "POST":
        return page(request, "code")
    try:
        secret = add_code(kept(request, "challenge"), word(request.POST, "code"))
    except SignInError as error:
        return refused(request, error)
    return _begun(request, HttpResponseRedirect(_next(request)), secret)


@csrf_exempt  # asked by the provider itself; what it signed is what counts
def logged_out(request: HttpRequest, name: str) -> HttpResponse:
    """End the sessions of whom a provider has logged out (back-channel logout)."""
    provider = _provider(name)
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    try:
        log_out(provider, request.POST.get("logout_token", ""))
    except SignInError as error:
        return JsonResponse({"error": "invalid_request", "why": str(error)}, status=400)
    return HttpResponse(status=200)


def farewell(request: HttpRequest, session: str) -> str | None:
    """Where a browser signs out at the provider its session came from; None for nowhere."""
    issuer = issuer_of(session)
    found = next((one for one in known_providers().values() if one.issuer == issuer), None)
    if found is None:
        return None
    return Speaking(found, "").farewell(f"{site_of(request).origin}/sign-in")


def refused(request: HttpRequest, error: SignInError) -> HttpResponse:
    """Says why, and where to begin again."""
    answer = page(request, "refused", {"why": str(error)}, status=403)
    forget(request, answer, "challenge")
    return answer
