"""An officer's own desk: who they are and under what they act, what they chose, their filters.

Nothing here is case work, and nobody else is told of it.
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from clew.access.acting import officer
from clew.access.connections import prepared
from clew.access.errors import SignedOutError
from clew.casework.errors import NotSeenError, StatementError
from clew.casework.vocabulary import vocabulary
from clew.records.models import DeskChoices, SavedFilter

_MOST_FILTERS = 50
_LONGEST_WORDS, _LONGEST_NAME = 1000, 100
MINUTES = 45
"""At a time, where nothing else was chosen."""


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """Who sits at it, and how it stands with them.

    Attributes:
        officer: number; ``name`` for people.
        agency: name; ``agency_id`` its number, ``country`` its country's code.
        roles: of the officer.
        authority: reference of the one in force, empty for none; with its ``operation``, its
            ``purpose`` and until when it holds.
        reveals: media revealed today.
        minutes: looked for so long without a break.
        reveals_a_day: the officer's own limit, None for none.
        minutes_at_a_time: after which a break is due; 0 for never.
        blind: whether nothing is revealed now.
        scheme: the grading scheme whose numbers the keys give; empty for the first there is.
        language: of the pages; empty for what the browser asks for.
        asked_again: whether a small sample of their own grades may be asked again.
    """

    officer: int
    name: str
    agency: str
    agency_id: int
    country: str
    roles: tuple[str, ...]
    authority: str
    operation: str
    purpose: str
    until: datetime | None
    reveals: int
    minutes: int
    reveals_a_day: int | None
    minutes_at_a_time: int
    blind: bool
    scheme: str
    language: str
    asked_again: bool

    @property
    def over_limit(self) -> bool:
        """Whether the officer has seen as much as they wanted to see today."""
        return self.reveals_a_day is not None and self.reveals >= self.reveals_a_day

    @property
    def break_due(self) -> bool:
        """Whether they have looked for longer than they wanted to."""
        return 0 < self.minutes_at_a_time <= self.minutes


_DESK = """
SELECT o.id, o.name, a.name, a.id, c.code,
       ARRAY(SELECT r.role FROM access_officerrole r WHERE r.officer_id = o.id ORDER BY 1),
       t.reference, t.operation, t.purpose, t.valid_until,
       coalesce(e.reveals, 0),
       CASE WHEN e.last_at > statement_timestamp() - interval '10 minutes'
            THEN (extract(epoch FROM statement_timestamp() - e.since) / 60)::integer ELSE 0 END,
       d.reveals_a_day, coalesce(d.minutes_at_a_time, $1::integer), coalesce(d.blind, false),
       coalesce(d.scheme, ''), coalesce(d.language, ''), coalesce(d.asked_again, true)
FROM access_officer o
JOIN access_agency a ON a.id = o.agency_id JOIN access_country c ON c.id = a.country_id
LEFT JOIN access_authority t ON t.id = (SELECT access.authority())
LEFT JOIN records_deskchoices d ON d.officer_id = o.id
LEFT JOIN records_exposure e ON e.officer_id = o.id
    AND e.day = (statement_timestamp() AT TIME ZONE 'UTC')::date
WHERE o.id = (SELECT access.officer())
"""


def desk() -> Desk:
    """The acting officer's desk, by one statement.

    Raises:
        SignedOutError: nobody is signed in.
    """
    rows = prepared(connection, _DESK, [MINUTES])
    if not rows:
        raise SignedOutError("Sign in first.")
    (row,) = rows
    who, reference, operation, purpose, until, *rest = (row[:6], *row[6:])
    return Desk(
        officer=who[0],
        name=who[1],
        agency=who[2],
        agency_id=who[3],
        country=who[4],
        roles=tuple(who[5]),
        authority=reference or "",
        operation=operation or "",
        purpose=purpose or "",
        until=until,
        reveals=rest[0],
        minutes=rest[1],
        reveals_a_day=rest[2],
        minutes_at_a_time=rest[3],
        blind=rest[4],
        scheme=rest[5],
        language=rest[6],
        asked_again=rest[7],
    )


def choose(**chosen: object) -> None:
    """Change what the officer wants of the desk, by the fields of :class:`Desk` of that name.

    Raises:
        StatementError: a limit is no number that limits something, or there is no such scheme.
    """
    scheme = chosen.get("scheme")
    if scheme:
        vocabulary().scheme(str(scheme))
    limit, minutes = chosen.get("reveals_a_day"), chosen.get("minutes_at_a_time")
    if isinstance(limit, int) and not 1 <= limit <= 100_000:
        raise StatementError("A limit of one's own is at least 1; leave it empty for none.")
    if isinstance(minutes, int) and not 0 <= minutes <= 24 * 60:
        raise StatementError("Minutes at a time are 0, for never, to 1440.")
    me = officer() or 0
    with transaction.atomic():
        DeskChoices.objects.update_or_create(officer_id=me, defaults=chosen)


def saved_filters() -> QuerySet[SavedFilter]:
    """The officer's own filters, by name."""
    return SavedFilter.objects.order_by("name")


def save_filter(name: str, words: str) -> SavedFilter:
    """Keep a filter under a name; one that was there under it is replaced.

    Args:
        name: of the officer's own.
        words: as it stands in an address.

    Raises:
        StatementError: it has no name, or it is too long, or there are too many.
    """
    name = name.strip()
    if not name or len(name) > _LONGEST_NAME or len(words) > _LONGEST_WORDS:
        raise StatementError("Give the filter a name of 1 to 100 letters.")
    there = SavedFilter.objects.filter(name=name)
    if not there and SavedFilter.objects.count() >= _MOST_FILTERS:
        raise StatementError(f"There are {_MOST_FILTERS} saved filters: remove one first.")
    made, _ = SavedFilter.objects.update_or_create(
        officer_id=officer() or 0, name=name, defaults={"words": words, "at": timezone.now()}
    )
    return made


def remove_filter(number: int) -> None:
    """Forget one of the officer's own filters.

    Raises:
        NotSeenError: they have none of that number.
    """
    if not SavedFilter.objects.filter(pk=number).delete()[0]:
        raise NotSeenError("There is no such filter of yours; it may have been removed.")
