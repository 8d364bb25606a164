"""The pages of oversight and administration: what there is, for which roles, and their frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from clew.access.errors import NotAllowedError
from clew.access.models import Role
from clew.casework.errors import StatementError
from clew.web.browser import View, word
from clew.web.frame import at_desk, at_work, framed

_WORKS_ON_CASES = (Role.CONTRIBUTOR, Role.SPECIALIST, Role.SUPERVISOR)


@dataclass(frozen=True)
class Section:
    """One page that is to be chosen.

    Attributes:
        path: its address.
        title: its name.
        says: what it is for.
        roles: who may open it; everybody when empty.
    """

    path: str
    title: str
    says: str
    roles: tuple[str, ...] = ()


def oversight_sections() -> tuple[Section, ...]:
    """Looking after people's data, after how Clew is used, and after how long things are kept."""
    return (
        Section(
            "/oversight/log",
            _("Log"),
            _("Who did what, when and about what: your own entries, an auditor their agency’s."),
        ),
        Section(
            "/oversight/seen",
            _("Who saw what"),
            _("To whom a media or record was shown, and what one officer was shown."),
            (Role.AUDITOR,),
        ),
        Section(
            "/oversight/verification",
            _("Verification"),
            _("Whether anything in the log was changed, and how far checkpoints confirm it."),
            (Role.AUDITOR,),
        ),
        Section(
            "/oversight/conduct",
            _("Unusual use"),
            _("Figures of the log above their marks, and what to do about each."),
            (Role.SUPERVISOR,),
        ),
        Section(
            "/oversight/access",
            _("Access"),
            _("Who may do what, and whether they still need to: looked at twice a year."),
            (Role.SUPERVISOR, Role.AUDITOR),
        ),
        Section(
            "/oversight/statistics",
            _("Statistics"),
            _("Sums of what your units did and looked at, and how far grading agrees."),
            (Role.SUPERVISOR,),
        ),
        Section(
            "/oversight/reviews",
            _("Reviews due"),
            _("What your agency has to ask itself whether to keep."),
            _WORKS_ON_CASES,
        ),
        Section(
            "/oversight/deletions",
            _("Deletions"),
            _("What was asked to be deleted and waits for a second person."),
            _WORKS_ON_CASES,
        ),
        Section(
            "/oversight/exports",
            _("Exports"),
            _("What was asked to be taken out of Clew and waits for a second person."),
            (*_WORKS_ON_CASES, Role.DATA_PROTECTION_OFFICER),
        ),
        Section(
            "/oversight/holds",
            _("Legal holds"),
            _("Media that are not deleted, whoever asks."),
            _WORKS_ON_CASES,
        ),
        Section(
            "/oversight/again",
            _("Asked again"),
            _("Now and then one of your own grades, to measure how far grading agrees."),
            _WORKS_ON_CASES,
        ),
        Section(
            "/protection",
            _("Data protection"),
            _("Find a person, correct what is kept of them, restrict it."),
            (Role.DATA_PROTECTION_OFFICER,),
        ),
    )


def administration_sections() -> tuple[Section, ...]:
    """Looking after agencies, officers and the machine."""
    return (
        Section(
            "/admin/officers",
            _("Officers"),
            _("Who works here: inviting, roles, certification, and handing over when one leaves."),
            (Role.ADMINISTRATOR,),
        ),
        Section(
            "/admin/agencies",
            _("Agencies"),
            _("The agencies of your country, their units, and whom others call."),
            (Role.ADMINISTRATOR,),
        ),
        Section(
            "/admin/authorities",
            _("Authorities"),
            _("The legal bases under which your agency works, until when, and who may use them."),
            (Role.SUPERVISOR,),
        ),
        Section(
            "/admin/schemes",
            _("Grading schemes"),
            _("What the numbers mean that media are graded with."),
            (Role.ADMINISTRATOR, Role.SUPERVISOR),
        ),
        Section(
            "/admin/tokens",
            _("Tokens"),
            _("Programs that work on behalf of officers of your country."),
            (Role.ADMINISTRATOR,),
        ),
        Section(
            "/admin/jobs",
            _("Jobs"),
            _("What workers do, what waits, and what failed."),
            (Role.ADMINISTRATOR,),
        ),
        Section(
            "/admin/health",
            _("Health"),
            _("Whether this server has all that it needs, and how to get what is missing."),
            (Role.ADMINISTRATOR,),
        ),
    )


def for_roles(*roles: str) -> Callable[[View], View]:
    """A view for officers who have one of these roles; others are told who may."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
            if not set(roles) & set(at_desk(request).roles):
                raise NotAllowedError(
                    _("This page is for: %(roles)s. Ask one of your agency.")
                    % {"roles": ", ".join(role_words()[Role(role)] for role in roles)}
                )
            return view(request, *arguments, **named)

        return guarded

    return decorate


def role_words() -> dict[Role, str]:
    """What the roles are called."""
    return {
        Role.CONTRIBUTOR: _("contributor"),
        Role.SPECIALIST: _("specialist"),
        Role.SUPERVISOR: _("supervisor"),
        Role.AUDITOR: _("auditor"),
        Role.ADMINISTRATOR: _("administrator"),
        Role.TRAINER: _("trainer"),
        Role.DATA_PROTECTION_OFFICER: _("data-protection officer"),
    }


def open_to(request: HttpRequest, sections: tuple[Section, ...]) -> list[Section]:
    """Those of the sections that the officer may open."""
    mine = set(at_desk(request).roles)
    return [one for one in sections if not one.roles or mine & set(one.roles)]


def shown(
    request: HttpRequest, template: str, told: Mapping[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """A page of these in its frame, with the others that the officer may open beside it."""
    administers = request.path.startswith("/admin")
    sections = administration_sections() if administers else oversight_sections()
    around = {
        "sections": [(one, _here(request.path, one)) for one in open_to(request, sections)],
        "area": _("Administration") if administers else _("Oversight"),
        "done": done_words().get(word(request.GET, "done"), ""),
    }
    return framed(request, template, {**around, **(told or {})}, status)


def _here(path: str, section: Section) -> str:
    """How a link to a section says that one is there: ``page``, ``true`` below it, or empty."""
    if path == section.path:
        return "page"
    return "true" if path.startswith(section.path + "/") else ""


def done(path: str, what: str) -> HttpResponse:
    """Back to a page, which then says what was done."""
    return HttpResponseRedirect(f"{path}?done={what}")


def done_words() -> dict[str, str]:
    """What is said when something was done, by its name in the address."""
    return {
        "added": _("Added."),
        "changed": _("Changed."),
        "certified": _("Certified."),
        "locked": _("Locked: open sessions stop answering at once."),
        "unlocked": _("Unlocked."),
        "left": _("Noted that the officer has left; the successor may use what named them."),
        "revoked": _("Revoked: nobody can work under it any more."),
        "ended": _("Ended."),
        "kept": _("Kept until that day."),
        "asked": _("Asked for. A supervisor who is somebody else has to agree."),
        "held": _("Under a legal hold from now on."),
        "lifted": _("The hold is lifted."),
        "agreed": _("Agreed. It is destroyed as soon as nobody keeps it; a tombstone stays."),
        "refused": _("Refused: nothing is deleted."),
        "withdrawn": _("Taken back: nothing is deleted."),
        "let-out": _("Agreed. Who asked may make it for seven days."),
        "kept-in": _("Refused: nothing is taken out."),
        "not-taken": _("Taken back: nothing is taken out."),
        "looked": _("Noted. It is asked again in half a year, or when roles change."),
        "corrected": _("Corrected. What was wrong stays in the history and counts no more."),
        "restricted": _("Restricted: other officers no longer see the record."),
        "again": _("It waits in the queue again."),
        "freed": _("It can be worked with again."),
    }


def day(typed: str) -> date:
    """A day that was typed.

    Raises:
        StatementError: it is none.
    """
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        raise StatementError(
            _("Write a day as 2026-01-31, not %(day)s.") % {"day": typed or "–"}
        ) from None


def beginning(typed: str) -> datetime | None:
    """The first moment of a day that was typed (UTC); None when none was."""
    return datetime.combine(day(typed), time.min, UTC) if typed.strip() else None


def ending(typed: str) -> datetime | None:
    """The last moment of a day that was typed (UTC); None when none was."""
    return datetime.combine(day(typed), time.max, UTC) if typed.strip() else None


@at_work("GET")
def overview(request: HttpRequest) -> HttpResponse:
    """All pages of the area that the officer may open, each with what it is for."""
    return shown(request, "oversight/overview")
