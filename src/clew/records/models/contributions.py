"""Contributions: what an agency handed in, and how each file stood then."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q

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
    """When all its files had an answer; null while any of them waits."""
    cancelled_at = models.DateTimeField(null=True)
    """When its officer said that what is not read yet need not be."""
    halted = models.TextField(default="")
    """Why nothing goes on with what waits, such as an authority that ran out; empty otherwise."""

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


class FileState(models.TextChoices):
    """How far one file of a contribution is."""

    ARRIVING = "arriving"
    """Announced, and not all of it has been uploaded."""
    WAITING = "waiting"
    READING = "reading"
    """A job has taken it. When that job was cut short, another one takes it again."""
    STORED = "stored"
    """Read, in the vault, and recorded; this stays so."""
    FAILED = "failed"
    """Not stored; ``problem`` says why. It can be tried again."""
    CANCELLED = "cancelled"
    """Taken back before a job had taken it. It can be asked for again."""


OPEN_STATES = (FileState.ARRIVING, FileState.WAITING, FileState.READING)
"""Of files that have no answer yet."""


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
    state = models.CharField(
        max_length=9, choices=FileState.choices, default=FileState.WAITING.value
    )
    portion = models.IntegerField(default=0)
    """Which files of the contribution are read by one job."""
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
    signs = ArrayField(models.CharField(max_length=300), db_default=[])
    """That it is as a camera wrote it, each a reason; empty where there are too few."""

    objects: ClassVar[models.Manager[ContributedFile]]

    class Meta:
        """A file is in a contribution once."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contribution", "path_digest"], name="a_file_is_contributed_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index("sha256", name="contributed_sha256"),
            models.Index(
                fields=["contribution", "portion", "state"], name="contributed_in_portions"
            ),
        ]


class Upload(models.Model):
    """A file of a contribution that arrives piece by piece. Gone once it is in the vault."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    file = models.OneToOneField(ContributedFile, models.PROTECT, related_name="upload")
    size = models.BigIntegerField()
    sha256 = models.BinaryField()
    """What whoever announced it says that it is; what arrives must be that."""
    offset = models.BigIntegerField(default=0)
    """So much of it was acknowledged."""
    written_at = models.DateTimeField(db_default=NOW)

    objects: ClassVar[models.Manager[Upload]]

    class Meta:
        """No more of it arrives than was announced."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(offset__gte=0, offset__lte=F("size")), name="no_more_than_announced"
            ),
        ]
