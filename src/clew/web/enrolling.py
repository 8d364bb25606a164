"""Enrolling with an invitation: by password and one-time codes, by passkey, or through a provider.

The invitation is typed, and goes from form to form; it is never part of an address.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_protect

from clew.access.enrolment import (
    begin_enrolment,
    begin_enrolment_by_passkey,
    enrol,
    enrol_by_passkey,
)
from clew.access.errors import SignInError
from clew.web.browser import (
    asked,
    for_scripts,
    forget,
    kept,
    page,
    posted,
    said,
    site_of,
    word,
)
from clew.web.providers import known_providers


@csrf_protect
def page_of_invitation(request: HttpRequest) -> HttpResponse:
    """Ask for the invitation, and show what may be enrolled with it."""
    if request.method != "POST":
        return page(request, "invitation")
    try:
        return _choices(request, word(request.POST, "invitation"))
    except SignInError as error:
        return page(request, "invitation", {"why": str(error)}, status=403)


def _choices(request: HttpRequest, invitation: str, why: str = "", totp: str = "") -> HttpResponse:
    begun = begin_enrolment(invitation)
    told = {
        "why": why,
        "invitation": invitation,
        "name": begun.sign_in_name,
        "totp": totp or begun.totp_secret,
        "address": "" if totp else begun.address,
        "providers": known_providers().values(),
    }
    return page(request, "enrol", told, status=403 if why else 200)


@posted
def password(request: HttpRequest) -> HttpResponse:
    """Keep password and one-time codes, and show the recovery codes this once."""
    invitation, typed, totp, code = (
        word(request.POST, one) for one in ("invitation", "password", "totp", "code")
    )
    try:
        if typed != word(request.POST, "again"):
            return _choices(request, invitation, "The two passwords differ.", totp)
        codes = enrol(invitation, typed, totp, code)
    except SignInError as error:
        try:
            return _choices(request, invitation, str(error), totp)
        except SignInError:  # the invitation itself
            return page(request, "invitation", {"why": str(error)}, status=403)
    return page(request, "enrolled", {"codes": codes})


@posted
@for_scripts
def passkey_options(request: HttpRequest) -> HttpResponse:
    """Ask the browser of whoever has an invitation for a new passkey."""
    invitation = word(said(request), "invitation")
    return asked(request, begin_enrolment_by_passkey(invitation, site_of(request)))


@posted
@for_scripts
def passkey(request: HttpRequest) -> HttpResponse:
    """Keep the passkey; from now on it is what they sign in with."""
    told = said(request)
    enrol_by_passkey(
        word(told, "invitation"),
        kept(request, "challenge"),
        told.get("answer"),
        word(told, "name"),
        site_of(request),
    )
    answer = JsonResponse({"go": "/sign-in"})
    forget(request, answer, "challenge")
    return answer
