"""What officers choose for themselves: an authority, and what they want of the desk."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.utils import translation
from django.utils.translation import gettext as _

from clew.access.acting import acting, use_authority
from clew.access.acting import authority as in_use
from clew.access.authorities import usable_authorities
from clew.access.errors import AuthorityError
from clew.casework.desk import choose
from clew.casework.errors import CaseworkError
from clew.casework.vocabulary import vocabulary
from clew.web.browser import for_script, local, word
from clew.web.frame import at_desk, at_work, framed, why_of


@at_work("GET", "POST")
def authority(request: HttpRequest) -> HttpResponse:
    """Choose the authority to act under, and go back to where it was missing."""
    back = local(word(request.GET, "next") or word(request.POST, "next") or "/")
    why, status = "", 200
    if request.method == "POST":
        try:
            number = word(request.POST, "authority")
            with acting():
                use_authority(int(number) if number.isdecimal() else 0)
            return HttpResponseRedirect(back)
        except AuthorityError as error:
            why, status = why_of(error), 403
    with acting():
        told = {
            "authorities": list(usable_authorities()),
            "in_use": in_use(),
            "next": back,
            "why": why,
        }
    return framed(request, "authority", told, status)


@at_work("GET")
def still(request: HttpRequest) -> HttpResponse:
    """Who sits at the desk now, for a page on which somebody has typed and is about to send it."""
    sitting = at_desk(request)
    return JsonResponse(
        {
            "officer": sitting.officer,
            "authority": bool(sitting.authority),
            "form": get_token(request),
        }
    )


@at_work("GET", "POST")
def own_desk(request: HttpRequest) -> HttpResponse:
    """The officer's own limits, break, scheme and language."""
    why, status = "", 200
    if request.method == "POST":
        try:
            with acting():
                choose(
                    reveals_a_day=_number(word(request.POST, "reveals_a_day")),
                    minutes_at_a_time=_number(word(request.POST, "minutes_at_a_time")) or 0,
                    scheme=word(request.POST, "scheme"),
                    language=_language(word(request.POST, "language")),
                    asked_again=bool(word(request.POST, "asked_again")),
                )
            return HttpResponseRedirect("/desk?" + urlencode({"saved": "yes"}))
        except CaseworkError as error:
            why, status = why_of(error), 422
    told = {
        "why": why,
        "saved": "saved" in request.GET,
        "typed": request.POST,
        "schemes": sorted(vocabulary().schemes.values(), key=lambda one: one.scheme),
        "languages": [
            (code, translation.get_language_info(code)["name_local"])
            for code, _name in settings.LANGUAGES
        ],
    }
    return framed(request, "desk", told, status)


@at_work("POST")
def blind(request: HttpRequest) -> HttpResponse:
    """Begin, or end, working with matches and words alone."""
    now = not at_desk(request).blind
    with acting():
        choose(blind=now)
    if for_script(request):
        return JsonResponse({"blind": now})
    return HttpResponseRedirect(local(word(request.POST, "next") or "/"))


def _number(typed: str) -> int | None:
    if not typed.strip():
        return None
    if not typed.strip().isdecimal() or len(typed) > 6:
        raise CaseworkError(_("Type a number, without a point or a sign."))
    return int(typed)


def _language(code: str) -> str:
    return code if code in dict(settings.LANGUAGES) else ""
