"""What a supervisor looks after: unusual use, access that is still needed, and sums."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from clew.access.acting import acting
from clew.access.errors import NotKeptError
from clew.access.models import Role
from clew.access.reviews import accesses, review_access
from clew.casework.conduct import RULES, unusual
from clew.casework.statistics import sums
from clew.casework.watching import alarms
from clew.serving.served import served
from clew.web.browser import word
from clew.web.frame import at_desk, at_work, tried
from clew.web.menu import done, for_roles, role_words, shown

_DAYS = ("7", "30", "90")
_MOST_ALARMS = 30


@at_work("GET")
@for_roles(Role.SUPERVISOR)
def conduct(request: HttpRequest) -> HttpResponse:
    """Figures above their marks, each with what to do; and who asked about what is watched."""
    days = _days(request, "7")
    zone = served().settings.time_zone
    with acting():
        found = unusual(int(days), zone)
        asked = alarms(_MOST_ALARMS)
    words = rule_words()
    told = {
        "days": days,
        "choices": _DAYS,
        "zone": zone,
        "unusual": [(one, *words[one.rule]) for one in found],
        "rules": [(words[rule.name][0], rule.mark) for rule in RULES],
        "alarms": asked,
    }
    return shown(request, "oversight/conduct", told)


def _days(request: HttpRequest, usual: str) -> str:
    days = word(request.GET, "days")
    return days if days in _DAYS else usual


def rule_words() -> dict[str, tuple[str, str]]:
    """What is counted, and what to do when it is above its mark."""
    return {
        "questions in one hour": (
            _("Questions in one hour"),
            _("Ask whether a program asks for the officer; such a one works with a token."),
        ),
        "questions at night": (
            _("Questions at night"),
            _("Compare with the duty roster, then ask what they were for."),
        ),
        "questions without an act within a day": (
            _("Questions that led to nothing within a day"),
            _("Ask for which case they were; an auditor can open each of them in the log."),
        ),
        "media shown": (
            _("Media shown"),
            _("Compare with what was seized lately. If it is much for one person, share the work."),
        ),
        "exports and reports": (
            _("Exports and reports"),
            _("Ask where they went, and have what is not needed destroyed there."),
        ),
        "attempts refused": (
            _("Attempts refused"),
            _("Ask what was tried. It may be a role that is missing for the work."),
        ),
        "questions about what is watched": (
            _("Questions about what is watched"),
            _("Ask whoever watches it for the reason first; do not ask the officer before that."),
        ),
    }


@at_work("GET")
@for_roles(Role.SUPERVISOR, Role.AUDITOR)
def access(request: HttpRequest) -> HttpResponse:
    """Who may do what, and whether somebody looked lately if they still need to."""
    return _access(request)


def _access(
    request: HttpRequest, why: str = "", status: int = 200, number: int = 0
) -> HttpResponse:
    words = role_words()
    with acting():
        found = accesses()
    told = {
        "why": why,
        "typed": request.POST,
        "answering": number,
        "accesses": [
            (
                one,
                [words[Role(role)] for role in one.roles],
                one.officer == at_desk(request).officer,
            )
            for one in found
        ],
        "due": sum(one.due for one in found),
        "answers": Role.SUPERVISOR in at_desk(request).roles,
    }
    return shown(request, "oversight/access", told, status)


@at_work("POST")
@for_roles(Role.SUPERVISOR)
def review(request: HttpRequest, number: int) -> HttpResponse:
    """Say whether an officer still needs their access."""
    said = word(request.POST, "stays")

    def do() -> None:
        if said not in ("yes", "no"):
            raise NotKeptError(_("Say whether it stays."))
        review_access(number, stays=said == "yes", why=word(request.POST, "why"))

    why, status = tried(do)
    return _access(request, why, status, number) if why else done("/oversight/access", "looked")


@at_work("GET")
@for_roles(Role.SUPERVISOR)
def statistics(request: HttpRequest) -> HttpResponse:
    """Sums of the agency and its units; of what was looked at never one officer's."""
    days = _days(request, "30")
    with acting():
        found = sums(int(days))
    most = max((one.reveals for one in found.looked), default=1) or 1
    told = {
        "days": days,
        "choices": _DAYS,
        "sums": found,
        "looked": [(one, round(100 * one.reveals / most)) for one in found.looked],
    }
    return shown(request, "oversight/statistics", told)
