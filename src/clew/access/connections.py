"""The connections of a process: one for each role of the database that it may need.

Everything speaks through ``default`` unless it says otherwise: the face that runs chooses whose
connection that is when it opens the workspace.
"""

from __future__ import annotations

from enum import StrEnum

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

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


class Router:
    """All connections lead to one database; only its owner changes tables."""

    def allow_relation(self, _first: Model, _second: Model, **_hints: object) -> bool:
        """Rows read through two connections belong together."""
        return True

    def allow_migrate(self, alias: str, _app: str, **_hints: object) -> bool:
        """Whether tables are made and changed through a connection."""
        return alias == Connection.OWNER


def point(urls: dict[Connection, str], default: Connection) -> None:
    """Lead the connections of this process to a database, away from any before it.

    Args:
        urls: where to, for each connection.
        default: the one that everything uses unless it says otherwise.
    """
    connections.close_all()
    made = {connection.alias for connection in connections.all(initialized_only=True)}
    leads = {alias.value: url for alias, url in urls.items()} | {DEFAULT: urls[default]}
    for alias, url in leads.items():
        connections.databases[alias] = database(url)
        if alias in made:
            del connections[alias]  # made for another workspace, or for none
