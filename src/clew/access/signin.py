"""Signing in: what all ways have in common, and the one by password and one-time code.

All of it speaks through the ``sign_in`` connection, the only one that can read credentials.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias, TypeVar

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import Q, QuerySet
from django.dispatch import Signal
from django.utils import timezone

from clew.access.attempts import attempts_at, count_failure, wait_until
from clew.access.connections import Connection
from clew.access.errors import SignInError
from clew.access.models import (
    Certification,
    Credential,
    Officer,
    Proof,
    RecoveryCode,
    Scope,
    Session,
    SessionKind,
    State,
)
from clew.access.secret import digest, new_secret
from clew.access.totp import step_of

LENGTHS = {
    SessionKind.COMMAND_LINE: (timedelta(hours=12), timedelta(hours=2)),
    SessionKind.WEB: (timedelta(hours=12), timedelta(minutes=30)),
}
"""How long a session may last, and be idle."""
LONGEST_TOKEN = timedelta(days=366)

not_let_in = Signal()
"""Sent with ``name`` and ``why``, in the transaction that refuses somebody for another reason than
a wrong name, password or code. The database notes all else by itself; this changes nothing there.
"""

_WRONG = "Name, password or code is wrong."
T = TypeVar("T")
LetIn: TypeAlias = Callable[[Officer, datetime], T]
"""What follows for an officer who proved who they are and may work now."""


def sign_in(
    name: str, password: str, code: str, kind: SessionKind = SessionKind.COMMAND_LINE
) -> str:
    """Begin a session.

    Args:
        name: the sign-in name, in any case.
        password: as typed.
        code: a one-time code, or a recovery code.
        kind: what the session is used through; no token.

    Returns:
        The session's secret, which is kept nowhere else.

    Raises:
        SignInError: it was refused. The message tells why only when all three were right, so that
            nothing can be learned about names by trying.
    """
    name = name.strip().lower()
    return settled(
        lambda: attempt(
            name,
            lambda: proven(name, password, lambda credential: right_code(credential, code)),
            lambda officer, now: begin(officer, kind, Proof.PASSWORD, now),
        )
    )


def settled(work: Callable[[], T | SignInError]) -> T:
    """Do one attempt in a transaction of the ``sign_in`` connection.

    Raises:
        SignInError: what the attempt was refused with.
    """
    with transaction.atomic(using=Connection.SIGN_IN):
        outcome = work()
    # Raised only now: a failure that is rolled back would not be counted.
    if isinstance(outcome, SignInError):
        raise outcome
    return outcome


def attempt(
    name: str,
    prove: Callable[[], Officer | None],
    let_in: LetIn[T],
    wrong: str = _WRONG,
) -> T | SignInError:
    """One attempt at a name, by whatever way: it waits for those before it, and failing is counted.

    Args:
        name: in lower case.
        prove: the officer who is proven to be asking; None for a failure.
        let_in: what follows when that officer may work now.
        wrong: what a failure is answered with.
    """
    attempts, now = attempts_at(name), timezone.now()
    until = wait_until(attempts)
    if until is not None and now < until:
        return refused(
            name,
            f"Too many failed attempts. Try again after {until:%Y-%m-%d %H:%M:%S} UTC, or ask an "
            "administrator to unlock the name.",
        )
    officer = prove()
    if officer is None:
        count_failure(attempts, now)
        return SignInError(wrong)
    attempts.delete()
    if why := refusal(officer, now):
        return refused(name, why)
    return let_in(officer, now)


def refused(name: str, why: str) -> SignInError:
    """What somebody is told who is not let in; it is noted in the log."""
    not_let_in.send(sender=None, name=name, why=why)
    return SignInError(why)


def proven(name: str, password: str, second: Callable[[Credential], bool]) -> Officer | None:
    """The officer who is proven by password and a second factor.

    Args:
        name: in lower case.
        password: as typed.
        second: whether the second factor is right too; asked only when the password was.
    """
    credential = (
        Credential.objects.using(Connection.SIGN_IN)
        .select_for_update(of=("self",))
        .filter(officer__sign_in_name=name)
        .first()
    )
    if credential is None:
        make_password(password)  # takes as long as checking one
        return None
    if not check_password(password, credential.password, _keeping(credential)):
        return None
    if not second(credential):
        return None
    return officers().get(pk=credential.officer_id)


def right_code(credential: Credential, code: str) -> bool:
    """Whether it was a one-time code or a recovery code; it is used up by it."""
    step = step_of(credential.totp_secret, code, after=credential.totp_step)
    if step is None:
        return _recovered(credential, code)
    credential.totp_step = step
    credential.save(update_fields=["totp_step"])
    return True


def officers() -> QuerySet[Officer]:
    """Officers, as far as signing in may read them."""
    return Officer.objects.using(Connection.SIGN_IN).only(
        "id", "name", "sign_in_name", "state", "agency_id"
    )


def _keeping(credential: Credential) -> Callable[[str], None]:
    """Keeps a password anew whose hash was made with weaker parameters than today's."""

    def keep(password: str) -> None:
        credential.password = make_password(password)
        credential.save(update_fields=["password"])

    return keep


def _recovered(credential: Credential, code: str) -> bool:
    """Whether it was a recovery code, which is used up by it."""
    used, _ = (
        RecoveryCode.objects.using(Connection.SIGN_IN)
        .filter(officer_id=credential.officer_id, digest=recovery_digest(code))
        .delete()
    )
    return used > 0


def recovery_digest(code: str) -> bytes:
    """What is kept of a recovery code, however it was typed."""
    typed = "".join(c for c in code.upper() if c.isalnum())
    return hashlib.sha256(typed.encode()).digest()


def refusal(officer: Officer, now: datetime) -> str:
    """Why somebody who proved who they are is not let in; empty for no reason."""
    if officer.state == State.LOCKED:
        return "The account was locked by an administrator. Ask one of your country."
    if officer.state == State.LEFT:
        return "The account belongs to an officer who has left."
    certified = Certification.objects.using(Connection.SIGN_IN).filter(
        Q(officer_id=officer.pk, revoked_at=None, valid_from__lte=now, valid_until__gt=now)
    )
    if not certified.exists():
        return "The certification has run out. Ask an administrator of your country."
    return ""


def begin(officer: Officer, kind: SessionKind, proof: Proof, now: datetime) -> str:
    """Begin a session of somebody who proved who they are and may work.

    Returns:
        Its secret.
    """
    length, idle = LENGTHS[kind]
    return begin_session(
        officer, kind=kind, proof=proof, scopes=tuple(Scope), until=now + length, idle=idle
    )


def begin_session(
    officer: Officer,
    *,
    kind: SessionKind,
    proof: str,
    scopes: Sequence[str],
    until: datetime,
    idle: timedelta | None = None,
    label: str = "",
    authority: int | None = None,
) -> str:
    """Begin a session of any kind; :func:`begin` is for those of people.

    Returns:
        Its secret.
    """
    secret = new_secret()
    Session.objects.using(Connection.SIGN_IN).create(
        digest=digest(secret),
        officer_id=officer.pk,
        kind=kind,
        proof=proof,
        scopes=[Scope(scope).value for scope in scopes],
        expires_at=until,
        idle=idle,
        label=label,
        authority_id=authority,
    )
    return secret


def issue_token(
    name: str, password: str, code: str, label: str, scopes: Sequence[Scope], until: datetime
) -> str:
    """Issue a token for a program that works on behalf of an officer.

    The officer proves anew who they are: a token lasts longer than the session it is asked for in.

    Args:
        name: the sign-in name.
        password: as typed.
        code: a one-time code.
        label: what it is for.
        scopes: what it may be used for.
        until: when it ends, at most a year from now.

    Raises:
        SignInError: it was refused, or the token would last too long.
    """
    now = timezone.now()
    if not label or not scopes or not now < until <= now + LONGEST_TOKEN:
        raise SignInError("A token says what it is for, has a scope, and ends within a year.")
    secret = sign_in(name, password, code)
    with transaction.atomic(using=Connection.SIGN_IN):
        proof = Session.objects.using(Connection.SIGN_IN).get(digest=digest(secret))
        officer = officers().get(pk=proof.officer_id)
        proof.ended_at = now
        proof.save(update_fields=["ended_at"])
        return begin_session(
            officer,
            kind=SessionKind.TOKEN,
            proof=proof.proof,
            scopes=scopes,
            until=until,
            label=label,
        )
