"""Whether officers still need their access; and tokens, seen and ended by administrators.

Reviews are written by a function that takes officer, agency and roles from the database, never from
its caller, and notes it in the log. When officers last worked is told by the day, to whoever has to
look whether they still need to.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

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

_TOKENS = function(
    "tokens_of_country()",
    "TABLE (id bigint, officer text, label text, scopes text[], reference text, "
    "expires_at timestamptz, used_at timestamptz)",
    """
    SELECT t.id, o.sign_in_name::text, t.label::text, t.scopes::text[], a.reference::text,
           t.expires_at, t.used_at
    FROM public.access_session t JOIN public.access_officer o ON o.id = t.officer_id
    JOIN public.access_agency g ON g.id = o.agency_id
    LEFT JOIN public.access_authority a ON a.id = t.authority_id
    WHERE t.kind = 'token' AND t.ended_at IS NULL AND t.expires_at > statement_timestamp()
      AND g.country_id = access.administered_country()
    ORDER BY t.expires_at, t.id
    """,
    _APPLICATION,
) + function(
    "end_token_of_officer(token bigint)",
    "boolean",
    "UPDATE public.access_session t SET ended_at = statement_timestamp() "
    "FROM public.access_officer o JOIN public.access_agency g ON g.id = o.agency_id "
    "WHERE t.id = token AND t.kind = 'token' AND t.ended_at IS NULL AND o.id = t.officer_id "
    "AND g.country_id = access.administered_country() RETURNING true",
    _APPLICATION,
    changes=True,
)


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0070_one_authority_for_a_token"),
        ("audit", "0041_by_time"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccessReview",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(
                        db_default=models.Func(
                            function="statement_timestamp", template="%(function)s()"
                        )
                    ),
                ),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30), size=None
                    ),
                ),
                ("stays", models.BooleanField()),
                ("why", models.TextField()),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.agency",
                    ),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="access_reviews",
                        to="access.officer",
                    ),
                ),
                (
                    "reviewer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.officer",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("why", ""), _negated=True),
                        name="an_access_review_says_why",
                    )
                ],
            },
        ),
        *(migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (_REVIEWS, _TOKENS)),
    ]
