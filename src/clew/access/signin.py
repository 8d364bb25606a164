"""Signing in by password and one-time code, and tokens for programs.

All of it speaks through the ``sign_in`` connection, the only one that can read credentials.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

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
_ALL: tuple[Scope, ...] = tuple(Scope)


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
    with transaction.atomic(using=Connection.SIGN_IN):
        outcome = _try(name.strip().lower(), password, code, kind)
    # Raised only now: a failure that is rolled back would not be counted.
    if isinstance(outcome, SignInError):
        raise outcome
    return outcome


def _try(name: str, password: str, code: str, kind: SessionKind) -> str | SignInError:
    attempts, now = attempts_at(name), timezone.now()
    until = wait_until(attempts)
    if until is not None and now < until:
        return _not_let_in(
            name,
            f"Too many failed attempts. Try again after {until:%Y-%m-%d %H:%M:%S} UTC, or ask an "
            "administrator to unlock the name.",
        )
    officer = _proven(name, password, code)
    if officer is None:
        count_failure(attempts, now)
        return SignInError(_WRONG)
    attempts.delete()
    if refusal := _refusal(officer, now):
        return _not_let_in(name, refusal)
    length, idle = LENGTHS[kind]
    return _begin(officer, kind, _ALL, now + length, idle)


def _not_let_in(name: str, why: str) -> SignInError:
    not_let_in.send(sender=None, name=name, why=why)
    return SignInError(why)


def _proven(name: str, password: str, code: str) -> Officer | None:
    """The officer who is proven to be asking."""
    credential = (
        Credential.objects.using(Connection.SIGN_IN)
        .select_for_update(of=("self",))
        .filter(officer__sign_in_name=name)
        .first()
    )
    if credential is None:
        make_password(password)  # takes as long as checking one
        return None
    # Both are always looked at: which of the two was wrong is nobody's business.
    known = check_password(password, credential.password, _keeping(credential))
    step = step_of(credential.totp_secret, code, after=credential.totp_step)
    if not known:
        return None
    if step is not None:
        credential.totp_step = step
        credential.save(update_fields=["totp_step"])
    elif not _recovered(credential, code):
        return None
    return _officers().get(pk=credential.officer_id)


def _officers() -> QuerySet[Officer]:
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


def _refusal(officer: Officer, now: datetime) -> str:
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


def _begin(
    officer: Officer,
    kind: SessionKind,
    scopes: Sequence[Scope],
    until: datetime,
    idle: timedelta | None,
    label: str = "",
    authority: int | None = None,
) -> str:
    secret = new_secret()
    Session.objects.using(Connection.SIGN_IN).create(
        digest=digest(secret),
        officer_id=officer.pk,
        kind=kind,
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
        officer = _officers().get(pk=proof.officer_id)
        proof.ended_at = now
        proof.save(update_fields=["ended_at"])
        return _begin(officer, SessionKind.TOKEN, scopes, until, None, label)
