"""Who may see and write exhibits, custody and contributions: the agency they are of, nobody else.

Nobody changes or removes what was written. Custody is kept so by a trigger as well, which stops
whoever owns the tables too; and so is what was said of a file once it is in the vault. Files that
arrive piece by piece are seen and written by the officer who announced them alone.
"""

from django.db import migrations

from clew.access.policies import allow, function, protect
from clew.records.rules import APPLICATION, OURS

_WORKER = "clew_worker"

_HANDS_IN = (
    "agency_id = (SELECT access.contributing_agency()) "
    "AND authority_id = (SELECT access.authority()) "
    "AND {officer} = (SELECT access.officer())"
)


def _exhibit_of(exhibit: str, agency: str) -> str:
    """That an exhibit is an agency's."""
    return (
        f"EXISTS (SELECT FROM records_exhibit e WHERE e.id = {exhibit} AND e.agency_id = {agency})"
    )


_EXHIBITS = (
    protect("records_exhibit")
    + allow("records_exhibit", APPLICATION, "SELECT", OURS)
    + allow("records_exhibit", APPLICATION, "INSERT", _HANDS_IN.format(officer="added_by_id"))
    + protect("records_custodyentry")
    + allow(
        "records_custodyentry",
        APPLICATION,
        "SELECT",
        "EXISTS (SELECT FROM records_exhibit e WHERE e.id = exhibit_id)",
    )
    + allow(
        "records_custodyentry",
        APPLICATION,
        "INSERT",
        _exhibit_of("exhibit_id", "(SELECT access.contributing_agency())")
        + " AND authority_id = (SELECT access.authority())"
        " AND recorded_by_id = (SELECT access.officer())",
    )
)

_CHAIN = """
CREATE FUNCTION access.next_in_chain() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    -- One after the other: two who write at once must not get the same position.
    PERFORM pg_advisory_xact_lock(hashtext('records_custodyentry'), hashint8(NEW.exhibit_id));
    SELECT coalesce(max(c.position), 0) + 1 INTO NEW.position
    FROM public.records_custodyentry c WHERE c.exhibit_id = NEW.exhibit_id;
    RETURN NEW;
END $body$;
CREATE TRIGGER next_in_chain BEFORE INSERT ON records_custodyentry
FOR EACH ROW EXECUTE FUNCTION access.next_in_chain();

CREATE FUNCTION access.only_grows() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RAISE EXCEPTION 'entries of % are added, never changed or removed', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $body$;
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON records_custodyentry
FOR EACH STATEMENT EXECUTE FUNCTION access.only_grows();
REVOKE ALL ON FUNCTION access.next_in_chain, access.only_grows FROM PUBLIC;
"""

_RUNS = (
    "EXISTS (SELECT FROM records_contribution c WHERE c.id = contribution_id "
    "AND c.ended_at IS NULL AND c.officer_id = (SELECT access.officer()) "
    "AND c.agency_id = (SELECT access.contributing_agency()))"
)
_SEES_MEDIA = (
    "(media_id IS NULL OR EXISTS (SELECT FROM records_sighting s WHERE s.media_id = "
    "records_contributedfile.media_id AND s.agency_id = (SELECT access.contributing_agency())))"
)

_CONTRIBUTIONS = (
    protect("records_contribution")
    + allow("records_contribution", APPLICATION, "SELECT", OURS)
    + allow(
        "records_contribution",
        APPLICATION,
        "INSERT",
        _HANDS_IN.format(officer="officer_id")
        + " AND (exhibit_id IS NULL OR "
        + _exhibit_of("exhibit_id", "records_contribution.agency_id")
        + ")",
    )
    + allow(
        "records_contribution",
        APPLICATION,
        "UPDATE",
        "agency_id = (SELECT access.contributing_agency()) "
        "AND officer_id = (SELECT access.officer()) AND ended_at IS NULL",
        check="agency_id = (SELECT access.contributing_agency())",
        columns="ended_at, cancelled_at",
    )
    + protect("records_contributedfile")
    + allow(
        "records_contributedfile",
        APPLICATION,
        "SELECT",
        "EXISTS (SELECT FROM records_contribution c WHERE c.id = contribution_id)",
    )
    + allow("records_contributedfile", APPLICATION, "INSERT", f"{_RUNS} AND {_SEES_MEDIA}")
    + allow(
        "records_contributedfile",
        APPLICATION,
        "UPDATE",
        _RUNS,
        check=f"{_RUNS} AND {_SEES_MEDIA}",
        columns="standing, better, signs, state, portion, size, modified_ns, sha256, media_id, "
        "again, problem",
    )
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

_OWN_FILE = (
    "EXISTS (SELECT FROM records_contributedfile f JOIN records_contribution c "
    "ON c.id = f.contribution_id WHERE f.id = file_id AND c.ended_at IS NULL "
    "AND c.officer_id = (SELECT access.officer()) "
    "AND c.agency_id = (SELECT access.contributing_agency()))"
)

_UPLOADS = (
    protect("records_upload")
    + allow("records_upload", APPLICATION, "SELECT", _OWN_FILE)
    + allow("records_upload", APPLICATION, "INSERT", _OWN_FILE)
    + allow("records_upload", APPLICATION, "UPDATE", _OWN_FILE, columns='"offset", written_at')
    + allow("records_upload", _WORKER, "SELECT")
    + allow("records_upload", _WORKER, "DELETE")
)

_UPLOADS_DONE = function(
    # Uploads that are done with: in the vault, or not completed for too long. Those of the latter
    # have their answer now.
    "uploads_done(patience interval)",
    "TABLE (upload uuid)",
    """
    WITH late AS (
        UPDATE public.records_contributedfile f
        SET state = 'failed', problem = 'not all of it was uploaded in time'
        FROM public.records_upload u
        WHERE u.file_id = f.id AND f.state = 'arriving'
          AND u.written_at < statement_timestamp() - patience
        RETURNING u.id
    )
    SELECT u.id FROM public.records_upload u
    JOIN public.records_contributedfile f ON f.id = u.file_id
    WHERE f.state = 'stored'
       OR (u.written_at < statement_timestamp() - patience AND f.state IN ('failed', 'cancelled'))
    UNION SELECT id FROM late
    """,
    _WORKER,
    changes=True,
)


class Migration(migrations.Migration):
    dependencies = [("records", "0003_what_follows_from_traces")]

    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop)
        for sql in (_EXHIBITS, _CHAIN, _CONTRIBUTIONS, _STAYS, _UPLOADS, _UPLOADS_DONE)
    ]
