"""A session may be a worker's, for a contribution; see records/0031."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0011_who_proves_what")]

    operations = [
        migrations.AlterField(
            "session",
            "kind",
            models.CharField(
                choices=[
                    ("command line", "Command Line"),
                    ("web", "Web"),
                    ("token", "Token"),
                    ("contribution", "Contribution"),
                ],
                max_length=12,
            ),
        ),
    ]
