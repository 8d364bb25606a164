"""Everything that is known of media, and what officers make of it.

Whose a row is follows from who is asking: functions of access fill it in, and are there before.
"""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from clew.access.tables import Tables


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("access", "0003_who_is_asking"),
    ]

    operations = [
        Tables(
            [
                migrations.CreateModel(
                    name="Exhibit",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "agency",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.agency",
                            ),
                        ),
                        (
                            "authority",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.authority",
                            ),
                        ),
                        ("number", models.CharField(max_length=100)),
                        ("description", models.CharField(max_length=1000)),
                        ("seized_where", models.CharField(max_length=500)),
                        ("seized_at", models.DateTimeField()),
                        ("acquisition_algorithm", models.CharField(default="", max_length=20)),
                        ("acquisition_hash", models.CharField(default="", max_length=200)),
                        ("examiner", models.CharField(default="", max_length=200)),
                        (
                            "source",
                            models.CharField(
                                choices=[
                                    ("device", "Device"),
                                    ("service", "Service"),
                                    ("forum", "Forum"),
                                    ("account", "Account"),
                                    ("address", "Address"),
                                    ("referral", "Referral"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("source_name", models.CharField(default="", max_length=500)),
                        (
                            "added_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        (
                            "added_at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("agency", "number"), name="an_exhibit_is_numbered_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("number", ""), _negated=True),
                                    models.Q(("description", ""), _negated=True),
                                    models.Q(("seized_where", ""), _negated=True),
                                ),
                                name="an_exhibit_says_what_and_where",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("acquisition_algorithm", ""), ("acquisition_hash", "")
                                    ),
                                    models.Q(
                                        models.Q(("acquisition_algorithm", ""), _negated=True),
                                        models.Q(("acquisition_hash", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="a_hash_says_how_it_was_computed",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "source__in",
                                        [
                                            "device",
                                            "service",
                                            "forum",
                                            "account",
                                            "address",
                                            "referral",
                                        ],
                                    )
                                ),
                                name="an_exhibit_has_a_known_source",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Folder",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("path", models.BinaryField()),
                        (
                            "agency",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.agency",
                            ),
                        ),
                        (
                            "exhibit",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="folders",
                                to="records.exhibit",
                            ),
                        ),
                        (
                            "first_scanned_at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                        ("finished_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("agency", "path"),
                                name="a_folder_is_an_agencys_once",
                                nulls_distinct=False,
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Media",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("sha256", models.BinaryField(unique=True)),
                        ("size", models.BigIntegerField()),
                        ("type", models.CharField(max_length=16)),
                        ("format", models.CharField(max_length=32)),
                        ("width", models.BigIntegerField(default=0)),
                        ("height", models.BigIntegerField(default=0)),
                        ("duration", models.FloatField(null=True)),
                        ("frame_rate", models.FloatField(null=True)),
                        ("codecs", models.CharField(default="", max_length=100)),
                        ("outcome", models.CharField(max_length=16)),
                        (
                            "notes",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.TextField(), default=list, size=None
                            ),
                        ),
                        (
                            "read_at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                        ("compared", models.BooleanField(default=False)),
                        ("matches_left_out", models.IntegerField(default=0)),
                        ("camera", models.CharField(db_default="", max_length=300)),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                models.F("id"),
                                condition=models.Q(("compared", False)),
                                name="media_to_compare",
                            ),
                            models.Index(
                                condition=models.Q(("camera", ""), _negated=True),
                                fields=["camera", "id"],
                                name="media_of_camera",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Sighting",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "folder",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="sightings",
                                to="records.folder",
                            ),
                        ),
                        ("path", models.BinaryField()),
                        (
                            "path_digest",
                            models.GeneratedField(
                                db_persist=True,
                                expression=models.Func("path", function="sha256"),
                                output_field=models.BinaryField(),
                            ),
                        ),
                        ("size", models.BigIntegerField()),
                        ("modified_ns", models.BigIntegerField(null=True)),
                        ("outcome", models.CharField(max_length=16)),
                        (
                            "notes",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.TextField(), default=list, size=None
                            ),
                        ),
                        (
                            "media",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="sightings",
                                to="records.media",
                            ),
                        ),
                        (
                            "seen_at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                        (
                            "agency",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.agency",
                            ),
                        ),
                        (
                            "sharing",
                            models.CharField(
                                choices=[
                                    ("own agency", "Own Agency"),
                                    ("named agencies", "Named"),
                                    ("all members", "Members"),
                                    ("all except", "All Except"),
                                    ("hit only", "Hit Only"),
                                ],
                                db_default="own agency",
                                max_length=14,
                            ),
                        ),
                        (
                            "sharing_agencies",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.BigIntegerField(), db_default=[], size=None
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                models.F("folder"),
                                condition=models.Q(("sharing", "own agency"), _negated=True),
                                name="sighting_shared",
                            ),
                            models.Index(fields=["agency", "media"], name="sighting_of_agency"),
                            models.Index(
                                models.F("media"),
                                condition=models.Q(("sharing", "own agency"), _negated=True),
                                name="sighting_shared_media",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("folder", "path_digest"), name="a_place_counts_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("sharing__in", ["named agencies", "all except"]),
                                        ("sharing_agencies__len__gt", 0),
                                    ),
                                    models.Q(
                                        ("sharing__in", ["own agency", "all members", "hit only"]),
                                        ("sharing_agencies__len", 0),
                                    ),
                                    _connector="OR",
                                ),
                                name="sharing_names_agencies_or_not",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="StoredTrace",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "media",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="traces",
                                to="records.media",
                            ),
                        ),
                        ("signal", models.CharField(max_length=32)),
                        ("version", models.SmallIntegerField()),
                        ("ordinal", models.IntegerField()),
                        ("variant", models.CharField(max_length=64)),
                        ("value", models.BinaryField()),
                        ("quality", models.SmallIntegerField()),
                        ("start", models.FloatField(null=True)),
                        ("end", models.FloatField(null=True)),
                        (
                            "written_by",
                            models.BigIntegerField(
                                db_default=models.Func(
                                    template="pg_current_xact_id()::text::bigint"
                                )
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["written_by"], name="trace_written_by")],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("media", "signal", "version", "ordinal"),
                                name="a_trace_is_stored_once",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="StoredMatch",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "first",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="matches_as_first",
                                to="records.media",
                            ),
                        ),
                        (
                            "second",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="matches_as_second",
                                to="records.media",
                            ),
                        ),
                        ("kind", models.CharField(max_length=32)),
                        ("distance", models.IntegerField()),
                        ("threshold", models.IntegerField()),
                        ("evidence", models.JSONField()),
                        (
                            "found_at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                        ("near_copy", models.BooleanField(db_default=False)),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                models.F("first"),
                                models.F("second"),
                                condition=models.Q(("near_copy", True)),
                                name="match_copies",
                            ),
                            models.Index(
                                models.F("second"),
                                models.F("first"),
                                condition=models.Q(("near_copy", True)),
                                name="match_copied",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("first", "second", "kind"), name="a_pair_is_kept_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("first__lt", models.F("second"))),
                                name="older_media_first",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Original",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "media",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="original",
                                to="records.media",
                            ),
                        ),
                        ("size", models.BigIntegerField()),
                        (
                            "stored_at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="CustodyEntry",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "exhibit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="custody",
                                to="records.exhibit",
                            ),
                        ),
                        ("position", models.IntegerField()),
                        ("handed_by", models.CharField(max_length=200)),
                        ("received_by", models.CharField(max_length=200)),
                        ("at", models.DateTimeField()),
                        ("where", models.CharField(max_length=500)),
                        ("why", models.CharField(max_length=1000)),
                        (
                            "recorded_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        (
                            "authority",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.authority",
                            ),
                        ),
                        (
                            "recorded_at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("exhibit", "position"), name="custody_is_a_chain"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("handed_by", ""), _negated=True),
                                    models.Q(("received_by", ""), _negated=True),
                                    models.Q(("where", ""), _negated=True),
                                    models.Q(("why", ""), _negated=True),
                                ),
                                name="custody_says_who_where_and_why",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Contribution",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "agency",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.agency",
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        (
                            "authority",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.authority",
                            ),
                        ),
                        (
                            "exhibit",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="contributions",
                                to="records.exhibit",
                            ),
                        ),
                        (
                            "sharing",
                            models.CharField(
                                choices=[
                                    ("own agency", "Own Agency"),
                                    ("named agencies", "Named"),
                                    ("all members", "Members"),
                                    ("all except", "All Except"),
                                    ("hit only", "Hit Only"),
                                ],
                                max_length=14,
                                null=True,
                            ),
                        ),
                        (
                            "sharing_agencies",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.BigIntegerField(), db_default=[], size=None
                            ),
                        ),
                        (
                            "begun_at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                        ("ended_at", models.DateTimeField(null=True)),
                        ("cancelled_at", models.DateTimeField(null=True)),
                        ("halted", models.TextField(default="")),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("sharing", None), ("sharing_agencies__len", 0)),
                                    models.Q(
                                        ("sharing__in", ["named agencies", "all except"]),
                                        ("sharing_agencies__len__gt", 0),
                                    ),
                                    models.Q(
                                        ("sharing__in", ["own agency", "all members", "hit only"]),
                                        ("sharing_agencies__len", 0),
                                    ),
                                    _connector="OR",
                                ),
                                name="contribution_names_agencies_or_not",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ContributedFile",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "contribution",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="files",
                                to="records.contribution",
                            ),
                        ),
                        ("path", models.BinaryField()),
                        (
                            "path_digest",
                            models.GeneratedField(
                                db_persist=True,
                                expression=models.Func("path", function="sha256"),
                                output_field=models.BinaryField(),
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("arriving", "Arriving"),
                                    ("waiting", "Waiting"),
                                    ("reading", "Reading"),
                                    ("stored", "Stored"),
                                    ("failed", "Failed"),
                                    ("cancelled", "Cancelled"),
                                ],
                                default="waiting",
                                max_length=9,
                            ),
                        ),
                        ("portion", models.IntegerField(default=0)),
                        ("size", models.BigIntegerField(default=0)),
                        ("modified_ns", models.BigIntegerField(null=True)),
                        ("sha256", models.BinaryField(null=True)),
                        (
                            "media",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="contributed",
                                to="records.media",
                            ),
                        ),
                        ("again", models.BooleanField(default=False)),
                        ("problem", models.TextField(default="")),
                        (
                            "standing",
                            models.CharField(
                                choices=[
                                    ("held", "Held"),
                                    ("nearly held", "Nearly Held"),
                                    ("connected", "Connected"),
                                    ("new", "New"),
                                    ("unreadable", "Unreadable"),
                                ],
                                max_length=12,
                                null=True,
                            ),
                        ),
                        (
                            "better",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=20), db_default=[], size=None
                            ),
                        ),
                        (
                            "signs",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=300),
                                db_default=[],
                                size=None,
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(models.F("sha256"), name="contributed_sha256"),
                            models.Index(
                                fields=["contribution", "portion", "state"],
                                name="contributed_in_portions",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("contribution", "path_digest"),
                                name="a_file_is_contributed_once",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Upload",
                    fields=[
                        (
                            "id",
                            models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False),
                        ),
                        (
                            "file",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="upload",
                                to="records.contributedfile",
                            ),
                        ),
                        ("size", models.BigIntegerField()),
                        ("sha256", models.BinaryField()),
                        ("offset", models.BigIntegerField(default=0)),
                        (
                            "written_at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("offset__gte", 0), ("offset__lte", models.F("size"))
                                ),
                                name="no_more_than_announced",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Entity",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                db_default=models.Func(function="access.officer"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        (
                            "agency",
                            models.ForeignKey(
                                db_default=models.Func(function="access.agency"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.agency",
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                        (
                            "sharing",
                            models.CharField(
                                choices=[
                                    ("own agency", "Own Agency"),
                                    ("named agencies", "Named"),
                                    ("all members", "Members"),
                                    ("all except", "All Except"),
                                    ("hit only", "Hit Only"),
                                ],
                                db_default="own agency",
                                max_length=14,
                            ),
                        ),
                        (
                            "sharing_agencies",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.BigIntegerField(), db_default=[], size=None
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("series", "Series"),
                                    ("person", "Person"),
                                    ("place", "Place"),
                                    ("camera", "Camera"),
                                    ("voice", "Voice"),
                                    ("object", "Object"),
                                    ("online identity", "Online Identity"),
                                ],
                                max_length=15,
                            ),
                        ),
                        ("title", models.CharField(max_length=200)),
                        (
                            "category",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("victim", "Victim"),
                                    ("suspect", "Suspect"),
                                    ("convicted", "Convicted"),
                                    ("witness", "Witness"),
                                    ("other", "Other"),
                                ],
                                default="",
                                max_length=10,
                            ),
                        ),
                        ("identity", models.CharField(blank=True, default="", max_length=20)),
                        ("whereabouts", models.CharField(blank=True, default="", max_length=20)),
                        ("safety", models.CharField(blank=True, default="", max_length=20)),
                        (
                            "merged_into",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="merged",
                                to="records.entity",
                            ),
                        ),
                        ("restricted", models.BooleanField(default=False)),
                    ],
                    options={
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("sharing__in", ["named agencies", "all except"]),
                                        ("sharing_agencies__len__gt", 0),
                                    ),
                                    models.Q(
                                        ("sharing__in", ["own agency", "all members", "hit only"]),
                                        ("sharing_agencies__len", 0),
                                    ),
                                    _connector="OR",
                                ),
                                name="entity_sharing_names_agencies_or_not",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "kind__in",
                                        [
                                            "series",
                                            "person",
                                            "place",
                                            "camera",
                                            "voice",
                                            "object",
                                            "online identity",
                                        ],
                                    )
                                ),
                                name="an_entity_is_of_a_known_kind",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("category", ""),
                                    models.Q(
                                        (
                                            "category__in",
                                            ["victim", "suspect", "convicted", "witness", "other"],
                                        ),
                                        ("kind", "person"),
                                    ),
                                    _connector="OR",
                                ),
                                name="persons_have_a_category",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("title", ""), _negated=True),
                                name="an_entity_has_a_title",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("merged_into", models.F("id")), _negated=True),
                                name="nothing_is_merged_into_itself",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Particular",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                db_default=models.Func(function="access.officer"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        (
                            "agency",
                            models.ForeignKey(
                                db_default=models.Func(function="access.agency"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.agency",
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                        (
                            "entity",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="particulars",
                                to="records.entity",
                            ),
                        ),
                        ("kind", models.CharField(max_length=50)),
                        ("words", models.CharField(max_length=1000)),
                        (
                            "certainty",
                            models.CharField(
                                choices=[("fact", "Fact"), ("assessment", "Assessment")],
                                max_length=10,
                            ),
                        ),
                        ("source", models.CharField(max_length=500)),
                        (
                            "replaces",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="replaced_by",
                                to="records.particular",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("certainty__in", ["fact", "assessment"]),
                                    models.Q(("source", ""), _negated=True),
                                    models.Q(("kind", ""), _negated=True),
                                ),
                                name="a_particular_has_a_source",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Observation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                db_default=models.Func(function="access.officer"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        (
                            "agency",
                            models.ForeignKey(
                                db_default=models.Func(function="access.agency"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.agency",
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                        (
                            "sharing",
                            models.CharField(
                                choices=[
                                    ("own agency", "Own Agency"),
                                    ("named agencies", "Named"),
                                    ("all members", "Members"),
                                    ("all except", "All Except"),
                                    ("hit only", "Hit Only"),
                                ],
                                db_default="own agency",
                                max_length=14,
                            ),
                        ),
                        (
                            "sharing_agencies",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.BigIntegerField(), db_default=[], size=None
                            ),
                        ),
                        (
                            "media",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="observations",
                                to="records.media",
                            ),
                        ),
                        (
                            "entity",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="observations",
                                to="records.entity",
                            ),
                        ),
                        ("type", models.CharField(max_length=50)),
                        ("words", models.TextField(blank=True)),
                        (
                            "certainty",
                            models.CharField(
                                choices=[("fact", "Fact"), ("assessment", "Assessment")],
                                max_length=10,
                            ),
                        ),
                        ("from_sighting", models.BigIntegerField(null=True)),
                        (
                            "from_media",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="records.media",
                            ),
                        ),
                        (
                            "from_person",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="records.entity",
                            ),
                        ),
                        (
                            "region",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.FloatField(), null=True, size=4
                            ),
                        ),
                        ("start", models.FloatField(null=True)),
                        ("end", models.FloatField(null=True)),
                        (
                            "replaces",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="replaced_by",
                                to="records.observation",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("sharing__in", ["named agencies", "all except"]),
                                        ("sharing_agencies__len__gt", 0),
                                    ),
                                    models.Q(
                                        ("sharing__in", ["own agency", "all members", "hit only"]),
                                        ("sharing_agencies__len", 0),
                                    ),
                                    _connector="OR",
                                ),
                                name="observation_sharing_names_agencies_or_not",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("entity__isnull", False), ("media__isnull", True)),
                                    models.Q(("entity__isnull", True), ("media__isnull", False)),
                                    _connector="OR",
                                ),
                                name="an_observation_is_about_one_thing",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("certainty__in", ["fact", "assessment"])),
                                name="an_observation_is_fact_or_assessment",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("words", ""), _negated=True),
                                    ("replaces__isnull", False),
                                    _connector="OR",
                                ),
                                name="only_what_was_said_is_taken_back",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("start__isnull", True),
                                    ("end__isnull", True),
                                    models.Q(("end__gte", models.F("start")), ("start__gte", 0)),
                                    _connector="OR",
                                ),
                                name="an_observation_ends_after_it_begins",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Connection",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                db_default=models.Func(function="access.officer"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        (
                            "agency",
                            models.ForeignKey(
                                db_default=models.Func(function="access.agency"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.agency",
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                        (
                            "sharing",
                            models.CharField(
                                choices=[
                                    ("own agency", "Own Agency"),
                                    ("named agencies", "Named"),
                                    ("all members", "Members"),
                                    ("all except", "All Except"),
                                    ("hit only", "Hit Only"),
                                ],
                                db_default="own agency",
                                max_length=14,
                            ),
                        ),
                        (
                            "sharing_agencies",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.BigIntegerField(), db_default=[], size=None
                            ),
                        ),
                        ("type", models.CharField(max_length=50)),
                        (
                            "first_media",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="records.media",
                            ),
                        ),
                        (
                            "first_entity",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="records.entity",
                            ),
                        ),
                        (
                            "second_media",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="records.media",
                            ),
                        ),
                        (
                            "second_entity",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="records.entity",
                            ),
                        ),
                        (
                            "match",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="connections",
                                to="records.storedmatch",
                            ),
                        ),
                        ("evidence", models.JSONField(null=True)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("proposed", "Proposed"),
                                    ("confirmed", "Confirmed"),
                                    ("rejected", "Rejected"),
                                ],
                                default="proposed",
                                max_length=10,
                            ),
                        ),
                        ("steps", models.IntegerField(default=0)),
                    ],
                    options={
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("sharing__in", ["named agencies", "all except"]),
                                        ("sharing_agencies__len__gt", 0),
                                    ),
                                    models.Q(
                                        ("sharing__in", ["own agency", "all members", "hit only"]),
                                        ("sharing_agencies__len", 0),
                                    ),
                                    _connector="OR",
                                ),
                                name="connection_sharing_names_agencies_or_not",
                            ),
                            models.UniqueConstraint(
                                fields=(
                                    "agency",
                                    "type",
                                    "first_media",
                                    "first_entity",
                                    "second_media",
                                    "second_entity",
                                ),
                                name="a_connection_is_an_agencys_once",
                                nulls_distinct=False,
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        models.Q(
                                            ("first_entity__isnull", False),
                                            ("first_media__isnull", True),
                                        ),
                                        models.Q(
                                            ("first_entity__isnull", True),
                                            ("first_media__isnull", False),
                                        ),
                                        _connector="OR",
                                    ),
                                    models.Q(
                                        models.Q(
                                            ("second_entity__isnull", False),
                                            ("second_media__isnull", True),
                                        ),
                                        models.Q(
                                            ("second_entity__isnull", True),
                                            ("second_media__isnull", False),
                                        ),
                                        _connector="OR",
                                    ),
                                ),
                                name="a_connection_has_two_ends",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("first_media", models.F("second_media")), _negated=True
                                    ),
                                    models.Q(
                                        ("first_entity", models.F("second_entity")), _negated=True
                                    ),
                                ),
                                name="nothing_is_connected_with_itself",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Decision",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                db_default=models.Func(function="access.officer"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        (
                            "agency",
                            models.ForeignKey(
                                db_default=models.Func(function="access.agency"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.agency",
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                        ("why", models.TextField()),
                        (
                            "undoes",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="undone_by",
                                to="records.decision",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("why", ""), _negated=True),
                                name="a_decision_says_why",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Step",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "decision",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="steps",
                                to="records.decision",
                            ),
                        ),
                        (
                            "connection",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="history",
                                to="records.connection",
                            ),
                        ),
                        ("number", models.IntegerField()),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("proposed", "Proposed"),
                                    ("confirmed", "Confirmed"),
                                    ("rejected", "Rejected"),
                                ],
                                max_length=10,
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("connection", "number"),
                                name="a_connection_is_decided_in_turn",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("number__gte", 1),
                                    ("state__in", ["proposed", "confirmed", "rejected"]),
                                ),
                                name="a_step_leads_to_a_known_state",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Merging",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "decision",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="mergings",
                                to="records.decision",
                            ),
                        ),
                        (
                            "entity",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="mergings",
                                to="records.entity",
                            ),
                        ),
                        ("number", models.IntegerField()),
                        (
                            "into",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="records.entity",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("entity", "number"), name="an_entity_is_merged_in_turn"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Grade",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                db_default=models.Func(function="access.officer"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        (
                            "agency",
                            models.ForeignKey(
                                db_default=models.Func(function="access.agency"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.agency",
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                        (
                            "sharing",
                            models.CharField(
                                choices=[
                                    ("own agency", "Own Agency"),
                                    ("named agencies", "Named"),
                                    ("all members", "Members"),
                                    ("all except", "All Except"),
                                    ("hit only", "Hit Only"),
                                ],
                                db_default="own agency",
                                max_length=14,
                            ),
                        ),
                        (
                            "sharing_agencies",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.BigIntegerField(), db_default=[], size=None
                            ),
                        ),
                        (
                            "media",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="grades",
                                to="records.media",
                            ),
                        ),
                        ("scheme", models.CharField(max_length=100)),
                        ("grade", models.IntegerField(null=True)),
                        ("words", models.CharField(blank=True, max_length=200)),
                        ("why", models.TextField(blank=True)),
                        ("number", models.IntegerField()),
                    ],
                    options={
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("sharing__in", ["named agencies", "all except"]),
                                        ("sharing_agencies__len__gt", 0),
                                    ),
                                    models.Q(
                                        ("sharing__in", ["own agency", "all members", "hit only"]),
                                        ("sharing_agencies__len", 0),
                                    ),
                                    _connector="OR",
                                ),
                                name="grade_sharing_names_agencies_or_not",
                            ),
                            models.UniqueConstraint(
                                fields=("officer", "media", "scheme", "number"),
                                name="an_officer_grades_in_turn",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("number__gte", 1), models.Q(("scheme", ""), _negated=True)
                                ),
                                name="a_grade_has_a_scheme",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AskedAgain",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                db_default=models.Func(function="access.officer"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        (
                            "agency",
                            models.ForeignKey(
                                db_default=models.Func(function="access.agency"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.agency",
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                        (
                            "first",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="asked_again",
                                to="records.grade",
                            ),
                        ),
                        ("grade", models.IntegerField(null=True)),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="Finding",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                db_default=models.Func(function="access.officer"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        (
                            "agency",
                            models.ForeignKey(
                                db_default=models.Func(function="access.agency"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.agency",
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="findings",
                                to="records.entity",
                            ),
                        ),
                        (
                            "aspect",
                            models.CharField(
                                choices=[
                                    ("identity", "Identity"),
                                    ("whereabouts", "Whereabouts"),
                                    ("safety", "Safety"),
                                ],
                                max_length=11,
                            ),
                        ),
                        ("stage", models.CharField(max_length=20)),
                        (
                            "certainty",
                            models.CharField(
                                choices=[("fact", "Fact"), ("assessment", "Assessment")],
                                max_length=10,
                            ),
                        ),
                        ("why", models.TextField()),
                        ("number", models.IntegerField()),
                        (
                            "confirms",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="confirmed_by",
                                to="records.finding",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("person", "aspect", "number"),
                                name="a_victims_way_goes_step_by_step",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("aspect", "identity"),
                                        (
                                            "stage__in",
                                            ["unknown", "lead", "proposed", "identified"],
                                        ),
                                    ),
                                    models.Q(
                                        ("aspect", "whereabouts"),
                                        ("stage__in", ["unknown", "country", "region", "located"]),
                                    ),
                                    models.Q(
                                        ("aspect", "safety"),
                                        (
                                            "stage__in",
                                            [
                                                "unknown",
                                                "at risk",
                                                "safeguarded",
                                                "adult now",
                                                "deceased",
                                            ],
                                        ),
                                    ),
                                    _connector="OR",
                                ),
                                name="a_finding_leads_to_a_known_stage",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("why", ""), _negated=True),
                                    ("certainty__in", ["fact", "assessment"]),
                                    ("number__gte", 1),
                                ),
                                name="a_finding_says_why",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("confirms__isnull", False), ("stage", "identified")),
                                    models.Q(
                                        models.Q(("stage", "identified"), _negated=True),
                                        ("confirms__isnull", True),
                                    ),
                                    _connector="OR",
                                ),
                                name="identified_confirms_a_proposal",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="LeadChange",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                db_default=models.Func(function="access.officer"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        (
                            "agency",
                            models.ForeignKey(
                                db_default=models.Func(function="access.agency"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.agency",
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                        (
                            "entity",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="lead_changes",
                                to="records.entity",
                            ),
                        ),
                        (
                            "to",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.agency",
                            ),
                        ),
                        (
                            "step",
                            models.CharField(
                                choices=[
                                    ("offered", "Offered"),
                                    ("accepted", "Accepted"),
                                    ("declined", "Declined"),
                                    ("withdrawn", "Withdrawn"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("why", models.TextField()),
                        (
                            "answers",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="answer",
                                to="records.leadchange",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("why", ""), _negated=True),
                                name="a_lead_change_says_why",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("answers", None), ("step", "offered")),
                                    models.Q(
                                        ("answers__isnull", False),
                                        ("step__in", ["accepted", "declined", "withdrawn"]),
                                    ),
                                    _connector="OR",
                                ),
                                name="an_offer_is_answered",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Review",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                db_default=models.Func(function="access.officer"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        (
                            "agency",
                            models.ForeignKey(
                                db_default=models.Func(function="access.agency"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.agency",
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                        (
                            "media",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reviews",
                                to="records.media",
                            ),
                        ),
                        (
                            "entity",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reviews",
                                to="records.entity",
                            ),
                        ),
                        ("due", models.DateField()),
                        ("why", models.TextField()),
                        ("number", models.IntegerField()),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("agency", "media", "entity", "number"),
                                name="reviews_follow_each_other",
                                nulls_distinct=False,
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("entity__isnull", False), ("media__isnull", True)),
                                    models.Q(("entity__isnull", True), ("media__isnull", False)),
                                    _connector="OR",
                                ),
                                name="a_review_is_of_one_thing",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("why", ""), _negated=True),
                                name="a_review_says_why",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Hold",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                db_default=models.Func(function="access.officer"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        (
                            "agency",
                            models.ForeignKey(
                                db_default=models.Func(function="access.agency"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.agency",
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                        (
                            "media",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="holds",
                                to="records.media",
                            ),
                        ),
                        ("why", models.TextField()),
                        (
                            "lifts",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="lifted_by",
                                to="records.hold",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("why", ""), _negated=True),
                                name="a_hold_says_why",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Deletion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                db_default=models.Func(function="access.officer"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        (
                            "agency",
                            models.ForeignKey(
                                db_default=models.Func(function="access.agency"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.agency",
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                        (
                            "media",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="deletions",
                                to="records.media",
                            ),
                        ),
                        ("why", models.TextField()),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("why", ""), _negated=True),
                                name="a_deletion_says_why",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Tombstone",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                db_default=models.Func(function="access.officer"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        (
                            "agency",
                            models.ForeignKey(
                                db_default=models.Func(function="access.agency"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.agency",
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                        (
                            "deletion",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="tombstone",
                                to="records.deletion",
                            ),
                        ),
                        ("sha256", models.BinaryField()),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                migrations.CreateModel(
                    name="DeletionEnd",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                db_default=models.Func(function="access.officer"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        (
                            "agency",
                            models.ForeignKey(
                                db_default=models.Func(function="access.agency"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.agency",
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                        (
                            "deletion",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="end",
                                to="records.deletion",
                            ),
                        ),
                        ("refused", models.BooleanField()),
                        ("why", models.TextField()),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("why", ""), _negated=True),
                                name="a_deletions_end_says_why",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Restriction",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                db_default=models.Func(function="access.officer"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        (
                            "agency",
                            models.ForeignKey(
                                db_default=models.Func(function="access.agency"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.agency",
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                        (
                            "entity",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="restrictions",
                                to="records.entity",
                            ),
                        ),
                        ("why", models.TextField()),
                        (
                            "lifts",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="lifted_by",
                                to="records.restriction",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("why", ""), _negated=True),
                                name="a_restriction_says_why",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Quota",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "agency",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.agency",
                            ),
                        ),
                        ("per_hour", models.IntegerField()),
                        ("per_day", models.IntegerField()),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("per_day__gte", 1), ("per_hour__gte", 1)),
                                name="a_quota_lets_ask",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Asked",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        ("hour", models.DateTimeField()),
                        ("questions", models.IntegerField(default=0)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("officer", "hour"), name="an_hour_is_counted_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Watch",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                db_default=models.Func(function="access.officer"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        (
                            "agency",
                            models.ForeignKey(
                                db_default=models.Func(function="access.agency"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.agency",
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                        (
                            "media",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="records.media",
                            ),
                        ),
                        (
                            "entity",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="records.entity",
                            ),
                        ),
                        ("sha256", models.BinaryField(null=True)),
                        ("why", models.TextField()),
                        (
                            "ends",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="ended_by",
                                to="records.watch",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("ends__isnull", False),
                                        ("entity", None),
                                        ("media", None),
                                        ("sha256", None),
                                    ),
                                    models.Q(
                                        ("ends", None),
                                        ("entity", None),
                                        ("media__isnull", False),
                                        ("sha256", None),
                                    ),
                                    models.Q(
                                        ("ends", None),
                                        ("entity__isnull", False),
                                        ("media", None),
                                        ("sha256", None),
                                    ),
                                    models.Q(
                                        ("ends", None),
                                        ("entity", None),
                                        ("media", None),
                                        ("sha256__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="a_watch_is_of_one_thing",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("why", ""), _negated=True),
                                name="a_watch_says_why",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Alert",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "watch",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="alerts",
                                to="records.watch",
                            ),
                        ),
                        ("entry", models.BigIntegerField()),
                        ("event", models.CharField(max_length=40)),
                        (
                            "officer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="Notice",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("unusual use", "Unusual"),
                                    ("asked about what is watched", "Watched"),
                                    ("reviews due", "Review"),
                                    ("contribution failed", "Contribution"),
                                    ("certification ending", "Certification"),
                                    ("decision asked for", "Asked"),
                                    ("decision answered", "Answered"),
                                ],
                                max_length=40,
                            ),
                        ),
                        ("about", models.CharField(max_length=100)),
                        ("key", models.CharField(max_length=200)),
                        ("details", models.JSONField()),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                        ("read_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["officer", "kind", "key"], name="notices_of")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ScopeDecision",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                db_default=models.Func(function="access.officer"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        (
                            "agency",
                            models.ForeignKey(
                                db_default=models.Func(function="access.agency"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.agency",
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                        (
                            "authority",
                            models.ForeignKey(
                                db_default=models.Func(function="access.authority"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.authority",
                            ),
                        ),
                        ("out", models.BooleanField()),
                        ("why", models.CharField(max_length=500)),
                        (
                            "undoes",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="undone_by",
                                to="records.scopedecision",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("why", ""), _negated=True),
                                name="a_scope_decision_says_why",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ScopedMedia",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "decision",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="scoped",
                                to="records.scopedecision",
                            ),
                        ),
                        (
                            "media",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="records.media",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("media", "decision"),
                                name="a_media_is_scoped_once_a_decision",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Hypothesis",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                db_default=models.Func(function="access.officer"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        (
                            "agency",
                            models.ForeignKey(
                                db_default=models.Func(function="access.agency"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.agency",
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                        (
                            "sharing",
                            models.CharField(
                                choices=[
                                    ("own agency", "Own Agency"),
                                    ("named agencies", "Named"),
                                    ("all members", "Members"),
                                    ("all except", "All Except"),
                                    ("hit only", "Hit Only"),
                                ],
                                db_default="own agency",
                                max_length=14,
                            ),
                        ),
                        (
                            "sharing_agencies",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.BigIntegerField(), db_default=[], size=None
                            ),
                        ),
                        (
                            "entity",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="hypotheses",
                                to="records.entity",
                            ),
                        ),
                        (
                            "subject",
                            models.CharField(
                                choices=[
                                    ("country", "Country"),
                                    ("place", "Place"),
                                    ("other", "Other"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("words", models.CharField(max_length=500)),
                        (
                            "stands",
                            models.CharField(
                                choices=[
                                    ("open", "Open"),
                                    ("likely", "Likely"),
                                    ("held to be so", "Held"),
                                    ("ruled out", "Ruled Out"),
                                    ("taken back", "Taken Back"),
                                ],
                                default="open",
                                max_length=20,
                            ),
                        ),
                        ("steps", models.IntegerField(default=0)),
                    ],
                    options={
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("sharing__in", ["named agencies", "all except"]),
                                        ("sharing_agencies__len__gt", 0),
                                    ),
                                    models.Q(
                                        ("sharing__in", ["own agency", "all members", "hit only"]),
                                        ("sharing_agencies__len", 0),
                                    ),
                                    _connector="OR",
                                ),
                                name="hypothesis_sharing_names_agencies_or_not",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("words", ""), _negated=True),
                                    (
                                        "stands__in",
                                        [
                                            "open",
                                            "likely",
                                            "held to be so",
                                            "ruled out",
                                            "taken back",
                                        ],
                                    ),
                                    ("steps__gte", 0),
                                    ("subject__in", ["country", "place", "other"]),
                                ),
                                name="a_hypothesis_says_something",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Weighing",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                db_default=models.Func(function="access.officer"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        (
                            "agency",
                            models.ForeignKey(
                                db_default=models.Func(function="access.agency"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.agency",
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                        (
                            "hypothesis",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="history",
                                to="records.hypothesis",
                            ),
                        ),
                        ("number", models.IntegerField()),
                        (
                            "stands",
                            models.CharField(
                                choices=[
                                    ("open", "Open"),
                                    ("likely", "Likely"),
                                    ("held to be so", "Held"),
                                    ("ruled out", "Ruled Out"),
                                    ("taken back", "Taken Back"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("why", models.TextField()),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("hypothesis", "number"),
                                name="a_hypothesis_is_weighed_in_turn",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("why", ""), _negated=True),
                                    ("number__gte", 1),
                                    (
                                        "stands__in",
                                        [
                                            "open",
                                            "likely",
                                            "held to be so",
                                            "ruled out",
                                            "taken back",
                                        ],
                                    ),
                                ),
                                name="a_weighing_says_why",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Argument",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                db_default=models.Func(function="access.officer"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        (
                            "agency",
                            models.ForeignKey(
                                db_default=models.Func(function="access.agency"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.agency",
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                        (
                            "sharing",
                            models.CharField(
                                choices=[
                                    ("own agency", "Own Agency"),
                                    ("named agencies", "Named"),
                                    ("all members", "Members"),
                                    ("all except", "All Except"),
                                    ("hit only", "Hit Only"),
                                ],
                                db_default="own agency",
                                max_length=14,
                            ),
                        ),
                        (
                            "sharing_agencies",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.BigIntegerField(), db_default=[], size=None
                            ),
                        ),
                        (
                            "hypothesis",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="arguments",
                                to="records.hypothesis",
                            ),
                        ),
                        (
                            "side",
                            models.CharField(
                                choices=[("for", "For"), ("against", "Against")], max_length=7
                            ),
                        ),
                        ("words", models.TextField(blank=True)),
                        (
                            "certainty",
                            models.CharField(
                                choices=[("fact", "Fact"), ("assessment", "Assessment")],
                                max_length=10,
                            ),
                        ),
                        (
                            "from_media",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="records.media",
                            ),
                        ),
                        (
                            "replaces",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="replaced_by",
                                to="records.argument",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("sharing__in", ["named agencies", "all except"]),
                                        ("sharing_agencies__len__gt", 0),
                                    ),
                                    models.Q(
                                        ("sharing__in", ["own agency", "all members", "hit only"]),
                                        ("sharing_agencies__len", 0),
                                    ),
                                    _connector="OR",
                                ),
                                name="argument_sharing_names_agencies_or_not",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("certainty__in", ["fact", "assessment"]),
                                    ("side__in", ["for", "against"]),
                                ),
                                name="an_argument_takes_a_side",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("words", ""), _negated=True),
                                    ("replaces__isnull", False),
                                    _connector="OR",
                                ),
                                name="only_what_was_argued_is_taken_back",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Task",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                db_default=models.Func(function="access.officer"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        (
                            "agency",
                            models.ForeignKey(
                                db_default=models.Func(function="access.agency"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.agency",
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                        (
                            "entity",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="tasks",
                                to="records.entity",
                            ),
                        ),
                        ("words", models.CharField(max_length=500)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("open", "Open"),
                                    ("done", "Done"),
                                    ("dropped", "Dropped"),
                                ],
                                default="open",
                                max_length=10,
                            ),
                        ),
                        (
                            "assigned",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        ("until", models.DateField(null=True)),
                        ("steps", models.IntegerField(default=0)),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "open")),
                                fields=["assigned"],
                                name="task_open_for",
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("words", ""), _negated=True),
                                    ("state__in", ["open", "done", "dropped"]),
                                    ("steps__gte", 0),
                                ),
                                name="a_task_says_what",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TaskStep",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                db_default=models.Func(function="access.officer"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        (
                            "agency",
                            models.ForeignKey(
                                db_default=models.Func(function="access.agency"),
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.agency",
                            ),
                        ),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                        (
                            "task",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="history",
                                to="records.task",
                            ),
                        ),
                        ("number", models.IntegerField()),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("open", "Open"),
                                    ("done", "Done"),
                                    ("dropped", "Dropped"),
                                ],
                                max_length=10,
                            ),
                        ),
                        (
                            "assigned",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        ("until", models.DateField(null=True)),
                        ("why", models.TextField(blank=True)),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("task", "number"), name="a_task_goes_step_by_step"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("number__gte", 1), ("state__in", ["open", "done", "dropped"])
                                ),
                                name="a_task_step_leads_to_a_known_state",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Presence",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        (
                            "agency",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="access.agency",
                            ),
                        ),
                        (
                            "entity",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="records.entity",
                            ),
                        ),
                        ("at", models.DateTimeField()),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("officer", "entity"), name="somebody_is_there_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SavedFilter",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                db_default=models.Func(function="access.officer"),
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        ("name", models.CharField(max_length=100)),
                        ("words", models.CharField(max_length=1000)),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=models.Func(
                                    function="statement_timestamp", template="%(function)s()"
                                )
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("officer", "name"), name="a_filter_is_named_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("name", ""), _negated=True),
                                name="a_filter_has_a_name",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DeskChoices",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "officer",
                            models.OneToOneField(
                                db_default=models.Func(function="access.officer"),
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        ("reveals_a_day", models.IntegerField(null=True)),
                        ("minutes_at_a_time", models.IntegerField(default=45)),
                        ("blind", models.BooleanField(default=False)),
                        ("scheme", models.CharField(blank=True, default="", max_length=100)),
                        ("language", models.CharField(blank=True, default="", max_length=10)),
                        ("asked_again", models.BooleanField(db_default=True, default=True)),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("reveals_a_day__isnull", True),
                                        ("reveals_a_day__gte", 1),
                                        _connector="OR",
                                    ),
                                    ("minutes_at_a_time__gte", 0),
                                ),
                                name="a_limit_limits_something",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SetAside",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                db_default=models.Func(function="access.officer"),
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        ("question", models.CharField(max_length=40)),
                        ("until", models.DateTimeField()),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("officer", "question"), name="set_aside_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Exposure",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "officer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="access.officer",
                            ),
                        ),
                        ("day", models.DateField()),
                        ("reveals", models.IntegerField(default=0)),
                        ("since", models.DateTimeField()),
                        ("last_at", models.DateTimeField()),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("officer", "day"), name="a_day_is_counted_once"
                            )
                        ],
                    },
                ),
            ]
        )
    ]
