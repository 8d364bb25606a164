"""What others hold as *hit only*: that there is a match and whom to call, never the media."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db import connection

from clew.access import acting
from clew.access.connections import prepared, worker
from clew.access.models import Agency
from clew.casework.findings import Hit
from clew.compare.evidence import Match


def hits() -> tuple[Hit, ...]:
    """Hits on every media of the acting officer's agency, nearest first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT media_id, agency_id, kind, distance FROM access.all_hits()")
        rows = cursor.fetchall()
    agencies = _agencies({agency for _, agency, _, _ in rows})
    found = [
        _hit(agencies[agency], kind, distance, media)
        for media, agency, kind, distance in rows
        if agency in agencies
    ]
    return tuple(sorted(found, key=lambda hit: (hit.distance, hit.media or 0, hit.agency)))


_HIT_ONLY = """
SELECT media_id, agency_id FROM records_sighting
WHERE media_id = ANY($1::bigint[]) AND sharing = 'hit only'
"""


def holders_of_hits(media: Collection[int]) -> dict[int, set[int]]:
    """Agencies that hold some media as a hit only, by the number of the media.

    Asked as the worker, who sees what is shared so; the officer does not.
    """
    holders: dict[int, set[int]] = {}
    for number, agency in prepared(worker(), _HIT_ONLY, [sorted(media)]):
        if number is not None and agency is not None:
            holders.setdefault(number, set()).add(agency)
    return holders


def hits_behind(
    found: Iterable[tuple[int, Match]], holders: dict[int, set[int]] | None = None
) -> tuple[Hit, ...]:
    """Hits behind the answer to a question.

    Args:
        found: media by number with how each agrees, whoever holds it.
        holders: what :func:`holders_of_hits` told of them, if it was asked before.
    """
    matches = list(found)
    if holders is None:
        holders = holders_of_hits({media for media, _ in matches})
    if not holders:
        return ()
    ours = acting.agency()
    agencies = _agencies({agency for some in holders.values() for agency in some} - {ours})
    nearest: dict[tuple[int, str], int] = {}
    for media, match in matches:
        for agency in holders.get(media, set()) & agencies.keys():
            key = (agency, match.kind.value)
            nearest[key] = min(nearest.get(key, match.distance), match.distance)
    return tuple(
        _hit(agencies[agency], kind, distance)
        for (agency, kind), distance in sorted(nearest.items(), key=lambda item: item[1])
    )


def _agencies(ids: Collection[int | None]) -> dict[int, Agency]:
    return Agency.objects.select_related("country").in_bulk([pk for pk in ids if pk is not None])


def _hit(agency: Agency, kind: str, distance: int, media: int | None = None) -> Hit:
    return Hit(
        media=media,
        agency=agency.name,
        country=agency.country.code,
        contact=agency.contact,
        kind=kind,
        distance=distance,
    )
