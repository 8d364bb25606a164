"""What proves who somebody is beside a password. Only ``clew_sign_in`` reads these."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from clew.access.models.authorities import Authority
from clew.access.models.credentials import Scope, Session
from clew.access.models.people import NOW, Officer


class Purpose(models.TextChoices):
    """What an answer to a challenge is for."""

    REGISTER = "register a passkey"
    SIGN_IN = "sign in by passkey"
    PROVIDER = "sign in at a provider"
    CODE = "add a code to a provider's word"
    PROVEN = "change one's credentials"


class Challenge(models.Model):
    """What was asked of a browser: to be answered once, soon, by the same browser."""

    digest = models.BinaryField(unique=True)
    """SHA-256 of a secret that the browser keeps in a cookie."""
    purpose = models.CharField(max_length=40, choices=Purpose.choices)
    officer = models.ForeignKey(Officer, models.CASCADE, null=True, related_name="+")
    asked = models.JSONField(default=dict)
    """What the answer is checked against."""
    expires_at = models.DateTimeField()

    objects: ClassVar[models.Manager[Challenge]]


class Passkey(models.Model):
    """The public half of a key pair that an officer's device holds (WebAuthn)."""

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    """As its officer calls the device."""
    credential_id = models.BinaryField(unique=True)
    credential = models.BinaryField()
    """Kind of authenticator, number and public key: attested credential data."""
    user_handle = models.BinaryField()
    """Random; what the device knows the officer by. The same for all of one officer."""
    sign_count = models.BigIntegerField()
    """How often the device says it has signed; one that goes back is a copy."""
    backup_eligible = models.BooleanField()
    """Whether the device may copy it to others; never changes."""
    backed_up = models.BooleanField()
    added_at = models.DateTimeField(db_default=NOW)
    used_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Passkey]]


class Identity(models.Model):
    """Who an officer is at an identity provider."""

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    issuer = models.CharField(max_length=500)
    subject = models.CharField(max_length=255)
    """The provider's lasting number of them; never a name or an address that may be given anew."""
    bound_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    """The administrator; null when its officer did, by invitation."""
    bound_at = models.DateTimeField(db_default=NOW)

    objects: ClassVar[models.Manager[Identity]]

    class Meta:
        """An identity is one officer's."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["issuer", "subject"], name="an_identity_is_one_officers"
            ),
            models.CheckConstraint(
                condition=~Q(issuer="") & ~Q(subject=""), name="an_identity_is_named"
            ),
        ]


class ProviderSession(models.Model):
    """The session at an identity provider that a session here came from, and ends with."""

    session = models.OneToOneField(Session, models.CASCADE, related_name="+")
    issuer = models.CharField(max_length=500)
    subject = models.CharField(max_length=255)
    number = models.CharField(max_length=255, default="")
    """Its ``sid``; empty when the provider names none."""

    objects: ClassVar[models.Manager[ProviderSession]]


class ClientCertificate(models.Model):
    """A certificate that the reverse proxy has seen the key of: an officer's, or a machine's."""

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    """Whose it is; of a machine's, on whose behalf it works."""
    fingerprint = models.BinaryField(unique=True)
    """SHA-256 of its DER form."""
    subject = models.CharField(max_length=500)
    """As it names whom it was issued to; for people alone, the fingerprint decides."""
    valid_until = models.DateTimeField()
    label = models.CharField(max_length=100, default="")
    """Of a machine's: what it does."""
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope.choices), null=True)
    """Of a machine's: what it may do; null for an officer's."""
    authority = models.ForeignKey(Authority, models.PROTECT, null=True, related_name="+")
    """Of a machine's: what it works under."""
    bound_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    bound_at = models.DateTimeField(db_default=NOW)

    objects: ClassVar[models.Manager[ClientCertificate]]

    class Meta:
        """A machine is scoped and says what it does."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(scopes__isnull=True)
                | (Q(scopes__contained_by=Scope.values, scopes__len__gt=0) & ~Q(label="")),
                name="a_machine_is_scoped_and_says_what_for",
            )
        ]
