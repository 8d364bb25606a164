"""Sums of an agency's work and of what it looks at, for its supervisors.

Work is told by unit. What was revealed, and how far grading agrees with itself, comes from
functions of the database that tell of three officers or more, never of one.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from django.db import connection
from django.db.models import Count, Model
from django.utils import timezone

from clew.access.errors import NotAllowedError
from clew.casework.acts import ours, viewed
from clew.records.models import (
    Contribution,
    Decision,
    Deletion,
    Entity,
    EntityKind,
    Finding,
    Grade,
    Observation,
    Sighting,
)

_WEEKS = 8
_WORK: tuple[tuple[str, type[Model], str], ...] = (
    ("contributions", Contribution, "begun_at"),
    ("grades", Grade, "at"),
    ("decisions", Decision, "at"),
    ("observations", Observation, "at"),
    ("findings", Finding, "at"),
)


class UnitSums(msgspec.Struct, frozen=True, kw_only=True):
    """What officers of one unit did; ``unit`` is empty for those of none."""

    unit: str
    contributions: int
    grades: int
    decisions: int
    observations: int
    findings: int


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """How much was revealed in one week that is over.

    Attributes:
        week: its Monday.
        unit: of the agency; None for all of it, empty for officers of no unit.
        officers: how many looked, three or more.
        reveals: how many media they revealed, together.
    """

    week: date
    unit: str | None
    officers: int
    reveals: int


class Same(msgspec.Struct, frozen=True, kw_only=True):
    """How often officers said the same when a grade of theirs was asked again.

    Attributes:
        scheme: by which they graded.
        officers: three or more.
        answered: how often; ``same`` how often as before; ``declined`` rather not looked.
    """

    scheme: str
    officers: int
    answered: int
    same: int
    declined: int

    @property
    def percent(self) -> int:
        """The share that was the same, of those answered."""
        return round(100 * self.same / self.answered) if self.answered else 0


class Sums(msgspec.Struct, frozen=True, kw_only=True):
    """All of it.

    Attributes:
        since: from when on work is counted.
        media: that the agency found; ``series`` and ``victims`` that it leads, with how many of
            these are identified.
        waiting: deletions that nobody has decided.
        units: what was done; ``looked`` how much was revealed; ``same`` how far grades agree.
        graded_by_several: media with votes of two officers or more under one scheme, and
            ``agreed`` how many of them all gave the same grade.
    """

    since: datetime
    media: int
    series: int
    victims: int
    identified: int
    waiting: int
    units: list[UnitSums]
    looked: list[Looked]
    same: list[Same]
    graded_by_several: int
    agreed: int


def sums(days: int = 30) -> Sums:
    """Of the acting supervisor's agency.

    Args:
        days: work is counted of so many.

    Raises:
        NotAllowedError: the acting officer is no supervisor.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT access.supervised_agency()")
        (agency,) = cursor.fetchone()
    if agency is None:
        raise NotAllowedError("Sums are told to supervisors, of their own agency.")
    since = timezone.now() - timedelta(days=days)
    led = Entity.objects.filter(agency=ours(), merged_into__isnull=True)
    victims = led.filter(kind=EntityKind.PERSON, category="victim")
    several, agreed = _agreement(since)
    viewed("statistics", days=days)
    return Sums(
        since=since,
        media=Sighting.objects.filter(agency=ours()).values("media").distinct().count(),
        series=led.filter(kind=EntityKind.SERIES).count(),
        victims=victims.count(),
        identified=victims.filter(identity="identified").count(),
        waiting=Deletion.objects.filter(tombstone__isnull=True, end__isnull=True).count(),
        units=_units(since),
        looked=_looked(),
        same=_same(since),
        graded_by_several=several,
        agreed=agreed,
    )


def _units(since: datetime) -> list[UnitSums]:
    found: dict[str, dict[str, int]] = {}
    for name, model, column in _WORK:
        rows: Any = model._default_manager.filter(
            officer__agency=ours(), **{f"{column}__gte": since}
        )
        for unit, count in rows.values_list("officer__unit__name").annotate(count=Count("pk")):
            found.setdefault(unit or "", {})[name] = count
    names = [name for name, _, _ in _WORK]
    return [
        UnitSums(unit=unit, **{name: done.get(name, 0) for name in names})
        for unit, done in sorted(found.items())
    ]


def _looked() -> list[Looked]:
    first = timezone.now().date() - timedelta(weeks=_WEEKS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM access.exposure_by_week(%s)", [first])
        return [
            Looked(week=week, unit=unit, officers=officers, reveals=reveals)
            for week, unit, officers, reveals in cursor.fetchall()
        ]


def _same(since: datetime) -> list[Same]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM access.agreement_with_oneself(%s)", [since])
        return [
            Same(scheme=scheme, officers=officers, answered=answered, same=same, declined=declined)
            for scheme, officers, answered, same, declined in cursor.fetchall()
        ]


_AGREE = """
SELECT count(*), count(*) FILTER (WHERE least = most) FROM (
    SELECT min(v.grade) AS least, max(v.grade) AS most FROM (
        SELECT DISTINCT ON (g.media_id, g.scheme, g.officer_id)
            g.media_id, g.scheme, g.grade, g.at
        FROM records_grade g WHERE g.agency_id = %s
        ORDER BY g.media_id, g.scheme, g.officer_id, g.number DESC) v
    WHERE v.grade IS NOT NULL GROUP BY v.media_id, v.scheme
    HAVING count(*) > 1 AND max(v.at) >= %s) several
"""


def _agreement(since: datetime) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(_AGREE, [ours(), since])
        several, agreed = cursor.fetchone()
    return several, agreed
