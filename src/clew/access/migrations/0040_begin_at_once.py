"""A transaction names its session, and learns whose it is and what for, in one call.

In PL/pgSQL, whose plans are kept: every request begins with this, most of them twice.
"""

from django.db import migrations

from clew.access.policies import AUTHORITY_HOLDS, SESSION

_BEGIN = f"""
CREATE FUNCTION access.begin(secret text, OUT officer bigint, OUT authority bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    named bigint;
BEGIN
    PERFORM set_config('clew.session', secret, true);
    SELECT s.id, s.officer_id, a.id INTO named, officer, authority
    FROM ({SESSION.strip()}) s(id, officer_id, agency_id, authority_id, scopes)
    LEFT JOIN public.access_authority a ON a.id = s.authority_id AND {AUTHORITY_HOLDS.strip()};
    -- Locked rows are skipped: a long transaction of the same session must not be waited for.
    UPDATE public.access_session SET used_at = statement_timestamp() WHERE id IN (
        SELECT t.id FROM public.access_session t
        WHERE t.id = named AND t.idle IS NOT NULL
          AND t.used_at < statement_timestamp() - interval '1 minute'
        FOR UPDATE SKIP LOCKED);
END $body$;
REVOKE ALL ON FUNCTION access.begin(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access.begin(text) TO clew_application;
DROP FUNCTION access.begin();
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0030_sessions_of_workers")]

    operations = [migrations.RunSQL(_BEGIN, migrations.RunSQL.noop)]
