"""How the machine runs: the work queue, and what ``clew doctor`` would say."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from clew.access.acting import acting
from clew.access.models import Role
from clew.health import of_served
from clew.intake.jobs import failed, queue, try_again, workers
from clew.intake.queues import Phase
from clew.serving.served import served
from clew.web.frame import at_work, tried
from clew.web.menu import done, for_roles, shown


@at_work("GET")
@for_roles(Role.ADMINISTRATOR)
def jobs(request: HttpRequest) -> HttpResponse:
    """What waits, what is done now, what failed."""
    return _page(request)


def _page(request: HttpRequest, why: str = "", status: int = 200) -> HttpResponse:
    words = task_words()
    with acting():
        standing, given_up, working = queue(), failed(), workers()
    told = {
        "why": why,
        "queue": [(one, words.get(one.task, one.task)) for one in standing],
        "failed": [(one, words.get(one.task, one.task)) for one in given_up],
        "workers": working,
    }
    return shown(request, "administration/jobs", told, status)


def task_words() -> dict[str, str]:
    """What the tasks of workers are called."""
    return {
        Phase.READING.value: _("Reading files"),
        Phase.STANDING.value: _("Comparing, and telling how files stand"),
        "checkpoint": _("Signing checkpoints of the log"),
        "unusual": _("Looking for unusual use"),
        "due": _("Telling what is due"),
    }


@at_work("POST")
@for_roles(Role.ADMINISTRATOR)
def retry(request: HttpRequest, number: int) -> HttpResponse:
    """Have a job done that failed."""
    why, status = tried(lambda: try_again(number))
    return _page(request, why, status) if why else done("/admin/jobs", "again")


@at_work("GET")
@for_roles(Role.ADMINISTRATOR)
def health(request: HttpRequest) -> HttpResponse:
    """The frame of the page; what is looked at follows."""
    return shown(request, "administration/health")


@at_work("GET")
@for_roles(Role.ADMINISTRATOR)
def checks(request: HttpRequest) -> HttpResponse:
    """What was found just now."""
    found = of_served(served())
    told = {"checks": found, "wrong": [one for one in found if one.needed and not one.fine]}
    return shown(request, "administration/checks", told)
