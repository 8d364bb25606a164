"""Finds entries by time, for what is looked at every hour.

A BRIN index: a few bytes for each megabyte of the log, because entries come in the order of time,
and next to nothing at each entry (other indexes would cost at every query).
"""

from django.db import migrations

_BY_TIME = """
CREATE INDEX audit_entry_by_time ON audit_entry USING brin (written_at) WITH (autosummarize = on);
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0040_how_far_confirmed")]

    operations = [migrations.RunSQL(_BY_TIME, migrations.RunSQL.noop)]
