"""Enrolment: an invited officer sets password and one-time codes, which nobody else ever sees.

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

from clew.access.connections import Connection
from clew.access.errors import SignInError
from clew.access.models import Credential, Invitation, Officer, RecoveryCode, Session
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
    name = _invited(invitation).sign_in_name
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
        officer = _invited(invitation)
        _check_password(password, officer)
        step = step_of(totp_secret, code, after=0)
        if step is None:
            raise SignInError("The code is wrong. Is the clock of the device that makes it right?")
        Credential.objects.using(Connection.SIGN_IN).update_or_create(
            officer_id=officer.pk,
            defaults={
                "password": make_password(password),
                "totp_secret": totp_secret,
                "totp_step": step,
                "set_at": timezone.now(),
            },
        )
        Invitation.objects.using(Connection.SIGN_IN).filter(officer_id=officer.pk).delete()
        Session.objects.using(Connection.SIGN_IN).filter(
            officer_id=officer.pk, ended_at=None
        ).update(ended_at=timezone.now())
        return _new_recovery_codes(officer)


def _invited(invitation: str) -> Officer:
    found = (
        Invitation.objects.using(Connection.SIGN_IN)
        .filter(digest=digest(invitation.strip()), expires_at__gt=timezone.now())
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
    known.filter(officer_id=officer.pk).delete()
    known.bulk_create(
        RecoveryCode(officer_id=officer.pk, digest=recovery_digest(code)) for code in codes
    )
    return codes
