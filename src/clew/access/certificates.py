"""Client certificates that a reverse proxy has verified and passes on (RFC 9440).

The proxy speaks TLS with officers and machines, sees that a certificate is of an authority it
trusts and that its key is there, and puts it into a header. Whoever else could write that header
could be anybody, so it counts only beside the secret that the proxy shares with Clew.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from urllib.parse import unquote

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.utils import timezone

from clew.access.connections import Connection
from clew.access.errors import SignInError
from clew.access.models import ClientCertificate, Credential, Officer, Proof, SessionKind
from clew.access.signin import (
    attempt,
    begin,
    begin_session,
    officers,
    proven,
    refusal,
    refused,
    settled,
)

MACHINE_SESSION = timedelta(hours=1)
_LONGEST = 16_384
_UNKNOWN = "This certificate is bound to nobody here. Ask an administrator of your country."
_OF_A_MACHINE = "This certificate is a machine's; an officer signs in with their own."


class CertificateUse(StrEnum):
    """What an officer's certificate is good for."""

    OFF = "off"
    SECOND_FACTOR = "second factor"
    """Beside the password, in place of a one-time code."""
    ALONE = "alone"
    """Where it lies on a card that asks for its own code."""


@dataclass(frozen=True)
class Certificate:
    """A certificate that the proxy has verified.

    Attributes:
        fingerprint: SHA-256 of its DER form.
        subject: whom it names, for people to read.
        valid_until: its last moment.
    """

    fingerprint: bytes
    subject: str
    valid_until: datetime


def passed_on(value: str | None, said: str | None, secret: str | None) -> Certificate | None:
    """The certificate that the proxy passes on with a request; None when there is none.

    Args:
        value: of the header with the certificate; None when it is missing.
        said: the secret that came with it.
        secret: the one that the proxy shares with Clew; None when there is none to be believed.

    Raises:
        SignInError: it did not come from the proxy, or is no certificate that holds now.
    """
    if not value:
        return None
    if secret is None or not hmac.compare_digest((said or "").encode(), secret.encode()):
        raise SignInError(
            "A client certificate came with the request, and not from the reverse proxy that Clew "
            "knows: it is not believed. The operator's guide tells how the proxy proves itself."
        )
    return read_certificate(value)


def read_certificate(value: str) -> Certificate:
    """A certificate as RFC 9440 writes it, or as URL-encoded PEM, as nginx does.

    Raises:
        SignInError: it is neither, or does not hold now.
    """
    try:
        if len(value) > _LONGEST:
            raise ValueError
        value = value.strip()
        if value.startswith(":") and value.endswith(":") and len(value) > 2:
            der = base64.b64decode(value[1:-1], validate=True)
            found = x509.load_der_x509_certificate(der)
        else:
            found = x509.load_pem_x509_certificate(unquote(value).encode("ascii"))
    except (ValueError, binascii.Error, UnicodeError) as error:
        raise SignInError("What the reverse proxy passes on is no certificate.") from error
    now = datetime.now(UTC)
    if not found.not_valid_before_utc <= now < found.not_valid_after_utc:
        raise SignInError("The certificate has run out, or does not hold yet.")
    return Certificate(
        hashlib.sha256(found.public_bytes(Encoding.DER)).digest(),
        found.subject.rfc4514_string()[:500],
        found.not_valid_after_utc,
    )


def sign_in_with_certificate(
    name: str, password: str, certificate: Certificate, kind: SessionKind = SessionKind.WEB
) -> str:
    """Begin a session by password, with a certificate in place of a code.

    Raises:
        SignInError: it was refused; which of the three was wrong is not told.
    """
    name = name.strip().lower()

    def second(credential: Credential) -> bool:
        bound = _bound(certificate)
        return (
            bound is not None and bound.scopes is None and bound.officer_id == credential.officer_id
        )

    return settled(
        lambda: attempt(
            name,
            lambda: proven(name, password, second),
            lambda officer, now: begin(officer, kind, Proof.PASSWORD_AND_CERTIFICATE, now),
            "Name, password or certificate is wrong.",
        )
    )


def sign_in_by_certificate(certificate: Certificate, kind: SessionKind = SessionKind.WEB) -> str:
    """Begin a session of an officer by certificate alone, where the operator allows that.

    Raises:
        SignInError: it was refused.
    """

    def work() -> str | SignInError:
        bound = _bound(certificate)
        if bound is None:
            return refused("", _UNKNOWN)
        officer = officers().get(pk=bound.officer_id)
        if bound.scopes is not None:
            return refused(officer.sign_in_name, _OF_A_MACHINE)
        return attempt(
            officer.sign_in_name,
            lambda: officer,
            lambda known, now: begin(known, kind, Proof.CERTIFICATE, now),
        )

    return settled(work)


def machine_session(certificate: Certificate) -> tuple[str, datetime]:
    """Begin a session of a machine: as a token, within its scopes and under its authority.

    It is no try at a name, so failures of its officer do not make it wait.

    Returns:
        The session's secret, and when it ends.

    Raises:
        SignInError: it was refused.
    """

    def work() -> tuple[str, datetime] | SignInError:
        bound, now = _bound(certificate), timezone.now()
        if bound is None or bound.scopes is None:
            return refused("", "This certificate is bound to no machine here.")
        officer: Officer = officers().get(pk=bound.officer_id)
        if why := refusal(officer, now):
            return refused(officer.sign_in_name, why)
        until = min(now + MACHINE_SESSION, certificate.valid_until)
        secret = begin_session(
            officer,
            kind=SessionKind.TOKEN,
            proof=Proof.CERTIFICATE,
            scopes=bound.scopes,
            until=until,
            label=bound.label,
            authority=bound.authority_id,
        )
        return secret, until

    return settled(work)


def _bound(certificate: Certificate) -> ClientCertificate | None:
    known = ClientCertificate.objects.using(Connection.SIGN_IN)
    return known.filter(fingerprint=certificate.fingerprint).first()
