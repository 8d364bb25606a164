"""Who is counted, who watches what, and what officers do with their access.

Questions are for sessions that may look into cases, and counted by the database, whose limits no
program can pass. Alerts are written by a trigger on the log, from what the asking officer's own
entry says: nothing else is written for them or shown to them, watched or not.
"""

from django.db import migrations

from clew.access.policies import SESSION, allow, function, protect
from clew.records.rules import APPLICATION, OURS, USUAL_QUOTA, WRITING, seen, signed

_CASE_ROLES = "'contributor', 'specialist', 'supervisor', 'data-protection officer'"
"""As for access.case_agency (access/0003)."""

_QUOTAS = (
    protect("records_quota")
    + allow(
        "records_quota",
        APPLICATION,
        "SELECT",
        "agency_id = (SELECT access.agency()) OR access.administers(agency_id)",
    )
    + allow("records_quota", APPLICATION, "INSERT", "access.administers(agency_id)")
    + allow(
        *("records_quota", APPLICATION, "UPDATE", "access.administers(agency_id)"),
        columns="per_hour, per_day",
    )
    + protect("records_asked")
)

# Counted by one change of one row, and who asks is looked up by a plan that is kept. What is asked
# is searched as the worker, who sees everything; who holds something as a hit only is told from
# that. A token that may only hand in, or an officer who only trains, is told nothing.
_ASK = f"""
CREATE FUNCTION access.ask() RETURNS timestamptz LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    who record;
    this timestamptz := date_trunc('hour', statement_timestamp(), 'UTC');
    today timestamptz := date_trunc('day', statement_timestamp(), 'UTC');
    until timestamptz;
    in_hour integer;
    in_day bigint;
BEGIN
    SELECT s.officer_id, s.scopes, coalesce(q.per_hour, {USUAL_QUOTA[0]}) AS per_hour,
        coalesce(q.per_day, {USUAL_QUOTA[1]}) AS per_day INTO who
    FROM ({SESSION.strip()}) s(id, officer_id, agency_id, authority_id, scopes)
    LEFT JOIN public.records_quota q ON q.agency_id = s.agency_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'nobody is signed in' USING ERRCODE = 'invalid_authorization_specification';
    END IF;
    IF NOT ('read' = ANY(who.scopes) AND EXISTS (
        SELECT FROM public.access_officerrole r
        WHERE r.officer_id = who.officer_id AND r.role = ANY(ARRAY[{_CASE_ROLES}]))) THEN
        RAISE EXCEPTION 'this session may not look into cases'
        USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- Locked from here on: of several questions at once each is counted.
    INSERT INTO public.records_asked (officer_id, hour, questions) VALUES (who.officer_id, this, 1)
    ON CONFLICT (officer_id, hour) DO UPDATE SET questions = records_asked.questions + 1
    RETURNING questions INTO in_hour;
    SELECT sum(a.questions) INTO in_day FROM public.records_asked a
    WHERE a.officer_id = who.officer_id AND a.hour >= today;
    IF in_day > who.per_day THEN
        until := today + interval '1 day';
    ELSIF in_hour > who.per_hour THEN
        until := this + interval '1 hour';
    END IF;
    IF until IS NOT NULL THEN  -- it is not asked
        UPDATE public.records_asked SET questions = in_hour - 1
        WHERE officer_id = who.officer_id AND hour = this;
    ELSIF in_hour = 1 THEN
        DELETE FROM public.records_asked WHERE officer_id = who.officer_id AND hour < today;
    END IF;
    RETURN until;
END $body$;
REVOKE ALL ON FUNCTION access.ask FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access.ask TO {APPLICATION};
"""

_MINE = (
    f"{OURS} AND (officer_id = (SELECT access.officer()) OR (SELECT access.has_role('supervisor')))"
)

_WATCHES = (
    function(
        "ends_own_watch(ended bigint)",
        "boolean",
        "SELECT ended IS NULL OR EXISTS (SELECT FROM public.records_watch w WHERE w.id = ended "
        "AND w.ends_id IS NULL AND w.agency_id = access.contributing_agency() "
        "AND (w.officer_id = access.officer() OR access.has_role('supervisor')))",
        APPLICATION,
    )
    + signed("records_watch")
    + protect("records_watch")
    + allow("records_watch", APPLICATION, "SELECT", _MINE)
    + allow(
        "records_watch",
        APPLICATION,
        "INSERT",
        f"{WRITING} AND {seen('records_watch', 'media_id', 'entity_id')} "
        "AND access.ends_own_watch(ends_id)",
    )
    + protect("records_alert")
    + allow(
        "records_alert",
        APPLICATION,
        "SELECT",
        "EXISTS (SELECT FROM records_watch w WHERE w.id = records_alert.watch_id)",
    )
)

# Asked for each entry: an agency that watches nothing pays one look at an index. Reading of tables
# as a whole is off, because a plan that is kept may be from when they were small.
_ALERTING = """
CREATE FUNCTION access.alert() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $body$
BEGIN
    INSERT INTO public.records_alert (watch_id, entry, event, officer_id)
    SELECT w.id, NEW.number, NEW.event, NEW.officer FROM public.records_watch w
    WHERE w.agency_id = NEW.agency AND w.officer_id <> NEW.officer AND w.ends_id IS NULL
      AND NOT EXISTS (SELECT FROM public.records_watch x WHERE x.ends_id = w.id)
      AND EXISTS (
          -- What the officer named, or was shown; a file by its hash.
          SELECT FROM (
              SELECT 'media:' || coalesce(w.media_id, (
                  SELECT m.id FROM public.records_media m WHERE m.sha256 = w.sha256))
              UNION ALL SELECT 'file ' || encode(coalesce(w.sha256, (
                  SELECT m.sha256 FROM public.records_media m WHERE m.id = w.media_id)), 'hex')
              UNION ALL (
                  -- What it was merged into is what is asked about from then on.
                  WITH RECURSIVE stands AS (
                      SELECT e.id, e.kind, e.merged_into_id FROM public.records_entity e
                      WHERE e.id = w.entity_id
                      UNION SELECT e.id, e.kind, e.merged_into_id FROM public.records_entity e
                      JOIN stands s ON e.id = s.merged_into_id)
                  SELECT replace(s.kind, ' ', '-') || ':' || s.id FROM stands s)
          ) watched(name)
          WHERE name = NEW.about OR strpos(NEW.details, '"' || name || '"') > 0);
    RETURN NULL;
END $body$;
REVOKE ALL ON FUNCTION access.alert FROM PUBLIC;
CREATE TRIGGER alert AFTER INSERT ON audit_entry FOR EACH ROW
WHEN (NEW.officer IS NOT NULL AND NEW.event IN ('query', 'view', 'reveal', 'export'))
EXECUTE FUNCTION access.alert();
"""

# Figures of some agencies' officers, for what is told in time; a supervisor asks for the own's.
_CONDUCT = f"""
CREATE FUNCTION access.conduct_of(of_agencies bigint[], since timestamptz, zone text,
    night_begins integer, night_ends integer)
RETURNS TABLE (officer_id bigint, rule text, figure bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN QUERY
    WITH own AS MATERIALIZED (
        SELECT e.number, e.officer, e.event, e.about, e.details, e.written_at,
            extract(hour FROM e.written_at AT TIME ZONE zone) AS hour
        FROM public.audit_entry e
        WHERE e.agency = ANY(of_agencies) AND e.officer IS NOT NULL
          AND e.written_at >= since),
    asked AS (
        SELECT o.officer, o.written_at, o.hour, max(o.written_at) FILTER (
            WHERE o.event IN ('decision', 'contribution', 'custody', 'sharing changed', 'deletion'))
            OVER later AS acted, o.event
        FROM own o
        WINDOW later AS (PARTITION BY o.officer ORDER BY o.written_at
            RANGE BETWEEN CURRENT ROW AND interval '1 day' FOLLOWING)),
    questions AS (SELECT a.officer, a.written_at, a.hour, a.acted FROM asked a
        WHERE a.event = 'query')
    SELECT q.officer, 'questions in one hour', max(q.count) FROM (
        SELECT officer, count(*) FROM questions GROUP BY officer, date_trunc('hour', written_at)) q
    GROUP BY q.officer
    UNION ALL
    SELECT q.officer, 'questions at night', count(*) FROM questions q
    WHERE CASE WHEN night_begins > night_ends THEN q.hour >= night_begins OR q.hour < night_ends
        ELSE q.hour >= night_begins AND q.hour < night_ends END
    GROUP BY q.officer
    UNION ALL
    SELECT q.officer, 'questions without an act within a day', count(*) FROM questions q
    WHERE q.acted IS NULL GROUP BY q.officer
    UNION ALL
    SELECT s.officer, 'media shown', sum(s.shown)::bigint FROM (
        SELECT o.officer, count(DISTINCT named[1]) AS shown FROM own o
        CROSS JOIN LATERAL regexp_matches(o.about || ' ' || o.details, '(media:[0-9]+)', 'g') named
        WHERE o.event IN ('query', 'view', 'reveal') GROUP BY o.officer
        UNION ALL
        SELECT o.officer, max(named[1]::bigint) FROM own o
        CROSS JOIN LATERAL regexp_matches(o.details, '"media":([0-9]+)') named
        WHERE o.event IN ('view', 'export') GROUP BY o.officer) s
    GROUP BY s.officer
    UNION ALL
    SELECT o.officer, 'exports and reports', count(*) FROM own o
    WHERE o.event = 'export' GROUP BY o.officer
    UNION ALL
    SELECT o.officer, 'attempts refused', count(*) FROM own o
    WHERE o.event = 'refused' GROUP BY o.officer
    UNION ALL
    SELECT a.officer_id, 'questions about what is watched', count(DISTINCT a.entry)
    FROM public.records_alert a JOIN public.records_watch w ON w.id = a.watch_id
    WHERE w.agency_id = ANY(of_agencies) AND a.at >= since
    GROUP BY a.officer_id;
END $body$;
REVOKE ALL ON FUNCTION access.conduct_of FROM PUBLIC;
CREATE FUNCTION access.conduct(since timestamptz, zone text, night_begins integer,
    night_ends integer)
RETURNS TABLE (officer_id bigint, rule text, figure bigint)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $body$
SELECT * FROM access.conduct_of(ARRAY[access.supervised_agency()], since, zone,
    night_begins, night_ends)
$body$;
REVOKE ALL ON FUNCTION access.conduct FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access.conduct TO {APPLICATION};
"""


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0008_retention_and_deletion"),
        ("audit", "0003_noted_by_the_database"),
    ]

    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop)
        for sql in (_QUOTAS, _ASK, _WATCHES, _ALERTING, _CONDUCT)
    ]
