"""Reading on behalf of whoever handed in: a session of the worker's, for one job."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import DatabaseError

from clew.access import acting
from clew.access.connections import worker
from clew.access.errors import SignedOutError
from clew.access.secret import digest, new_secret


class NothingToDoError(Exception):
    """The contribution has ended, or there is none."""


@contextmanager
def on_behalf(contribution: int) -> Iterator[None]:
    """Act for the officer of a contribution, under its authority, as far as both still hold.

    The database hands the worker a session of its own for it, which the log tells like any other.

    Raises:
        NothingToDoError: it has ended.
    """
    secret = new_secret()
    with worker().cursor() as cursor:
        cursor.execute("SELECT access.work_on(%s, %s)", [contribution, digest(secret)])
        (begun,) = cursor.fetchone()
    if not begun:
        raise NothingToDoError
    try:
        with acting.signed_in(secret):
            yield
    finally:
        # A session that cannot be ended now is of no use to anybody: its secret is gone.
        with suppress(SignedOutError, DatabaseError), acting.acting(secret):
            acting.sign_out()


def halt(contribution: int, why: str) -> None:
    """Tell whoever handed in why nothing goes on."""
    with worker().cursor() as cursor:
        cursor.execute("SELECT access.halt(%s, %s)", [contribution, why])
