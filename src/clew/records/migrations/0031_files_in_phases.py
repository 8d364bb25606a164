"""A contribution's files have a state each, and are read in portions by jobs.

The officer's transaction that hands in enqueues; a worker reads on the officer's behalf, in a
session of its own for this contribution's officer and authority, which ends with the job.
"""

from django.db import migrations, models

from clew.access.policies import allow, function

_APPLICATION, _WORKER = "clew_application", "clew_worker"

_KNOWN = """
UPDATE records_contributedfile
SET state = CASE WHEN sha256 IS NULL THEN 'failed' ELSE 'stored' END;
"""

_OWN = (
    "c.officer_id = (SELECT access.officer()) "
    "AND c.agency_id = (SELECT access.contributing_agency())"
)
_RUNS = (
    "EXISTS (SELECT FROM records_contribution c WHERE c.id = contribution_id "
    f"AND c.ended_at IS NULL AND {_OWN})"
)
_SEES_MEDIA = (
    "(media_id IS NULL OR EXISTS (SELECT FROM records_sighting s WHERE s.media_id = "
    "records_contributedfile.media_id AND s.agency_id = (SELECT access.contributing_agency())))"
)

_POLICIES = (
    "DROP POLICY application_update ON records_contributedfile;\n"
    + allow(
        "records_contributedfile",
        _APPLICATION,
        "UPDATE",
        _RUNS,
        check=f"{_RUNS} AND {_SEES_MEDIA}",
        columns="standing, better, state, portion, size, modified_ns, sha256, media_id, again, "
        "problem",
    )
    + f"GRANT UPDATE (cancelled_at) ON records_contribution TO {_APPLICATION};\n"
)

_STAYS = """
CREATE FUNCTION access.stored_stays() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RAISE EXCEPTION 'what was said of a file in the vault stays'
        USING ERRCODE = 'insufficient_privilege';
END $body$;
REVOKE ALL ON FUNCTION access.stored_stays FROM PUBLIC;
CREATE TRIGGER stored_stays BEFORE UPDATE ON records_contributedfile FOR EACH ROW
WHEN (OLD.state = 'stored' AND
      (OLD.state, OLD.size, OLD.modified_ns, OLD.sha256, OLD.media_id, OLD.again, OLD.problem)
      IS DISTINCT FROM
      (NEW.state, NEW.size, NEW.modified_ns, NEW.sha256, NEW.media_id, NEW.again, NEW.problem))
EXECUTE FUNCTION access.stored_stays();
"""

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
GRANT EXECUTE ON FUNCTION access.enqueue TO {_APPLICATION};
"""

_FUNCTIONS = (
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
        _APPLICATION,
        changes=True,
    )
)


class Migration(migrations.Migration):
    dependencies = [("records", "0030_jobs")]

    operations = [
        migrations.AddField("contribution", "cancelled_at", models.DateTimeField(null=True)),
        migrations.AddField("contribution", "halted", models.TextField(default="")),
        migrations.AddField(
            "contributedfile",
            "state",
            models.CharField(
                choices=[
                    ("arriving", "Arriving"),
                    ("waiting", "Waiting"),
                    ("reading", "Reading"),
                    ("stored", "Stored"),
                    ("failed", "Failed"),
                    ("cancelled", "Cancelled"),
                ],
                default="waiting",
                max_length=9,
            ),
        ),
        migrations.AddField("contributedfile", "portion", models.IntegerField(default=0)),
        migrations.AddIndex(
            "contributedfile",
            models.Index(
                fields=["contribution", "portion", "state"], name="contributed_in_portions"
            ),
        ),
        *(
            migrations.RunSQL(sql, migrations.RunSQL.noop)
            for sql in (_KNOWN, _POLICIES, _STAYS, _ENQUEUE, _FUNCTIONS)
        ),
    ]
