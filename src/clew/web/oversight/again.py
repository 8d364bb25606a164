"""A small sample of one's own grades, asked again."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from clew.access.acting import acting, require_authority
from clew.casework.asked_again import A_DAY, answer, answers, next_question
from clew.casework.errors import StatementError
from clew.web.browser import word
from clew.web.frame import at_work, tried
from clew.web.menu import for_roles, shown
from clew.web.oversight.keeping import KEEPERS


@at_work("GET")
@for_roles(*KEEPERS)
def again(request: HttpRequest) -> HttpResponse:
    """The next question, if there is one."""
    return _page(request)


def _page(request: HttpRequest, why: str = "", status: int = 200) -> HttpResponse:
    with acting():
        require_authority()
        question = next_question()
        given = answers()
    last = given[0] if given and "answered" in request.GET else None
    told = {"why": why, "question": question, "last": last, "answers": given, "a_day": A_DAY}
    return shown(request, "oversight/again", told, status)


@at_work("POST")
@for_roles(*KEEPERS)
def give(request: HttpRequest, number: int) -> HttpResponse:
    """Answer, or say that one would rather not look again."""
    said = word(request.POST, "grade")

    def do() -> None:
        if said and (not said.isdecimal() or len(said) > 9):
            raise StatementError(_("Choose one of the grades."))
        answer(number, int(said) if said else None)

    why, status = tried(do)
    if why:
        return _page(request, why, status)
    return HttpResponseRedirect("/oversight/again?" + urlencode({"answered": "yes"}))
