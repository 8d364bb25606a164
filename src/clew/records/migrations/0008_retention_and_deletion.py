"""Who may say how long things are kept, hold them, have them deleted, and restrict them.

Deleting takes two officers of the agency, the second a supervisor, and no hold of any agency. What
is destroyed then is found by the worker, who alone sees whether another agency still holds it: an
officer who learned that would learn what is not shared.

The worker asks for destroying and can ask for nothing else: the database looks by itself whether
every agency has given the media up and none holds it by law, whatever the caller believes.
"""

from django.db import migrations

from clew.access.policies import allow, function, protect
from clew.records.rules import APPLICATION, OURS, WRITING, follows, seen, signed

_WORKER = "clew_worker"
_PROTECTS = (
    f"{OURS} AND officer_id = (SELECT access.officer()) "
    "AND (SELECT access.has_role('data-protection officer')) "
    "AND (SELECT access.has_scope('contribute'))"
)
_OWN_MEDIA = (
    "EXISTS (SELECT FROM records_sighting s WHERE s.media_id = records_deletion.media_id "
    "AND s.agency_id = (SELECT access.case_agency()))"
)
# Also when other content lies by now where it was found: sightings follow that.
_HANDED_IN = (
    "EXISTS (SELECT FROM records_contributedfile c WHERE c.media_id = records_deletion.media_id)"
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
        f"{WRITING} AND ({_OWN_MEDIA} OR {_HANDED_IN})",
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

_ENDS = (
    function(
        "may_end_deletion(deletion bigint, refuses boolean)",
        "boolean",
        """
        SELECT EXISTS (
            SELECT FROM public.records_deletion d
            WHERE d.id = deletion AND d.agency_id = access.contributing_agency()
              AND CASE WHEN refuses
                  THEN access.has_role('supervisor') AND d.officer_id <> access.officer()
                  ELSE d.officer_id = access.officer() END)
        """,
        APPLICATION,
    )
    + signed("records_deletionend")
    + protect("records_deletionend")
    + allow("records_deletionend", APPLICATION, "SELECT", OURS)
    + allow(
        "records_deletionend",
        APPLICATION,
        "INSERT",
        f"{WRITING} AND access.may_end_deletion(deletion_id, refused)",
    )
    + "".join(
        follows(
            name,
            table,
            # After the policies had their say. One after the other: agreeing and refusing at once
            # would be both.
            f"""
BEGIN
    PERFORM FROM public.records_deletion d WHERE d.id = NEW.deletion_id FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM public.{other} o WHERE o.deletion_id = NEW.deletion_id) THEN
        RAISE unique_violation USING MESSAGE = 'a deletion is decided once';
    END IF;
    RETURN NULL;
END
""",
        )
        for name, table, other in (
            ("deletion_agreed_once", "records_tombstone", "records_deletionend"),
            ("deletion_ended_once", "records_deletionend", "records_tombstone"),
        )
    )
)

# What an agency handed in is its to give up: nobody else's deletion destroys it.
_GIVEN_UP = """
    EXISTS (SELECT FROM public.records_deletion d
            JOIN public.records_tombstone t ON t.deletion_id = d.id WHERE d.media_id = m.id)
    AND NOT EXISTS (
        SELECT FROM public.records_hold h WHERE h.media_id = m.id AND h.lifts_id IS NULL
        AND NOT EXISTS (SELECT FROM public.records_hold l WHERE l.lifts_id = h.id))
    AND NOT EXISTS (
        SELECT FROM public.records_sighting s WHERE s.media_id = m.id AND NOT EXISTS (
            SELECT FROM public.records_deletion d
            JOIN public.records_tombstone t ON t.deletion_id = d.id
            WHERE d.media_id = m.id AND d.agency_id = s.agency_id AND t.at >= s.seen_at))
    AND NOT EXISTS (
        SELECT FROM public.records_contributedfile f
        JOIN public.records_contribution c ON c.id = f.contribution_id
        WHERE f.media_id = m.id AND NOT EXISTS (
            SELECT FROM public.records_deletion d
            JOIN public.records_tombstone t ON t.deletion_id = d.id
            WHERE d.media_id = m.id AND d.agency_id = c.agency_id AND t.at >= c.begun_at))
"""

_TO_DESTROY = function(
    # What is cut short stays in it until all of it is done.
    "to_destroy()",
    "TABLE (media_id bigint, sha256 bytea)",
    f"""
    SELECT m.id, m.sha256 FROM public.records_media m WHERE {_GIVEN_UP}
    AND (EXISTS (SELECT FROM public.records_original o WHERE o.media_id = m.id)
         OR EXISTS (SELECT FROM public.records_storedtrace t WHERE t.media_id = m.id))
    ORDER BY m.id
    """,
    _WORKER,
)

_FORGET = f"""
CREATE FUNCTION access.forget(forgotten bigint) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    -- Whoever stores more of the media meanwhile waits, or has come first and counts.
    PERFORM FROM public.records_media m WHERE m.id = forgotten FOR UPDATE;
    IF NOT EXISTS (SELECT FROM public.records_media m WHERE m.id = forgotten AND {_GIVEN_UP}) THEN
        RETURN false;
    END IF;
    DELETE FROM public.records_storedtrace WHERE media_id = forgotten;
    -- Decisions stay, with the copy of the evidence they were made on.
    UPDATE public.records_connection SET match_id = NULL WHERE match_id IN (
        SELECT id FROM public.records_storedmatch
        WHERE first_id = forgotten OR second_id = forgotten);
    DELETE FROM public.records_storedmatch WHERE first_id = forgotten OR second_id = forgotten;
    DELETE FROM public.records_original WHERE media_id = forgotten;
    PERFORM audit.record_unattended('deletion', 'media:' || forgotten, '{{"act":"destroyed"}}');
    RETURN true;
END $body$;
REVOKE ALL ON FUNCTION access.forget FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access.forget TO {_WORKER};
"""

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
    dependencies = [("records", "0007_grades_and_findings"), ("audit", "0002_only_grows")]

    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop)
        for sql in (
            _REVIEWS,
            _HOLDS,
            _DELETIONS,
            _ENDS,
            _TO_DESTROY,
            _FORGET,
            _RESTRICTIONS,
            _RECTIFICATION,
        )
    ]
