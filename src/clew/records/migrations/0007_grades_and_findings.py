"""Who may grade, who is asked again, and who may say how far a victim's identification is.

*Identified* takes two people: the database lets it be written only by a specialist or supervisor,
as the confirmation of the latest step, a proposal by another officer of the lead agency. A victim's
way goes with the lead.
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

_IN_TURN = function(
    "grades_in_turn(media bigint, scheme text, number integer)",
    "boolean",
    "SELECT number = 1 + (SELECT count(*) FROM public.records_grade g "
    "WHERE g.media_id = media AND g.scheme = grades_in_turn.scheme "
    "AND g.officer_id = access.officer() AND g.number < grades_in_turn.number)",
    APPLICATION,
)

_GRADES = (
    signed("records_grade")
    + protect("records_grade")
    + allow(
        "records_grade", APPLICATION, "SELECT", f"{SHARED} AND {seen('records_grade', 'media_id')}"
    )
    + allow(
        "records_grade",
        APPLICATION,
        "INSERT",
        f"{WRITING} AND {seen('records_grade', 'media_id')} "
        "AND access.grades_in_turn(media_id, scheme, number)",
    )
    + sharing_by_its_agency("records_grade")
)

_AGAIN = (
    function(
        # Of all grades one in fifty, by their number: neither officer nor program chooses them.
        "sampled(grade bigint)",
        "boolean",
        "SELECT get_byte(sha256(int8send(grade)), 0) < 5",
        APPLICATION,
    )
    + function(
        "may_answer_again(first bigint)",
        "boolean",
        """
        SELECT EXISTS (SELECT FROM public.records_grade g WHERE g.id = first
            AND g.officer_id = access.officer() AND g.grade IS NOT NULL
            AND access.sampled(g.id) AND g.at < statement_timestamp() - interval '7 days'
            AND NOT EXISTS (SELECT FROM public.records_grade l WHERE l.media_id = g.media_id
                AND l.scheme = g.scheme AND l.officer_id = g.officer_id AND l.number > g.number))
        """,
        APPLICATION,
    )
    + signed("records_askedagain")
    + protect("records_askedagain")
    + allow(
        "records_askedagain",
        APPLICATION,
        "SELECT",
        f"{OURS} AND officer_id = (SELECT access.officer())",
    )
    + allow(
        "records_askedagain",
        APPLICATION,
        "INSERT",
        f"{WRITING} AND access.may_answer_again(first_id)",
    )
)

_FINDING = function(
    # The next step of a victim's way, and a confirmation only of another officer's proposal.
    "may_find(person bigint, aspect text, stage text, number integer, confirms bigint)",
    "boolean",
    """
    SELECT access.leads(person)
       AND EXISTS (SELECT FROM public.records_entity e
                   WHERE e.id = person AND e.category = 'victim')
       AND may_find.number = 1 + (
           SELECT count(*) FROM public.records_finding f WHERE f.person_id = person
           AND f.aspect = may_find.aspect AND f.number < may_find.number)
       AND (may_find.stage <> 'identified' OR (
           (access.has_role('specialist') OR access.has_role('supervisor'))
           AND EXISTS (
               SELECT FROM public.records_finding f WHERE f.id = may_find.confirms
               AND f.person_id = person AND f.aspect = 'identity' AND f.stage = 'proposed'
               AND f.number = may_find.number - 1 AND f.officer_id <> access.officer())))
    """,
    APPLICATION,
)

_FINDINGS = (
    signed("records_finding")
    + protect("records_finding")
    + allow(
        "records_finding",
        APPLICATION,
        "SELECT",
        f"access.leads(person_id) AND {seen('records_finding', 'person_id')}",
    )
    + allow(
        "records_finding",
        APPLICATION,
        "INSERT",
        f"{WRITING} AND access.may_find(person_id, aspect, stage, number, confirms_id)",
    )
    + follows(
        "finding_made",
        "records_finding",
        """
BEGIN
    UPDATE public.records_entity SET
        identity = CASE NEW.aspect WHEN 'identity' THEN NEW.stage ELSE identity END,
        whereabouts = CASE NEW.aspect WHEN 'whereabouts' THEN NEW.stage ELSE whereabouts END,
        safety = CASE NEW.aspect WHEN 'safety' THEN NEW.stage ELSE safety END
    WHERE id = NEW.person_id;
    RETURN NULL;
END
""",
    )
)


class Migration(migrations.Migration):
    dependencies = [("records", "0006_entities_and_connections")]

    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop)
        for sql in (_IN_TURN, _GRADES, _AGAIN, _FINDING, _FINDINGS)
    ]
