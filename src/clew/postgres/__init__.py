"""The embedded PostgreSQL: one server per data folder, shared by all who open it.

    with Server.open(workspace / "database") as server:
        connection = psycopg.connect(server.url)

Who does what:

- Every *client* (a process that called `Server.open`) holds `clients.lock` shared
  for as long as it lives. The kernel gives the lock back however the client ends.
- One detached *keeper* process per folder (`python -m clew.postgres FOLDER`) has
  PostgreSQL as its child. When it can take `clients.lock` exclusively, no client
  is left, and after a short grace it stops PostgreSQL and ends.
- `server.lock` is held by the keeper and inherited by every PostgreSQL process, so
  it is free only when the last of them is gone. Whoever finds it free may start.
- `start.lock` lets one client at a time look and start.

A killed keeper takes PostgreSQL with it (the kernel sends it SIGINT, a clean stop);
a killed PostgreSQL is started again by the keeper; when both are gone, the next
client starts anew and PostgreSQL recovers from its log.

Linux only: it stands on flock, prctl and user namespaces.
"""

from clew.postgres.errors import (
    DiskFullError,
    FolderPermissionError,
    PostgresError,
    PostgresMissingError,
    StartError,
    WrongVersionError,
)
from clew.postgres.server import Server

__all__ = [
    "DiskFullError",
    "FolderPermissionError",
    "PostgresError",
    "PostgresMissingError",
    "Server",
    "StartError",
    "WrongVersionError",
]
