"""The log for people: the newest entries that the acting officer may read, and each by itself."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Q

from clew.access.models import Agency, Authority, Officer
from clew.audit.checkpoint import TIME
from clew.audit.encoding import Content, digest
from clew.audit.events import Event
from clew.audit.models import Checkpoint, Entry, Link


@dataclass(frozen=True)
class Wanted:
    """Which entries; what is None does not matter.

    Attributes:
        event: of this kind.
        officer: by this officer, by sign-in name.
        about: about this thing, or naming it among others.
        since: from then on.
        until: up to then.
        before: older than the entry of this number: where a page before ended.
        most: at most so many, the newest.
    """

    event: Event | None = None
    officer: str | None = None
    about: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
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
        found = found.filter(naming(wanted.about))
    if wanted.since is not None:
        found = found.filter(written_at__gte=wanted.since)
    if wanted.until is not None:
        found = found.filter(written_at__lte=wanted.until)
    if wanted.before is not None:
        found = found.filter(number__lt=wanted.before)
    return _shown(list(found[: wanted.most]))


def naming(thing: str) -> Q:
    """That an entry is about a thing, or names it among what was found or shown."""
    return Q(about=thing) | Q(details__contains=json.dumps(thing))


def sign_in_names(officers: Collection[int | None]) -> dict[int, str]:
    """Sign-in names by number, of those whom the acting officer may see."""
    wanted = {one for one in officers if one is not None}
    return dict(Officer.objects.filter(pk__in=wanted).values_list("pk", "sign_in_name"))


def _shown(entries: Sequence[Entry]) -> list[Shown]:
    officers = sign_in_names({entry.officer for entry in entries})
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


@dataclass(frozen=True)
class Opened:
    """One entry with its place in the chain.

    Attributes:
        entry: as in a list.
        session: number of the session it was done in, None for none.
        role: of the database, that was connected.
        agency: for which it was done; ``concerns`` whose officer or authority it is about.
        told: its details, name by name, as text.
        position: in the chain; ``digest`` of its content and ``hash`` of the chain there, in
            hexadecimal.
        fits: whether the content, hashed anew, has that digest.
        checkpoint: number of the first checkpoint that confirms it, None for none yet or where the
            acting officer, being no auditor, sees none.
    """

    entry: Shown
    session: int | None
    role: str
    agency: str
    concerns: str
    told: tuple[tuple[str, str], ...]
    position: int
    digest: str
    hash: str
    fits: bool
    checkpoint: int | None


def opened(number: int) -> Opened | None:
    """An entry that the acting officer may read; None when there is none of that number."""
    entry = Entry.objects.filter(pk=number).first()
    link = Link.objects.filter(entry=number).first()
    if entry is None or link is None:
        return None
    (shown,) = _shown([entry])
    agencies = dict(
        Agency.objects.filter(pk__in=[entry.agency, entry.concerns]).values_list("pk", "name")
    )
    confirms = Checkpoint.objects.filter(position__gte=link.position).order_by("number").first()
    return Opened(
        entry=shown,
        session=entry.session,
        role=entry.role,
        agency=_named(agencies, "agency", entry.agency),
        concerns=_named(agencies, "agency", entry.concerns),
        told=tuple(_told(entry.details)),
        position=link.position,
        digest=bytes(link.digest).hex(),
        hash=bytes(link.hash).hex(),
        fits=digest(_content(entry)) == bytes(link.digest),
        checkpoint=confirms.number if confirms is not None else None,
    )


def _content(entry: Entry) -> Content:
    return Content(
        number=entry.pk,
        written_at=entry.written_at.astimezone(UTC).strftime(TIME),
        event=entry.event,
        officer=entry.officer,
        agency=entry.agency,
        concerns=entry.concerns,
        session=entry.session,
        authority=entry.authority,
        role=entry.role,
        about=entry.about,
        details=entry.details,
        blind=str(entry.blind),
    )


def _told(details: str) -> list[tuple[str, str]]:
    try:
        found = json.loads(details)
    except ValueError:
        return [("", details)]
    if not isinstance(found, dict):
        return [("", details)]
    return [(name, _plain(value)) for name, value in sorted(found.items())]


def _plain(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_plain(one) for one in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
