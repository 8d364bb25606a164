"""Who may see and write exhibits, custody and contributions: the agency they are of, nobody else.

Nobody changes or removes what was written. Custody is kept so by a trigger as well, which stops
whoever owns the tables too.
"""

from django.db import migrations

from clew.access.policies import allow, function, protect

_APPLICATION = "clew_application"

_SEES = "agency_id = (SELECT access.case_agency())"
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
    + allow("records_exhibit", _APPLICATION, "SELECT", _SEES)
    + allow("records_exhibit", _APPLICATION, "INSERT", _HANDS_IN.format(officer="added_by_id"))
    + protect("records_custodyentry")
    + allow(
        "records_custodyentry",
        _APPLICATION,
        "SELECT",
        "EXISTS (SELECT FROM records_exhibit e WHERE e.id = exhibit_id)",
    )
    + allow(
        "records_custodyentry",
        _APPLICATION,
        "INSERT",
        _exhibit_of("exhibit_id", "(SELECT access.contributing_agency())")
        + " AND authority_id = (SELECT access.authority())"
        " AND recorded_by_id = (SELECT access.officer())",
    )
    # A folder is of an exhibit of its agency, once that was said.
    + "DROP POLICY application_insert ON records_folder;\n"
    + allow(
        "records_folder",
        _APPLICATION,
        "INSERT",
        "agency_id = (SELECT access.contributing_agency()) AND (exhibit_id IS NULL OR "
        + _exhibit_of("exhibit_id", "records_folder.agency_id")
        + ")",
    )
    + allow(
        "records_folder",
        _APPLICATION,
        "UPDATE",
        "agency_id = (SELECT access.contributing_agency()) AND exhibit_id IS NULL",
        check="agency_id = (SELECT access.contributing_agency()) AND "
        + _exhibit_of("exhibit_id", "records_folder.agency_id"),
        columns="exhibit_id",
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
    + allow("records_contribution", _APPLICATION, "SELECT", _SEES)
    + allow(
        "records_contribution",
        _APPLICATION,
        "INSERT",
        _HANDS_IN.format(officer="officer_id")
        + " AND (exhibit_id IS NULL OR "
        + _exhibit_of("exhibit_id", "records_contribution.agency_id")
        + ")",
    )
    + allow(
        "records_contribution",
        _APPLICATION,
        "UPDATE",
        "agency_id = (SELECT access.contributing_agency()) "
        "AND officer_id = (SELECT access.officer()) AND ended_at IS NULL",
        check="agency_id = (SELECT access.contributing_agency())",
        columns="ended_at",
    )
    + protect("records_contributedfile")
    + allow(
        "records_contributedfile",
        _APPLICATION,
        "SELECT",
        "EXISTS (SELECT FROM records_contribution c WHERE c.id = contribution_id)",
    )
    + allow("records_contributedfile", _APPLICATION, "INSERT", f"{_RUNS} AND {_SEES_MEDIA}")
    + allow("records_contributedfile", _APPLICATION, "UPDATE", _RUNS, columns="standing, better")
)

# Wider than the own agency only for what is in scope: what was contributed.
_SHARING = "DROP POLICY application_update ON records_sighting;\n" + allow(
    "records_sighting",
    _APPLICATION,
    "UPDATE",
    "agency_id = (SELECT access.contributing_agency())",
    check="agency_id = (SELECT access.contributing_agency()) AND (sharing = 'own agency' OR "
    "EXISTS (SELECT FROM records_contributedfile c WHERE c.media_id = records_sighting.media_id))",
    columns="sharing, sharing_agencies",
)


def _seen(media: str) -> str:
    """That a sighting of a media is seen, or that the own agency has handed it in.

    Sightings follow what lies in a place now; what was handed in stays.
    """
    return (
        f"(EXISTS (SELECT FROM records_sighting s WHERE s.media_id = {media}) "
        f"OR EXISTS (SELECT FROM records_contributedfile c WHERE c.media_id = {media}))"
    )


_MEDIA = "".join(
    f"ALTER POLICY application_select ON {table} USING ({rule});\n"
    for table, rule in (
        ("records_media", _seen("records_media.id")),
        ("records_storedtrace", _seen("records_storedtrace.media_id")),
        ("records_storedmatch", f"{_seen('first_id')} AND {_seen('second_id')}"),
        ("records_original", _seen("records_original.media_id")),
    )
)

_ALL_HITS = function(
    # Of every media of the own agency: who else holds it or something like it, for hits only.
    "all_hits()",
    "TABLE (media_id bigint, agency_id bigint, kind text, distance integer)",
    """
    SELECT m.media, s.agency_id, m.kind, min(m.distance) FROM public.records_sighting s
    CROSS JOIN LATERAL (
        SELECT first_id AS media, kind::text AS kind, distance
        FROM public.records_storedmatch WHERE second_id = s.media_id
        UNION ALL
        SELECT second_id, kind::text, distance
        FROM public.records_storedmatch WHERE first_id = s.media_id
        UNION ALL SELECT s.media_id, 'same file', 0
    ) m
    WHERE s.sharing = 'hit only' AND s.agency_id <> (SELECT access.case_agency())
      AND EXISTS (SELECT FROM public.records_sighting o WHERE o.media_id = m.media
                  AND o.agency_id = (SELECT access.case_agency()))
    GROUP BY m.media, s.agency_id, m.kind
    """,
    _APPLICATION,
)


class Migration(migrations.Migration):
    dependencies = [("records", "0006_exhibits_and_contributions")]

    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop)
        for sql in (_EXHIBITS, _CHAIN, _CONTRIBUTIONS, _SHARING, _MEDIA, _ALL_HITS)
    ]
