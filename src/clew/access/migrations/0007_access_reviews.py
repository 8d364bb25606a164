"""Whether officers still need their access.

Reviews are written by a function that takes officer, agency and roles from the database, never from
its caller, and notes it in the log. When officers last worked is told by the day, to whoever has to
look whether they still need to.
"""

from django.db import migrations

from clew.access.policies import allow, function, protect

_APPLICATION = "clew_application"

_LOOKS = (
    "coalesce(access.supervised_agency(), CASE WHEN access.has_role('auditor') "
    "AND access.has_scope('read') THEN access.agency() END)"
)

_REVIEWS = (
    protect("access_accessreview")
    + allow(
        "access_accessreview",
        _APPLICATION,
        "SELECT",
        f"agency_id = (SELECT {_LOOKS}) OR agency_id IN (SELECT g.id FROM access_agency g "
        "WHERE g.country_id = (SELECT access.administered_country()))",
    )
    + function(
        "last_used()",
        "TABLE (officer_id bigint, used date)",
        f"""
        SELECT o.id, (SELECT (max(s.used_at) AT TIME ZONE 'UTC')::date
            FROM public.access_session s WHERE s.officer_id = o.id)
        FROM public.access_officer o WHERE o.agency_id = {_LOOKS}
        """,
        _APPLICATION,
    )
    + f"""
CREATE FUNCTION access.review_access(reviewed bigint, stays boolean, why text)
RETURNS boolean LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    INSERT INTO public.access_accessreview (officer_id, agency_id, reviewer_id, roles, stays, why)
    SELECT o.id, o.agency_id, access.officer(),
           ARRAY(SELECT r.role FROM public.access_officerrole r WHERE r.officer_id = o.id
                 ORDER BY 1),
           review_access.stays, review_access.why
    FROM public.access_officer o
    WHERE o.id = reviewed AND o.id <> access.officer() AND o.state <> 'left'
      AND o.agency_id = access.supervised_agency();
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM audit.write('access reviewed', 'officer ' || reviewed, access.agency(),
        jsonb_build_object('stays', review_access.stays)::text);
    RETURN true;
END $body$;
REVOKE ALL ON FUNCTION access.review_access FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access.review_access TO {_APPLICATION};
"""
)


class Migration(migrations.Migration):
    dependencies = [("access", "0006_credentials"), ("audit", "0002_only_grows")]

    operations = [migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (_REVIEWS,)]
