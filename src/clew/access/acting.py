"""Working on behalf of an officer: every transaction names its session to the database.

with signed_in(secret):          # around a request, or a command
    with acting():               # one transaction
        Sighting.objects.all()   # what that officer may see
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, LiteralString

from django.db import connection, transaction
from django.dispatch import Signal
from django.utils import timezone

from clew.access.connections import prepared
from clew.access.errors import AuthorityError, SignedOutError
from clew.access.models import Authority

_secret: ContextVar[str | None] = ContextVar("_secret", default=None)


session_over = Signal()
"""Sent with ``secret`` when a session is used that is over, or that there never was."""

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
def acting(
    secret: str | None = None, *, authorised: bool = False, lasting: bool = True
) -> Iterator[None]:
    """One transaction on the ``default`` connection that says whose it is.

    Args:
        secret: of the session; by default that of the surrounding :func:`signed_in`. Without
            either the transaction is nobody's, and the policies let nobody see nothing.
        authorised: whether an authority is needed: :func:`require_authority`, on the same way.
        lasting: whether its end waits until it is on the disk. If not, :func:`on_disk` must be
            waited for before anybody is told.

    Raises:
        SignedOutError: the session is over, or the officer's certification is.
        AuthorityError: as by :func:`require_authority`, when it is needed.
    """
    secret = secret if secret is not None else _secret.get()
    lasting = lasting or connection.in_atomic_block  # else it would hold for what is around it
    with transaction.atomic():
        under = None
        if secret is not None:
            who, under = _begin(secret, lasting)
            if who is None:
                raise _over(secret)
        if authorised and under is None:
            require_authority()
        yield


def _begin(secret: str, lasting: bool) -> tuple[int | None, int | None]:
    """Name a session to the database; whose it is, and under which authority."""
    # Django would write the secret into the statement, and statements can be seen by others
    # (pg_stat_activity) and may be logged: it travels apart from it, as a parameter.
    columns = "officer, authority" if lasting else f"officer, authority, {_SOON}"
    asked = f"SELECT {columns} FROM access.begin($1)"  # noqa: S608 - no value is in it
    ((who, under, *_),) = prepared(connection, asked, [secret])
    return who, under


_SOON = "set_config('synchronous_commit', 'off', true)"
"""Ends a transaction without waiting for the disk. The log is one chain: who waits for the disk
while ending holds up all others, one after the other; who waits afterwards waits with them."""


def on_disk() -> None:
    """Return when all that was committed before is on the disk.

    What is waited for is a message of this connection's own behind it, that nobody reads.
    """
    if not connection.in_atomic_block:  # else its end waits for it
        prepared(connection, "SELECT pg_logical_emit_message(true, 'clew', '')")


def at_once(asked: LiteralString, values: Sequence[object] = ()) -> Any:
    """What one expression answers, in a transaction of its own that needs an authority.

    One way to the database and back; whoever is told of it must wait for :func:`on_disk` first.

    Args:
        asked: an SQL expression with places ``$1``, ``$2`` ...; not evaluated without authority.
        values: what stands there.

    Raises:
        SignedOutError: nobody is signed in.
        AuthorityError: none was chosen, or it does not hold now; the message says which.
    """
    secret = _secret.get()
    if connection.in_atomic_block or secret is None:  # whose transaction it is was said already
        with acting():
            require_authority()
            ((answer,),) = prepared(connection, f"SELECT {asked}", values)
            return answer
    ((who, under, answer, _),) = prepared(
        connection,
        f"SELECT officer, authority, CASE WHEN authority IS NOT NULL THEN {asked} END, {_SOON} "  # noqa: S608 - no value is in it
        f"FROM access.begin(${len(values) + 1})",
        [*values, secret],
    )
    if who is None:
        raise _over(secret)
    if under is None:
        with acting():
            require_authority()  # says why not
    return answer


def _over(secret: str) -> SignedOutError:
    session_over.send(sender=None, secret=secret)
    return SignedOutError(_OVER)


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
        AuthorityError: it does not hold now, or not for this officer; or the session is a token's,
            which keeps the one it was issued for.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT access.use_authority(%s), access.keeps_authority()", [authority_id])
        done, keeps = cursor.fetchone()
    if not done and keeps:
        raise AuthorityError(
            "A token keeps the authority it was issued for. Issue another one: clew token create"
        )
    if not done:
        raise AuthorityError(
            f"{_why(Authority.objects.filter(pk=authority_id).first())} "
            "`clew authority list` shows those you may use."
        )


def sign_out() -> None:
    """End the session of this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT access.end_session()")
