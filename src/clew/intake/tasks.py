"""What workers do: the tasks, and one worker's desk, on which it does one of each kind at a time.

A job may be cut short anywhere and be done again by anybody: what it had not recorded is done
again, what it had is left alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import structlog
from django.db import close_old_connections, connections
from django.utils import timezone
from procrastinate import JobContext, RetryStrategy
from procrastinate.blueprints import Blueprint
from procrastinate.exceptions import JobAborted

from clew.access import acting
from clew.access.errors import AccessError
from clew.index import warm
from clew.intake.contributions import locked, record_step, state_of
from clew.intake.matching import compare_waiting
from clew.intake.on_behalf import NothingToDoError, halt, on_behalf
from clew.intake.portions import Portion, StoppedError
from clew.intake.progress import Progress
from clew.intake.queues import CLOCK, Phase, enqueue_standing
from clew.intake.reading import limits_of
from clew.intake.standing import settle
from clew.intake.uploads import erase_what_is_done_with
from clew.media.nursery import ConfinementError
from clew.records.models import OPEN_STATES, FileState
from clew.signals.confined import ConfinedReader
from clew.workspace import Workspace

log = structlog.get_logger()

Done = TypeVar("Done")

MOST_ATTEMPTS = 20
"""Of one job, kills and restarts of the database included, before a person has to look at it."""
_SECONDS_BETWEEN = 2

tasks = Blueprint()


class Desk:
    """Where one worker works: a thread with its own connections for each phase, and decoders.

    So decoders are not idle while it is told how what they read stands, and the clock waits for
    neither. Use as a context manager.

    Attributes:
        workspace: what is worked on.
        stopping: set when the worker is to stop; what is being read then is left to the next.
        done_with_one: set whenever something was done at it.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.stopping = threading.Event()
        self._threads = {name: ThreadPoolExecutor(1, name) for name in (*map(str, Phase), CLOCK)}
        self._reader: ConfinedReader | None = None
        self.done_with_one = asyncio.Event()

    def __enter__(self) -> Desk:
        # Loading the compiled search takes half a second: while the decoders start, not after.
        threading.Thread(target=warm, name="loading the search", daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stopping.set()
        self._threads[Phase.READING].submit(self._close_reader).result()
        for thread in self._threads.values():
            thread.submit(connections.close_all).result()
            thread.shutdown()

    async def do(self, phase: str, work: Callable[[Desk], Done]) -> Done:
        """Do something at the desk, without keeping the worker's heart from beating.

        Args:
            phase: in whose thread (or the clock's), after what was begun in it before.
            work: what is done.

        Raises:
            JobAborted: the worker stops.
        """
        run = self._read if phase == Phase.READING else self._run
        doing = asyncio.get_running_loop().run_in_executor(self._threads[phase], run, work)
        try:
            return await asyncio.shield(doing)
        except asyncio.CancelledError:
            self.stopping.set()
            with contextlib.suppress(StoppedError):
                await doing
            raise JobAborted from None
        except StoppedError:
            raise JobAborted from None
        finally:
            self.done_with_one.set()

    def _run(self, work: Callable[[Desk], Done]) -> Done:
        close_old_connections()  # the database may have been started anew since the last job
        return work(self)

    def _read(self, work: Callable[[Desk], Done]) -> Done:
        try:
            return self._run(work)
        except BaseException:
            # Files may be left in its processes that nobody waits for any more.
            self._close_reader()
            raise

    @property
    def reader(self) -> ConfinedReader:
        """Decoders, started with the first file and kept: starting them takes half a second."""
        if self._reader is None:
            settings = self.workspace.settings
            self._reader = ConfinedReader(max(1, settings.workers), limits_of(settings))
        return self._reader

    def _close_reader(self) -> None:
        if self._reader is not None:
            self._reader.__exit__()
            self._reader = None


_RETRY = RetryStrategy(max_attempts=MOST_ATTEMPTS, wait=_SECONDS_BETWEEN)


@tasks.task(name=Phase.READING.value, pass_context=True, retry=_RETRY)
async def read(context: JobContext, *, contribution: int, portion: int) -> None:
    """Read a portion of a contribution's files."""

    def work(desk: Desk) -> None:
        reading = Portion(desk.workspace, contribution, portion, desk.reader, desk.stopping)
        reading.read()

    await _do(context, Phase.READING, contribution, work)


@tasks.task(name=Phase.STANDING.value, pass_context=True, retry=_RETRY)
async def tell_standing(context: JobContext, *, contribution: int) -> None:
    """Compare what is new, tell how a contribution's files stand, and end it when all have."""

    def work(desk: Desk) -> None:
        _tell_standing(desk.workspace, contribution)
        erase_what_is_done_with(desk.workspace)

    await _do(context, Phase.STANDING, contribution, work)


async def _do(
    context: JobContext, phase: Phase, contribution: int, work: Callable[[Desk], None]
) -> None:
    """Do something for a contribution; what only a person can put right halts it."""
    desk: Desk = context.additional_context["desk"]
    try:
        await desk.do(phase, lambda desk: _on_behalf(desk, contribution, work))
    except (AccessError, ConfinementError) as error:
        await _halt(desk, phase, contribution, str(error))
    except JobAborted:
        raise
    except Exception as error:
        log.error(
            "job failed", task=context.job.task_name, contribution=contribution, why=str(error)
        )
        if context.job.attempts + 1 >= MOST_ATTEMPTS:
            await _halt(
                desk, phase, contribution, f"tried {MOST_ATTEMPTS} times, the last time: {error}"
            )
        raise


def _on_behalf(desk: Desk, contribution: int, work: Callable[[Desk], None]) -> None:
    try:
        with on_behalf(contribution):
            work(desk)
    except NothingToDoError:
        log.info("nothing to do", contribution=contribution)


async def _halt(desk: Desk, phase: Phase, contribution: int, why: str) -> None:
    log.warning("contribution halted", contribution=contribution, why=why)
    await desk.do(phase, lambda _desk: halt(contribution, why))


def _tell_standing(workspace: Workspace, number: int) -> None:
    with acting.acting():
        acting.require_authority()
        if (contribution := locked(number)) is None:
            return
        stored = contribution.files.exclude(state__in=OPEN_STATES).filter(standing=None)
        told = list(stored.values_list("pk", flat=True))
    compare_waiting(workspace, Progress())
    with acting.acting():
        acting.require_authority()
        if (contribution := locked(number)) is None:
            return
        files = contribution.files.all()
        settle(contribution, files.filter(pk__in=told))
        if files.filter(state__in=OPEN_STATES).exists():
            return
        if files.filter(standing=None).exclude(state=FileState.CANCELLED).exists():
            enqueue_standing(number)  # read while the others were compared
            return
        # Once more, now that all were compared with one another.
        settle(contribution, files)
        record_step(number, "ended", counts=state_of(number).standings)
        contribution.ended_at = timezone.now()
        contribution.save(update_fields=["ended_at"])
    log.info("contribution ended", contribution=number)
