"""How far checkpoints confirm the log, for whoever looks whether they are still made.

When, and not what: neither position nor hash, which auditors alone see.
"""

from django.db import migrations

_CONFIRMED = """
CREATE FUNCTION audit.confirmed(OUT made_at timestamptz, OUT waiting_since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $body$
    SELECT c.made_at, (
        SELECT e.written_at FROM public.audit_link l JOIN public.audit_entry e ON e.number = l.entry
        WHERE l.position = coalesce(c.position, 0) + 1)
    FROM (SELECT) one LEFT JOIN (
        SELECT k.made_at, k.position FROM public.audit_checkpoint k
        ORDER BY k.number DESC LIMIT 1) c ON true
$body$;
REVOKE ALL ON FUNCTION audit.confirmed FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit.confirmed TO clew_application, clew_worker;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0030_sessions_that_are_over")]

    operations = [migrations.RunSQL(_CONFIRMED, migrations.RunSQL.noop)]
