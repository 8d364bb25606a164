"""Who may see and change which records.

An officer sees the sightings of the own agency and those shared with it; a media, its traces,
matches and original when one of its sightings is seen. What is read, stored and compared is written
by the worker alone: an officer who could insert a media would learn from a refused duplicate that
somebody holds it.
"""

from django.db import migrations

from clew.access.policies import allow, function, protect

_APPLICATION, _WORKER = "clew_application", "clew_worker"

_SHARED = """
(SELECT access.case_agency()) IS NOT NULL AND (
    agency_id = (SELECT access.case_agency())
    OR sharing = 'all members'
    OR (sharing = 'named agencies' AND (SELECT access.case_agency()) = ANY(sharing_agencies))
    OR (sharing = 'all except' AND (SELECT access.case_agency()) <> ALL(sharing_agencies)))
"""


def _seen(media: str) -> str:
    """That a sighting of a media is seen; the policies of sightings hold inside as well."""
    return f"EXISTS (SELECT FROM records_sighting s WHERE s.media_id = {media})"


_FOLDERS = (
    protect("records_folder")
    + allow(
        "records_folder",
        _APPLICATION,
        "SELECT",
        "agency_id = (SELECT access.case_agency()) OR EXISTS (SELECT FROM records_sighting s "
        "WHERE s.folder_id = records_folder.id AND s.sharing <> 'own agency')",
    )
    + allow(
        "records_folder",
        _APPLICATION,
        "INSERT",
        "agency_id = (SELECT access.contributing_agency())",
    )
    + allow("records_folder", _WORKER, "SELECT")
    + allow("records_folder", _WORKER, "UPDATE", columns="finished_at")
)

_SIGHTINGS = (
    protect("records_sighting")
    + allow("records_sighting", _APPLICATION, "SELECT", _SHARED)
    + allow(
        "records_sighting",
        _APPLICATION,
        "UPDATE",
        "agency_id = (SELECT access.contributing_agency())",
        columns="sharing, sharing_agencies",
    )
    + "".join(
        allow("records_sighting", _WORKER, command)
        for command in ("SELECT", "INSERT", "UPDATE", "DELETE")
    )
)

_MEDIA = "".join(
    protect(table)
    + allow(table, _APPLICATION, "SELECT", rule)
    + "".join(allow(table, _WORKER, command) for command in commands.split())
    for table, rule, commands in (
        ("records_media", _seen("records_media.id"), "SELECT INSERT UPDATE"),
        ("records_storedtrace", _seen("records_storedtrace.media_id"), "SELECT INSERT"),
        (
            "records_storedmatch",
            f"{_seen('first_id')} AND {_seen('second_id')}",
            "SELECT INSERT UPDATE",
        ),
        ("records_original", _seen("records_original.media_id"), "SELECT INSERT"),
    )
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
    _APPLICATION,
)


class Migration(migrations.Migration):
    dependencies = [("records", "0004_who_sees_what")]

    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop)
        for sql in (_AGENCY_OF_FOLDER, _FOLDERS, _SIGHTINGS, _MEDIA, _HITS)
    ]
