"""Saying in words what the database refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, transaction

from clew.access.errors import NotAllowedError, NotKeptError

_INSUFFICIENT_PRIVILEGE, _UNIQUE_VIOLATION, _CHECK_VIOLATION = "42501", "23505", "23514"


@contextmanager
def refused_in_words(refused: str, *, taken: str = "", unfit: str = "") -> Iterator[None]:
    """Everything within is written, or nothing is; other errors of the database pass.

    Args:
        refused: what to say when a policy or a missing privilege does not let this officer.
        taken: what to say when there is such a thing already; empty to let the error pass.
        unfit: what to say when the database does not keep such a row; likewise.

    Raises:
        NotAllowedError: the database refused.
        NotKeptError: it cannot be kept so.
    """
    try:
        with transaction.atomic():
            yield
    except DatabaseError as error:
        state = getattr(error.__cause__, "sqlstate", None)
        if state == _INSUFFICIENT_PRIVILEGE:
            raise NotAllowedError(refused) from error
        if state == _UNIQUE_VIOLATION and taken:
            raise NotKeptError(taken) from error
        if state == _CHECK_VIOLATION and unfit:
            raise NotKeptError(unfit) from error
        raise
