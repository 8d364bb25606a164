"""What of an agency's officers is unusual, told to their supervisors: rules that anybody can check.

Figures come from the log. A figure above its mark says that somebody should ask, nothing more:
who works on a large seizure asks a lot, who has night duty asks at night.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec
from django.db import DataError, connection, transaction
from django.utils import timezone

from clew.access.errors import NotAllowedError
from clew.access.models import Officer
from clew.casework.acts import viewed
from clew.casework.errors import StatementError


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """What counts as unusual.

    Attributes:
        name: what is counted, as the database calls it.
        mark: from this figure on, in the days that are looked at.
        why: why it is worth a question.
    """

    name: str
    mark: int
    why: str


RULES = (
    Rule(
        name="questions in one hour", mark=100, why="a program, or somebody who looks for something"
    ),
    Rule(name="questions at night", mark=20, why="when nobody looks over a shoulder"),
    Rule(
        name="questions without an act within a day",
        mark=50,
        why="curiosity, or asking for somebody else",
    ),
    Rule(name="media shown", mark=1000, why="more than a case needs"),
    Rule(name="exports and reports", mark=20, why="taken out of Clew, where nothing protects it"),
    Rule(name="attempts refused", mark=10, why="trying what is not allowed"),
    Rule(name="questions about what is watched", mark=3, why="somebody had a reason to watch it"),
)


NIGHT = (20, 6)
"""Hours at which it begins and ends."""


class Unusual(msgspec.Struct, frozen=True, kw_only=True):
    """One figure above its mark.

    Attributes:
        officer: whose, by sign-in name.
        rule: what was counted.
        figure: how many.
        mark: from how many on it is unusual.
        why: why it is worth a question.
    """

    officer: str
    rule: str
    figure: int
    mark: int
    why: str


def unusual(days: int = 7, zone: str = "UTC", night: tuple[int, int] = NIGHT) -> list[Unusual]:
    """What was unusual of the acting supervisor's officers, the furthest above its mark first.

    Args:
        days: looked back so many.
        zone: of the clock that says when it is night, such as ``Europe/Berlin``.
        night: hours at which it begins and ends.

    Raises:
        NotAllowedError: the acting officer is no supervisor.
        StatementError: there is no such zone or hour.
    """
    if not all(0 <= hour <= 24 for hour in night) or days < 1:
        raise StatementError("Hours are 0 to 24, and at least one day is looked at.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT access.supervised_agency()")
        (agency,) = cursor.fetchone()
    if agency is None:
        raise NotAllowedError("What is unusual is told to supervisors, of their own agency.")
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            since = timezone.now() - timedelta(days=days)
            cursor.execute("SELECT * FROM access.conduct(%s, %s, %s, %s)", [since, zone, *night])
            figures = {(officer, rule): figure for officer, rule, figure in cursor.fetchall()}
    except DataError as error:
        raise StatementError(f"There is no time zone {zone}; write Europe/Berlin.") from error
    viewed("conduct", days=days)
    names = dict(Officer.objects.values_list("pk", "sign_in_name"))
    found = [
        Unusual(
            officer=names.get(officer, f"officer {officer}"),
            rule=rule.name,
            figure=figure,
            mark=rule.mark,
            why=rule.why,
        )
        for rule in RULES
        for (officer, name), figure in figures.items()
        if name == rule.name and figure >= rule.mark
    ]
    return sorted(found, key=lambda one: (-one.figure / one.mark, one.officer, one.rule))
