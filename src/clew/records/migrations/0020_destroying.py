"""Forgetting the traces of what was deleted, once its key is destroyed.

The worker asks for it and can ask for nothing else: the database looks by itself whether every
agency has given the media up and none holds it by law, whatever the caller believes.
"""

from django.db import migrations

from clew.access.policies import function

_WORKER = "clew_worker"

_GIVEN_UP = """
    EXISTS (SELECT FROM public.records_deletion d
            JOIN public.records_tombstone t ON t.deletion_id = d.id WHERE d.media_id = m.id)
    AND NOT EXISTS (
        SELECT FROM public.records_hold h WHERE h.media_id = m.id AND h.lifts_id IS NULL
        AND NOT EXISTS (SELECT FROM public.records_hold l WHERE l.lifts_id = h.id))
    AND NOT EXISTS (
        SELECT FROM public.records_sighting s WHERE s.media_id = m.id AND NOT EXISTS (
            SELECT FROM public.records_deletion d
            JOIN public.records_tombstone t ON t.deletion_id = d.id
            WHERE d.media_id = m.id AND d.agency_id = s.agency_id AND t.at >= s.seen_at))
"""

_TO_DESTROY = function(
    # What is cut short stays in it until all of it is done.
    "to_destroy()",
    "TABLE (media_id bigint, sha256 bytea)",
    f"""
    SELECT m.id, m.sha256 FROM public.records_media m WHERE {_GIVEN_UP}
    AND (EXISTS (SELECT FROM public.records_original o WHERE o.media_id = m.id)
         OR EXISTS (SELECT FROM public.records_storedtrace t WHERE t.media_id = m.id))
    ORDER BY m.id
    """,
    _WORKER,
)

_FORGET = f"""
CREATE FUNCTION access.forget(forgotten bigint) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    -- Whoever stores more of the media meanwhile waits, or has come first and counts.
    PERFORM FROM public.records_media m WHERE m.id = forgotten FOR UPDATE;
    IF NOT EXISTS (SELECT FROM public.records_media m WHERE m.id = forgotten AND {_GIVEN_UP}) THEN
        RETURN false;
    END IF;
    DELETE FROM public.records_storedtrace WHERE media_id = forgotten;
    -- Decisions stay, with the copy of the evidence they were made on.
    UPDATE public.records_connection SET match_id = NULL WHERE match_id IN (
        SELECT id FROM public.records_storedmatch
        WHERE first_id = forgotten OR second_id = forgotten);
    DELETE FROM public.records_storedmatch WHERE first_id = forgotten OR second_id = forgotten;
    DELETE FROM public.records_original WHERE media_id = forgotten;
    PERFORM audit.record_unattended('deletion', 'media:' || forgotten, '{{"act":"destroyed"}}');
    RETURN true;
END $body$;
REVOKE ALL ON FUNCTION access.forget FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access.forget TO {_WORKER};
"""


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0015_who_keeps_and_deletes"),
        ("audit", "0003_noted_by_the_database"),
    ]

    operations = [migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (_TO_DESTROY, _FORGET)]
