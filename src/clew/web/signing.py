"""Signing in by name, password and code, by passkey or by certificate; and signing out."""

from __future__ import annotations

from contextlib import suppress

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.translation import gettext_noop as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from clew.access.acting import acting, sign_out
from clew.access.certificates import (
    CertificateUse,
    machine_session,
    sign_in_by_certificate,
    sign_in_with_certificate,
)
from clew.access.demonstration import practising, sign_in_for_practice
from clew.access.errors import AccessError, NotAllowedError, SignedOutError, SignInError
from clew.access.models import SessionKind
from clew.access.passkeys import ask_to_sign_in, sign_in_by_passkey
from clew.access.signin import sign_in
from clew.serving.served import served
from clew.web.browser import (
    asked,
    begun,
    for_scripts,
    forget,
    kept,
    local,
    onward,
    page,
    posted,
    said,
    site_of,
    word,
)
from clew.web.providers import farewell, known_providers
from clew.web.proxy import certificate_of, use_of_certificates


@csrf_protect
def sign_in_page(request: HttpRequest) -> HttpResponse:
    """Name, password and code; and what else there is."""
    if request.method != "POST":
        return _page(request)
    name, password, code = (word(request.POST, one) for one in ("name", "password", "code"))
    try:
        certificate = certificate_of(request)
        if certificate is not None and not code:
            secret = sign_in_with_certificate(name, password, certificate)
        else:
            secret = sign_in(name, password, code, SessionKind.WEB)
    except SignInError as error:
        return _page(request, str(error), name)
    return begun(request, HttpResponseRedirect(_next(request)), secret)


def _next(request: HttpRequest) -> str:
    """The page that was asked for before signing in."""
    return local(word(request.POST, "next") or word(request.GET, "next") or "/")


def _page(request: HttpRequest, why: str = "", name: str = "") -> HttpResponse:
    use = use_of_certificates()
    try:
        certificate = certificate_of(request)
    except SignInError as error:
        certificate, why = None, why or str(error)
    told = {
        "why": why,
        "name": name,
        "providers": known_providers().values(),
        "certificate": certificate,
        "practising": practising() if served().demo else (),
        "next": _next(request),
        "alone": use is CertificateUse.ALONE,
    }
    return page(request, "sign-in", told, status=403 if why else 200)


@posted
@for_scripts
def passkey_options(request: HttpRequest) -> HttpResponse:
    """Ask a browser for a passkey."""
    return asked(request, ask_to_sign_in(site_of(request)))


@posted
@for_scripts
def passkey(request: HttpRequest) -> HttpResponse:
    """Sign in by the passkey that a browser answered with."""
    told = said(request)
    secret = sign_in_by_passkey(kept(request, "challenge"), told.get("answer"), site_of(request))
    return begun(request, JsonResponse({"go": local(word(told, "next") or "/")}), secret)


@posted
def certificate(request: HttpRequest) -> HttpResponse:
    """Sign in by the certificate alone, where the operator allows it."""
    try:
        found = certificate_of(request)
        if found is None or use_of_certificates() is not CertificateUse.ALONE:
            raise SignInError("Nobody signs in by certificate alone here.")
        secret = sign_in_by_certificate(found)
    except SignInError as error:
        return _page(request, str(error))
    return begun(request, HttpResponseRedirect(_next(request)), secret)


@csrf_exempt  # for machines: there is no cookie, and what is answered no page of others can read
def machine(request: HttpRequest) -> HttpResponse:
    """A session for the machine whose certificate it is, to be sent as a token is."""
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    try:
        found = certificate_of(request)
        if found is None:
            raise SignInError("No client certificate came with the request.")
        secret, until = machine_session(found)
    except SignInError as error:
        return JsonResponse({"why": str(error)}, status=403)
    return JsonResponse({"secret": secret, "until": until.isoformat()}, status=201)


@posted
def practise(request: HttpRequest) -> HttpResponse:
    """Sign in as one of those who practise, in a workspace for practice alone."""
    if not served().demo:
        raise Http404
    name = word(request.POST, "officer")
    who = next((one for one in practising() if one.sign_in_name == name), None)
    if who is None:
        return _page(request, "Nobody of that name practises here.")
    try:
        secret = sign_in_for_practice(who, SessionKind.WEB)
    except NotAllowedError as error:
        return _page(request, str(error))
    return begun(request, HttpResponseRedirect(_next(request)), secret)


@posted
def sign_out_here(request: HttpRequest) -> HttpResponse:
    """End the session here, and at the provider that it came from."""
    secret, there = kept(request, "session"), None
    if secret:
        with suppress(SignedOutError, AccessError):
            there = farewell(request, secret)
            with acting(secret):
                sign_out()
    if there is None:
        answer: HttpResponse = HttpResponseRedirect("/sign-in")
    else:
        answer = onward(request, there, _("Signed out here. Going on to sign out there …"))
    forget(request, answer, "session")
    forget(request, answer, "proof")
    return answer
