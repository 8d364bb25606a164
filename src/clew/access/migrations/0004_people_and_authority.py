"""Who may see and change people, what they may do, and under which authority.

Administrators change people of their country, supervisors the authority of their agency. Nobody
changes their own standing.
"""

from django.db import migrations

from clew.access.policies import allow, function, protect

_APPLICATION = "clew_application"

_SOMEBODY = "(SELECT access.officer()) IS NOT NULL"
_OWN = "agency_id = (SELECT access.agency())"
_COUNTRYS = (
    "agency_id IN (SELECT g.id FROM access_agency g "
    "WHERE g.country_id = (SELECT access.administered_country()))"
)
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

_HANDING_OVER = function(
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


class Migration(migrations.Migration):
    dependencies = [("access", "0003_who_is_asking")]

    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop)
        for sql in (_PEOPLE, _AUTHORITIES, _HANDING_OVER)
    ]
