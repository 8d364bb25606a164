"""Who hands the lead over and who takes it.

What belongs to the lead agency alone (names, a victim's way) goes with the lead; what the agency
that led wrote about it is shared with the one that leads; media and their sharing stay as they are.
"""

from django.db import migrations

from clew.access.policies import allow, function, protect
from clew.records.rules import APPLICATION, OURS, WRITING, follows, seen, signed

_LEADING = (
    function(
        "may_change_lead(entity bigint, other bigint, word text, offer bigint)",
        "boolean",
        """
        SELECT access.has_role('supervisor') AND CASE word
            WHEN 'offered' THEN access.leads(entity) AND other <> access.case_agency()
                AND NOT EXISTS (
                    SELECT FROM public.records_leadchange o WHERE o.entity_id = entity
                    AND o.step = 'offered' AND NOT EXISTS (
                        SELECT FROM public.records_leadchange a WHERE a.answers_id = o.id))
            ELSE EXISTS (
                SELECT FROM public.records_leadchange o WHERE o.id = offer
                AND o.entity_id = entity AND o.to_id = other AND o.step = 'offered'
                AND access.case_agency() =
                    CASE word WHEN 'withdrawn' THEN o.agency_id ELSE o.to_id END) END
        """,
        APPLICATION,
    )
    + function(
        "offered_it(offer bigint)",
        "boolean",
        "SELECT EXISTS (SELECT FROM public.records_leadchange o WHERE o.id = offer "
        "AND o.agency_id = access.case_agency())",
        APPLICATION,
    )
    + signed("records_leadchange")
    + protect("records_leadchange")
    + allow(
        "records_leadchange",
        APPLICATION,
        "SELECT",
        f"{OURS} OR to_id = (SELECT access.case_agency()) OR access.offered_it(answers_id) "
        "OR access.leads(entity_id)",
    )
    + allow(
        "records_leadchange",
        APPLICATION,
        "INSERT",
        f"{WRITING} AND {seen('records_leadchange', 'entity_id')} "
        "AND access.may_change_lead(entity_id, to_id, step, answers_id)",
    )
    + follows(
        "lead_changed",
        "records_leadchange",
        """
DECLARE
    before bigint;
    handed bigint[];
BEGIN
    SELECT e.agency_id INTO before FROM public.records_entity e
    WHERE e.id = NEW.entity_id FOR UPDATE;
    IF NEW.step = 'offered' THEN
        IF (SELECT count(*) FROM public.records_leadchange o WHERE o.entity_id = NEW.entity_id
            AND o.step = 'offered' AND NOT EXISTS (
                SELECT FROM public.records_leadchange a WHERE a.answers_id = o.id)) > 1 THEN
            RAISE unique_violation USING MESSAGE = 'it is offered already';
        END IF;
        PERFORM access.notify(t.officer_id, 'decision asked for', 'lead:' || NEW.id,
            'lead:' || NEW.id, jsonb_build_object('entity', NEW.entity_id), interval '0')
        FROM access.with_role(NEW.to_id, 'supervisor') t;
        RETURN NULL;
    END IF;
    PERFORM access.notify(t.officer_id, 'decision answered', 'lead:' || NEW.answers_id,
        'lead:' || NEW.answers_id, jsonb_build_object('answer', NEW.step), interval '0')
    FROM access.with_role(CASE NEW.step WHEN 'withdrawn' THEN NEW.to_id ELSE before END,
        'supervisor') t;
    IF NEW.step <> 'accepted' THEN
        RETURN NULL;
    END IF;
    IF before <> (SELECT o.agency_id FROM public.records_leadchange o WHERE o.id = NEW.answers_id)
       OR EXISTS (SELECT FROM public.records_entity e WHERE e.id = NEW.entity_id
                  AND (e.restricted OR e.merged_into_id IS NOT NULL)) THEN
        RAISE unique_violation USING MESSAGE = 'it is no longer as it was offered';
    END IF;
    handed := ARRAY(
        WITH RECURSIVE part AS (
            -- With what was merged into it.
            SELECT NEW.entity_id AS id
            UNION SELECT e.id FROM public.records_entity e JOIN part p ON e.merged_into_id = p.id
            WHERE e.agency_id = before)
        SELECT p.id FROM part p);
    UPDATE public.records_entity e SET agency_id = NEW.to_id,
        sharing = CASE WHEN e.sharing = 'own agency' THEN 'named agencies'
            WHEN e.sharing = 'all except'
                AND array_remove(e.sharing_agencies, NEW.to_id) = '{}'::bigint[]
            THEN 'all members' ELSE e.sharing END,
        sharing_agencies = CASE
            -- Who led it goes on seeing it.
            WHEN e.sharing IN ('own agency', 'named agencies')
            THEN array_remove(e.sharing_agencies, NEW.to_id) || before
            ELSE array_remove(e.sharing_agencies, NEW.to_id) END
    WHERE e.id = ANY(handed);
    UPDATE public.records_connection c SET sharing = 'named agencies',
        sharing_agencies = array_remove(c.sharing_agencies, NEW.to_id) || NEW.to_id
    WHERE c.agency_id = before AND c.sharing IN ('own agency', 'named agencies')
      AND (c.first_entity_id = ANY(handed)
           OR c.second_entity_id = ANY(handed));
    UPDATE public.records_observation o SET sharing = 'named agencies',
        sharing_agencies = array_remove(o.sharing_agencies, NEW.to_id) || NEW.to_id
    WHERE o.agency_id = before AND o.sharing IN ('own agency', 'named agencies')
      AND o.entity_id = ANY(handed);
    RETURN NULL;
END
""",
    )
)


class Migration(migrations.Migration):
    dependencies = [("records", "0010_notices")]

    operations = [migrations.RunSQL(_LEADING, migrations.RunSQL.noop)]
