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
    )


def administration_sections() -> tuple[Section, ...]:
    """Looking after agencies, officers and the machine."""
    return ()


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
        "sections": open_to(request, sections),
        "area": _("Administration") if administers else _("Oversight"),
        "done": done_words().get(word(request.GET, "done"), ""),
    }
    return framed(request, template, {**around, **(told or {})}, status)


def done(path: str, what: str) -> HttpResponse:
    """Back to a page, which then says what was done."""
    return HttpResponseRedirect(f"{path}?done={what}")


def done_words() -> dict[str, str]:
    """What is said when something was done, by its name in the address."""
    return {}


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
