"""The case database, as far as triage needs it: folders, sightings, media, traces, matches."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q

_NOW = Func(function="statement_timestamp", template="%(function)s()")


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
    added_at = models.DateTimeField(db_default=_NOW)

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
    recorded_at = models.DateTimeField(db_default=_NOW)

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


class Folder(models.Model):
    """A folder that was scanned: a mounted drive, a download, an export."""

    path = models.BinaryField()
    """Absolute path as the file system spells it; it need not be valid text."""
    agency = models.ForeignKey("access.Agency", models.PROTECT, null=True, related_name="+")
    """Whose it is; null for nobody's, which no officer sees."""
    exhibit = models.ForeignKey(Exhibit, models.PROTECT, null=True, related_name="folders")
    """What it was found on, once that was said."""
    first_scanned_at = models.DateTimeField(db_default=_NOW)
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
    read_at = models.DateTimeField(db_default=_NOW)
    compared = models.BooleanField(default=False)
    """Whether it was compared with everything that was there before it."""
    matches_left_out = models.IntegerField(default=0)
    """Matches beyond the most that are kept for one media, never silently."""

    objects: ClassVar[models.Manager[Media]]

    class Meta:
        """Finding what waits for comparison must not read the whole table."""

        indexes: ClassVar = [
            models.Index("id", name="media_to_compare", condition=Q(compared=False))
        ]


class Sharing(models.TextChoices):
    """Who, beside the agency that found it, sees a sighting and the media it is one of."""

    OWN_AGENCY = "own agency"
    NAMED = "named agencies"
    MEMBERS = "all members"
    ALL_EXCEPT = "all except"
    HIT_ONLY = "hit only"
    """Others learn that there is a match and whom to call, never the media."""


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
    seen_at = models.DateTimeField(db_default=_NOW)
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
    found_at = models.DateTimeField(db_default=_NOW)

    objects: ClassVar[models.Manager[StoredMatch]]

    class Meta:
        """A pair is kept once, the older media first."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["first", "second", "kind"], name="a_pair_is_kept_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="older_media_first"),
        ]


class Original(models.Model):
    """A media whose original has been contributed: its bytes are in the vault, verified."""

    media = models.OneToOneField(Media, models.PROTECT, related_name="original")
    size = models.BigIntegerField()
    stored_at = models.DateTimeField(db_default=_NOW)

    objects: ClassVar[models.Manager[Original]]


class Contribution(models.Model):
    """What one agency handed in at one time under one authority."""

    agency = models.ForeignKey("access.Agency", models.PROTECT, related_name="+")
    officer = models.ForeignKey("access.Officer", models.PROTECT, related_name="+")
    authority = models.ForeignKey("access.Authority", models.PROTECT, related_name="+")
    exhibit = models.ForeignKey(Exhibit, models.PROTECT, null=True, related_name="contributions")
    sharing = models.CharField(max_length=14, choices=Sharing.choices, null=True)
    """What was said for all its sightings; null when nothing was, and each stays as it was."""
    sharing_agencies = ArrayField(models.BigIntegerField(), db_default=[])
    begun_at = models.DateTimeField(db_default=_NOW)
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
