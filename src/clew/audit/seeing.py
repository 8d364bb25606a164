"""Who was shown what, as the log has it: for auditors, per thing and per officer.

Pages of the grid are not in it by name: what is veiled and scrolled past was not looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from clew.access.errors import NotAllowedError
from clew.access.models import Officer
from clew.audit.events import Event
from clew.audit.log import record
from clew.audit.reading import sign_in_names

MOST = 200
"""Lines of one answer."""

_NAMES = "(media|series|person|place|camera|voice|object|online-identity):[0-9]+"
_ABOUT_THING = """
SELECT e.officer::text, count(*) FILTER (WHERE e.event = 'reveal'),
       count(*) FILTER (WHERE e.event = 'view'), count(*) FILTER (WHERE e.event = 'query'),
       count(*) FILTER (WHERE e.event = 'export'), min(e.written_at), max(e.written_at)
FROM audit_entry e
WHERE e.event IN ('reveal', 'view', 'query', 'export') AND e.written_at >= %(since)s
  AND e.about <> 'log' AND e.officer IS NOT NULL
  AND (e.about = %(thing)s OR strpos(e.details, to_json(%(thing)s::text)::text) > 0)
GROUP BY e.officer ORDER BY max(e.written_at) DESC LIMIT %(most)s
"""
_BY_OFFICER = """
SELECT named.thing, count(*) FILTER (WHERE e.event = 'reveal'),
       count(*) FILTER (WHERE e.event = 'view'), count(*) FILTER (WHERE e.event = 'query'),
       count(*) FILTER (WHERE e.event = 'export'), min(e.written_at), max(e.written_at)
FROM audit_entry e CROSS JOIN LATERAL (
    SELECT DISTINCT found[1] AS thing
    FROM regexp_matches(e.about || ' ' || e.details, %(names)s, 'g') found) named
WHERE e.event IN ('reveal', 'view', 'query', 'export') AND e.written_at >= %(since)s
  AND e.about <> 'log' AND e.about NOT LIKE '%% to %%' AND e.officer = %(officer)s
GROUP BY named.thing ORDER BY max(e.written_at) DESC LIMIT %(most)s
"""


@dataclass(frozen=True)
class Seen:
    """That something was shown.

    Attributes:
        whom_or_what: the officer's sign-in name, or the thing.
        revealed: how often unveiled; ``opened`` how often its page or record was, ``found`` how
            often a question found it, ``taken_out`` how often it was in an export.
        first: when; ``last`` likewise.
    """

    whom_or_what: str
    revealed: int
    opened: int
    found: int
    taken_out: int
    first: datetime
    last: datetime


def who_saw(thing: str, since: datetime) -> list[Seen]:
    """The officers to whom a thing was shown, the last one first.

    Args:
        thing: such as ``media:12`` or ``person:7``.
        since: looked back so far.

    Raises:
        NotAllowedError: the acting officer is no auditor.
    """
    _for_auditors()
    rows = _rows(_ABOUT_THING, thing=thing, since=since)
    record(Event.VIEW, about="log", details={"act": "who saw", "thing": thing})
    names = sign_in_names({int(row[0]) for row in rows})
    return [Seen(names.get(int(row[0]), f"officer {row[0]}"), *row[1:]) for row in rows]


def seen_by(sign_in_name: str, since: datetime) -> list[Seen]:
    """The things that were shown to an officer, the last one first.

    Args:
        sign_in_name: whose; one of the auditor's agency.
        since: looked back so far.

    Raises:
        NotAllowedError: the acting officer is no auditor.
    """
    _for_auditors()
    officer = Officer.objects.filter(sign_in_name=sign_in_name.strip().lower()).first()
    if officer is None:
        return []
    # Group 0 would be the whole match; the outer one stands in for it.
    rows = _rows(_BY_OFFICER, officer=officer.pk, since=since, names=f"({_NAMES})")
    record(Event.VIEW, about="log", details={"act": "seen by", "officer": officer.pk})
    return [Seen(*row) for row in rows]


def _for_auditors() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT access.has_role('auditor') AND access.has_scope('read')")
        (may,) = cursor.fetchone()
    if not may:
        raise NotAllowedError("Who saw what is told to auditors, of their own agency.")


def _rows(
    statement: str, **values: str | int | datetime
) -> Sequence[tuple[str, int, int, int, int, datetime, datetime]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {**values, "most": MOST})
        return list(cursor.fetchall())
