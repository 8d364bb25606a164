"""Who sees and writes hypotheses, arguments and tasks; where they stand; who else is there.

A hypothesis is shared as observations are, and goes with the lead as they do. A task is its
agency's own. Histories grow; where a hypothesis or a task stands is written by triggers alone.
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

_PRESENT = "1 minute"

_SIGNED = signed(
    *("records_hypothesis", "records_weighing", "records_argument"),
    *("records_task", "records_taskstep"),
)

_HYPOTHESIS = (
    "EXISTS (SELECT FROM records_hypothesis h WHERE h.id = records_{table}.hypothesis_id{more})"
)
_OWN = " AND h.agency_id = (SELECT access.contributing_agency())"


def _steps(name: str, table: str, history: str, column: str, changes: str) -> str:
    """SQL for a trigger that moves a row on by one step of its history, in turn."""
    return follows(
        name,
        f"records_{history}",
        f"""
BEGIN
    UPDATE public.records_{table} SET {changes}, steps = NEW.number
    WHERE id = NEW.{column} AND steps = NEW.number - 1;
    IF NOT FOUND THEN
        RAISE unique_violation USING MESSAGE = 'a {table} goes step by step';
    END IF;
    RETURN NULL;
END
""",
    )


_HYPOTHESES = (
    protect("records_hypothesis")
    + allow(
        "records_hypothesis",
        APPLICATION,
        "SELECT",
        f"{SHARED} AND {seen('records_hypothesis', 'entity_id')}",
    )
    + allow(
        "records_hypothesis",
        APPLICATION,
        "INSERT",
        f"{WRITING} AND {seen('records_hypothesis', 'entity_id')} "
        "AND stands = 'open' AND steps = 0",
    )
    + sharing_by_its_agency("records_hypothesis")
    + protect("records_weighing")
    + allow(
        "records_weighing",
        APPLICATION,
        "SELECT",
        _HYPOTHESIS.format(table="weighing", more=""),
    )
    + allow(
        "records_weighing",
        APPLICATION,
        "INSERT",
        f"{WRITING} AND {_HYPOTHESIS.format(table='weighing', more=_OWN)}",
    )
    + _steps("weighed", "hypothesis", "weighing", "hypothesis_id", "stands = NEW.stands")
)

_ARGUMENTS = (
    function(
        "replaces_own_argument(replaced bigint, hypothesis bigint, said text)",
        "boolean",
        "SELECT replaced IS NULL OR EXISTS (SELECT FROM public.records_argument a "
        "WHERE a.id = replaced AND a.hypothesis_id = hypothesis AND a.side = said "
        "AND a.agency_id = access.case_agency())",
        APPLICATION,
    )
    + protect("records_argument")
    + allow(
        "records_argument",
        APPLICATION,
        "SELECT",
        f"{SHARED} AND {_HYPOTHESIS.format(table='argument', more='')}",
    )
    + allow(
        "records_argument",
        APPLICATION,
        "INSERT",
        f"{WRITING} AND {_HYPOTHESIS.format(table='argument', more='')} "
        f"AND {seen('records_argument', 'from_media_id')} "
        "AND access.replaces_own_argument(replaces_id, hypothesis_id, side)",
    )
    + sharing_by_its_agency("records_argument")
)

_TASKS = (
    protect("records_task")
    + allow(
        "records_task", APPLICATION, "SELECT", f"{OURS} AND {seen('records_task', 'entity_id')}"
    )
    + allow(
        "records_task",
        APPLICATION,
        "INSERT",
        f"{WRITING} AND {seen('records_task', 'entity_id')} AND state = 'open' AND steps = 0 "
        "AND assigned_id IS NULL AND until IS NULL",
    )
    + protect("records_taskstep")
    + allow(
        "records_taskstep",
        APPLICATION,
        "SELECT",
        "EXISTS (SELECT FROM records_task t WHERE t.id = records_taskstep.task_id)",
    )
    + allow(
        "records_taskstep",
        APPLICATION,
        "INSERT",
        f"{WRITING} AND EXISTS (SELECT FROM records_task t WHERE t.id = records_taskstep.task_id) "
        "AND (assigned_id IS NULL OR EXISTS (SELECT FROM access_officer o "
        "WHERE o.id = records_taskstep.assigned_id "
        "AND o.agency_id = (SELECT access.contributing_agency())))",
    )
    + _steps(
        *("task_went_on", "task", "taskstep", "task_id"),
        "state = NEW.state, assigned_id = NEW.assigned_id, until = NEW.until",
    )
)

_GOES_WITH_THE_LEAD = follows(
    # After lead_changed, which has handed the thing over: triggers go by their names.
    "lead_changed_on_the_board",
    "records_leadchange",
    """
DECLARE
    before bigint;
BEGIN
    IF NEW.step <> 'accepted' THEN
        RETURN NULL;
    END IF;
    SELECT o.agency_id INTO before FROM public.records_leadchange o WHERE o.id = NEW.answers_id;
    WITH RECURSIVE part AS (
        SELECT NEW.entity_id AS id
        UNION SELECT e.id FROM public.records_entity e JOIN part p ON e.merged_into_id = p.id
        WHERE e.agency_id = NEW.to_id),
    handed AS (
        UPDATE public.records_hypothesis h SET sharing = 'named agencies',
            sharing_agencies = array_remove(h.sharing_agencies, NEW.to_id) || NEW.to_id
        WHERE h.agency_id = before AND h.sharing IN ('own agency', 'named agencies')
          AND h.entity_id IN (SELECT p.id FROM part p)
        RETURNING h.id)
    UPDATE public.records_argument a SET sharing = 'named agencies',
        sharing_agencies = array_remove(a.sharing_agencies, NEW.to_id) || NEW.to_id
    WHERE a.agency_id = before AND a.sharing IN ('own agency', 'named agencies')
      AND a.hypothesis_id IN (SELECT d.id FROM handed d);
    RETURN NULL;
END
""",
)

_PRESENCE = protect("records_presence") + function(
    # That the acting officer has something open, and which others of the agency have too.
    "present(opened bigint)",
    "SETOF text",
    f"""
    DELETE FROM public.records_presence p
    WHERE p.at < statement_timestamp() - interval '{_PRESENT}';
    INSERT INTO public.records_presence (officer_id, agency_id, entity_id, at)
    SELECT s.officer_id, s.agency_id, e.id, statement_timestamp()
    FROM access.session() s JOIN public.records_entity e ON e.id = present.opened
    WHERE s.agency_id = access.case_agency()
    ON CONFLICT (officer_id, entity_id) DO UPDATE SET at = excluded.at;
    SELECT o.name FROM public.records_presence p JOIN public.access_officer o ON o.id = p.officer_id
    WHERE p.entity_id = present.opened AND p.agency_id = access.case_agency()
      AND p.officer_id <> access.officer()
      AND EXISTS (SELECT FROM public.records_presence mine
                  WHERE mine.entity_id = p.entity_id AND mine.officer_id = access.officer())
    ORDER BY o.name
    """,
    APPLICATION,
    changes=True,
)


class Migration(migrations.Migration):
    dependencies = [("records", "0012_scope")]

    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop)
        for sql in (_SIGNED, _HYPOTHESES, _ARGUMENTS, _TASKS, _GOES_WITH_THE_LEAD, _PRESENCE)
    ]
