"""The log, its chain and what confirms it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "written_at",
                    models.DateTimeField(
                        db_default=models.Func(
                            function="clock_timestamp", template="%(function)s()"
                        )
                    ),
                ),
                ("event", models.CharField(max_length=40)),
                ("officer", models.BigIntegerField(null=True)),
                ("agency", models.BigIntegerField(null=True)),
                ("concerns", models.BigIntegerField(null=True)),
                ("session", models.BigIntegerField(null=True)),
                ("authority", models.BigIntegerField(null=True)),
                ("role", models.TextField()),
                ("about", models.TextField()),
                ("details", models.TextField()),
                ("blind", models.UUIDField(db_default=models.Func(function="gen_random_uuid"))),
            ],
        ),
        migrations.CreateModel(
            name="Link",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                ("entry", models.BigIntegerField(unique=True)),
                ("digest", models.BinaryField()),
                ("hash", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("position", models.BigIntegerField()),
                ("hash", models.BinaryField()),
                ("made_at", models.DateTimeField()),
                ("key", models.BinaryField()),
                ("previous", models.BinaryField()),
                ("signature", models.BinaryField()),
            ],
        ),
    ]
