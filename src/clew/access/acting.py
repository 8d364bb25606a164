"""Working on behalf of an officer: every transaction names its session to the database.

with signed_in(secret):          # around a request, or a command
    with acting():               # one transaction
        Sighting.objects.all()   # what that officer may see
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import LiteralString

from django.db import connection, transaction
from django.utils import timezone

from clew.access.connections import prepared
from clew.access.errors import AuthorityError, SignedOutError
from clew.access.models import Authority

_secret: ContextVar[str | None] = ContextVar("_secret", default=None)

_OVER = "You are not signed in, or the session is over. Sign in with: clew login"


@contextmanager
def signed_in(secret: str) -> Iterator[None]:
    """Have every :func:`acting` within name this session."""
    token = _secret.set(secret)
    try:
        yield
    finally:
        _secret.reset(token)


@contextmanager
def acting(secret: str | None = None) -> Iterator[None]:
    """One transaction on the ``default`` connection that says whose it is.

    Args:
        secret: of the session; by default that of the surrounding :func:`signed_in`. Without
            either the transaction is nobody's, and the policies let nobody see nothing.

    Raises:
        SignedOutError: the session is over, or the officer's certification is.
    """
    secret = secret if secret is not None else _secret.get()
    with transaction.atomic():
        if secret is not None and _begin(secret) is None:
            raise SignedOutError(_OVER)
        yield


def _begin(secret: str) -> int | None:
    """Name a session to the database; whose it is, None for nobody's."""
    # Django would write the secret into the statement, and statements can be seen by others
    # (pg_stat_activity) and may be logged: it travels apart from it, as a parameter. The functions
    # are called one after the other, as they stand.
    asked = "SELECT set_config('clew.session', $1, true), access.begin()"
    ((_, officer_id),) = prepared(connection, asked, [secret])
    return None if officer_id is None else int(officer_id)


def _one(statement: LiteralString) -> int | None:
    ((value,),) = prepared(connection, statement)
    return None if value is None else int(value)


def officer() -> int | None:
    """Who is acting in this transaction; None for nobody."""
    return _one("SELECT access.officer()")


def agency() -> int | None:
    """For which agency; None for none."""
    return _one("SELECT access.agency()")


def authority() -> int | None:
    """Under which authority that holds now; None for none."""
    return _one("SELECT access.authority()")


def may_contribute() -> bool:
    """Whether this session may hand in, under its authority."""
    return _one("SELECT access.contributing_agency()") is not None


def require_authority() -> int:
    """The authority of this transaction.

    Raises:
        SignedOutError: nobody is signed in.
        AuthorityError: none was chosen, or it does not hold now; the message says which.
    """
    found = authority()
    if found is not None:
        return found
    if officer() is None:
        raise SignedOutError(_OVER)
    chosen = _one("SELECT access.chosen_authority()")
    if chosen is None:
        raise AuthorityError(
            "No authority was chosen for this session. List those you may use with "
            "`clew authority list` and choose with `clew authority use REFERENCE`."
        )
    raise AuthorityError(
        f"{_why(Authority.objects.filter(pk=chosen).first())} Choose another with "
        "`clew authority use REFERENCE`."
    )


def _why(chosen: Authority | None) -> str:
    if chosen is None:
        return "The chosen authority is not one of your agency."
    name = f"The authority {chosen.reference}"
    now = timezone.now()
    if chosen.revoked_at is not None:
        return f"{name} was revoked on {chosen.revoked_at:%Y-%m-%d}."
    if chosen.valid_until <= now:
        return f"{name} ran out on {chosen.valid_until:%Y-%m-%d}."
    if chosen.valid_from > now:
        return f"{name} holds only from {chosen.valid_from:%Y-%m-%d} on."
    return f"{name} does not name you."


def use_authority(authority_id: int) -> None:
    """Act under an authority from now on, in this session.

    Raises:
        AuthorityError: it does not hold now, or not for this officer.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT access.use_authority(%s)", [authority_id])
        (done,) = cursor.fetchone()
    if not done:
        raise AuthorityError(
            f"{_why(Authority.objects.filter(pk=authority_id).first())} "
            "`clew authority list` shows those you may use."
        )


def sign_out() -> None:
    """End the session of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT access.end_session()")
