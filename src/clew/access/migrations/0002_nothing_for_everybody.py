"""What PostgreSQL gives to everybody by default is taken away; roles get what they are granted.

REVOKE of what belongs to another role only warns: in a database of the operator's own, where it
does, its administrator decides. Temporary tables and functions are not for the roles either: with
them an injected statement could put its own things in the way of ours.
"""

from django.db import migrations

_SQL = """
DO $$ BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO clew_application, clew_worker, clew_sign_in',
                   current_database());
END $$;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO clew_application, clew_worker, clew_sign_in;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
CREATE SCHEMA IF NOT EXISTS access;
GRANT USAGE ON SCHEMA access TO clew_application, clew_worker, clew_sign_in;
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0001_tables")]

    operations = [migrations.RunSQL(_SQL, migrations.RunSQL.noop)]
