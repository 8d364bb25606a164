"""Files that arrive piece by piece: seen and written by the officer who announced them alone."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

from clew.access.policies import allow, function, protect

_APPLICATION, _WORKER = "clew_application", "clew_worker"

_OWN = (
    "EXISTS (SELECT FROM records_contributedfile f JOIN records_contribution c "
    "ON c.id = f.contribution_id WHERE f.id = file_id AND c.ended_at IS NULL "
    "AND c.officer_id = (SELECT access.officer()) "
    "AND c.agency_id = (SELECT access.contributing_agency()))"
)

_POLICIES = (
    protect("records_upload")
    + allow("records_upload", _APPLICATION, "SELECT", _OWN)
    + allow("records_upload", _APPLICATION, "INSERT", _OWN)
    + allow("records_upload", _APPLICATION, "UPDATE", _OWN, columns='"offset", written_at')
    + allow("records_upload", _WORKER, "SELECT")
    + allow("records_upload", _WORKER, "DELETE")
)

_FUNCTIONS = function(
    # Uploads that are done with: in the vault, or not completed for too long. Those of the latter
    # have their answer now.
    "uploads_done(patience interval)",
    "TABLE (upload uuid)",
    """
    WITH late AS (
        UPDATE public.records_contributedfile f
        SET state = 'failed', problem = 'not all of it was uploaded in time'
        FROM public.records_upload u
        WHERE u.file_id = f.id AND f.state = 'arriving'
          AND u.written_at < statement_timestamp() - patience
        RETURNING u.id
    )
    SELECT u.id FROM public.records_upload u
    JOIN public.records_contributedfile f ON f.id = u.file_id
    WHERE f.state = 'stored'
       OR (u.written_at < statement_timestamp() - patience AND f.state IN ('failed', 'cancelled'))
    UNION SELECT id FROM late
    """,
    _WORKER,
    changes=True,
)


class Migration(migrations.Migration):
    dependencies = [("records", "0031_files_in_phases")]

    operations = [
        migrations.CreateModel(
            "Upload",
            [
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
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
                (
                    "file",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="upload",
                        to="records.contributedfile",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(offset__gte=0, offset__lte=models.F("size")),
                        name="no_more_than_announced",
                    )
                ],
            },
        ),
        *(migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (_POLICIES, _FUNCTIONS)),
    ]
