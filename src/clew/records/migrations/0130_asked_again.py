import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0130_access_looked_at_again"),
        ("records", "0121_who_writes_on_the_board"),
    ]

    operations = [
        migrations.AddField(
            model_name="deskchoices",
            name="asked_again",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.CreateModel(
            name="AskedAgain",
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
                ("grade", models.IntegerField(null=True)),
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
                    "first",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="asked_again",
                        to="records.grade",
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
            options={"abstract": False},
        ),
    ]
