"""Writing the log, and reading it.

with acting():
    record(Event.QUERY, about="media 9f86…", details={"found": 3})

The entry is part of the transaction: it is there if and only if what it tells has happened. Who
acted, for whom and under which authority the database takes from the session.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import LiteralString

from django.db import DatabaseError, connection, connections

from clew.access.acting import acting, at_once
from clew.access.connections import Connection, prepared
from clew.access.errors import AuthorityError, NotAllowedError, QuotaError, SignedOutError
from clew.access.secret import digest
from clew.audit.events import Event

LONGEST_ABOUT = 500
LONGEST_DETAILS = 8192
LONGEST_WHY = 1000
BY_THE_DATABASE = "the database's rules of who sees and writes what"
"""Why something was refused, where no program knew before."""
_INSUFFICIENT_PRIVILEGE = "42501"
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def record(event: Event, *, about: str = "", details: Mapping[str, object] = {}) -> int:
    """Note what the acting officer does, in the transaction of :func:`clew.access.acting.acting`.

    Args:
        event: one that programs write; the database notes the others by itself.
        about: a short reference to the thing, such as "media <sha256>" or "victim 12".
        details: what else must be known later, as JSON; no secrets, no names of victims.

    Returns:
        The entry's number.

    Raises:
        django.db.DatabaseError: nobody is signed in, or the event is not a program's to write.
        ValueError: it is too long for a log.
    """
    return _write("SELECT audit.record($1, $2, $3)", event, about, details)


def record_at_once(
    event: Event,
    *,
    about: str = "",
    details: Mapping[str, object] = {},
    only_if: LiteralString = "true",
    values: Sequence[object] = (),
) -> int | None:
    """Note what the signed-in officer does under an authority, in a transaction of its own.

    Whoever is told of it must wait for :func:`clew.access.acting.on_disk` first.

    Args:
        event: as for :func:`record`.
        about: as for :func:`record`.
        details: as for :func:`record`.
        only_if: an SQL condition, asked as the officer, with places from ``$4`` on.
        values: what stands there.

    Returns:
        The entry's number; None if the condition does not hold and nothing was written.

    Raises:
        clew.access.errors.AccessError: nobody is signed in, or under no authority that holds.
        ValueError: it is too long for a log.
    """
    written: int | None = at_once(
        f"CASE WHEN {only_if} THEN audit.record($1, $2, $3) END",
        [event.value, about, _told(about, details), *values],
    )
    return written


def record_unattended(event: Event, *, about: str = "", details: Mapping[str, object] = {}) -> int:
    """Note what happens on behalf of nobody, as the worker or the owner of the database.

    Args:
        event: as for :func:`record`.
        about: as for :func:`record`.
        details: as for :func:`record`.

    Returns:
        The entry's number.
    """
    return _write("SELECT audit.record_unattended($1, $2, $3)", event, about, details)


def _write(
    statement: LiteralString, event: Event, about: str, details: Mapping[str, object]
) -> int:
    told = _told(about, details)
    ((number,),) = prepared(connection, statement, [event.value, about, told])
    return int(number)


def _told(about: str, details: Mapping[str, object]) -> str:
    told = _encode(details)  # in ASCII: JSON may hold what is no text to PostgreSQL
    if len(about) > LONGEST_ABOUT or len(told) > LONGEST_DETAILS:
        raise ValueError(
            f"An entry of the log is about at most {LONGEST_ABOUT} characters with "
            f"{LONGEST_DETAILS} of details: name the thing, and tell what cannot be looked up."
        )
    return told


@contextmanager
def refusals_recorded() -> Iterator[None]:
    """Note what the signed-in officer is refused within, in a transaction of its own.

    Around :func:`clew.access.acting.acting`: what was refused is undone, the entry stays.
    """
    try:
        yield
    except (NotAllowedError, AuthorityError, QuotaError) as refused:
        _note_refused(str(refused))
        raise
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", None) == _INSUFFICIENT_PRIVILEGE:
            _note_refused(BY_THE_DATABASE)
        raise


def _note_refused(why: str) -> None:
    with suppress(SignedOutError), acting():
        record(Event.REFUSED, details={"why": why[:LONGEST_WHY]})


def note_not_let_in(name: str, why: str, **_signal: object) -> None:
    """Note that somebody was refused before or although they proved who they are."""
    with connections[Connection.SIGN_IN].cursor() as cursor:
        cursor.execute("SELECT audit.not_let_in(%s, %s)", [digest(name), why])


_OVER_AGAIN = 60.0
_MOST_REMEMBERED = 10_000
_over: dict[bytes, float] = {}
"""When the use of a session that is over was noted last, by the digest of its secret."""


def note_session_over(secret: str, **_signal: object) -> None:
    """Note that a session was used that is over: once a minute, however often a program tries."""
    used, now = digest(secret), time.monotonic()
    if now - _over.get(used, -_OVER_AGAIN) < _OVER_AGAIN:
        return
    if len(_over) >= _MOST_REMEMBERED:
        _over.clear()
    _over[used] = now
    with connections[Connection.SIGN_IN].cursor() as cursor:
        cursor.execute("SELECT audit.session_over(%s)", [used])
