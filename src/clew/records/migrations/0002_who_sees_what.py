"""Who may see and change folders, sightings, media and what was read of them.

An officer sees the sightings of the own agency and those shared with it; a media, its traces and
matches when one of its sightings is seen, or the own agency has handed it in. What is read, stored
and compared is written by the worker alone: an officer who could insert a media would learn from a
refused duplicate that somebody holds it.
"""

from django.db import migrations

from clew.access.policies import allow, function, protect
from clew.records.rules import APPLICATION, OURS, SHARED

_WORKER = "clew_worker"
_HANDS_IN = "agency_id = (SELECT access.contributing_agency())"
_OWN_EXHIBIT = (
    "EXISTS (SELECT FROM records_exhibit e WHERE e.id = exhibit_id "
    "AND e.agency_id = records_folder.agency_id)"
)

_AGENCY_OF_FOLDER = """
CREATE FUNCTION access.agency_of_folder() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    SELECT f.agency_id INTO NEW.agency_id FROM public.records_folder f WHERE f.id = NEW.folder_id;
    RETURN NEW;
END $body$;
CREATE TRIGGER agency_of_folder BEFORE INSERT OR UPDATE OF folder_id, agency_id
ON records_sighting FOR EACH ROW EXECUTE FUNCTION access.agency_of_folder();

CREATE FUNCTION access.agency_to_sightings() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    UPDATE public.records_sighting SET agency_id = NEW.agency_id WHERE folder_id = NEW.id;
    RETURN NULL;
END $body$;
CREATE TRIGGER agency_to_sightings AFTER UPDATE OF agency_id
ON records_folder FOR EACH ROW EXECUTE FUNCTION access.agency_to_sightings();
REVOKE ALL ON FUNCTION access.agency_of_folder, access.agency_to_sightings FROM PUBLIC;
"""

_FOLDERS = (
    protect("records_folder")
    + allow(
        "records_folder",
        APPLICATION,
        "SELECT",
        f"{OURS} OR EXISTS (SELECT FROM records_sighting s "
        "WHERE s.folder_id = records_folder.id AND s.sharing <> 'own agency')",
    )
    + allow(
        "records_folder",
        APPLICATION,
        "INSERT",
        f"{_HANDS_IN} AND (exhibit_id IS NULL OR {_OWN_EXHIBIT})",
    )
    # A folder is of an exhibit of its agency, once that was said.
    + allow(
        "records_folder",
        APPLICATION,
        "UPDATE",
        f"{_HANDS_IN} AND exhibit_id IS NULL",
        check=f"{_HANDS_IN} AND {_OWN_EXHIBIT}",
        columns="exhibit_id",
    )
    + allow("records_folder", _WORKER, "SELECT")
    + allow("records_folder", _WORKER, "UPDATE", columns="finished_at")
)

_SIGHTINGS = (
    protect("records_sighting")
    + allow("records_sighting", APPLICATION, "SELECT", SHARED)
    # Wider than the own agency only for what is in scope: what was contributed.
    + allow(
        "records_sighting",
        APPLICATION,
        "UPDATE",
        _HANDS_IN,
        check=f"{_HANDS_IN} AND (sharing = 'own agency' OR EXISTS ("
        "SELECT FROM records_contributedfile c WHERE c.media_id = records_sighting.media_id))",
        columns="sharing, sharing_agencies",
    )
    + "".join(
        allow("records_sighting", _WORKER, command)
        for command in ("SELECT", "INSERT", "UPDATE", "DELETE")
    )
)


def _seen(media: str) -> str:
    """That a sighting of a media is seen, or that the own agency has handed it in.

    Sightings follow what lies in a place now; what was handed in stays.
    """
    return (
        f"(EXISTS (SELECT FROM records_sighting s WHERE s.media_id = {media}) "
        f"OR EXISTS (SELECT FROM records_contributedfile c WHERE c.media_id = {media}))"
    )


# An original is seen by those whose agency handed it in, or with whom such an agency shares it. Who
# merely found the same bytes elsewhere sees the media, but would learn from its original being in
# the vault that another agency has handed it in. Only what was contributed is shared wider than
# with the own agency; so that whoever sees another agency's sighting sees one of somebody who
# handed it in.
_ORIGINAL = (
    "EXISTS (SELECT FROM records_contributedfile c WHERE c.media_id = records_original.media_id) "
    "OR EXISTS (SELECT FROM records_sighting s WHERE s.media_id = records_original.media_id "
    "AND s.agency_id <> (SELECT access.case_agency()))"
)

_MEDIA = "".join(
    protect(table)
    + allow(table, APPLICATION, "SELECT", rule)
    + "".join(allow(table, _WORKER, command) for command in commands.split())
    for table, rule, commands in (
        ("records_media", _seen("records_media.id"), "SELECT INSERT UPDATE"),
        ("records_storedtrace", _seen("records_storedtrace.media_id"), "SELECT INSERT"),
        (
            "records_storedmatch",
            f"{_seen('first_id')} AND {_seen('second_id')}",
            "SELECT INSERT UPDATE",
        ),
        ("records_original", _ORIGINAL, "SELECT INSERT"),
    )
)

_HITS = function(
    # Of a media of the own agency: who else holds it or something like it, for hits only.
    "hits(media bigint)",
    "TABLE (agency_id bigint, kind text, distance integer)",
    """
    SELECT s.agency_id, m.kind, min(m.distance) FROM (
        SELECT second_id AS other, kind::text AS kind, distance
        FROM public.records_storedmatch WHERE first_id = media
        UNION ALL
        SELECT first_id, kind::text, distance
        FROM public.records_storedmatch WHERE second_id = media
        UNION ALL SELECT media, 'same file', 0
    ) m
    JOIN public.records_sighting s ON s.media_id = m.other
    WHERE s.sharing = 'hit only' AND s.agency_id <> (SELECT access.case_agency())
      AND EXISTS (SELECT FROM public.records_sighting o WHERE o.media_id = media
                  AND o.agency_id = (SELECT access.case_agency()))
    GROUP BY s.agency_id, m.kind
    """,
    APPLICATION,
) + function(
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
    APPLICATION,
)


class Migration(migrations.Migration):
    dependencies = [("records", "0001_tables")]

    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop)
        for sql in (_AGENCY_OF_FOLDER, _FOLDERS, _SIGHTINGS, _MEDIA, _HITS)
    ]
