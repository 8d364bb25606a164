"""The log for people: the newest entries that the acting officer may read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from clew.access.models import Authority, Officer
from clew.audit.events import Event
from clew.audit.models import Entry


@dataclass(frozen=True)
class Wanted:
    """Which entries; what is None does not matter.

    Attributes:
        event: of this kind.
        officer: by this officer, by sign-in name.
        about: about this thing.
        since: from then on.
        until: up to then.
        most: at most so many, the newest.
    """

    event: Event | None = None
    officer: str | None = None
    about: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    most: int = 50


@dataclass(frozen=True)
class Shown:
    """An entry with names instead of numbers, where the acting officer may see them."""

    number: int
    written_at: datetime
    event: str
    officer: str
    authority: str
    about: str
    details: str


def newest(wanted: Wanted) -> list[Shown]:
    """The newest entries, the newest first, for the acting officer."""
    found = Entry.objects.order_by("-number")
    if wanted.event is not None:
        found = found.filter(event=wanted.event.value)
    if wanted.officer is not None:
        named = Officer.objects.filter(sign_in_name=wanted.officer.strip().lower())
        found = found.filter(officer__in=named.values("pk"))
    if wanted.about is not None:
        found = found.filter(about=wanted.about)
    if wanted.since is not None:
        found = found.filter(written_at__gte=wanted.since)
    if wanted.until is not None:
        found = found.filter(written_at__lte=wanted.until)
    entries = list(found[: wanted.most])
    officers = dict(
        Officer.objects.filter(pk__in={e.officer for e in entries if e.officer}).values_list(
            "pk", "sign_in_name"
        )
    )
    authorities = dict(
        Authority.objects.filter(pk__in={e.authority for e in entries if e.authority}).values_list(
            "pk", "reference"
        )
    )
    return [
        Shown(
            number=entry.number,
            written_at=entry.written_at,
            event=entry.event,
            officer=_named(officers, "officer", entry.officer),
            authority=_named(authorities, "authority", entry.authority),
            about=entry.about,
            details=entry.details,
        )
        for entry in entries
    ]


def _named(names: dict[int, str], kind: str, number: int | None) -> str:
    if number is None:
        return ""
    return names.get(number, f"{kind} {number}")
