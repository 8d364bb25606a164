"""Who may say how long things are kept, hold them, have them deleted, and restrict them.

Deleting takes two officers of the agency, the second a supervisor, and no hold of any agency. What
is destroyed then is found by the worker, who alone sees whether another agency still holds it: an
officer who learned that would learn what is not shared.
"""

from django.db import migrations

from clew.access.policies import allow, function, protect
from clew.records.rules import APPLICATION, OURS, SHARED, WRITING, follows, seen, signed

_WORKER = "clew_worker"
_PROTECTS = (
    f"{OURS} AND officer_id = (SELECT access.officer()) "
    "AND (SELECT access.has_role('data-protection officer')) "
    "AND (SELECT access.has_scope('contribute'))"
)
_OWN_MEDIA = (
    "EXISTS (SELECT FROM records_sighting s WHERE s.media_id = {table}.media_id "
    "AND s.agency_id = (SELECT access.case_agency()))"
)

_REVIEWS = (
    signed("records_review")
    + protect("records_review")
    + allow(
        "records_review",
        APPLICATION,
        "SELECT",
        f"{OURS} AND {seen('records_review', 'media_id', 'entity_id')}",
    )
    + allow(
        "records_review",
        APPLICATION,
        "INSERT",
        f"{WRITING} AND {seen('records_review', 'media_id', 'entity_id')}",
    )
)

_HOLDS = (
    function(
        "lifts_own_hold(lifted bigint, media bigint)",
        "boolean",
        "SELECT lifted IS NULL OR (access.has_role('supervisor') AND EXISTS ("
        "SELECT FROM public.records_hold h WHERE h.id = lifted AND h.media_id = media "
        "AND h.lifts_id IS NULL AND h.agency_id = access.contributing_agency()))",
        APPLICATION,
    )
    + signed("records_hold")
    + protect("records_hold")
    + allow("records_hold", APPLICATION, "SELECT", f"{OURS} AND {seen('records_hold', 'media_id')}")
    + allow(
        "records_hold",
        APPLICATION,
        "INSERT",
        f"{WRITING} AND {seen('records_hold', 'media_id')} "
        "AND access.lifts_own_hold(lifts_id, media_id)",
    )
    + allow("records_hold", _WORKER, "SELECT", columns="id, media_id, lifts_id")
)

_DELETIONS = (
    function(
        # Another officer's request, of the own agency, of what that agency does not hold back.
        "may_agree(deletion bigint, hash bytea)",
        "boolean",
        """
        SELECT access.has_role('supervisor') AND EXISTS (
            SELECT FROM public.records_deletion d
            JOIN public.records_media m ON m.id = d.media_id
            WHERE d.id = deletion AND d.agency_id = access.contributing_agency()
              AND d.officer_id <> access.officer() AND m.sha256 = hash
              AND NOT EXISTS (
                  SELECT FROM public.records_hold h WHERE h.media_id = d.media_id
                  AND h.agency_id = d.agency_id AND h.lifts_id IS NULL
                  AND NOT EXISTS (SELECT FROM public.records_hold l WHERE l.lifts_id = h.id)))
        """,
        APPLICATION,
    )
    + signed("records_deletion", "records_tombstone")
    + protect("records_deletion")
    + allow("records_deletion", APPLICATION, "SELECT", OURS)
    + allow(
        "records_deletion",
        APPLICATION,
        "INSERT",
        f"{WRITING} AND {_OWN_MEDIA.format(table='records_deletion')}",
    )
    + allow("records_deletion", _WORKER, "SELECT", columns="id, media_id, agency_id")
    + protect("records_tombstone")
    + allow("records_tombstone", APPLICATION, "SELECT", OURS)
    + allow(
        "records_tombstone",
        APPLICATION,
        "INSERT",
        f"{WRITING} AND access.may_agree(deletion_id, sha256)",
    )
    + allow("records_tombstone", _WORKER, "SELECT", columns="deletion_id, at")
)

_RESTRICTIONS = (
    function(
        "lifts_restriction(lifted bigint, entity bigint)",
        "boolean",
        "SELECT lifted IS NULL OR EXISTS (SELECT FROM public.records_restriction r "
        "WHERE r.id = lifted AND r.entity_id = entity AND r.lifts_id IS NULL "
        "AND r.agency_id = access.case_agency())",
        APPLICATION,
    )
    + signed("records_restriction")
    + protect("records_restriction")
    + allow("records_restriction", APPLICATION, "SELECT", OURS)
    + allow(
        "records_restriction",
        APPLICATION,
        "INSERT",
        f"{_PROTECTS} AND access.leads(entity_id) "
        "AND access.lifts_restriction(lifts_id, entity_id)",
    )
    + follows(
        "entity_restricted",
        "records_restriction",
        """
BEGIN
    PERFORM FROM public.records_entity e WHERE e.id = NEW.entity_id FOR UPDATE;
    UPDATE public.records_entity SET restricted = EXISTS (
        SELECT FROM public.records_restriction r
        WHERE r.entity_id = NEW.entity_id AND r.lifts_id IS NULL
          AND NOT EXISTS (SELECT FROM public.records_restriction l WHERE l.lifts_id = r.id))
    WHERE id = NEW.entity_id;
    RETURN NULL;
END
""",
    )
    + "ALTER POLICY application_select ON records_entity "
    f"USING ({SHARED} AND (NOT restricted OR ({OURS} "
    "AND (SELECT access.has_role('data-protection officer')))));\n"
    "ALTER POLICY application_insert ON records_entity "
    f"WITH CHECK ({WRITING} AND merged_into_id IS NULL AND category = '' AND identity = '' "
    "AND whereabouts = '' AND safety = '' AND NOT restricted);\n"
    # What belongs to it is not worked with either.
    "ALTER POLICY application_select ON records_particular "
    f"USING ({OURS} AND access.leads(entity_id) AND {seen('records_particular', 'entity_id')});\n"
    "ALTER POLICY application_select ON records_finding "
    f"USING ({OURS} AND access.leads(person_id) AND {seen('records_finding', 'person_id')});\n"
)

_RECTIFICATION = "".join(
    f"CREATE POLICY application_rectify ON {table} FOR INSERT TO clew_application "
    f"WITH CHECK ({_PROTECTS} AND replaces_id IS NOT NULL AND {rule});\n"
    for table, rule in (
        (
            "records_particular",
            "access.leads(entity_id) "
            "AND access.replaces_own_particular(replaces_id, entity_id, kind)",
        ),
        (
            "records_observation",
            seen("records_observation", "media_id", "entity_id")
            + " AND access.replaces_own_observation(replaces_id, media_id, entity_id, type)",
        ),
    )
)


class Migration(migrations.Migration):
    dependencies = [("records", "0014_retention")]

    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop)
        for sql in (_REVIEWS, _HOLDS, _DELETIONS, _RESTRICTIONS, _RECTIFICATION)
    ]
