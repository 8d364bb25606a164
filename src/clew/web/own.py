"""An officer's own credentials: seeing, adding and removing them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.views.decorators.csrf import csrf_protect

from clew.access.acting import acting
from clew.access.acting import officer as acting_officer
from clew.access.credentials import own_credentials, remove_passkey
from clew.access.errors import NotAllowedError, SignInError
from clew.access.models import Officer
from clew.access.proving import (
    add_passkey,
    begin_adding_passkey,
    prove_by_passkey,
    prove_by_password,
)
from clew.audit.log import refusals_recorded
from clew.web.browser import (
    asked,
    for_officers,
    for_scripts,
    forget,
    keep,
    kept,
    page,
    posted,
    said,
    site_of,
    word,
)

_HERE = "/credentials"


@csrf_protect
@for_officers
def credentials(request: HttpRequest) -> HttpResponse:
    """What the officer signs in with."""
    return _page(request)


def _page(request: HttpRequest, why: str = "") -> HttpResponse:
    with acting():
        told = {
            "why": why,
            "me": Officer.objects.select_related("agency").get(pk=acting_officer() or 0),
            "credentials": own_credentials(),
            "proven": bool(kept(request, "proof")),
        }
    return page(request, "credentials", told, status=403 if why else 200)


@posted
@for_officers
def prove(request: HttpRequest) -> HttpResponse:
    """Prove anew by password and code who is there, before something is changed."""
    password, code = word(request.POST, "password"), word(request.POST, "code")
    try:
        proof = prove_by_password(kept(request, "session"), password, code)
    except SignInError as error:
        return _page(request, str(error))
    answer = HttpResponseRedirect(_HERE)
    keep(request, answer, "proof", proof)
    return answer


@posted
@for_officers
@for_scripts
def prove_with_passkey(request: HttpRequest) -> HttpResponse:
    """The same by passkey."""
    session, secret = kept(request, "session"), kept(request, "challenge")
    proof = prove_by_passkey(session, secret, said(request).get("answer"), site_of(request))
    answer = JsonResponse({"go": _HERE})
    keep(request, answer, "proof", proof)
    return answer


@posted
@for_officers
@for_scripts
def passkey_options(request: HttpRequest) -> HttpResponse:
    """Ask the browser of whoever proved it for one more passkey."""
    session, proof = kept(request, "session"), kept(request, "proof")
    answer = asked(request, begin_adding_passkey(session, proof, site_of(request)))
    forget(request, answer, "proof")
    return answer


@posted
@for_officers
@for_scripts
def passkey(request: HttpRequest) -> HttpResponse:
    """Keep it."""
    told = said(request)
    session, secret = kept(request, "session"), kept(request, "challenge")
    add_passkey(session, secret, told.get("answer"), word(told, "name"), site_of(request))
    return JsonResponse({"go": _HERE})


@posted
@for_officers
def remove(request: HttpRequest, number: int) -> HttpResponse:
    """Remove a passkey of one's own; what it began elsewhere ends."""
    try:
        with refusals_recorded(), acting():
            remove_passkey(number)
    except NotAllowedError as error:
        return _page(request, str(error))
    return HttpResponseRedirect(_HERE)
