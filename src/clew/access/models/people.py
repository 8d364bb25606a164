"""Countries and international organisations, their agencies and units, and officers in them."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q

NOW = Func(function="statement_timestamp", template="%(function)s()")


class Country(models.Model):
    """A country, or an international organisation: Europol is one, with agencies of its own."""

    code = models.CharField(max_length=12, unique=True)
    """ISO 3166-1 in two letters; for an organisation its usual short name, such as EUROPOL."""
    name = models.CharField(max_length=200)
    organisation = models.BooleanField(default=False)

    objects: ClassVar[models.Manager[Country]]


class Agency(models.Model):
    """A police force or other body of one country or organisation; it owns what it handed in."""

    country = models.ForeignKey(Country, models.PROTECT, related_name="agencies")
    name = models.CharField(max_length=200)
    contact = models.CharField(max_length=500, default="")
    """Whom others call when they have a hit on what this agency holds."""

    objects: ClassVar[models.Manager[Agency]]

    class Meta:
        """A name is an agency's own within its country."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["country", "name"], name="an_agency_is_named_once")
        ]


class Unit(models.Model):
    """A part of an agency."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="units")
    name = models.CharField(max_length=200)

    objects: ClassVar[models.Manager[Unit]]

    class Meta:
        """A name is a unit's own within its agency."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["agency", "name"], name="a_unit_is_named_once")
        ]


class State(models.TextChoices):
    """Whether an officer may work here."""

    ACTIVE = "active"
    LOCKED = "locked"
    """By an administrator, until one unlocks it."""
    LEFT = "left"
    """For good; work was handed over. The record stays, because what they did stays."""


class Role(models.TextChoices):
    """What an officer may do. An officer can have several; none includes another."""

    CONTRIBUTOR = "contributor"
    SPECIALIST = "specialist"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    TRAINER = "trainer"
    DATA_PROTECTION_OFFICER = "data-protection officer"


class Officer(models.Model):
    """A person who works with Clew."""

    name = models.CharField(max_length=200)
    sign_in_name = models.CharField(max_length=150, unique=True)
    """As typed when signing in; kept in lower case."""
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="officers")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="officers")
    state = models.CharField(max_length=10, choices=State.choices, db_default=State.ACTIVE)
    added_at = models.DateTimeField(db_default=NOW)
    left_at = models.DateTimeField(null=True)
    successor = models.ForeignKey("self", models.PROTECT, null=True, related_name="predecessors")
    """Who took over when the officer left."""

    objects: ClassVar[models.Manager[Officer]]

    class Meta:
        """Who has left has left at some time; names do not differ by case alone."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="an_officer_is_in_a_known_state"
            ),
            models.CheckConstraint(
                condition=Q(state=State.LEFT, left_at__isnull=False)
                | (~Q(state=State.LEFT) & Q(left_at__isnull=True, successor__isnull=True)),
                name="who_has_left_left_at_some_time",
            ),
            models.CheckConstraint(
                condition=Q(sign_in_name=Func(F("sign_in_name"), function="lower")),
                name="sign_in_names_are_lower_case",
            ),
        ]


class OfficerRole(models.Model):
    """A role that an officer has."""

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="roles")
    role = models.CharField(max_length=30, choices=Role.choices)

    objects: ClassVar[models.Manager[OfficerRole]]

    class Meta:
        """A role is had or not."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["officer", "role"], name="a_role_is_had_once"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="a_role_is_known"),
        ]


class Certification(models.Model):
    """That an officer was trained and tested; without one that holds today there is no session."""

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="certifications")
    valid_from = models.DateTimeField(db_default=NOW)
    valid_until = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Certification]]

    class Meta:
        """It ends after it begins."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_until__gt=F("valid_from")), name="a_certification_lasts"
            )
        ]


class AccessReview(models.Model):
    """That a supervisor looked whether an officer still needs the access they have.

    Written by a function of the database, which fills in all but the answer and its reason.
    """

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="access_reviews")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    reviewer = models.ForeignKey(Officer, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=NOW)
    roles = ArrayField(models.CharField(max_length=30))
    """Those that the officer had then."""
    stays = models.BooleanField()
    """Otherwise an administrator is to take something away; ``why`` says what."""
    why = models.TextField()

    objects: ClassVar[models.Manager[AccessReview]]

    class Meta:
        """It says why."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(why=""), name="an_access_review_says_why")
        ]
