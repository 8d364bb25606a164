"""Locks between processes that work on one database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

from django.db.backends.base.base import BaseDatabaseWrapper


class Lock(IntEnum):
    """What only one process does at a time. The numbers are PostgreSQL's advisory lock keys."""

    MIGRATE = 0x636C6577_01
    COMPARE = 0x636C6577_02


@contextmanager
def alone(lock: Lock, connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Wait for a turn, and hold it. The database gives it back if this process dies.

    Args:
        lock: what is done alone.
        connection: that holds it; it must not be closed meanwhile.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [lock.value])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [lock.value])
