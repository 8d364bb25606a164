"""Functions that say who is asking, for which agency, under which authority.

A transaction names its session by its secret (``SET LOCAL clew.session``). The functions look up
the secret's digest with the owner's rights and answer nothing when the session is over.
"""

from django.db import migrations

from clew.access.policies import AUTHORITY_HOLDS, SESSION, function

_APPLICATION = "clew_application"

_ASKING = (
    function(
        "session()",
        "TABLE (id bigint, officer_id bigint, agency_id bigint, authority_id bigint, "
        "scopes text[])",
        SESSION,
    )
    + function(
        # What was chosen, whether or not it holds: to tell an officer why it does not.
        "chosen_authority()",
        "bigint",
        "SELECT authority_id FROM access.session()",
        _APPLICATION,
    )
    + function("officer()", "bigint", "SELECT officer_id FROM access.session()", _APPLICATION)
    + function("agency()", "bigint", "SELECT agency_id FROM access.session()", _APPLICATION)
    + function(
        "authority()",
        "bigint",
        "SELECT a.id FROM access.session() s "
        f"JOIN public.access_authority a ON a.id = s.authority_id WHERE {AUTHORITY_HOLDS}",
        _APPLICATION,
    )
    + function(
        "has_role(wanted text)",
        "boolean",
        "SELECT EXISTS (SELECT FROM access.session() s JOIN public.access_officerrole r "
        "ON r.officer_id = s.officer_id WHERE r.role = wanted)",
        _APPLICATION,
    )
    + function(
        "has_scope(wanted text)",
        "boolean",
        "SELECT EXISTS (SELECT FROM access.session() s WHERE wanted = ANY(s.scopes))",
        _APPLICATION,
    )
)

# In PL/pgSQL, whose plans are kept: every request begins with this, most of them twice.
_BEGIN = f"""
CREATE FUNCTION access.begin(secret text, OUT officer bigint, OUT authority bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    named bigint;
BEGIN
    PERFORM set_config('clew.session', secret, true);
    SELECT s.id, s.officer_id, a.id INTO named, officer, authority
    FROM ({SESSION.strip()}) s(id, officer_id, agency_id, authority_id, scopes)
    LEFT JOIN public.access_authority a ON a.id = s.authority_id AND {AUTHORITY_HOLDS.strip()};
    -- Locked rows are skipped: a long transaction of the same session must not be waited for.
    UPDATE public.access_session SET used_at = statement_timestamp() WHERE id IN (
        SELECT t.id FROM public.access_session t
        WHERE t.id = named AND t.idle IS NOT NULL
          AND t.used_at < statement_timestamp() - interval '1 minute'
        FOR UPDATE SKIP LOCKED);
END $body$;
REVOKE ALL ON FUNCTION access.begin(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access.begin(text) TO clew_application;
"""

_WORKS_ON_CASES = """
  AND EXISTS (SELECT FROM public.access_officerrole r
              WHERE r.officer_id = s.officer_id AND r.role = ANY(ARRAY[{roles}]))
"""

_CASES = function(
    # Whose case data the session may see: none without authority, a role for it and the scope.
    "case_agency()",
    "bigint",
    "SELECT s.agency_id FROM access.session() s JOIN public.access_authority a "
    f"ON a.id = s.authority_id WHERE {AUTHORITY_HOLDS} AND 'read' = ANY(s.scopes)"
    + _WORKS_ON_CASES.format(
        roles="'contributor', 'specialist', 'supervisor', 'data-protection officer'"
    ),
    _APPLICATION,
) + function(
    # For whom the session may hand in, and say with whom it is shared.
    "contributing_agency()",
    "bigint",
    "SELECT s.agency_id FROM access.session() s JOIN public.access_authority a "
    f"ON a.id = s.authority_id WHERE {AUTHORITY_HOLDS} AND 'contribute' = ANY(s.scopes)"
    + _WORKS_ON_CASES.format(roles="'contributor', 'specialist', 'supervisor'"),
    _APPLICATION,
)

_ADMINISTRATION = (
    function(
        "administered_country()",
        "bigint",
        "SELECT g.country_id FROM access.session() s "
        "JOIN public.access_agency g ON g.id = s.agency_id "
        "JOIN public.access_officerrole r ON r.officer_id = s.officer_id "
        "WHERE r.role = 'administrator' AND 'administer' = ANY(s.scopes)",
        _APPLICATION,
    )
    + function(
        "administers(agency bigint)",
        "boolean",
        "SELECT EXISTS (SELECT FROM public.access_agency g "
        "WHERE g.id = agency AND g.country_id = access.administered_country())",
        _APPLICATION,
    )
    + function(
        # Nobody changes their own standing, an administrator neither.
        "administers_officer(officer bigint)",
        "boolean",
        "SELECT EXISTS (SELECT FROM public.access_officer o JOIN public.access_agency g "
        "ON g.id = o.agency_id WHERE o.id = officer AND o.id <> access.officer() "
        "AND o.state <> 'left' AND g.country_id = access.administered_country())",
        _APPLICATION,
    )
    + function(
        "supervised_agency()",
        "bigint",
        "SELECT s.agency_id FROM access.session() s JOIN public.access_officerrole r "
        "ON r.officer_id = s.officer_id "
        "WHERE r.role = 'supervisor' AND 'administer' = ANY(s.scopes)",
        _APPLICATION,
    )
)


class Migration(migrations.Migration):
    dependencies = [("access", "0002_nothing_for_everybody")]

    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop)
        for sql in (_ASKING, _BEGIN, _CASES, _ADMINISTRATION)
    ]
