"""What proves who somebody is, and the sessions that follow. Only ``clew_sign_in`` reads these.

Passkeys, identities at a provider and client certificates are tables of their own, in
:mod:`clew.access.models.further`: a credential of one kind says nothing about the others.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from clew.access.models.authorities import Authority
from clew.access.models.people import NOW, Officer


class Credential(models.Model):
    """An officer's password and the secret of their one-time codes."""

    officer = models.OneToOneField(Officer, models.PROTECT, related_name="+")
    password = models.CharField(max_length=200)
    """Argon2id, as Django's hashers spell it."""
    totp_secret = models.CharField(max_length=64)
    """Base32 (RFC 6238)."""
    totp_step = models.BigIntegerField(default=0)
    """The latest step whose code was used; it and those before it are refused."""
    set_at = models.DateTimeField(db_default=NOW)

    objects: ClassVar[models.Manager[Credential]]


class RecoveryCode(models.Model):
    """Stands in once for a one-time code when the device that makes them is lost."""

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    digest = models.BinaryField(unique=True)
    """SHA-256; the code is random, so that nothing slower is needed."""

    objects: ClassVar[models.Manager[RecoveryCode]]


class SignInAttempts(models.Model):
    """Failed attempts at one name in a row, whether or not there is such an officer."""

    name_digest = models.BinaryField(unique=True)
    """SHA-256 of the name as typed, in lower case: some type their password there."""
    failures = models.IntegerField(default=0)
    last_at = models.DateTimeField(db_default=NOW)

    objects: ClassVar[models.Manager[SignInAttempts]]


class Invitation(models.Model):
    """Lets an officer set password and one-time codes once; the one who invites never sees them."""

    officer = models.OneToOneField(Officer, models.PROTECT, related_name="+")
    digest = models.BinaryField(unique=True)
    """SHA-256 of the secret that the officer was handed."""
    expires_at = models.DateTimeField()

    objects: ClassVar[models.Manager[Invitation]]


class SessionKind(models.TextChoices):
    """What a session is used through."""

    COMMAND_LINE = "command line"
    WEB = "web"
    TOKEN = "token"  # noqa: S105 - the kind, not one
    CONTRIBUTION = "contribution"
    """A worker's, which reads what the officer handed in; ends with its job."""


class Proof(models.TextChoices):
    """By what somebody proved who they are when a session began."""

    PASSWORD = "password and code"  # noqa: S105 - the kind, not one
    PASSWORD_AND_CERTIFICATE = "password and certificate"  # noqa: S105
    PASSKEY = "passkey"
    PROVIDER = "identity provider"
    PROVIDER_AND_CODE = "identity provider and code"
    CERTIFICATE = "certificate"


class Scope(models.TextChoices):
    """What a session may be used for, within what its officer may do."""

    READ = "read"
    """Ask, and see what officers see."""
    CONTRIBUTE = "contribute"
    """Hand in, and say with whom it is shared."""
    ADMINISTER = "administer"
    """Officers, roles, authorities."""


class Session(models.Model):
    """That somebody proved who they are. Over when its officer leaves or is no longer certified."""

    digest = models.BinaryField(unique=True)
    """SHA-256 of the secret; the secret itself is nowhere in the database."""
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=SessionKind.choices)
    proof = models.CharField(max_length=40, default="", db_default="")
    """By what it was proven; empty for practice, and for sessions begun before this was kept."""
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope.choices))
    label = models.CharField(max_length=100, default="")
    """What a token is for."""
    authority = models.ForeignKey(Authority, models.PROTECT, null=True, related_name="+")
    begun_at = models.DateTimeField(db_default=NOW)
    expires_at = models.DateTimeField()
    idle = models.DurationField(null=True)
    """Over when it was not used for so long; null for tokens."""
    used_at = models.DateTimeField(db_default=NOW)
    """To the minute."""
    ended_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Session]]

    class Meta:
        """A token is scoped and says what it is for."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(scopes__contained_by=Scope.values, scopes__len__gt=0),
                name="a_session_is_scoped",
            ),
            models.CheckConstraint(
                condition=~Q(kind=SessionKind.TOKEN) | ~Q(label=""), name="a_token_says_what_for"
            ),
        ]
