"""Answers are forgotten after a day, also those of officers who send no further key.

And what was revealed in answers that were kept is forgotten at once.
"""

from django.db import migrations

_FORGET = """
CREATE FUNCTION access.forget_answers() RETURNS void LANGUAGE sql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
    DELETE FROM public.api_answered
    WHERE at < statement_timestamp() - interval '24 hours'
$body$;
REVOKE ALL ON FUNCTION access.forget_answers FROM PUBLIC;
CREATE INDEX answered_at ON api_answered (at);
DELETE FROM api_answered WHERE content_type NOT LIKE 'application/json%';
GRANT EXECUTE ON FUNCTION access.forget_answers TO clew_application;
"""


class Migration(migrations.Migration):
    dependencies = [("api", "0002_whose_answers")]

    operations = [
        migrations.RunSQL(_FORGET, "DROP FUNCTION access.forget_answers; DROP INDEX answered_at")
    ]
