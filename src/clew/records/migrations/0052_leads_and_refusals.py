"""Offers to lead something, requests for deletion that were not followed, further notices."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0030_sessions_of_workers"),
        ("records", "0051_who_is_told"),
    ]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
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
        migrations.CreateModel(
            name="DeletionEnd",
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
                ("refused", models.BooleanField()),
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
                    "deletion",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="end",
                        to="records.deletion",
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
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("why", ""), _negated=True),
                        name="a_deletions_end_says_why",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LeadChange",
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
                    "agency",
                    models.ForeignKey(
                        db_default=models.Func(function="access.agency"),
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.agency",
                    ),
                ),
                (
                    "answers",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answer",
                        to="records.leadchange",
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
                    "officer",
                    models.ForeignKey(
                        db_default=models.Func(function="access.officer"),
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.officer",
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
    ]
