"""Which work waits in which queue, and what is done first.

A job says with numbers what it is about and nothing else: whoever reads the queue learns no name.
"""

from __future__ import annotations

import socket
from enum import StrEnum

from django.db import connection

from clew.settings import Settings


class Phase(StrEnum):
    """What is done with a contribution's files, one kind of job each.

    The reader gets bytes, pictures and frames in one pass, so that is one phase. Signals that cost
    more are phases of their own, with a rank below it: they wait until every contribution has its
    answers.
    """

    READING = "reading"
    """Read a portion of the files, and store what is in them."""
    STANDING = "standing"
    """Compare what is new, and tell how the files stand."""


CLOCK, CHECKPOINTS = "clock", "checkpoints"
"""The queues of what is done by the clock, on behalf of nobody; both wait for no phase."""

_RANKS = {Phase.STANDING: 100, Phase.READING: 50}
"""What is fetched first: answers to what was read go before reading more."""
_FAIR_PORTIONS = 40


def priority(phase: Phase, portion: int = 0) -> int:
    """The rank of a job; the higher goes first.

    The first portions of all contributions go before the further ones of any: somebody with three
    files does not wait for somebody with a hundred thousand.
    """
    return _RANKS[phase] - min(portion, _FAIR_PORTIONS)


def on_this_machine() -> str:
    """The queue of what only a worker on this machine can open."""
    return f"{Phase.READING}@{socket.gethostname()}"


def queues_of_a_worker() -> dict[str, list[str]]:
    """The queues that a worker on this machine serves, for each phase: it does one job of each."""
    return {
        Phase.STANDING: [Phase.STANDING],
        Phase.READING: [Phase.READING, on_this_machine()],
    }


def queues_of_the_clock(settings: Settings) -> list[str]:
    """The queues of what is done by the clock, for a worker with these settings.

    Checkpoints are left to those who sign them: whoever has not the key would make another.
    """
    return [CLOCK, CHECKPOINTS] if settings.checkpoint_minutes else [CLOCK]


def enqueue_reading(contribution: int, portion: int, queue: str) -> None:
    """Have a portion of files read, once this transaction of the acting officer commits."""
    _enqueue(contribution, portion, Phase.READING, queue)


def enqueue_standing(contribution: int) -> None:
    """Have it told how files stand, once this transaction of the acting officer commits.

    The contribution must be locked (:func:`clew.intake.contribute.locked`): a job that waits
    already must not have looked before what is enqueued for is there.
    """
    _enqueue(contribution, None, Phase.STANDING, Phase.STANDING)


def _enqueue(contribution: int, portion: int | None, phase: Phase, queue: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT access.enqueue(%s, %s, %s, %s, %s)",
            [contribution, portion, phase.value, queue, priority(phase, portion or 0)],
        )
