"""An officer's own credentials, and what administrators bind to officers of their country.

Each function is for a transaction of :func:`clew.access.acting.acting`. Nothing here can be signed
in with: the tables themselves are read by ``clew_sign_in`` alone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction

from clew.access.certificates import Certificate
from clew.access.errors import NotAllowedError
from clew.access.models import Authority, Officer

_NOT_YOURS = "You have no such {what}; it may be gone already."
_REFUSED = "Only an administrator of the officer's country may do this, and nobody for themselves."


@dataclass(frozen=True)
class OwnCredential:
    """One way in which the acting officer signs in.

    Attributes:
        kind: ``passkey``, ``identity`` or ``certificate``.
        number: to name it by.
        name: as they called it, or as its issuer did.
        added_at: when it was added or bound.
        used_at: when a passkey was last used.
        backed_up: whether a passkey can be on other devices too.
        machine: whether it is of a machine that works on the officer's behalf.
    """

    kind: str
    number: int
    name: str
    added_at: datetime
    used_at: datetime | None
    backed_up: bool
    machine: bool


def own_credentials() -> list[OwnCredential]:
    """What the acting officer can sign in with beside a password."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, id, name, added_at, used_at, backed_up, machine FROM access.credentials()"
        )
        return [OwnCredential(*row) for row in cursor.fetchall()]


def remove_passkey(number: int) -> None:
    """Remove a passkey of the acting officer; other sessions begun by passkey end.

    Raises:
        NotAllowedError: they have no such passkey.
    """
    if not _ask("SELECT access.remove_passkey(%s)", [number]):
        raise NotAllowedError(_NOT_YOURS.format(what="passkey"))


def ways_to_sign_in(officer: Officer) -> dict[str, bool]:
    """For an administrator: whether an officer has credentials of each kind, and no more.

    Raises:
        NotAllowedError: the acting officer does not administer them.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT password, passkey, identity, certificate FROM access.ways_to_sign_in(%s)",
            [officer.pk],
        )
        row = cursor.fetchone()
    if row is None:
        raise NotAllowedError(_REFUSED)
    return dict(zip(("password", "passkey", "identity", "certificate"), row, strict=True))


def bind_identity(officer: Officer, issuer: str, subject: str) -> None:
    """Let an officer sign in as whom an identity provider knows by a lasting number.

    Raises:
        NotAllowedError: the acting officer does not administer them, or it is bound already.
    """
    _bind("SELECT access.bind_identity(%s, %s, %s)", [officer.pk, issuer, subject])


def bind_certificate(officer: Officer, certificate: Certificate) -> None:
    """Let an officer sign in with a certificate.

    Raises:
        NotAllowedError: the acting officer does not administer them, or it is bound already.
    """
    _bind(
        "SELECT access.bind_certificate(%s, %s, %s, %s, '', NULL, NULL)",
        [officer.pk, certificate.fingerprint, certificate.subject, certificate.valid_until],
    )


def bind_machine(
    officer: Officer,
    certificate: Certificate,
    label: str,
    scopes: Collection[str],
    authority: Authority,
) -> None:
    """Let a machine work on an officer's behalf, as a token does.

    Args:
        officer: on whose behalf; it ends with their certification.
        certificate: the machine's.
        label: what it does.
        scopes: what it may do.
        authority: what it works under.

    Raises:
        NotAllowedError: the acting officer does not administer the officer, the authority is
            another agency's, or the certificate is bound already.
    """
    _bind(
        "SELECT access.bind_certificate(%s, %s, %s, %s, %s, %s, %s)",
        [
            *(officer.pk, certificate.fingerprint, certificate.subject, certificate.valid_until),
            *(label, list(scopes), authority.pk),
        ],
    )


def release(officer: Officer) -> int:
    """Take away every identity and certificate that was bound to an officer; sessions end.

    Returns:
        How many.

    Raises:
        NotAllowedError: the acting officer does not administer them.
    """
    found = _ask("SELECT access.release(%s)", [officer.pk])
    if found is None:
        raise NotAllowedError(_REFUSED)
    return int(found)


def _bind(statement: str, values: Sequence[Any]) -> None:
    try:
        with transaction.atomic():
            done = _ask(statement, values)
    except IntegrityError as error:
        raise NotAllowedError(
            "It is bound to an officer already, or a machine has no label or no scope."
        ) from error
    if not done:
        raise NotAllowedError(_REFUSED)


def _ask(statement: str, values: Sequence[Any]) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        (value,) = cursor.fetchone()
    return None if value is None else int(value)
