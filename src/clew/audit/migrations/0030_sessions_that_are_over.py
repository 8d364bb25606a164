"""That somebody used a session that is over stands in the log."""

from django.db import migrations

_OVER = """
CREATE FUNCTION audit.session_over(session_digest bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    used record;
BEGIN
    SELECT s.id, s.officer_id, o.agency_id, CASE
        WHEN s.ended_at IS NOT NULL THEN 'the session was ended'
        WHEN s.expires_at <= statement_timestamp() THEN 'the session has run out'
        WHEN s.used_at + s.idle <= statement_timestamp() THEN 'the session was not used for long'
        WHEN o.state <> 'active' THEN 'the officer is ' || o.state
        ELSE 'the certification does not hold' END AS why
    INTO used FROM public.access_session s JOIN public.access_officer o ON o.id = s.officer_id
    WHERE s.digest = session_digest;
    IF FOUND THEN
        PERFORM audit.write('refused sign-in', 'officer ' || used.officer_id, used.agency_id,
            jsonb_build_object('why', used.why, 'session', used.id)::text);
    END IF;
    RETURN FOUND;
END $body$;
REVOKE ALL ON FUNCTION audit.session_over FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit.session_over TO clew_sign_in;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0010_more_ways_to_sign_in")]

    operations = [migrations.RunSQL(_OVER, migrations.RunSQL.noop)]
