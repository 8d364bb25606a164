"""Against insiders: how much each officer may ask, and what alerts silently when asked about."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from clew.records.models.entities import Entity
from clew.records.models.media import Media
from clew.records.models.written import NOW, Written


class Quota(models.Model):
    """How many questions each officer of an agency may ask; without one the usual limits hold."""

    agency = models.OneToOneField("access.Agency", models.PROTECT, related_name="+")
    per_hour = models.IntegerField()
    per_day = models.IntegerField()

    objects: ClassVar[models.Manager[Quota]]

    class Meta:
        """Somebody has to be able to ask something."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(per_hour__gte=1, per_day__gte=1), name="a_quota_lets_ask"
            ),
        ]


class Asked(models.Model):
    """How many questions an officer asked in one hour of the database's clock."""

    officer = models.ForeignKey("access.Officer", models.CASCADE, related_name="+")
    hour = models.DateTimeField()
    questions = models.IntegerField(default=0)

    objects: ClassVar[models.Manager[Asked]]

    class Meta:
        """One count for each hour."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["officer", "hour"], name="an_hour_is_counted_once"),
        ]


class Watch(Written):
    """Something that an officer watches: whoever else of the agency asks about it is told of."""

    media = models.ForeignKey(Media, models.PROTECT, null=True, related_name="+")
    entity = models.ForeignKey(Entity, models.PROTECT, null=True, related_name="+")
    sha256 = models.BinaryField(null=True)
    """Of a file that need not be held."""
    why = models.TextField()
    ends = models.OneToOneField("self", models.PROTECT, null=True, related_name="ended_by")
    """The watch that this row ends, None for a watch."""

    objects: ClassVar[models.Manager[Watch]]

    class Meta:
        """It is of one thing, and says why; what ends it says that alone."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends__isnull=False, media=None, entity=None, sha256=None)
                | Q(ends=None, media__isnull=False, entity=None, sha256=None)
                | Q(ends=None, media=None, entity__isnull=False, sha256=None)
                | Q(ends=None, media=None, entity=None, sha256__isnull=False),
                name="a_watch_is_of_one_thing",
            ),
            models.CheckConstraint(condition=~Q(why=""), name="a_watch_says_why"),
        ]


class Alert(models.Model):
    """That somebody asked about something watched; written by the database beside the log."""

    watch = models.ForeignKey(Watch, models.CASCADE, related_name="alerts")
    entry = models.BigIntegerField()
    """Number of the entry in the log that tells of it."""
    event = models.CharField(max_length=40)
    officer = models.ForeignKey("access.Officer", models.PROTECT, related_name="+")
    """Who asked."""
    at = models.DateTimeField(db_default=NOW)

    objects: ClassVar[models.Manager[Alert]]
