"""Signs that a contributed file is as a camera wrote it, told beside how it stands."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0053_who_leads_and_who_refuses")]

    operations = [
        migrations.AddField(
            "contributedfile",
            "signs",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=300), db_default=[], size=None
            ),
        ),
        migrations.RunSQL(
            "GRANT UPDATE (signs) ON records_contributedfile TO clew_application",
            migrations.RunSQL.noop,
        ),
    ]
