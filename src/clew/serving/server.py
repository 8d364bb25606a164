"""The server: takes connections, speaks HTTP, and stops soon when it is told to."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn

from clew.serving.application import application
from clew.workspace import Workspace

_STOPS_WITHIN = 3
"""Seconds: whoever still reads a long answer then is cut off."""


class AddressError(Exception):
    """The address cannot be served at; ``str(error)`` says why and what to do."""


def serve(workspace: Workspace, host: str, port: int, ready: Callable[[int], None]) -> None:
    """Serve a workspace until the process is told to stop (SIGINT or SIGTERM).

    Args:
        workspace: open, as the application's role, with connections that threads share.
        host: the address to listen at.
        port: its port; 0 for any that is free.
        ready: told the port once connections are taken.

    Raises:
        AddressError: it is not ours, or in use.
    """
    listening = _listen(host, port)
    server = uvicorn.Server(
        uvicorn.Config(
            application(workspace),
            http="httptools",
            loop="uvloop",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,  # addresses name what was asked for; the log of events tells who
            server_header=False,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=_STOPS_WITHIN,
        )
    )
    with listening:
        ready(listening.getsockname()[1])
        server.run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=_family(host), backlog=512)
    except OSError as error:
        raise AddressError(
            f"{host} port {port} cannot be served at ({error.strerror or error}). Name another "
            "with --host and --port."
        ) from error


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
