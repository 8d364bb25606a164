"""What officers have to be told without having asked."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0030_sessions_of_workers"),
        ("records", "0032_uploads"),
    ]

    operations = [
        migrations.CreateModel(
            name="Notice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="access.officer",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["officer", "kind", "key"], name="notices_of")],
            },
        ),
    ]
