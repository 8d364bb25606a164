"""A grade that is to be asked again: of a number that is sampled, given long enough ago."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connections
from django.utils import timezone

from clew.access.models import Officer
from clew.records.models import Grade


def sampled_grade(case: Any, who: str, media: int, *, days: int = 8, grade: int = 1) -> Grade:
    """A vote of an officer of a case, to be asked again where it is old enough and not too old."""
    return sampled_grade_of(case.officers[who], media, days=days, grade=grade)


def sampled_grade_of(officer: Officer, media: int, *, days: int = 8, grade: int = 1) -> Grade:
    """A vote of an officer whose number is the next one that the database samples."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT n FROM generate_series((SELECT coalesce(max(id), 0) + 1 FROM records_grade), "
            "(SELECT coalesce(max(id), 0) + 5000 FROM records_grade)) n "
            "WHERE access.sampled(n) ORDER BY n LIMIT 1"
        )
        (number,) = cursor.fetchone()
        cursor.execute("SELECT setval(pg_get_serial_sequence('records_grade', 'id'), %s)", [number])
    return Grade.objects.using("owner").create(
        pk=number,
        officer=officer,
        agency=officer.agency,
        at=timezone.now() - timedelta(days=days),
        media_id=media,
        scheme="US",
        grade=grade,
        words="child abuse material",
        number=1 + Grade.objects.using("owner").filter(officer=officer, media=media).count(),
    )
