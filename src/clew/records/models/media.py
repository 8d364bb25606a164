"""What was found, and what the machine says of it: folders, sightings, media, traces, matches."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q

from clew.records.models.custody import Exhibit
from clew.records.models.written import NOW, Sharing


class Folder(models.Model):
    """A folder that was scanned: a mounted drive, a download, an export."""

    path = models.BinaryField()
    """Absolute path as the file system spells it; it need not be valid text."""
    agency = models.ForeignKey("access.Agency", models.PROTECT, null=True, related_name="+")
    """Whose it is; null for nobody's, which no officer sees."""
    exhibit = models.ForeignKey(Exhibit, models.PROTECT, null=True, related_name="folders")
    """What it was found on, once that was said."""
    first_scanned_at = models.DateTimeField(db_default=NOW)
    finished_at = models.DateTimeField(null=True)
    """When a scan last got to its end; null while none did."""

    objects: ClassVar[models.Manager[Folder]]

    class Meta:
        """Two agencies may have mounted different drives in the same place."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["agency", "path"], name="a_folder_is_an_agencys_once", nulls_distinct=False
            ),
        ]


class Media(models.Model):
    """One distinct content, known by its SHA-256."""

    sha256 = models.BinaryField(unique=True)
    size = models.BigIntegerField()
    type = models.CharField(max_length=16)
    format = models.CharField(max_length=32)
    width = models.BigIntegerField(default=0)
    height = models.BigIntegerField(default=0)
    duration = models.FloatField(null=True)
    frame_rate = models.FloatField(null=True)
    codecs = models.CharField(max_length=100, default="")
    outcome = models.CharField(max_length=16)
    notes = ArrayField(models.TextField(), default=list)
    read_at = models.DateTimeField(db_default=NOW)
    compared = models.BooleanField(default=False)
    """Whether it was compared with everything that was there before it."""
    matches_left_out = models.IntegerField(default=0)
    """Matches beyond the most that are kept for one media, never silently."""
    camera = models.CharField(max_length=300, db_default="")
    """Make, model and serial number as the file's header names them; the database takes them from
    the signal ``origin``, so that the grid can be narrowed to one camera by an index."""

    objects: ClassVar[models.Manager[Media]]

    class Meta:
        """Finding what waits for comparison, or is of a camera, must not read the whole table."""

        indexes: ClassVar = [
            models.Index("id", name="media_to_compare", condition=Q(compared=False)),
            models.Index(fields=["camera", "id"], name="media_of_camera", condition=~Q(camera="")),
        ]


class Sighting(models.Model):
    """One place where a media, or a file that holds none, was found. None is ever merged away."""

    folder = models.ForeignKey(Folder, models.PROTECT, related_name="sightings")
    path = models.BinaryField()
    """Path below the folder; names of members of archives follow, each behind a NUL byte."""
    path_digest = models.GeneratedField(
        expression=Func("path", function="sha256"),
        output_field=models.BinaryField(),
        db_persist=True,
    )
    """SHA-256 of the path: paths may be longer than an index of PostgreSQL takes."""
    size = models.BigIntegerField()
    modified_ns = models.BigIntegerField(null=True)
    """Last change in nanoseconds since 1970 as the file system says; null inside archives."""
    outcome = models.CharField(max_length=16)
    notes = ArrayField(models.TextField(), default=list)
    media = models.ForeignKey(Media, models.PROTECT, null=True, related_name="sightings")
    seen_at = models.DateTimeField(db_default=NOW)
    agency = models.ForeignKey(
        "access.Agency", models.PROTECT, null=True, related_name="+", db_index=False
    )
    """That of the folder, set by the database: every look at a media asks for it."""
    sharing = models.CharField(
        max_length=14, choices=Sharing.choices, db_default=Sharing.OWN_AGENCY
    )
    sharing_agencies = ArrayField(models.BigIntegerField(), db_default=[])
    """With *named agencies* those it is shared with, with *all except* those it is not."""

    objects: ClassVar[models.Manager[Sighting]]

    class Meta:
        """A place counts once, however often it is scanned."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["folder", "path_digest"], name="a_place_counts_once"),
            models.CheckConstraint(
                condition=Q(
                    sharing__in=[Sharing.NAMED, Sharing.ALL_EXCEPT], sharing_agencies__len__gt=0
                )
                | Q(
                    sharing__in=[Sharing.OWN_AGENCY, Sharing.MEMBERS, Sharing.HIT_ONLY],
                    sharing_agencies__len=0,
                ),
                name="sharing_names_agencies_or_not",
            ),
        ]
        indexes: ClassVar = [
            # For policies: what of a folder is shared, without looking at all that is not.
            models.Index(
                "folder", name="sighting_shared", condition=~Q(sharing=Sharing.OWN_AGENCY)
            ),
            # For the grid: what an agency holds, and what is shared, newest first.
            models.Index(fields=["agency", "media"], name="sighting_of_agency"),
            models.Index(
                "media", name="sighting_shared_media", condition=~Q(sharing=Sharing.OWN_AGENCY)
            ),
        ]


class StoredTrace(models.Model):
    """One feature of one media, read by one signal of one version. Its id is the index key."""

    media = models.ForeignKey(Media, models.CASCADE, related_name="traces")
    signal = models.CharField(max_length=32)
    version = models.SmallIntegerField()
    ordinal = models.IntegerField()
    variant = models.CharField(max_length=64)
    value = models.BinaryField()
    quality = models.SmallIntegerField()
    start = models.FloatField(null=True)
    end = models.FloatField(null=True)
    written_by = models.BigIntegerField(
        db_default=Func(template="pg_current_xact_id()::text::bigint")
    )
    """The transaction that wrote it. Row numbers commit out of order; transactions below the
    snapshot's horizon are all over, so nothing can turn up behind it (records/index_feed.py)."""

    objects: ClassVar[models.Manager[StoredTrace]]

    class Meta:
        """Version is part of the key: old and new readings can live side by side."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["media", "signal", "version", "ordinal"], name="a_trace_is_stored_once"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["written_by"], name="trace_written_by")]


class StoredMatch(models.Model):
    """What the machine says of two media. People's decisions are kept elsewhere."""

    first = models.ForeignKey(Media, models.CASCADE, related_name="matches_as_first")
    second = models.ForeignKey(Media, models.CASCADE, related_name="matches_as_second")
    kind = models.CharField(max_length=32)
    distance = models.IntegerField()
    threshold = models.IntegerField()
    evidence = models.JSONField()
    """The whole :class:`clew.compare.evidence.Match`."""
    found_at = models.DateTimeField(db_default=NOW)
    near_copy = models.BooleanField(db_default=False)
    """Whether both are copies of one picture or film, all but certainly; set by the database."""

    objects: ClassVar[models.Manager[StoredMatch]]

    class Meta:
        """A pair is kept once, the older media first."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["first", "second", "kind"], name="a_pair_is_kept_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="older_media_first"),
        ]
        indexes: ClassVar = [
            # For stacks: the near-copies of a media, in both directions.
            models.Index("first", "second", name="match_copies", condition=Q(near_copy=True)),
            models.Index("second", "first", name="match_copied", condition=Q(near_copy=True)),
        ]


class Original(models.Model):
    """A media whose original has been contributed: its bytes are in the vault, verified."""

    media = models.OneToOneField(Media, models.PROTECT, related_name="original")
    size = models.BigIntegerField()
    stored_at = models.DateTimeField(db_default=NOW)

    objects: ClassVar[models.Manager[Original]]
