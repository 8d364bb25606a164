"""The work queue as administrators see it: what waits, what failed, and trying that again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from clew.access.errors import NotAllowedError
from clew.audit.events import Event
from clew.audit.log import record


@dataclass(frozen=True)
class Waiting:
    """Jobs of one task that stand alike.

    Attributes:
        task: its name.
        status: ``todo``, ``doing`` or ``failed``.
        jobs: how many.
        oldest: when the first of them was handed to the queue.
    """

    task: str
    status: str
    jobs: int
    oldest: datetime | None


@dataclass(frozen=True)
class Failed:
    """A job that was given up.

    Attributes:
        number: its own.
        task: what was to be done.
        contribution: number of the one it was for, None for what is done by the clock.
        portion: of its files, None where it is for all of them.
        attempts: how often it was tried.
        at: when it failed.
    """

    number: int
    task: str
    contribution: int | None
    portion: int | None
    attempts: int
    at: datetime | None


@dataclass(frozen=True)
class Workers:
    """Who works: how many were heard of within a minute, and when the last one was."""

    workers: int
    heard_at: datetime | None


def queue() -> list[Waiting]:
    """What waits, is done now, or failed, by task; nothing for who is no administrator."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT task, status, jobs, oldest FROM access.queue_standing()")
        return [Waiting(*row) for row in cursor.fetchall()]


def failed() -> list[Failed]:
    """The newest that failed, of agencies of the administered country and of the clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM access.failed_jobs()")
        return [Failed(*row) for row in cursor.fetchall()]


def workers() -> Workers:
    """Who works."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT workers, heard_at FROM access.workers_at_work()")
        return Workers(*cursor.fetchone())


def try_again(number: int) -> None:
    """Have a job done that failed.

    Raises:
        NotAllowedError: there is none of that number that failed, or the acting officer does not
            administer the country of its agency.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT access.retry_job(%s)", [number])
        (done,) = cursor.fetchone()
    if not done:
        raise NotAllowedError(
            f"No job {number} of your country has failed; look at the list again."
        )
    record(Event.CONTRIBUTION, about=f"job:{number}", details={"act": "tried again"})
