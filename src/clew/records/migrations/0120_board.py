"""The board of a series: hypotheses with what speaks for each, tasks, who is there."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0070_one_authority_for_a_token"),
        ("records", "0111_who_scopes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Hypothesis",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                    "subject",
                    models.CharField(
                        choices=[("country", "Country"), ("place", "Place"), ("other", "Other")],
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
                    "entity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hypotheses",
                        to="records.entity",
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
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Argument",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                    "side",
                    models.CharField(
                        choices=[("for", "For"), ("against", "Against")], max_length=7
                    ),
                ),
                ("words", models.TextField(blank=True)),
                (
                    "certainty",
                    models.CharField(
                        choices=[("fact", "Fact"), ("assessment", "Assessment")], max_length=10
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
                    "from_media",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.media",
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
                    "replaces",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="records.argument",
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
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Presence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
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
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="access.officer",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Task",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                ("words", models.CharField(max_length=500)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("done", "Done"), ("dropped", "Dropped")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("until", models.DateField(null=True)),
                ("steps", models.IntegerField(default=0)),
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
                    "assigned",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.officer",
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
                (
                    "officer",
                    models.ForeignKey(
                        db_default=models.Func(function="access.officer"),
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.officer",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TaskStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                ("number", models.IntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "Open"), ("done", "Done"), ("dropped", "Dropped")],
                        max_length=10,
                    ),
                ),
                ("until", models.DateField(null=True)),
                ("why", models.TextField(blank=True)),
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
                    "assigned",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.officer",
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
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="history",
                        to="records.task",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Weighing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                    "hypothesis",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="history",
                        to="records.hypothesis",
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
            ],
        ),
        migrations.AddConstraint(
            model_name="hypothesis",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="hypothesis",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("words", ""), _negated=True),
                    ("stands__in", ["open", "likely", "held to be so", "ruled out", "taken back"]),
                    ("steps__gte", 0),
                    ("subject__in", ["country", "place", "other"]),
                ),
                name="a_hypothesis_says_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="argument",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="argument",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("certainty__in", ["fact", "assessment"]), ("side__in", ["for", "against"])
                ),
                name="an_argument_takes_a_side",
            ),
        ),
        migrations.AddConstraint(
            model_name="argument",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("words", ""), _negated=True),
                    ("replaces__isnull", False),
                    _connector="OR",
                ),
                name="only_what_was_argued_is_taken_back",
            ),
        ),
        migrations.AddConstraint(
            model_name="presence",
            constraint=models.UniqueConstraint(
                fields=("officer", "entity"), name="somebody_is_there_once"
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["assigned"], name="task_open_for"
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("words", ""), _negated=True),
                    ("state__in", ["open", "done", "dropped"]),
                    ("steps__gte", 0),
                ),
                name="a_task_says_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="taskstep",
            constraint=models.UniqueConstraint(
                fields=("task", "number"), name="a_task_goes_step_by_step"
            ),
        ),
        migrations.AddConstraint(
            model_name="taskstep",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gte", 1), ("state__in", ["open", "done", "dropped"])),
                name="a_task_step_leads_to_a_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="weighing",
            constraint=models.UniqueConstraint(
                fields=("hypothesis", "number"), name="a_hypothesis_is_weighed_in_turn"
            ),
        ),
        migrations.AddConstraint(
            model_name="weighing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("why", ""), _negated=True),
                    ("number__gte", 1),
                    ("stands__in", ["open", "likely", "held to be so", "ruled out", "taken back"]),
                ),
                name="a_weighing_says_why",
            ),
        ),
    ]
