"""Who wrote something, for people: a name within the own agency, the agency for others.

An officer's record is seen by their own agency alone, so rows are never joined with it: what
others wrote and shared would be left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from clew.access.models import Agency, Officer
from clew.records.models import Written


def signatures(rows: Iterable[Written]) -> Mapping[tuple[int, int], str]:
    """By officer and agency of some rows, how they are called."""
    wanted = {(row.officer_id, row.agency_id) for row in rows}
    names = dict(
        Officer.objects.filter(pk__in={officer for officer, _ in wanted}).values_list("pk", "name")
    )
    agencies = dict(
        Agency.objects.filter(pk__in={agency for _, agency in wanted}).values_list("pk", "name")
    )
    return {
        (officer, agency): names.get(officer) or agencies.get(agency, "")
        for officer, agency in wanted
    }


def signed(row: Written, names: Mapping[tuple[int, int], str]) -> str:
    """How the one is called who wrote a row."""
    return names.get((row.officer_id, row.agency_id), "")
