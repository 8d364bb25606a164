"""What happened when around a series: taken, found, handed in, decided; with clocks to doubt.

A camera's clock has no zone and may never have been set; a file's time is as its disk had it. What
cannot be so is told, and kept out of the picture's scale.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

import msgspec
from django.db import connection

from clew.access.acting import require_authority
from clew.access.connections import prepared, prepared_together
from clew.casework.acts import viewed
from clew.casework.entities import media_of
from clew.casework.past import past_of
from clew.casework.things import Thing, entity, with_parts
from clew.records.models import EntityKind
from clew.signals.base import Feature
from clew.signals.origin.extract import origin_of

MOST_MEDIA = 5000
_SHOWN = 6
_FIRST_CAMERAS = date(1995, 1, 1)
_NEVER_SET = frozenset(
    {date(1970, 1, 1), date(1980, 1, 1), date(2000, 1, 1), date(2001, 1, 1), date(2012, 1, 1)}
)
"""Days on which clocks begin that nobody has set."""


class Lane(StrEnum):
    """What kind of moment it is."""

    TAKEN = "taken"
    CHANGED = "changed"
    FOUND = "found"
    HANDED_IN = "handed in"
    DECIDED = "decided"


class Doubt(StrEnum):
    """Why a clock is not believed."""

    NONE = ""
    NEVER_SET = "never set"
    TOO_EARLY = "too early"
    AFTER_IT_WAS_FOUND = "after it was found"


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """What happened on one day, of one kind.

    Attributes:
        day: as the clock that tells it had it.
        lane: what kind it is.
        media: a few of those that it is of; ``number`` how many there are.
        what: what was decided; ``words`` why, and by whom. Both are empty for media.
        doubt: why the clock is not believed.
    """

    day: date
    lane: Lane
    media: tuple[int, ...]
    number: int
    what: str
    words: str
    doubt: Doubt


_TAKEN = """
SELECT t.media_id, t.variant, t.value, t.quality FROM records_storedtrace t
WHERE t.signal = 'origin' AND t.media_id = ANY($1::bigint[])
"""
_FOUND = """
SELECT s.media_id, min(s.modified_ns), min(s.seen_at) FROM records_sighting s
WHERE s.media_id = ANY($1::bigint[]) GROUP BY s.media_id
"""
_HANDED_IN = """
SELECT f.media_id, min(c.begun_at) FROM records_contributedfile f
JOIN records_contribution c ON c.id = f.contribution_id
WHERE f.media_id = ANY($1::bigint[]) GROUP BY f.media_id
"""


def timeline(number: int) -> list[Moment]:
    """What happened around a series, oldest first, as far as the acting officer sees it.

    Raises:
        NotSeenError: there is no such series that is seen.
    """
    require_authority()
    one = entity(number, EntityKind.SERIES)
    media = sorted(media_of(one.pk), reverse=True)[:MOST_MEDIA]
    found, handed_in = prepared_together(connection, [(_FOUND, [media]), (_HANDED_IN, [media])])
    seen = {row[0]: row[2] for row in found}
    by_day: dict[tuple[date, Lane, Doubt], list[int]] = defaultdict(list)
    for which, lane, at in (
        *((row[0], Lane.TAKEN, row[1]) for row in _taken(media)),
        *((row[0], Lane.CHANGED, _moment(row[1])) for row in found),
    ):
        if at is not None:
            by_day[at.date(), lane, _doubt(at, seen.get(which))].append(which)
    for which, _, at in found:
        by_day[at.date(), Lane.FOUND, Doubt.NONE].append(which)
    for which, at in handed_in:
        by_day[at.date(), Lane.HANDED_IN, Doubt.NONE].append(which)
    told = [
        Moment(
            day=day,
            lane=lane,
            media=tuple(sorted(some)[:_SHOWN]),
            number=len(some),
            what="",
            words="",
            doubt=doubt,
        )
        for (day, lane, doubt), some in by_day.items()
    ]
    told += [
        Moment(
            day=act.at.date(),
            lane=Lane.DECIDED,
            media=(),
            number=act.number,
            what=act.what,
            words=f"{act.why} ({act.by})",
            doubt=Doubt.NONE,
        )
        for act in past_of(with_parts([one.pk]))
    ]
    viewed("timeline", Thing(one.kind, one.pk), entries=len(told))
    return sorted(told, key=lambda moment: (moment.day, list(Lane).index(moment.lane)))


def _taken(media: Sequence[int]) -> Iterable[tuple[int, datetime]]:
    """When cameras say that they took each."""
    for number, variant, value, quality in prepared(connection, _TAKEN, [list(media)]):
        feature = Feature(variant=variant, value=bytes(value), quality=quality)
        told = origin_of(feature)
        try:
            at = datetime.strptime(told.taken if told else "", "%Y:%m:%d %H:%M:%S")
        except ValueError:
            continue  # no time, or what is none
        yield number, at.replace(tzinfo=UTC)


def _moment(nanoseconds: int | None) -> datetime | None:
    try:
        return None if nanoseconds is None else datetime.fromtimestamp(nanoseconds / 1e9, UTC)
    except (OverflowError, ValueError, OSError):
        return None  # a file system may say anything


def _doubt(at: datetime, found: datetime | None) -> Doubt:
    if at.date() in _NEVER_SET:
        return Doubt.NEVER_SET
    if at.date() < _FIRST_CAMERAS:
        return Doubt.TOO_EARLY
    if found is not None and at > found + timedelta(days=1):  # a clock of another zone is no wonder
        return Doubt.AFTER_IT_WAS_FOUND
    return Doubt.NONE
