"""Running a worker: beside a contribution until that has ended, or for good.

Workers are many and die at any time. What a dead one was doing is found by its silence and given
to another; a worker whose database goes away comes back with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import structlog
from django.db import InterfaceError, OperationalError, connections
from procrastinate import App, PsycopgConnector
from procrastinate.blueprints import Blueprint
from procrastinate.exceptions import ConnectorException, JobAborted
from procrastinate.worker import Worker

from clew.access.connections import Connection
from clew.intake.portions import close_connections
from clew.intake.queues import CLOCK, Phase, queues_of_a_worker, queues_of_the_clock
from clew.intake.tasks import Desk, tasks
from clew.intake.uploads import erase_what_is_done_with
from clew.postgres import PostgresError
from clew.settings import Settings
from clew.workspace import Workspace

log = structlog.get_logger()

HEARTBEAT_SECONDS = 2.0
SILENCE_SECONDS = 15.0
"""After which a worker is taken for dead and its job is given to another. One that only was slow
does the job as well, which changes nothing."""
_POLL_SECONDS = 1.0
_ASK_SECONDS = 0.2
_LONGEST_WAIT_SECONDS = 10.0
_TIDY_SECONDS = 60.0
_PATIENCE_SECONDS = 30.0
"""With a database that is not there yet when a worker begins."""
_GONE = (
    *(OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError),
    *(ConnectorException, PostgresError),
)


for _name in ("procrastinate", "psycopg.pool"):
    # What they say names arguments and addresses; what matters of it is told in Clew's own log.
    logging.getLogger(_name).addHandler(logging.NullHandler())
    logging.getLogger(_name).propagate = False


class DatabaseLostError(Exception):
    """The database went away while this process worked."""


def work_until(workspace: Workspace, done: Callable[[], bool]) -> None:
    """Work in this process until something is done, by this worker or another.

    Args:
        workspace: what is worked on.
        done: asked often, in a thread of its own.

    Raises:
        DatabaseLostError: the database went away; what was handed in stays.
    """
    try:
        with Desk(workspace) as desk:
            asyncio.run(_work(desk, done, queues_of_a_worker(), tasks))
    except _GONE as error:
        raise DatabaseLostError from error


@contextlib.contextmanager
def keep_time(workspace: Workspace, clock: Blueprint) -> Iterator[None]:
    """Do what is to be done by the clock, and nothing else, in a thread beside something else.

    Args:
        workspace: open, with connections that threads share.
        clock: tasks of the clock's queues.
    """
    stopping = threading.Event()

    def keep() -> None:
        while not stopping.is_set():
            try:
                with Desk(workspace) as desk:
                    served = {CLOCK: queues_of_the_clock(workspace.settings)}
                    asyncio.run(_work(desk, stopping.is_set, served, clock))
            except Exception as error:  # whatever it is beside, that goes on
                log.error("the clock stopped", error=type(error).__name__)
            stopping.wait(_LONGEST_WAIT_SECONDS)

    keeping = threading.Thread(target=keep, name="clock")
    keeping.start()
    try:
        yield
    finally:
        stopping.set()
        keeping.join()


def work(
    folder: Path | None,
    settings: Settings,
    stopping: threading.Event,
    told: Callable[[str], None],
    opened_at: Callable[[Workspace], None],
    clock: Blueprint,
) -> None:
    """Work for good, until told to stop. The database may come and go meanwhile.

    Args:
        folder: of the workspace.
        settings: of the environment.
        stopping: set when it is to stop.
        told: what people should know.
        opened_at: told the workspace, once it is open.
        clock: tasks of the clock's queues, which are done as well.

    Raises:
        clew.workspace.WorkspaceError: there is no workspace.
        clew.postgres.PostgresError: its database cannot be reached when it begins.
    """
    reached, wait, started = False, 0.0, time.monotonic()
    while not stopping.is_set():
        began = time.monotonic()
        try:
            with Workspace.open(
                folder, settings, create=False, default=Connection.APPLICATION
            ) as opened:
                if not reached:
                    opened_at(opened)
                    told(f"Working in {opened.folder}.")
                reached = True
                with Desk(opened) as desk:
                    served = {CLOCK: queues_of_the_clock(settings), **queues_of_a_worker()}
                    asyncio.run(_work(desk, stopping.is_set, served, tasks, clock))
        except _GONE as error:
            if not reached and time.monotonic() - started > _PATIENCE_SECONDS:
                raise
            log.warning("database lost", error=type(error).__name__)
        if stopping.is_set():
            return
        # At once when it had worked well, then slower.
        good = time.monotonic() - began > _LONGEST_WAIT_SECONDS
        wait = 0.2 if good else min(_LONGEST_WAIT_SECONDS, 2 * wait or 0.2)
        told("The database went away; trying again.")
        stopping.wait(wait)


@contextlib.contextmanager
def stopped_by_signals() -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT set; in the main thread of a process."""
    stopping = threading.Event()
    before = {
        number: signal.signal(number, lambda *_: stopping.set())
        for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


async def _work(
    desk: Desk, done: Callable[[], bool], served: Mapping[str, list[str]], *known: Blueprint
) -> None:
    app = App(connector=_connector())
    for blueprint in known:
        app.add_tasks_from(blueprint, namespace="")
    async with app.open_async():
        workers = [_worker(app, desk, queues) for queues in served.values()]
        working = [asyncio.create_task(one.run()) for one in workers]  # type: ignore[no-untyped-call]
        beside = [
            asyncio.create_task(_until(done, desk)),
            asyncio.create_task(_take_over(app, desk)),
            asyncio.create_task(_tidy(desk)),
        ]
        try:
            # Whichever ends first, by itself or by an error, ends all.
            await asyncio.wait([*working, *beside], return_when=asyncio.FIRST_COMPLETED)
        finally:
            desk.stopping.set()
            for worker in workers:
                worker.stop()  # type: ignore[no-untyped-call]
            for task in beside:
                task.cancel()
            ended = await asyncio.gather(*working, *beside, return_exceptions=True)
        for one in ended:
            if isinstance(one, Exception):
                raise one


def _worker(app: App, desk: Desk, queues: list[str]) -> Worker:
    return Worker(
        app=app,
        queues=queues,
        delete_jobs="successful",
        additional_context={"desk": desk},
        install_signal_handlers=False,
        fetch_job_polling_interval=_POLL_SECONDS,
        shutdown_graceful_timeout=0,
        update_heartbeat_interval=HEARTBEAT_SECONDS,
        stalled_worker_timeout=SILENCE_SECONDS,
    )


def _connector() -> PsycopgConnector:
    """As the worker's role, to where this process is led."""
    parameters = connections[Connection.WORKER].get_connection_params()
    for name in ("cursor_factory", "context"):
        parameters.pop(name, None)
    # For each thread's worker one for what is done, one for listening, one for the heart.
    return PsycopgConnector(kwargs=parameters, min_size=1, max_size=10, timeout=10)


async def _until(done: Callable[[], bool], desk: Desk) -> None:
    """Ask every so often, as another worker may do the rest, and when something was done here."""
    loop = asyncio.get_running_loop()
    asking = ThreadPoolExecutor(1, "asking")
    try:
        while not await loop.run_in_executor(asking, done):
            desk.done_with_one.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_ASK_SECONDS):
                    await desk.done_with_one.wait()
    finally:
        asking.submit(close_connections)
        asking.shutdown()


async def _tidy(desk: Desk) -> None:
    """Take away, between jobs, what was uploaded and is in the vault, or was given up."""
    with contextlib.suppress(JobAborted):  # the worker ends meanwhile: the next one goes on
        while True:
            await desk.do(Phase.STANDING, lambda desk: erase_what_is_done_with(desk.workspace))
            await asyncio.sleep(_TIDY_SECONDS)


async def _take_over(app: App, desk: Desk) -> None:
    """Give the jobs of workers that fell silent to whoever is there, until the worker stops."""
    while True:
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENCE_SECONDS):
            log.info("job taken over", job=job.id, task=job.task_name)
            with contextlib.suppress(ConnectorException):  # somebody else was quicker
                await app.job_manager.retry_job(job)
        # To be cancelled is not enough: up to Python 3.11 asyncio.wait_for, by which a connection
        # of the pool is waited for, loses it where both come together.
        if desk.stopping.is_set():
            return
        await asyncio.sleep(HEARTBEAT_SECONDS)
