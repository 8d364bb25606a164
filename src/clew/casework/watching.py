"""Watched things: who else of the agency asks about them, told to nobody but who watches."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.db.models import QuerySet

from clew.access.models import Officer
from clew.casework.acts import act, noted, reason, viewed
from clew.casework.errors import NotSeenError, StatementError
from clew.casework.things import Thing, seen
from clew.records.models import Alert, Watch

_REFUSED = "Contributors, specialists and supervisors watch what they see, and end their watches."
_HASH_BYTES = 32


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """That somebody asked about something watched.

    Attributes:
        at: when.
        officer: who asked, by sign-in name.
        event: how: query, view, reveal or export.
        entry: number of the entry in the log.
        watch: number of the watch.
        what: what is watched.
    """

    at: datetime
    officer: str
    event: str
    entry: int
    watch: int
    what: str


def watch(what: Thing | bytes, why: str) -> Watch:
    """Watch something from now on: others of the agency who ask about it are told of silently.

    Args:
        what: a media or an entity that is seen, or the SHA-256 of a file that need not be held.
        why: the reason.

    Raises:
        NotSeenError: it is not seen.
        StatementError: it is no SHA-256.
    """
    if isinstance(what, bytes) and len(what) != _HASH_BYTES:
        raise StatementError("A file is watched by its SHA-256, 64 hexadecimal digits.")
    with act(_REFUSED):
        columns = {"sha256": what} if isinstance(what, bytes) else seen(what).columns()
        made = Watch.objects.create(why=reason(why), **columns)
        # By its number: an auditor who reads it does not learn what is watched.
        noted("watched", f"watch:{made.pk}")
    return made


def end_watch(number: int, why: str) -> Watch:
    """Watch something no more; as the one who watches, or a supervisor.

    Raises:
        NotSeenError: there is no such watch that goes on.
    """
    with act(_REFUSED):
        found = _going_on().filter(pk=number).first()
        if found is None:
            raise NotSeenError(f"There is no watch {number} that goes on and that you may see.")
        made = Watch.objects.create(ends=found, why=reason(why))
        noted("watch ended", f"watch:{number}")
    return made


def watches() -> list[Watch]:
    """Those that go on: the officer's own, for a supervisor the agency's."""
    viewed("watches")
    return list(_going_on().select_related("entity").order_by("pk"))


def _going_on() -> QuerySet[Watch]:
    return Watch.objects.filter(ends=None, ended_by__isnull=True)


def alarms(most: int = 100) -> list[Alarm]:
    """Who asked about what is watched, the newest first, as far as watches are seen."""
    viewed("alerts")
    rows = list(Alert.objects.select_related("watch__entity").order_by("-pk")[:most])
    names = dict(
        Officer.objects.filter(pk__in={row.officer_id for row in rows}).values_list(
            "pk", "sign_in_name"
        )
    )
    return [
        Alarm(
            at=row.at,
            officer=names.get(row.officer_id, f"officer {row.officer_id}"),
            event=row.event,
            entry=row.entry,
            watch=row.watch_id,
            what=watched(row.watch),
        )
        for row in rows
    ]


def watched(one: Watch) -> str:
    """What is watched, in words."""
    if one.sha256 is not None:
        return f"file {bytes(one.sha256).hex()}"
    if one.media_id is not None:
        return f"media:{one.media_id}"
    return str(Thing(one.entity.kind, one.entity.pk)) if one.entity is not None else ""
