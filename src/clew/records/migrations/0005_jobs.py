"""The work queue, for the worker's role alone, and who has what done by it.

Its tables are frozen as of one version and run as one statement: their own history of migrations
would be most of what making a workspace takes. What a later version changes comes as a migration
after this one.

The officer's transaction that hands in enqueues; a worker reads on the officer's behalf, in a
session of its own for this contribution's officer and authority, which ends with the job.
"""

from pathlib import Path

from django.db import migrations

from clew.access.policies import allow, function, protect
from clew.records.rules import APPLICATION

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

_OWN = (
    "c.officer_id = (SELECT access.officer()) "
    "AND c.agency_id = (SELECT access.contributing_agency())"
)

# With public in the path, where nobody but the owner can put anything: the queue's own functions
# name their tables without a schema.
_ENQUEUE = f"""
CREATE FUNCTION access.enqueue(contribution bigint, portion integer, phase text, queue text,
                               priority integer)
RETURNS boolean LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $body$
DECLARE
    one text := phase || ' ' || contribution || coalesce(' ' || portion, '');
BEGIN
    IF phase NOT IN ('reading', 'standing') OR split_part(queue, '@', 1) <> phase
       OR NOT EXISTS (SELECT FROM records_contribution c WHERE c.id = contribution
                      AND c.ended_at IS NULL AND {_OWN}) THEN
        RAISE EXCEPTION 'only work on a contribution of one''s own that runs is enqueued'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- No queueing lock: a job that is tried again while another of its kind waits would break it.
    IF EXISTS (SELECT FROM procrastinate_jobs j WHERE j.lock = one AND j.status = 'todo') THEN
        RETURN false;  -- it waits already
    END IF;
    PERFORM procrastinate_defer_jobs_v1(ARRAY[ROW(queue, phase, priority, one, NULL,
        jsonb_strip_nulls(jsonb_build_object('contribution', contribution, 'portion', portion)),
        NULL::timestamptz)]::procrastinate_job_to_defer_v1[]);
    RETURN true;
END $body$;
REVOKE ALL ON FUNCTION access.enqueue FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access.enqueue TO {APPLICATION};
"""

_ON_BEHALF = (
    function(
        # A session for a worker to act in for whoever handed in, as far as they still may.
        "work_on(contribution bigint, secret_digest bytea)",
        "boolean",
        """
        INSERT INTO public.access_session
            (digest, officer_id, kind, scopes, label, authority_id, expires_at)
        SELECT secret_digest, c.officer_id, 'contribution', ARRAY['read', 'contribute'],
               'contribution ' || c.id, c.authority_id, statement_timestamp() + interval '2 days'
        FROM public.records_contribution c WHERE c.id = contribution AND c.ended_at IS NULL
        RETURNING true
        """,
        _WORKER,
        changes=True,
    )
    + function(
        # Why nothing goes on, for whoever handed in: the worker may not write that for them.
        "halt(contribution bigint, why text)",
        "boolean",
        "UPDATE public.records_contribution c SET halted = why "
        "WHERE c.id = contribution AND c.ended_at IS NULL RETURNING true",
        _WORKER,
        changes=True,
    )
    + function(
        # To go on, also with one that has ended: with what failed or was cancelled.
        "go_on(contribution bigint)",
        "boolean",
        "UPDATE public.records_contribution c "
        "SET ended_at = NULL, cancelled_at = NULL, halted = '' "
        f"WHERE c.id = contribution AND {_OWN} AND c.authority_id = (SELECT access.authority()) "
        "RETURNING true",
        APPLICATION,
        changes=True,
    )
)

_OF_COUNTRY = """
access.administered_country() IS NOT NULL AND (j.args ->> 'contribution' IS NULL OR EXISTS (
    SELECT FROM public.records_contribution c JOIN public.access_agency g ON g.id = c.agency_id
    WHERE c.id = (j.args ->> 'contribution')::bigint
      AND g.country_id = access.administered_country()))
"""

# As administrators see it.
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


def _make(_apps, schema_editor):
    # As it is: RunSQL would take it apart, and percent signs in it for parameters.
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(_SCHEMA)
        cursor.execute(_GRANTS)


class Migration(migrations.Migration):
    dependencies = [("records", "0004_exhibits_and_contributions")]

    operations = [
        migrations.RunPython(_make, migrations.RunPython.noop),
        *(
            migrations.RunSQL(sql, migrations.RunSQL.noop)
            for sql in (_ENQUEUE, _ON_BEHALF, _QUEUES)
        ),
    ]
