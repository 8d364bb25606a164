"""Exhibits: what was seized, and through whose hands it went."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from clew.records.models.written import NOW


class Source(models.TextChoices):
    """Where what an exhibit holds comes from."""

    DEVICE = "device"
    SERVICE = "service"
    FORUM = "forum"
    ACCOUNT = "account"
    ADDRESS = "address"
    REFERRAL = "referral"


class Exhibit(models.Model):
    """A seized thing. What was written of it never changes; what happens to it is its custody."""

    agency = models.ForeignKey("access.Agency", models.PROTECT, related_name="+")
    authority = models.ForeignKey("access.Authority", models.PROTECT, related_name="+")
    number = models.CharField(max_length=100)
    description = models.CharField(max_length=1000)
    seized_where = models.CharField(max_length=500)
    seized_at = models.DateTimeField()
    acquisition_algorithm = models.CharField(max_length=20, default="")
    """Of the hash that the forensic tool computed over its image; empty when there is none."""
    acquisition_hash = models.CharField(max_length=200, default="")
    """Hexadecimal, as that tool told it: Clew has not seen the image."""
    examiner = models.CharField(max_length=200, default="")
    """Who made the image; need not be an officer here."""
    source = models.CharField(max_length=10, choices=Source.choices)
    source_name = models.CharField(max_length=500, default="")
    """Such as the make of the device, the name of the service or the number of the referral."""
    added_by = models.ForeignKey("access.Officer", models.PROTECT, related_name="+")
    added_at = models.DateTimeField(db_default=NOW)

    objects: ClassVar[models.Manager[Exhibit]]

    class Meta:
        """A number is an agency's own; a hash says how it was computed."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["agency", "number"], name="an_exhibit_is_numbered_once"
            ),
            models.CheckConstraint(
                condition=~Q(number="") & ~Q(description="") & ~Q(seized_where=""),
                name="an_exhibit_says_what_and_where",
            ),
            models.CheckConstraint(
                condition=Q(acquisition_algorithm="", acquisition_hash="")
                | (~Q(acquisition_algorithm="") & ~Q(acquisition_hash="")),
                name="a_hash_says_how_it_was_computed",
            ),
            models.CheckConstraint(
                condition=Q(source__in=Source.values), name="an_exhibit_has_a_known_source"
            ),
        ]


class CustodyEntry(models.Model):
    """That an exhibit went from hand to hand. Entries are added, never changed or removed."""

    exhibit = models.ForeignKey(Exhibit, models.PROTECT, related_name="custody")
    position = models.IntegerField()
    """From 1, in the order of writing, given by the database."""
    handed_by = models.CharField(max_length=200)
    received_by = models.CharField(max_length=200)
    at = models.DateTimeField()
    where = models.CharField(max_length=500)
    why = models.CharField(max_length=1000)
    recorded_by = models.ForeignKey("access.Officer", models.PROTECT, related_name="+")
    authority = models.ForeignKey("access.Authority", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=NOW)

    objects: ClassVar[models.Manager[CustodyEntry]]

    class Meta:
        """One after the other; nothing that matters in court is left empty."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["exhibit", "position"], name="custody_is_a_chain"),
            models.CheckConstraint(
                condition=~Q(handed_by="") & ~Q(received_by="") & ~Q(where="") & ~Q(why=""),
                name="custody_says_who_where_and_why",
            ),
        ]
