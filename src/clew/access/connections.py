"""The connections of a process: one for each role of the database that it may need.

Everything speaks through ``default`` unless it says otherwise: the face that runs chooses whose
connection that is when it opens the workspace.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, nullcontext
from enum import StrEnum
from typing import Any, LiteralString

import psycopg
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.models import Model
from psycopg.pq import TransactionStatus

from clew.django_settings import database

DEFAULT = "default"


class Connection(StrEnum):
    """Django's names of the connections; ``default`` is one of them under another name."""

    OWNER = "owner"
    APPLICATION = "application"
    WORKER = "worker"
    SIGN_IN = "sign_in"


def worker() -> BaseDatabaseWrapper:
    """The connection of intake and comparing, which works on behalf of nobody."""
    return connections[Connection.WORKER]


def prepared(
    database: BaseDatabaseWrapper, statement: LiteralString, values: Sequence[object] = ()
) -> list[tuple[Any, ...]]:
    """Ask by a statement that is read and planned once a connection, for what is asked often.

    Values travel apart from it: whoever sees statements (pg_stat_activity, a log) sees none.

    Args:
        database: the connection.
        statement: with places ``$1``, ``$2`` …
        values: what stands there.
    """
    (answer,) = prepared_together(database, [(statement, values)])
    return answer


def prepared_together(
    database: BaseDatabaseWrapper,
    statements: Sequence[tuple[LiteralString, Sequence[object]]],
) -> list[list[tuple[Any, ...]]]:
    """Ask by several such statements in one way to the database and back.

    What begins a transaction goes the same way. None of them can use what another answers.

    Args:
        database: the connection.
        statements: each with its values, as for :func:`prepared`.
    """
    database.ensure_connection()
    to: psycopg.Connection[Any] = database.connection
    with database.wrap_database_errors, ExitStack() as opened:
        cursors = [opened.enter_context(psycopg.RawCursor(to)) for _ in statements]
        begins = not to.autocommit and to.info.transaction_status is TransactionStatus.IDLE
        # A single statement by itself is cheaper without the pipeline.
        with to.pipeline() if begins or len(statements) > 1 else nullcontext():
            for cursor, (statement, values) in zip(cursors, statements, strict=True):
                cursor.execute(statement, values, prepare=True)
        return [cursor.fetchall() for cursor in cursors]


class Router:
    """All connections lead to one database; only its owner changes tables."""

    def allow_relation(self, _first: Model, _second: Model, **_hints: object) -> bool:
        """Rows read through two connections belong together."""
        return True

    def allow_migrate(self, alias: str, _app: str, **_hints: object) -> bool:
        """Whether tables are made and changed through a connection."""
        return alias == Connection.OWNER


SHARED = {Connection.OWNER: 2, Connection.WORKER: 8, Connection.SIGN_IN: 4}
_SHARED_BY_DEFAULT = 16
"""Most connections of a process whose threads share them: few enough that one such process and
some commands fit into what the embedded server takes (50)."""


def let_go() -> None:
    """Close all connections of this process, those that wait to be used included.

    Shared ones are of the process: this thread may not have used what another one left waiting.
    """
    connections.close_all()
    for connection in connections.all():
        if isinstance(connection, DatabaseWrapper):
            connection.close_pool()


def point(urls: dict[Connection, str], default: Connection, *, shared: bool = False) -> None:
    """Lead the connections of this process to a database, away from any before it.

    Args:
        urls: where to, for each connection.
        default: the one that everything uses unless it says otherwise.
        shared: whether threads take connections in turn, as in a process that serves.
    """
    let_go()
    made = {connection.alias for connection in connections.all(initialized_only=True)}
    leads = {alias.value: url for alias, url in urls.items()} | {DEFAULT: urls[default]}
    for alias, url in leads.items():
        most = SHARED.get(alias, _SHARED_BY_DEFAULT) if shared else None  # type: ignore[call-overload]
        connections.databases[alias] = database(url, most)
        if alias in made:
            del connections[alias]  # made for another workspace, or for none
