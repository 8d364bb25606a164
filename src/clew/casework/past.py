"""What was decided about an entity: connections, mergings, each act of an officer as one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import connection

from clew.access.connections import prepared
from clew.access.models import Agency, Officer
from clew.casework.acts import ours

_MOST = 60
_PAST = """
SELECT d.id, d.at, d.officer_id, d.agency_id, d.why, d.undoes_id,
       EXISTS (SELECT FROM records_decision u WHERE u.undoes_id = d.id), a.what, a.number
FROM (
    SELECT s.decision_id AS id, c.type || ': ' || s.state AS what, count(*) AS number
    FROM records_connection c JOIN records_step s ON s.connection_id = c.id
    WHERE c.first_entity_id = ANY($1::bigint[]) OR c.second_entity_id = ANY($1::bigint[])
    GROUP BY s.decision_id, c.type, s.state
    UNION ALL
    SELECT m.decision_id, CASE WHEN m.into_id IS NULL THEN 'on its own' ELSE 'merged' END, 1
    FROM records_merging m
    WHERE m.entity_id = ANY($1::bigint[]) OR m.into_id = ANY($1::bigint[])
) a JOIN records_decision d ON d.id = a.id
ORDER BY d.id DESC, a.what LIMIT $2::integer
"""


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """One act about it.

    Attributes:
        decision: its number, by which it is undone.
        at: when; ``by`` who: a name in the own agency, otherwise the agency.
        why: the reason.
        what: type and state of the connections, or how it was merged; ``number`` how many.
        undoes: the decision it takes back, None for none.
        open: whether the own agency may still undo it.
    """

    decision: int
    at: datetime
    by: str
    why: str
    what: str
    number: int
    undoes: int | None
    open: bool


def past_of(entities: Sequence[int]) -> list[Past]:
    """Decisions about some entities, latest first; the newest of many."""
    rows = prepared(connection, _PAST, [list(entities), _MOST])
    names = dict(Officer.objects.filter(pk__in={row[2] for row in rows}).values_list("pk", "name"))
    agencies = dict(
        Agency.objects.filter(pk__in={row[3] for row in rows}).values_list("pk", "name")
    )
    mine = ours()
    return [
        Past(
            decision=number,
            at=at,
            by=names.get(officer) or agencies.get(agency, ""),
            why=why,
            what=what,
            number=count,
            undoes=undoes,
            open=agency == mine and not undone,
        )
        for number, at, officer, agency, why, undoes, undone, what, count in rows
    ]
