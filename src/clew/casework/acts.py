"""What every act has in common: an authority, one transaction, the log, and refusals in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, transaction

from clew.access.acting import agency, require_authority
from clew.audit.events import Event
from clew.audit.log import record
from clew.casework.errors import DecidedMeanwhileError, RefusedError, StatementError

_INSUFFICIENT_PRIVILEGE, _UNIQUE_VIOLATION = "42501", "23505"
_CANNOT_BE_KEPT = ("23514", "22001", "22003")
"""A check that fails, a text that is too long, a number that is out of range."""
_MEANWHILE = "Somebody else decided this at the same time. Look at it again, then decide."


@contextmanager
def act(refusal: str) -> Iterator[None]:
    """Everything within is written, or nothing is.

    Args:
        refusal: what to say when the database does not let this officer: who may, and for what.

    Raises:
        clew.access.errors.SignedOutError: nobody is signed in.
        clew.access.errors.AuthorityError: no authority that holds was chosen.
        RefusedError: the database refused.
        DecidedMeanwhileError: somebody else was faster.
        StatementError: the database does not keep such a row.
    """
    require_authority()
    try:
        with transaction.atomic():
            yield
    except DatabaseError as error:
        state = getattr(error.__cause__, "sqlstate", None)
        if state == _INSUFFICIENT_PRIVILEGE:
            raise RefusedError(refusal) from error
        if state == _UNIQUE_VIOLATION:
            raise DecidedMeanwhileError(_MEANWHILE) from error
        if state in _CANNOT_BE_KEPT:
            said = str(error).strip().splitlines()[0]
            raise StatementError(f"This cannot be kept: {said}.") from error
        raise


def noted(done: str, about: object, event: Event = Event.DECISION, **details: object) -> None:
    """Note an act in the log, within its transaction; every function that is one ends with it.

    Args:
        done: what was done, in a word or two.
        about: what to: a thing such as ``person:7``, or another record with its number.
        event: what kind of act it is.
        details: numbers and words of the vocabulary; never what somebody wrote, which may be a
            name.
    """
    record(event, about=str(about), details={"act": done, **details})


def viewed(what: str, about: object = "", **details: object) -> None:
    """Note that the acting officer was shown something."""
    noted(what, about, Event.VIEW, **details)


def ours() -> int:
    """The acting officer's agency; 0, which is none, for nobody."""
    return agency() or 0


def reason(why: str) -> str:
    """A reason without the space around it.

    Raises:
        StatementError: there is none.
    """
    if not why.strip():
        raise StatementError("Say why, in a few words: whoever reads it later was not there.")
    return why.strip()
