"""Who is told what: by triggers where something happens, by functions of the worker in time.

An officer sees own notices and says which were read. Nobody writes one but the database, and
whoever a notice is about does not see it.
"""

from django.db import migrations

from clew.access.policies import allow, function, protect
from clew.records.rules import APPLICATION, follows

_WORKER = "clew_worker"
_OWN = "officer_id = (SELECT access.officer()) AND (SELECT access.has_scope('read'))"

_NOTICES = (
    protect("records_notice")
    + allow("records_notice", APPLICATION, "SELECT", _OWN)
    + allow("records_notice", APPLICATION, "UPDATE", _OWN, columns="read_at")
    + function(
        "notify(whom bigint, of_kind text, about_what text, of_what text, told jsonb, "
        "again interval)",
        "void",
        """
        INSERT INTO public.records_notice (officer_id, kind, about, key, details)
        SELECT whom, of_kind, about_what, of_what, told
        WHERE NOT EXISTS (
            SELECT FROM public.records_notice n
            WHERE n.officer_id = whom AND n.kind = of_kind AND n.key = of_what
              AND (n.read_at IS NULL OR n.at > statement_timestamp() - again))
        """,
        changes=True,
    )
    + function(
        "with_role(agency bigint, VARIADIC wanted text[])",
        "TABLE (officer_id bigint)",
        "SELECT DISTINCT o.id FROM public.access_officer o "
        "JOIN public.access_officerrole r ON r.officer_id = o.id "
        "WHERE o.agency_id = agency AND o.state = 'active' AND r.role = ANY(wanted)",
    )
)

_WATCHED = follows(
    "alert_told",
    "records_alert",
    """
BEGIN
    PERFORM access.notify(t.officer_id, 'asked about what is watched', 'watch:' || w.id,
        'watch:' || w.id || ' officer:' || NEW.officer_id,
        jsonb_build_object('officer', NEW.officer_id, 'event', NEW.event, 'entry', NEW.entry),
        interval '0')
    FROM public.records_watch w CROSS JOIN LATERAL (
        SELECT w.officer_id UNION SELECT s.officer_id FROM access.with_role(w.agency_id,
            'supervisor') s) t
    WHERE w.id = NEW.watch_id AND t.officer_id <> NEW.officer_id;
    RETURN NULL;
END
""",
)

_CONTRIBUTIONS = """
CREATE FUNCTION access.contribution_told() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    failed bigint := (SELECT count(*) FROM public.records_contributedfile f
                      WHERE f.contribution_id = NEW.id AND f.state = 'failed');
    halted boolean := NEW.halted <> '' AND NEW.ended_at IS NULL;
BEGIN
    IF halted OR failed > 0 THEN
        PERFORM access.notify(NEW.officer_id, 'contribution failed', 'contribution:' || NEW.id,
            'contribution:' || NEW.id || CASE WHEN halted THEN ' halted' ELSE ' ended' END,
            jsonb_build_object('halted', halted, 'failed', failed), interval '0');
    END IF;
    RETURN NULL;
END $body$;
REVOKE ALL ON FUNCTION access.contribution_told FROM PUBLIC;
CREATE TRIGGER contribution_told AFTER UPDATE OF ended_at, halted ON records_contribution
FOR EACH ROW WHEN ((OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL)
    OR (OLD.halted = '' AND NEW.halted <> ''))
EXECUTE FUNCTION access.contribution_told();
"""

_DELETIONS = follows(
    "deletion_asked",
    "records_deletion",
    """
BEGIN
    PERFORM access.notify(t.officer_id, 'decision asked for', 'deletion:' || NEW.id,
        'deletion:' || NEW.id, jsonb_build_object('media', NEW.media_id), interval '0')
    FROM access.with_role(NEW.agency_id, 'supervisor') t WHERE t.officer_id <> NEW.officer_id;
    RETURN NULL;
END
""",
) + "".join(
    follows(
        name,
        table,
        f"""
BEGIN
    PERFORM access.notify(d.officer_id, 'decision answered', 'deletion:' || d.id,
        'deletion:' || d.id, jsonb_build_object('answer', {answer}), interval '0')
    FROM public.records_deletion d WHERE d.id = NEW.deletion_id AND d.officer_id <> NEW.officer_id;
    RETURN NULL;
END
""",
    )
    for name, table, answer in (
        ("deletion_agreed", "records_tombstone", "'agreed'"),
        ("deletion_ended", "records_deletionend", "'refused'"),
    )
)

_IN_TIME = (
    function(
        # Marks and rules come from casework/conduct.py, where they are explained.
        "tell_unusual(since timestamptz, zone text, night_begins integer, night_ends integer, "
        "rules text[], marks bigint[])",
        "void",
        """
        SELECT access.notify(t.officer_id, 'unusual use', 'officer:' || c.officer_id,
            c.rule || ' of officer:' || c.officer_id,
            jsonb_build_object('officer', c.officer_id, 'rule', c.rule, 'figure', c.figure,
                'mark', m.mark),
            statement_timestamp() - since)
        FROM access.conduct_of((SELECT array_agg(g.id) FROM public.access_agency g), since, zone,
            night_begins, night_ends) c
        JOIN unnest(rules, marks) m(rule, mark) ON m.rule = c.rule AND c.figure >= m.mark
        JOIN public.access_officer o ON o.id = c.officer_id
        CROSS JOIN LATERAL access.with_role(o.agency_id, 'supervisor', 'auditor') t
        WHERE t.officer_id <> c.officer_id
        """,
        _WORKER,
        changes=True,
    )
    + function(
        # What casework/retention.py lists in words; here only how many there are.
        "tell_reviews(usual_days integer)",
        "void",
        """
        WITH today AS (SELECT (statement_timestamp() AT TIME ZONE 'UTC')::date AS day),
        kept AS (
            SELECT s.agency_id AS agency, s.media_id AS media, NULL::bigint AS entity,
                (min(s.seen_at) AT TIME ZONE 'UTC')::date AS since
            FROM public.records_sighting s
            WHERE s.agency_id IS NOT NULL AND s.media_id IS NOT NULL
            GROUP BY s.agency_id, s.media_id
            UNION ALL
            SELECT e.agency_id, NULL, e.id, (e.at AT TIME ZONE 'UTC')::date
            FROM public.records_entity e),
        open AS (
            SELECT k.agency, count(*) AS number FROM kept k
            LEFT JOIN LATERAL (
                SELECT r.due FROM public.records_review r
                WHERE r.agency_id = k.agency AND r.media_id IS NOT DISTINCT FROM k.media
                  AND r.entity_id IS NOT DISTINCT FROM k.entity
                ORDER BY r.number DESC LIMIT 1) last ON true
            WHERE coalesce(last.due, k.since + usual_days) <= (SELECT t.day FROM today t)
              AND NOT EXISTS (
                  SELECT FROM public.records_deletion d
                  JOIN public.records_tombstone b ON b.deletion_id = d.id
                  WHERE d.media_id = k.media AND d.agency_id = k.agency)
            GROUP BY k.agency)
        SELECT access.notify(t.officer_id, 'reviews due', 'retention', 'reviews',
            jsonb_build_object('open', o.number), interval '7 days')
        FROM open o CROSS JOIN LATERAL
            access.with_role(o.agency, 'supervisor', 'data-protection officer') t
        """,
        _WORKER,
        changes=True,
    )
    + function(
        # Thirty days before it ends, and seven; each once, whatever is read in between.
        "tell_certifications()",
        "void",
        """
        WITH ending AS (
            SELECT o.id, g.country_id, max(c.valid_until) AS until FROM public.access_officer o
            JOIN public.access_agency g ON g.id = o.agency_id
            JOIN public.access_certification c ON c.officer_id = o.id AND c.revoked_at IS NULL
            WHERE o.state = 'active' GROUP BY o.id, g.country_id
            HAVING max(c.valid_until) BETWEEN statement_timestamp()
                AND statement_timestamp() + interval '30 days')
        SELECT access.notify(t.officer_id, 'certification ending', 'officer:' || e.id,
            'officer:' || e.id || ' ' || (e.until AT TIME ZONE 'UTC')::date
                || CASE WHEN e.until < statement_timestamp() + interval '7 days'
                    THEN ' soon' ELSE '' END,
            jsonb_build_object('officer', e.id, 'until', (e.until AT TIME ZONE 'UTC')::date),
            interval '100 years')
        FROM ending e CROSS JOIN LATERAL (
            SELECT e.id AS officer_id UNION
            SELECT a.officer_id FROM public.access_agency g
            CROSS JOIN LATERAL access.with_role(g.id, 'administrator') a
            WHERE g.country_id = e.country_id) t
        """,
        _WORKER,
        changes=True,
    )
)


class Migration(migrations.Migration):
    dependencies = [("records", "0009_watching")]

    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop)
        for sql in (_NOTICES, _WATCHED, _CONTRIBUTIONS, _DELETIONS, _IN_TIME)
    ]
