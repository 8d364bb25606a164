"""``clew up``: serve a workspace over HTTP."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli.output import WorkspaceOption, explained, fail, people, plain

if TYPE_CHECKING:
    from clew.workspace import Workspace

_CALMLY = 15
"""Seconds that a worker has to leave what it was reading to another."""


def up(
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Its port; 0 for any.")] = 8000,
    show: Annotated[
        bool, typer.Option("--open", help="Open it in this machine's browser.")
    ] = False,
    worker: Annotated[
        bool | None,
        typer.Option(
            "--worker/--no-worker",
            help="Read what is handed in (default: where the database is the workspace's own).",
        ),
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Serve the workspace to programs and browsers, until Ctrl-C.

    Programs sign in at /api/v1/session, or bring a token from `clew token create`; /api/docs tells
    all they can ask. Serve others through a reverse proxy that speaks TLS: the operator's guide
    shows how.

    Examples:
      clew up --open

      clew up --port 8443 --workspace ./case-17
    """
    with explained():
        from clew.access.connections import Connection
        from clew.casework.upkeep import tasks
        from clew.cli.logging import start_log
        from clew.intake.workers import keep_time
        from clew.serving.server import AddressError, serve
        from clew.workspace import Workspace

        opening = Workspace.open(
            workspace, create=False, default=Connection.APPLICATION, shared=True
        )
        with opening as opened:
            start_log(opened.folder, opened.settings.log_level)
            # Before anything is served: a workspace that holds real agencies refuses it.
            practising = _practising(opened)

            def ready(bound: int) -> None:
                address = f"http://{f'[{host}]' if ':' in host else host}:{bound}"
                _say(opened, address, practising)
                if show:
                    _open(address)

            try:
                reads = opened.settings.database_url is None if worker is None else worker
                with _worker(opened.folder, wanted=reads), keep_time(opened, tasks):
                    serve(opened, host, port, ready)
            except AddressError as error:
                fail(str(error))


@contextmanager
def _worker(folder: Path, *, wanted: bool) -> Iterator[None]:
    """Have a worker read what is handed in, in a process of its own that ends with this one."""
    if not wanted:
        yield
        return
    # Killed at any time it loses nothing; asked to stop, it might wait for a database that is gone.
    begin = "from clew.postgres.privileges import die_with_parent as die; import os, signal; "
    begin += f"die(signal.SIGKILL); os.getppid() == {os.getpid()} or os._exit(0); "
    begin += "from clew.cli.main import run; run()"
    command = [sys.executable, "-P", "-c", begin, "worker", "--workspace", str(folder)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_CALMLY)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _practising(opened: Workspace) -> str | None:
    """The secret of a session for practice; None in a workspace for real work."""
    from clew.access.demonstration import sign_in_for_practice

    return sign_in_for_practice() if opened.demo else None


def _say(opened: Workspace, address: str, practising: str | None) -> None:
    people.print(f"Serving {plain(str(opened.folder))} at {address}", soft_wrap=True)
    if practising is not None:
        said = "Open it in a browser and choose as whom you practise. Programs send, here alone:"
        people.print(f"{said} Authorization: Bearer {plain(practising)}", soft_wrap=True)
    people.file.flush()


def _open(address: str) -> None:
    """Have the browser come; one that never ends, as in a terminal, keeps nobody waiting."""
    import webbrowser

    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
