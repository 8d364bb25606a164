"""Answers kept for a request that is sent again."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("access", "0003_who_is_asking"),
    ]

    operations = [
        migrations.CreateModel(
            name="Answered",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                ("key_digest", models.BinaryField()),
                ("request_digest", models.BinaryField()),
                ("status", models.SmallIntegerField(db_default=0)),
                ("content_type", models.CharField(db_default="", max_length=100)),
                ("body", models.BinaryField(db_default=b"")),
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
                "indexes": [
                    models.Index(models.F("officer"), models.F("at"), name="answered_when")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("officer", "key_digest"), name="a_key_is_used_once"
                    )
                ],
            },
        ),
    ]
