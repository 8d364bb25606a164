"""Functions that say who is asking, and who may see and change people, authority and sessions.

A transaction names its session by its secret (``SET LOCAL clew.session``). The functions look up
the secret's digest with the owner's rights and answer nothing when the session is over.
"""

from django.db import migrations

from clew.access.policies import AUTHORITY_HOLDS, SESSION, allow, function, protect

_APPLICATION, _SIGN_IN = "clew_application", "clew_sign_in"

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

_SESSIONS = (
    function(
        # Locked rows are skipped: a long transaction of the same session must not be waited for.
        "begin()",
        "bigint",
        """
        UPDATE public.access_session SET used_at = statement_timestamp() WHERE id IN (
            SELECT t.id FROM public.access_session t
            WHERE t.id = (SELECT s.id FROM access.session() s) AND t.idle IS NOT NULL
              AND t.used_at < statement_timestamp() - interval '1 minute'
            FOR UPDATE SKIP LOCKED);
        SELECT access.officer();
        """,
        _APPLICATION,
        changes=True,
    )
    + function(
        "end_session()",
        "void",
        "UPDATE public.access_session SET ended_at = statement_timestamp() "
        "WHERE id = (SELECT s.id FROM access.session() s)",
        _APPLICATION,
        changes=True,
    )
    + function(
        "use_authority(wanted bigint)",
        "boolean",
        "UPDATE public.access_session SET authority_id = wanted "
        "WHERE id = (SELECT s.id FROM access.session() s JOIN public.access_authority a "
        f"ON a.id = wanted WHERE {AUTHORITY_HOLDS}) RETURNING true",
        _APPLICATION,
        changes=True,
    )
    + function(
        "invite(invited bigint, secret_digest bytea, until timestamptz)",
        "boolean",
        "INSERT INTO public.access_invitation (officer_id, digest, expires_at) "
        "SELECT invited, secret_digest, until WHERE access.administers_officer(invited) "
        "ON CONFLICT (officer_id) DO UPDATE "
        "SET digest = excluded.digest, expires_at = excluded.expires_at RETURNING true",
        _APPLICATION,
        changes=True,
    )
    + function(
        # Whoever takes over may act under what named the one who left, and their sessions end.
        "hand_over(leaver bigint, successor bigint)",
        "boolean",
        """
        UPDATE public.access_session SET ended_at = statement_timestamp()
        WHERE officer_id = leaver AND ended_at IS NULL AND EXISTS (
            SELECT FROM public.access_officer o WHERE o.id = leaver AND o.state = 'left'
            AND access.administers(o.agency_id));
        INSERT INTO public.access_authorityofficer (authority_id, officer_id)
        SELECT n.authority_id, successor FROM public.access_authorityofficer n
        JOIN public.access_officer o ON o.id = n.officer_id
        WHERE n.officer_id = leaver AND o.state = 'left' AND o.successor_id = successor
          AND access.administers(o.agency_id)
        ON CONFLICT DO NOTHING;
        SELECT EXISTS (SELECT FROM public.access_officer o WHERE o.id = leaver
            AND o.state = 'left' AND o.successor_id = successor
            AND access.administers(o.agency_id));
        """,
        _APPLICATION,
        changes=True,
    )
    + function(
        "forget_failures(officer bigint)",
        "boolean",
        "DELETE FROM public.access_signinattempts WHERE name_digest = ("
        "SELECT sha256(convert_to(o.sign_in_name, 'UTF8')) FROM public.access_officer o "
        "WHERE o.id = officer AND access.administers_officer(officer)) RETURNING true",
        _APPLICATION,
        changes=True,
    )
)

_SOMEBODY = "(SELECT access.officer()) IS NOT NULL"
_OWN = "agency_id = (SELECT access.agency())"
_COUNTRYS = (
    "agency_id IN (SELECT g.id FROM access_agency g "
    "WHERE g.country_id = (SELECT access.administered_country()))"
)
_NOT_SELF = "officer_id <> (SELECT access.officer())"
_SUPERVISED = "agency_id = (SELECT access.supervised_agency())"

_PEOPLE = (
    protect("access_country")
    + allow("access_country", _APPLICATION, "SELECT", _SOMEBODY)
    + protect("access_agency")
    + allow("access_agency", _APPLICATION, "SELECT", _SOMEBODY)
    + "".join(
        allow(
            "access_agency",
            _APPLICATION,
            command,
            "country_id = (SELECT access.administered_country())",
            columns=columns,
        )
        for command, columns in (("INSERT", ""), ("UPDATE", "name, contact"))
    )
    + protect("access_unit")
    + allow("access_unit", _APPLICATION, "SELECT", _SOMEBODY)
    + allow("access_unit", _APPLICATION, "INSERT", "access.administers(agency_id)")
    + allow("access_unit", _APPLICATION, "UPDATE", "access.administers(agency_id)", columns="name")
    + protect("access_officer")
    + allow("access_officer", _APPLICATION, "SELECT", f"{_OWN} OR {_COUNTRYS}")
    + allow("access_officer", _APPLICATION, "INSERT", "access.administers(agency_id)")
    + allow(
        "access_officer",
        _APPLICATION,
        "UPDATE",
        "access.administers_officer(id)",
        check="access.administers(agency_id) AND id <> (SELECT access.officer())",
        columns="name, agency_id, unit_id, state, left_at, successor_id",
    )
    + protect("access_officerrole")
    + allow(
        "access_officerrole",
        _APPLICATION,
        "SELECT",
        "EXISTS (SELECT FROM access_officer o WHERE o.id = officer_id)",
    )
    + allow("access_officerrole", _APPLICATION, "INSERT", "access.administers_officer(officer_id)")
    + allow("access_officerrole", _APPLICATION, "DELETE", "access.administers_officer(officer_id)")
    + protect("access_certification")
    + allow(
        "access_certification",
        _APPLICATION,
        "SELECT",
        "EXISTS (SELECT FROM access_officer o WHERE o.id = officer_id)",
    )
    + allow(
        "access_certification", _APPLICATION, "INSERT", "access.administers_officer(officer_id)"
    )
    + allow(
        "access_certification",
        _APPLICATION,
        "UPDATE",
        "access.administers_officer(officer_id)",
        columns="revoked_at",
    )
)

_AUTHORITIES = (
    protect("access_authority")
    + allow("access_authority", _APPLICATION, "SELECT", _OWN)
    + allow(
        "access_authority",
        _APPLICATION,
        "INSERT",
        f"{_SUPERVISED} AND added_by_id = (SELECT access.officer())",
    )
    + allow("access_authority", _APPLICATION, "UPDATE", _SUPERVISED, columns="revoked_at")
    + protect("access_authorityofficer")
    + "".join(
        allow(
            "access_authorityofficer",
            _APPLICATION,
            command,
            f"EXISTS (SELECT FROM access_authority a WHERE a.id = authority_id AND a.{rule})"
            + (
                " AND EXISTS (SELECT FROM access_officer o WHERE o.id = officer_id "
                "AND o.agency_id = (SELECT access.agency()))"
                if command == "INSERT"
                else ""
            ),
        )
        for command, rule in (("SELECT", _OWN), ("INSERT", _SUPERVISED), ("DELETE", _SUPERVISED))
    )
)

_CREDENTIALS = (
    allow("access_officer", _SIGN_IN, "SELECT", columns="id, name, sign_in_name, state, agency_id")
    + allow("access_certification", _SIGN_IN, "SELECT")
    + "".join(
        protect(table) + "".join(allow(table, _SIGN_IN, command) for command in commands.split())
        for table, commands in (
            ("access_credential", "SELECT INSERT UPDATE"),
            ("access_recoverycode", "SELECT INSERT DELETE"),
            ("access_signinattempts", "SELECT INSERT UPDATE DELETE"),
            ("access_invitation", "SELECT DELETE UPDATE"),
        )
    )
    + protect("access_session")
    + allow("access_session", _SIGN_IN, "SELECT")
    + allow("access_session", _SIGN_IN, "INSERT", "ended_at IS NULL")
    + allow("access_session", _SIGN_IN, "UPDATE", columns="ended_at, used_at")
)


class Migration(migrations.Migration):
    dependencies = [("access", "0002_who_there_is")]

    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop)
        for sql in (
            _ASKING,
            _CASES,
            _ADMINISTRATION,
            _SESSIONS,
            _PEOPLE,
            _AUTHORITIES,
            _CREDENTIALS,
        )
    ]
