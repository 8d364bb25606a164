"""Who answers again; sums that tell of nobody alone; the queue as administrators see it.

Sums are told of three officers or more, and of whole weeks that are over: differences of sums that
end at any moment would be one officer's.
"""

from django.db import migrations

from clew.access.policies import allow, function, protect
from clew.records.rules import APPLICATION, OURS, WRITING, signed

_FEWEST = 3
"""Officers of whom a sum is told."""
_MINE = "officer_id = (SELECT access.officer())"

_AGAIN = (
    function(
        # Of all grades one in fifty, by their number: neither officer nor program chooses them.
        "sampled(grade bigint)",
        "boolean",
        "SELECT get_byte(sha256(int8send(grade)), 0) < 5",
        APPLICATION,
    )
    + function(
        "may_answer_again(first bigint)",
        "boolean",
        """
        SELECT EXISTS (SELECT FROM public.records_grade g WHERE g.id = first
            AND g.officer_id = access.officer() AND g.grade IS NOT NULL
            AND access.sampled(g.id) AND g.at < statement_timestamp() - interval '7 days'
            AND NOT EXISTS (SELECT FROM public.records_grade l WHERE l.media_id = g.media_id
                AND l.scheme = g.scheme AND l.officer_id = g.officer_id AND l.number > g.number))
        """,
        APPLICATION,
    )
    + signed("records_askedagain")
    + protect("records_askedagain")
    + allow("records_askedagain", APPLICATION, "SELECT", f"{OURS} AND {_MINE}")
    + allow(
        "records_askedagain",
        APPLICATION,
        "INSERT",
        f"{WRITING} AND access.may_answer_again(first_id)",
    )
)

_SUMS = (
    "DROP FUNCTION access.exposure_of_agency;\n"
    + function(
        # What a supervisor's agency revealed, by week; of units only where none is too small.
        "exposure_by_week(first date)",
        "TABLE (week date, unit text, officers bigint, reveals bigint)",
        f"""
        WITH parts AS (
            SELECT date_trunc('week', e.day)::date AS week, o.unit_id,
                   count(DISTINCT e.officer_id) AS officers, sum(e.reveals)::bigint AS reveals
            FROM public.records_exposure e JOIN public.access_officer o ON o.id = e.officer_id
            WHERE o.agency_id = access.supervised_agency()
              AND e.day >= date_trunc('week', exposure_by_week.first)
              AND e.day < date_trunc('week', statement_timestamp() AT TIME ZONE 'UTC')
            GROUP BY 1, 2),
        whole AS (
            SELECT p.week, sum(p.officers)::bigint AS officers, sum(p.reveals)::bigint AS reveals,
                   min(p.officers) AS least, count(*) AS parts
            FROM parts p GROUP BY p.week)
        SELECT w.week, NULL::text, w.officers, w.reveals FROM whole w
        WHERE w.officers >= {_FEWEST}
        UNION ALL
        SELECT p.week, coalesce(u.name, '')::text, p.officers, p.reveals
        FROM parts p JOIN whole w ON w.week = p.week
        LEFT JOIN public.access_unit u ON u.id = p.unit_id
        WHERE w.least >= {_FEWEST} AND w.parts > 1
        ORDER BY 1 DESC, 2 NULLS FIRST
        """,
        APPLICATION,
    )
    + function(
        # How far officers of a supervisor's agency say the same when they are asked again.
        "agreement_with_oneself(since timestamptz)",
        "TABLE (scheme text, officers bigint, answered bigint, same bigint, declined bigint)",
        f"""
        SELECT g.scheme::text, count(DISTINCT a.officer_id), count(a.grade),
               count(*) FILTER (WHERE a.grade = g.grade),
               count(*) FILTER (WHERE a.grade IS NULL)
        FROM public.records_askedagain a JOIN public.records_grade g ON g.id = a.first_id
        WHERE a.agency_id = access.supervised_agency()
          AND a.at >= date_trunc('week', since, 'UTC')
          AND a.at < date_trunc('week', statement_timestamp(), 'UTC')
        GROUP BY g.scheme HAVING count(DISTINCT a.officer_id) >= {_FEWEST} ORDER BY 1
        """,
        APPLICATION,
    )
)

_OF_COUNTRY = """
access.administered_country() IS NOT NULL AND (j.args ->> 'contribution' IS NULL OR EXISTS (
    SELECT FROM public.records_contribution c JOIN public.access_agency g ON g.id = c.agency_id
    WHERE c.id = (j.args ->> 'contribution')::bigint
      AND g.country_id = access.administered_country()))
"""
_QUEUES = (
    function(
        "queue_standing()",
        "TABLE (task text, status text, jobs bigint, oldest timestamptz)",
        """
        SELECT j.task_name::text, j.status::text, count(*), min(e.at)
        FROM public.procrastinate_jobs j LEFT JOIN LATERAL (
            SELECT min(v.at) AS at FROM public.procrastinate_events v WHERE v.job_id = j.id) e
            ON true
        WHERE j.status IN ('todo', 'doing', 'failed')
          AND access.administered_country() IS NOT NULL
        GROUP BY 1, 2 ORDER BY 1, 2
        """,
        APPLICATION,
    )
    + function(
        "failed_jobs()",
        "TABLE (id bigint, task text, contribution bigint, portion integer, attempts integer, "
        "failed_at timestamptz)",
        f"""
        SELECT j.id, j.task_name::text, (j.args ->> 'contribution')::bigint,
               (j.args ->> 'portion')::integer, j.attempts,
               (SELECT max(v.at) FROM public.procrastinate_events v WHERE v.job_id = j.id)
        FROM public.procrastinate_jobs j
        WHERE j.status = 'failed' AND {_OF_COUNTRY.strip()} ORDER BY j.id DESC LIMIT 100
        """,
        APPLICATION,
    )
    + function(
        "workers_at_work()",
        "TABLE (workers bigint, heard_at timestamptz)",
        """
        SELECT count(*) FILTER (WHERE w.last_heartbeat > now() - interval '1 minute'),
               max(w.last_heartbeat)
        FROM public.procrastinate_workers w WHERE access.administered_country() IS NOT NULL
        """,
        APPLICATION,
    )
    # With public in the path: the queue's own functions name their tables without a schema.
    + f"""
CREATE FUNCTION access.retry_job(job bigint) RETURNS boolean LANGUAGE plpgsql VOLATILE
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $body$
BEGIN
    IF NOT EXISTS (SELECT FROM procrastinate_jobs j WHERE j.id = job AND j.status = 'failed'
                   AND {_OF_COUNTRY.strip()}) THEN
        RETURN false;
    END IF;
    PERFORM procrastinate_retry_job_v2(job, statement_timestamp(), NULL, NULL, NULL);
    RETURN true;
END $body$;
REVOKE ALL ON FUNCTION access.retry_job FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access.retry_job TO {APPLICATION};
"""
)


class Migration(migrations.Migration):
    dependencies = [("records", "0130_asked_again")]

    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (_AGAIN, _SUMS, _QUEUES)
    ]
