"""The tables of the work queue, for the worker's role alone.

Frozen as of one version and run as one statement: its own history of migrations would be most of
what making a workspace takes. What a later version changes comes as a migration after this one.
"""

from pathlib import Path

from django.db import migrations

from clew.access.policies import allow, protect

_WORKER = "clew_worker"
_SCHEMA = Path(__file__).with_name("procrastinate-3.10.0.sql").read_text(encoding="utf-8")
_TABLES = (
    "procrastinate_workers",
    "procrastinate_jobs",
    "procrastinate_events",
    "procrastinate_periodic_defers",
)

_GRANTS = (
    "".join(
        protect(table)
        + "".join(
            allow(table, _WORKER, command) for command in ("SELECT", "INSERT", "UPDATE", "DELETE")
        )
        + f"GRANT USAGE ON SEQUENCE {table}_id_seq TO {_WORKER};\n"
        for table in _TABLES
    )
    + f"""
DO $$ DECLARE one regprocedure;
BEGIN
    FOR one IN SELECT p.oid FROM pg_proc p
               WHERE p.pronamespace = 'public'::regnamespace AND p.proname LIKE 'procrastinate\\_%'
    LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', one);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO {_WORKER}', one);
    END LOOP;
END $$;
"""
)


def _make(_apps, schema_editor):
    # As it is: RunSQL would take it apart, and percent signs in it for parameters.
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(_SCHEMA)
        cursor.execute(_GRANTS)


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0030_sessions_of_workers"),
        ("records", "0022_who_watches"),
    ]

    operations = [migrations.RunPython(_make, migrations.RunPython.noop)]
