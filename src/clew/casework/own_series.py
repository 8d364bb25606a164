"""How the acting officer's own series go on: what waits in each, and who else works on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

import msgspec
from django.db import connection

from clew.access.acting import officer
from clew.access.connections import prepared
from clew.access.models import Agency, Officer
from clew.casework.board import Listed, listed

_DAYS = 14
"""What others did longer ago is not told."""
_OTHERS = """
WITH part AS (
    SELECT e.id, coalesce(e.merged_into_id, e.id) AS series FROM records_entity e
    WHERE e.id = ANY($1::bigint[]) OR e.merged_into_id = ANY($1::bigint[])
)
SELECT w.series, w.officer_id, w.agency_id, count(*), max(w.at) AS last
FROM (
    SELECT p.series, o.officer_id, o.agency_id, o.at
    FROM part p JOIN records_observation o ON o.entity_id = p.id
    UNION
    SELECT p.series, d.officer_id, d.agency_id, d.at
    FROM part p
    JOIN records_connection c ON c.second_entity_id = p.id OR c.first_entity_id = p.id
    JOIN records_step s ON s.connection_id = c.id JOIN records_decision d ON d.id = s.decision_id
) w
WHERE w.officer_id <> $2::bigint
  AND w.at > statement_timestamp() - make_interval(days => $3::integer)
GROUP BY w.series, w.officer_id, w.agency_id ORDER BY last DESC
"""


class Other(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody else who worked on a series lately.

    Attributes:
        who: the name in the own agency, otherwise the agency's.
        acts: what they decided or wrote, how often; ``last`` when last.
    """

    who: str
    acts: int
    last: datetime


class Own(msgspec.Struct, frozen=True, kw_only=True):
    """One of the officer's own series, and who else worked on it, the latest first."""

    series: Listed
    others: tuple[Other, ...]


def own_series(most: int = 6) -> list[Own]:
    """Series that the officer made, said something of or has a task in, worked on last first."""
    found = [one for one in listed(mine=True, recent_first=True) if one.open][:most]
    others = _others([one.id for one in found])
    return [Own(series=one, others=tuple(others.get(one.id, ()))) for one in found]


def _others(series: Collection[int]) -> dict[int, list[Other]]:
    rows = prepared(connection, _OTHERS, [list(series), officer() or 0, _DAYS]) if series else []
    names = dict(Officer.objects.filter(pk__in={row[1] for row in rows}).values_list("pk", "name"))
    agencies = dict(
        Agency.objects.filter(pk__in={row[2] for row in rows}).values_list("pk", "name")
    )
    found: dict[int, list[Other]] = defaultdict(list)
    for number, who, agency, acts, last in rows:
        name = names.get(who) or agencies.get(agency, "")
        found[number].append(Other(who=name, acts=acts, last=last))
    return found
