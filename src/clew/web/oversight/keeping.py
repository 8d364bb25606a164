"""How long things are kept: reviews that are due, deletions that wait, and legal holds."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from clew.access.acting import acting, require_authority
from clew.access.models import Officer, Role
from clew.casework import retention as work
from clew.casework.errors import StatementError
from clew.casework.things import MEDIA, Thing
from clew.records.models import Entity
from clew.serving.served import served
from clew.vault.errors import VaultError
from clew.web.browser import word
from clew.web.frame import at_desk, at_work, tried
from clew.web.menu import day, done, for_roles, shown

PAGE = 50
KEEPERS = (Role.CONTRIBUTOR, Role.SPECIALIST, Role.SUPERVISOR)
log = structlog.get_logger()


@at_work("GET")
@for_roles(*KEEPERS)
def reviews(request: HttpRequest) -> HttpResponse:
    """What is to be looked at again, longest overdue first."""
    return _reviews(request)


def _reviews(request: HttpRequest, why: str = "", status: int = 200, act: str = "") -> HttpResponse:
    after = word(request.GET, "after")
    with acting():
        require_authority()
        begin = int(after) if after.isdecimal() and len(after) < 9 else 0
        count = work.count_of_open_reviews()
        page = work.open_reviews(begin=begin, most=PAGE)
        numbers = [Thing.named(one.thing).id for one in page if not one.thing.startswith(MEDIA)]
        victims = [number for one in page for number in one.unidentified]
        titles = dict(Entity.objects.filter(pk__in=[*numbers, *victims]).values_list("pk", "title"))
        told = [
            (
                one,
                Thing.named(one.thing),
                titles.get(Thing.named(one.thing).id, ""),
                [titles.get(number, f"person:{number}") for number in one.unidentified],
            )
            for one in page
        ]
    return shown(
        request,
        "oversight/reviews",
        {
            "why": why,
            "act": act,
            "typed": request.POST,
            "count": count,
            "reviews": told,
            "begin": begin,
            "further": begin + PAGE if count > begin + PAGE else 0,
        },
        status,
    )


@at_work("POST")
@for_roles(*KEEPERS)
def decide(request: HttpRequest, thing: str, act: str) -> HttpResponse:
    """Keep something until another day, ask for its deletion, or hold it."""
    reason = word(request.POST, "why")
    acts: dict[str, tuple[Callable[[Thing], object], str]] = {
        "keep": (
            lambda about: work.review(about, day(word(request.POST, "until")), reason),
            "kept",
        ),
        "delete": (lambda about: work.ask_for_deletion(_media(about), reason), "asked"),
        "hold": (lambda about: work.hold(_media(about), reason), "held"),
    }
    if act not in acts:
        raise Http404
    why, status = tried(lambda: acts[act][0](Thing.named(thing)))
    if why:
        return _reviews(request, why, status, f"{act} {thing}")
    return done("/oversight/reviews", acts[act][1])


def _media(about: Thing) -> int:
    if not about.is_media:
        raise StatementError(_("Only media are deleted or held."))
    return about.id


@at_work("GET")
@for_roles(*KEEPERS)
def deletions(request: HttpRequest) -> HttpResponse:
    """Requests that nobody has decided."""
    return _deletions(request)


def _deletions(
    request: HttpRequest, why: str = "", status: int = 200, act: str = ""
) -> HttpResponse:
    with acting():
        require_authority()
        found = work.requests_for_deletion()
        names = dict(
            Officer.objects.filter(pk__in={one.officer_id for one in found}).values_list(
                "pk", "name"
            )
        )
        held = {one.media_id for one in work.holds()}
    told = [(one, names.get(one.officer_id, ""), one.media_id in held) for one in found[:PAGE]]
    return shown(
        request,
        "oversight/deletions",
        {
            "why": why,
            "act": act,
            "typed": request.POST,
            "count": len(found),
            "deletions": told,
            "me": at_desk(request).officer,
            "agrees": Role.SUPERVISOR in at_desk(request).roles,
        },
        status,
    )


@at_work("POST")
@for_roles(*KEEPERS)
def settle(request: HttpRequest, number: int, act: str) -> HttpResponse:
    """Agree to a deletion, refuse it, or take back one's own request."""
    reason = word(request.POST, "why")
    acts = {
        "agree": (lambda: work.agree_to_deletion(number), "agreed"),
        "refuse": (lambda: work.refuse_deletion(number, reason), "refused"),
        "withdraw": (lambda: work.withdraw_deletion(number, reason), "withdrawn"),
    }
    if act not in acts:
        raise Http404
    why, status = tried(acts[act][0])
    if why:
        return _deletions(request, why, status, f"{act} {number}")
    if act == "agree":
        _destroy()
    return done("/oversight/deletions", acts[act][1])


def _destroy() -> None:
    """Destroy what nobody keeps any more; what the vault does not do now is done later."""
    try:
        work.destroy(served())
    except VaultError as error:
        log.error("not destroyed yet", why=str(error))


@at_work("GET", "POST")
@for_roles(*KEEPERS)
def holds(request: HttpRequest) -> HttpResponse:
    """Legal holds that are in force; or put a media under one."""
    if request.method == "GET":
        return _holds(request)
    why, status = tried(lambda: work.hold(_named(word(request.POST, "media")), _why(request)))
    return _holds(request, why, status, "hold") if why else done("/oversight/holds", "held")


def _why(request: HttpRequest) -> str:
    return word(request.POST, "why")


def _named(typed: str) -> int:
    typed = typed.strip()
    return _media(Thing.named(typed if ":" in typed else f"{MEDIA}:{typed}"))


def _holds(request: HttpRequest, why: str = "", status: int = 200, act: str = "") -> HttpResponse:
    with acting():
        require_authority()
        found = list(work.holds())
        names = dict(
            Officer.objects.filter(pk__in={one.officer_id for one in found}).values_list(
                "pk", "name"
            )
        )
    return shown(
        request,
        "oversight/holds",
        {
            "why": why,
            "act": act,
            "typed": request.POST,
            "holds": [(one, names.get(one.officer_id, "")) for one in found],
            "lifts": Role.SUPERVISOR in at_desk(request).roles,
        },
        status,
    )


@at_work("POST")
@for_roles(Role.SUPERVISOR)
def lift(request: HttpRequest, number: int) -> HttpResponse:
    """End a hold."""
    why, status = tried(lambda: work.lift(number, _why(request)))
    if why:
        return _holds(request, why, status, f"lift {number}")
    return done("/oversight/holds", "lifted")
