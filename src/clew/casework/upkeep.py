"""What workers do by the clock, each in its time by one of them: checkpoints, and notices.

Serve them with ``clew.intake.workers.work(..., clock=tasks)``, or beside other work with
:func:`clew.intake.workers.keep_time`.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.db import connections
from procrastinate import JobContext
from procrastinate.blueprints import Blueprint

from clew.access.connections import Connection
from clew.audit.checkpoint import WitnessError, keep_witnessed
from clew.audit.signing import KeyFileError
from clew.casework.notices import tell_unusual, tell_what_is_due
from clew.intake.queues import CHECKPOINTS, CLOCK
from clew.intake.tasks import Desk

log = structlog.get_logger()

tasks = Blueprint()

_FIRST, _LAST = 200, 0
"""Ranks: a checkpoint waits for no reading; notices wait until nothing else does."""


@tasks.periodic(cron="* * * * *", priority=_FIRST, queueing_lock="checkpoint")
@tasks.task(name="checkpoint", queue=CHECKPOINTS, pass_context=True)
async def checkpoint(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Sign a checkpoint if one is due, and give the witness what it lacks."""

    def work(desk: Desk) -> None:
        settings = desk.workspace.settings
        try:
            made = keep_witnessed(settings, desk.workspace.folder)
        except (KeyFileError, WitnessError, OSError) as error:
            log.error("no checkpoint", why=str(error))
            return
        finally:
            connections[Connection.OWNER].close()  # not kept by a process that only works
        if made is not None:
            log.info("checkpoint", number=made.checkpoint, position=made.position)

    await _at_the_desk(context, work)


@tasks.periodic(cron="7 * * * *", priority=_LAST, queueing_lock="unusual")
@tasks.task(name="unusual", queue=CLOCK, pass_context=True)
async def unusual(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Tell of what is unusual about how officers use Clew."""
    await _at_the_desk(context, lambda desk: tell_unusual(desk.workspace.settings))


@tasks.periodic(cron="37 */6 * * *", priority=_LAST, queueing_lock="due")
@tasks.task(name="due", queue=CLOCK, pass_context=True)
async def due(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Tell of reviews that are due and certifications that end soon."""
    await _at_the_desk(context, lambda desk: tell_what_is_due(desk.workspace.settings))


async def _at_the_desk(context: JobContext, work: Callable[[Desk], None]) -> None:
    desk: Desk = context.additional_context["desk"]
    await desk.do(CLOCK, work)
