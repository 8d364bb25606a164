"""Who may see and write entities, what is said of them, connections and decisions.

Everything here belongs to the agency of who wrote it and is shared as sightings are. It is seen
when it is shared and what it is about is seen; it is written for the own agency, about what is
seen. Nothing is changed or deleted: histories grow, and the columns that tell where they stand are
written by triggers alone. Who wrote a row, for whom and when is filled in by the database.
"""

from django.db import migrations

from clew.access.policies import allow, function, protect
from clew.records.rules import (
    APPLICATION,
    OURS,
    SHARED,
    WRITING,
    follows,
    seen,
    sharing_by_its_agency,
    signed,
)

_SIGN = """
CREATE FUNCTION access.sign() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $body$
DECLARE who record;
BEGIN
    SELECT s.officer_id, s.agency_id INTO who FROM access.session() s;
    IF FOUND THEN
        NEW.officer_id := who.officer_id;
        NEW.agency_id := who.agency_id;
        NEW.at := statement_timestamp();
    END IF;
    RETURN NEW;
END $body$;
REVOKE ALL ON FUNCTION access.sign FROM PUBLIC;
""" + signed(
    *("records_entity", "records_particular", "records_observation"),
    *("records_connection", "records_decision"),
)

_ENTITIES = (
    protect("records_entity")
    + allow(
        "records_entity",
        APPLICATION,
        "SELECT",
        f"{SHARED} AND (NOT restricted OR ({OURS} "
        "AND (SELECT access.has_role('data-protection officer'))))",
    )
    + allow(
        "records_entity",
        APPLICATION,
        "INSERT",
        f"{WRITING} AND merged_into_id IS NULL AND category = '' AND identity = '' "
        "AND whereabouts = '' AND safety = '' AND NOT restricted",
    )
    + sharing_by_its_agency("records_entity")
    + function(
        # Particulars belong to who leads: others, whoever shares what, do not learn names.
        "leads(entity bigint)",
        "boolean",
        "SELECT EXISTS (SELECT FROM public.records_entity e WHERE e.id = entity "
        "AND e.agency_id = access.case_agency())",
        APPLICATION,
    )
    + function(
        "replaces_own_particular(replaced bigint, entity bigint, said text)",
        "boolean",
        "SELECT replaced IS NULL OR EXISTS (SELECT FROM public.records_particular p "
        "WHERE p.id = replaced AND p.entity_id = entity AND p.kind = said "
        "AND access.leads(p.entity_id))",
        APPLICATION,
    )
    + protect("records_particular")
    # They go with the lead; and what belongs to something restricted is not worked with either.
    + allow(
        "records_particular",
        APPLICATION,
        "SELECT",
        f"access.leads(entity_id) AND {seen('records_particular', 'entity_id')}",
    )
    + allow(
        "records_particular",
        APPLICATION,
        "INSERT",
        f"{WRITING} AND access.leads(entity_id) "
        "AND access.replaces_own_particular(replaces_id, entity_id, kind)",
    )
)

_OBSERVATIONS = (
    function(
        "replaces_own_observation(replaced bigint, media bigint, entity bigint, said text)",
        "boolean",
        "SELECT replaced IS NULL OR EXISTS (SELECT FROM public.records_observation o "
        "WHERE o.id = replaced AND o.media_id IS NOT DISTINCT FROM media "
        "AND o.entity_id IS NOT DISTINCT FROM entity AND o.type = said "
        "AND o.agency_id = access.case_agency())",
        APPLICATION,
    )
    + protect("records_observation")
    + allow(
        "records_observation",
        APPLICATION,
        "SELECT",
        f"{SHARED} AND {seen('records_observation', 'media_id', 'entity_id')}",
    )
    + allow(
        "records_observation",
        APPLICATION,
        "INSERT",
        f"{WRITING} AND "
        + seen(*("records_observation", "media_id", "entity_id", "from_media_id", "from_person_id"))
        + " "
        "AND (from_sighting IS NULL OR EXISTS (SELECT FROM records_sighting s "
        "WHERE s.id = records_observation.from_sighting)) "
        "AND access.replaces_own_observation(replaces_id, media_id, entity_id, type)",
    )
    + sharing_by_its_agency("records_observation")
)

_ENDS = seen(
    "records_connection",
    *("first_media_id", "first_entity_id", "second_media_id", "second_entity_id"),
)

_CONNECTIONS = (
    protect("records_connection")
    + allow("records_connection", APPLICATION, "SELECT", f"{SHARED} AND {_ENDS}")
    + allow(
        "records_connection",
        APPLICATION,
        "INSERT",
        f"{WRITING} AND {_ENDS} AND state = 'proposed' AND steps = 0 "
        "AND (match_id IS NULL) = (evidence IS NULL)",
    )
    + sharing_by_its_agency("records_connection")
    + function(
        # A decision is written at once: nobody adds to an older one, nor to another's.
        "deciding(decision bigint)",
        "boolean",
        "SELECT EXISTS (SELECT FROM public.records_decision d WHERE d.id = decision "
        "AND d.officer_id = access.officer() AND d.agency_id = access.contributing_agency() "
        "AND d.at >= transaction_timestamp())",
        APPLICATION,
    )
    + function(
        "undoes_own(undone bigint)",
        "boolean",
        "SELECT undone IS NULL OR EXISTS (SELECT FROM public.records_decision d "
        "WHERE d.id = undone AND d.agency_id = access.contributing_agency())",
        APPLICATION,
    )
    + function(
        # Undoing is whole or not at all, also when a part is no longer shared with the agency.
        "steps_of(decision bigint)",
        "bigint",
        "SELECT count(*) FROM public.records_step s JOIN public.records_decision d "
        "ON d.id = s.decision_id WHERE d.id = decision AND d.agency_id = access.case_agency()",
        APPLICATION,
    )
    + protect("records_step")
    + allow(
        "records_step",
        APPLICATION,
        "SELECT",
        "EXISTS (SELECT FROM records_connection c WHERE c.id = records_step.connection_id)",
    )
    + allow(
        "records_step",
        APPLICATION,
        "INSERT",
        "access.deciding(decision_id) AND EXISTS (SELECT FROM records_connection c "
        "WHERE c.id = records_step.connection_id "
        "AND c.agency_id = (SELECT access.contributing_agency()))",
    )
    + protect("records_merging")
    + allow(
        "records_merging",
        APPLICATION,
        "SELECT",
        seen("records_merging", "entity_id", "into_id"),
    )
    + allow(
        "records_merging",
        APPLICATION,
        "INSERT",
        "access.deciding(decision_id) AND access.leads(entity_id) "
        "AND (into_id IS NULL OR access.leads(into_id))",
    )
    + function(
        # Not yet: what it is about is written after it. From then on it is seen with that.
        "decides_nothing(decision bigint)",
        "boolean",
        # Of others' decisions the answer is the same, whatever they are about, if there are any.
        "SELECT NOT EXISTS (SELECT FROM public.records_step s "
        "JOIN public.records_decision d ON d.id = s.decision_id "
        "WHERE s.decision_id = decision AND d.agency_id = access.case_agency()) "
        "AND NOT EXISTS (SELECT FROM public.records_merging m "
        "JOIN public.records_decision d ON d.id = m.decision_id "
        "WHERE m.decision_id = decision AND d.agency_id = access.case_agency())",
        APPLICATION,
    )
    + protect("records_decision")
    + allow(
        "records_decision",
        APPLICATION,
        "SELECT",
        f"({OURS} AND access.decides_nothing(id)) "
        "OR EXISTS (SELECT FROM records_step s WHERE s.decision_id = records_decision.id) "
        "OR EXISTS (SELECT FROM records_merging m WHERE m.decision_id = records_decision.id)",
    )
    + allow(
        "records_decision",
        APPLICATION,
        "INSERT",
        f"{WRITING} AND access.undoes_own(undoes_id)",
    )
)

_WHAT_FOLLOWS = (
    # What the machine said is copied by the database, and only of the two media connected.
    """
CREATE FUNCTION access.copy_match() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    NEW.evidence := NULL;
    SELECT jsonb_build_object('kind', m.kind, 'distance', m.distance, 'threshold', m.threshold,
                              'found at', m.found_at, 'match', m.evidence)
    INTO NEW.evidence FROM public.records_storedmatch m
    WHERE m.id = NEW.match_id AND m.kind = NEW.type
      AND m.first_id = NEW.first_media_id AND m.second_id = NEW.second_media_id;
    RETURN NEW;
END $body$;
REVOKE ALL ON FUNCTION access.copy_match FROM PUBLIC;
CREATE TRIGGER copy_match BEFORE INSERT ON records_connection
FOR EACH ROW EXECUTE FUNCTION access.copy_match();
"""
    + follows(
        "step_taken",
        "records_step",
        """
BEGIN
    UPDATE public.records_connection SET state = NEW.state, steps = NEW.number
    WHERE id = NEW.connection_id AND steps = NEW.number - 1;
    IF NOT FOUND THEN
        RAISE unique_violation USING MESSAGE = 'a connection is decided in turn';
    END IF;
    RETURN NULL;
END
""",
    )
    + follows(
        "entity_merged",
        "records_merging",
        """
DECLARE
    merging public.records_entity;
    above bigint := NEW.into_id;
BEGIN
    -- One merging at a time: two at once could make a circle that neither sees.
    PERFORM pg_advisory_xact_lock(7239935507349794867);
    IF NEW.number <> 1 + (SELECT count(*) FROM public.records_merging m
                          WHERE m.entity_id = NEW.entity_id AND m.number < NEW.number) THEN
        RAISE unique_violation USING MESSAGE = 'an entity is merged in turn';
    END IF;
    UPDATE public.records_entity SET merged_into_id = NEW.into_id
    WHERE id = NEW.entity_id RETURNING * INTO merging;
    WHILE above IS NOT NULL LOOP
        IF above = NEW.entity_id OR merging.kind <> (
            SELECT e.kind FROM public.records_entity e WHERE e.id = above) THEN
            RAISE check_violation USING MESSAGE = 'merging leads to another of its kind';
        END IF;
        SELECT e.merged_into_id INTO above FROM public.records_entity e WHERE e.id = above;
    END LOOP;
    RETURN NULL;
END
""",
    )
    + follows(
        "entity_described",
        "records_observation",
        """
BEGIN
    -- Others may say so too; how the entity is kept is said by who leads.
    UPDATE public.records_entity SET
        category = CASE NEW.type WHEN 'category' THEN NEW.words ELSE category END,
        title = CASE NEW.type WHEN 'title' THEN NEW.words ELSE title END
    WHERE id = NEW.entity_id AND agency_id = NEW.agency_id AND NEW.type IN ('category', 'title')
      AND NEW.words <> '';
    RETURN NULL;
END
""",
    )
)

_ENTITY_HITS = function(
    # Of a media that the own agency holds: who leads something "hit only" that it, or what agrees
    # with it, was connected with.
    "entity_hits(media bigint)",
    "TABLE (agency_id bigint, kind text)",
    """
    SELECT DISTINCT e.agency_id, e.kind::text FROM (
        SELECT second_id AS other FROM public.records_storedmatch WHERE first_id = media
        UNION ALL SELECT first_id FROM public.records_storedmatch WHERE second_id = media
        UNION ALL SELECT media
    ) m
    JOIN public.records_connection c ON c.first_media_id = m.other OR c.second_media_id = m.other
    JOIN public.records_entity e ON e.id IN (c.first_entity_id, c.second_entity_id)
    WHERE e.sharing = 'hit only' AND c.state <> 'rejected' AND c.agency_id = e.agency_id
      AND e.agency_id <> (SELECT access.case_agency())
      AND EXISTS (SELECT FROM public.records_sighting o WHERE o.media_id = media
                  AND o.agency_id = (SELECT access.case_agency()))
    """,
    APPLICATION,
)


class Migration(migrations.Migration):
    dependencies = [("records", "0005_jobs")]

    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop)
        for sql in (_SIGN, _ENTITIES, _OBSERVATIONS, _CONNECTIONS, _WHAT_FOLLOWS, _ENTITY_HITS)
    ]
