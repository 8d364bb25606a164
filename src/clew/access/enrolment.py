"""Enrolment: an invited officer sets what they sign in with, which nobody else ever sees.

Password and one-time codes, or a passkey, or who they are at an identity provider.

Enrolling again replaces what was set before and ends every session, so a new invitation is also
the way back for somebody who lost everything.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    NumericPasswordValidator,
)
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from clew.access.challenges import answered
from clew.access.connections import Connection
from clew.access.errors import SignInError
from clew.access.models import (
    Credential,
    Identity,
    Invitation,
    Officer,
    Passkey,
    Purpose,
    RecoveryCode,
    Session,
)
from clew.access.passkeys import Asked, Site, ask_to_register, kept
from clew.access.secret import digest
from clew.access.signin import recovery_digest
from clew.access.totp import address, new_totp_secret, step_of

_RECOVERY_CODES = 10
_SHORTEST_PASSWORD = 12
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without what looks alike on paper."""


@dataclass(frozen=True)
class Enrolment:
    """What an officer needs to enrol.

    Attributes:
        sign_in_name: to sign in with.
        totp_secret: for the app that makes the one-time codes, as base32.
        address: the same, for a QR code.
    """

    sign_in_name: str
    totp_secret: str
    address: str


def begin_enrolment(invitation: str) -> Enrolment:
    """See that an invitation holds, and make a secret for one-time codes.

    Raises:
        SignInError: there is no such invitation, it was used, or it ran out.
    """
    name = invited(invitation).sign_in_name
    secret = new_totp_secret()
    return Enrolment(name, secret, address(secret, name))


def enrol(invitation: str, password: str, totp_secret: str, code: str) -> list[str]:
    """Keep a password and a secret of one-time codes.

    Args:
        invitation: the secret that was handed over.
        password: chosen by the officer.
        totp_secret: from :func:`begin_enrolment`.
        code: a one-time code, which shows that the app has the secret.

    Returns:
        Recovery codes, to be written down: they are kept nowhere else.

    Raises:
        SignInError: the invitation does not hold, the password is too weak or the code is wrong.
    """
    with transaction.atomic(using=Connection.SIGN_IN):
        officer = invited(invitation)
        _check_password(password, officer)
        step = step_of(totp_secret, code, after=0)
        if step is None:
            raise SignInError("The code is wrong. Is the clock of the device that makes it right?")
        _begin_anew(officer)
        Credential.objects.using(Connection.SIGN_IN).update_or_create(
            officer_id=officer.pk,
            defaults={
                "password": make_password(password),
                "totp_secret": totp_secret,
                "totp_step": step,
                "set_at": timezone.now(),
            },
        )
        return _new_recovery_codes(officer)


def begin_enrolment_by_passkey(invitation: str, site: Site) -> Asked:
    """See that an invitation holds, and ask the browser for a passkey.

    Raises:
        SignInError: there is no such invitation, it was used, or it ran out.
    """
    return ask_to_register(invited(invitation), site, invitation=digest(invitation.strip()).hex())


def enrol_by_passkey(invitation: str, secret: str, answer: object, name: str, site: Site) -> None:
    """Keep a passkey as the only way to sign in; a password may be had by another invitation.

    Args:
        invitation: the secret that was handed over.
        secret: of what the browser was asked.
        answer: the browser's, as JSON.
        name: as the officer calls the device.
        site: whose passkeys are asked for.

    Raises:
        SignInError: the invitation does not hold, or the answer is not what was asked for.
    """
    found = answered(secret, Purpose.REGISTER)
    with transaction.atomic(using=Connection.SIGN_IN):
        officer = invited(invitation)
        if found.asked.get("invitation") != digest(invitation.strip()).hex():
            raise SignInError("This was asked for another invitation. Begin again.")
        _begin_anew(officer)
        Credential.objects.using(Connection.SIGN_IN).filter(officer_id=officer.pk).delete()
        kept(found.asked, officer.pk, answer, name, site)


def enrol_by_provider(invitation: str, issuer: str, subject: str) -> None:
    """Keep who an officer is at an identity provider, which has just said so.

    Args:
        invitation: its digest in hexadecimal, as it was when the provider was asked.
        issuer: the provider.
        subject: the provider's number of them.

    Raises:
        SignInError: the invitation does not hold, or somebody else has that identity.
    """
    with transaction.atomic(using=Connection.SIGN_IN):
        officer = _invited_by(bytes.fromhex(invitation))
        _begin_anew(officer)
        identities = Identity.objects.using(Connection.SIGN_IN)
        if identities.filter(issuer=issuer, subject=subject).exists():
            raise SignInError(
                "This identity is bound to an officer already. Ask an administrator of your "
                "country."
            )
        identities.create(officer_id=officer.pk, issuer=issuer, subject=subject)


def _begin_anew(officer: Officer) -> None:
    """Take away what an officer set before; what an administrator bound stays theirs to change."""
    for model in (Invitation, Passkey, RecoveryCode):
        model.objects.using(Connection.SIGN_IN).filter(officer_id=officer.pk).delete()
    own = Identity.objects.using(Connection.SIGN_IN).filter(officer_id=officer.pk)
    own.filter(bound_by=None).delete()
    Session.objects.using(Connection.SIGN_IN).filter(officer_id=officer.pk, ended_at=None).update(
        ended_at=timezone.now()
    )


def invited(invitation: str) -> Officer:
    """Who was handed an invitation that holds.

    Raises:
        SignInError: there is no such invitation, it was used, or it ran out.
    """
    return _invited_by(digest(invitation.strip()))


def _invited_by(of: bytes) -> Officer:
    found = (
        Invitation.objects.using(Connection.SIGN_IN)
        .filter(digest=of, expires_at__gt=timezone.now())
        .values_list("officer_id", flat=True)
        .first()
    )
    if found is None:
        raise SignInError(
            "There is no such invitation, or it was used or has run out. Ask an administrator of "
            "your country for a new one."
        )
    known = Officer.objects.using(Connection.SIGN_IN)
    return known.only("id", "name", "sign_in_name").get(pk=found)


def _check_password(password: str, officer: Officer) -> None:
    try:
        MinimumLengthValidator(_SHORTEST_PASSWORD).validate(password)
        CommonPasswordValidator().validate(password)
        NumericPasswordValidator().validate(password)
    except ValidationError as error:
        raise SignInError(" ".join(error.messages)) from error
    if officer.sign_in_name in password.lower():
        raise SignInError("The password must not have the sign-in name in it.")


def _new_recovery_codes(officer: Officer) -> list[str]:
    codes = [
        "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))
        for _ in range(_RECOVERY_CODES)
    ]
    known = RecoveryCode.objects.using(Connection.SIGN_IN)
    known.bulk_create(
        RecoveryCode(officer_id=officer.pk, digest=recovery_digest(code)) for code in codes
    )
    return codes
