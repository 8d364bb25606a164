"""What an officer's desk keeps for that officer: saved filters, choices, and how much was revealed.

None of it is case work, and nobody else reads it; a unit learns sums alone.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Func, Q

from clew.records.models.written import NOW

_MYSELF = Func(function="access.officer")


class SavedFilter(models.Model):
    """A filter of the grid under a name of the officer's own."""

    officer = models.ForeignKey(
        "access.Officer", models.CASCADE, related_name="+", db_default=_MYSELF
    )
    name = models.CharField(max_length=100)
    words = models.CharField(max_length=1000)
    """As it stands in an address: ``kind=video&grade=none``."""
    at = models.DateTimeField(db_default=NOW)

    objects: ClassVar[models.Manager[SavedFilter]]

    class Meta:
        """A name leads to one filter."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["officer", "name"], name="a_filter_is_named_once"),
            models.CheckConstraint(condition=~Q(name=""), name="a_filter_has_a_name"),
        ]


class DeskChoices(models.Model):
    """How an officer wants the desk to treat them. Whoever chose nothing has no row."""

    officer = models.OneToOneField(
        "access.Officer", models.CASCADE, related_name="+", db_default=_MYSELF
    )
    reveals_a_day = models.IntegerField(null=True)
    """After so many the desk says that it is enough for today; null for no limit of one's own."""
    minutes_at_a_time = models.IntegerField(default=45)
    """After so many minutes of looking without a break it reminds of one; 0 for never."""
    blind = models.BooleanField(default=False)
    """Work with matches and words alone: nothing is revealed until this is off again."""
    scheme = models.CharField(max_length=100, blank=True, default="")
    """The grading scheme whose numbers the keys give; empty for the first there is."""
    language = models.CharField(max_length=10, blank=True, default="")
    """Of the pages; empty for what the browser asks for."""

    asked_again = models.BooleanField(default=True, db_default=True)
    """Whether a small sample of one's own grades is asked again."""

    objects: ClassVar[models.Manager[DeskChoices]]

    class Meta:
        """Limits limit something."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(Q(reveals_a_day__isnull=True) | Q(reveals_a_day__gte=1))
                & Q(minutes_at_a_time__gte=0),
                name="a_limit_limits_something",
            ),
        ]


class SetAside(models.Model):
    """A proposal that an officer does not want to be asked now; to others it is asked as before."""

    officer = models.ForeignKey(
        "access.Officer", models.CASCADE, related_name="+", db_default=_MYSELF
    )
    question = models.CharField(max_length=40)
    """The proposal's name, which it has with exactly its matches."""
    until = models.DateTimeField()

    objects: ClassVar[models.Manager[SetAside]]

    class Meta:
        """It is set aside once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["officer", "question"], name="set_aside_once")
        ]


class Exposure(models.Model):
    """How many media an officer has revealed in one day (UTC); counted by the database."""

    officer = models.ForeignKey("access.Officer", models.CASCADE, related_name="+")
    day = models.DateField()
    reveals = models.IntegerField(default=0)
    since = models.DateTimeField()
    """When the officer began to look without a break of ten minutes."""
    last_at = models.DateTimeField()

    objects: ClassVar[models.Manager[Exposure]]

    class Meta:
        """A day is counted once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["officer", "day"], name="a_day_is_counted_once")
        ]
