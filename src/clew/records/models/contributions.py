"""Contributions: what an agency handed in, and how each file stood then."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func, Q

from clew.records.models.custody import Exhibit
from clew.records.models.media import Media
from clew.records.models.written import NOW, Sharing


class Contribution(models.Model):
    """What one agency handed in at one time under one authority."""

    agency = models.ForeignKey("access.Agency", models.PROTECT, related_name="+")
    officer = models.ForeignKey("access.Officer", models.PROTECT, related_name="+")
    authority = models.ForeignKey("access.Authority", models.PROTECT, related_name="+")
    exhibit = models.ForeignKey(Exhibit, models.PROTECT, null=True, related_name="contributions")
    sharing = models.CharField(max_length=14, choices=Sharing.choices, null=True)
    """What was said for all its sightings; null when nothing was, and each stays as it was."""
    sharing_agencies = ArrayField(models.BigIntegerField(), db_default=[])
    begun_at = models.DateTimeField(db_default=NOW)
    ended_at = models.DateTimeField(null=True)
    """When all its files had an answer; null while it runs, and when it was interrupted."""

    objects: ClassVar[models.Manager[Contribution]]

    class Meta:
        """What it says of sharing is what a sighting can say."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(sharing=None, sharing_agencies__len=0)
                | Q(sharing__in=[Sharing.NAMED, Sharing.ALL_EXCEPT], sharing_agencies__len__gt=0)
                | Q(
                    sharing__in=[Sharing.OWN_AGENCY, Sharing.MEMBERS, Sharing.HIT_ONLY],
                    sharing_agencies__len=0,
                ),
                name="contribution_names_agencies_or_not",
            ),
        ]


class Standing(models.TextChoices):
    """How a contributed file stands to what its agency could see or learn of before."""

    HELD = "held"
    """The same bytes were handed in before, or somebody shares them."""
    NEARLY_HELD = "nearly held"
    """Another version of the whole of it was."""
    CONNECTED = "connected"
    """It agrees in some other way with something."""
    NEW = "new"
    UNREADABLE = "unreadable"


class ContributedFile(models.Model):
    """One file of a contribution. The same file may be in several; the vault has it once."""

    contribution = models.ForeignKey(Contribution, models.PROTECT, related_name="files")
    path = models.BinaryField()
    """Absolute, as it lay then. Sightings follow what is there now; this stays."""
    path_digest = models.GeneratedField(
        expression=Func("path", function="sha256"),
        output_field=models.BinaryField(),
        db_persist=True,
    )
    size = models.BigIntegerField(default=0)
    modified_ns = models.BigIntegerField(null=True)
    sha256 = models.BinaryField(null=True)
    """Of its original in the vault; null when it was not stored."""
    media = models.ForeignKey(Media, models.PROTECT, null=True, related_name="contributed")
    """Null when it holds none, or was not stored."""
    again = models.BooleanField(default=False)
    """Whether the agency had handed in the same bytes before."""
    problem = models.TextField(default="")
    standing = models.CharField(max_length=12, choices=Standing.choices, null=True)
    """Null until it was compared, and for what Clew cannot compare."""
    better = ArrayField(models.CharField(max_length=20), db_default=[])
    """In what it is nearer to how it was taken than what was held: earlier, larger, …"""

    objects: ClassVar[models.Manager[ContributedFile]]

    class Meta:
        """A file is in a contribution once."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contribution", "path_digest"], name="a_file_is_contributed_once"
            ),
        ]
        indexes: ClassVar = [models.Index("sha256", name="contributed_sha256")]
