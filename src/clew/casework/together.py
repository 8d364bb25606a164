"""Which media hang together, directly or through others: by union-find, or asked of the database.

Whether a match is one of near-copies is told when it is stored (``StoredMatch.near_copy``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.db import connection

from clew.access.connections import prepared

REJECTED = """
EXISTS (SELECT FROM records_connection r
        WHERE r.agency_id = (SELECT access.case_agency()) AND r.state = 'rejected'
          AND r.type = c.kind AND r.first_media_id = c.first_id AND r.second_media_id = c.second_id)
"""
STACK = """stack(id) AS (
    SELECT {start}
    UNION SELECT n.id FROM stack s CROSS JOIN LATERAL (
        SELECT c.second_id AS id FROM records_storedmatch c
        WHERE c.near_copy AND c.first_id = s.id AND NOT {rejected}
        UNION ALL SELECT c.first_id FROM records_storedmatch c
        WHERE c.near_copy AND c.second_id = s.id AND NOT {rejected}) n)
"""
"""SQL of all near-copies of a media, as far as the acting officer sees them; what the own agency
rejected (:data:`REJECTED`) holds nothing together."""


def near_copies(media: Collection[int]) -> set[int]:
    """Some media with everything that hangs together with one of them."""
    walked = STACK.format(start="unnest($1::bigint[])", rejected=REJECTED)
    statement = f"WITH RECURSIVE {walked} SELECT id FROM stack"  # noqa: S608
    return {number for (number,) in prepared(connection, statement, [list(media)])}


class Together:
    """Groups that grow as their members are joined."""

    def __init__(self) -> None:
        self._leader: dict[int, int] = {}

    def of(self, media: int) -> int:
        """The leader of a media's group; a media not seen before is a group of its own."""
        leader = self._leader
        leader.setdefault(media, media)
        while leader[media] != media:
            leader[media] = leader[leader[media]]
            media = leader[media]
        return media

    def join(self, first: int, second: int) -> None:
        """Make one group of two."""
        self._leader[self.of(first)] = self.of(second)

    def members(self) -> dict[int, list[int]]:
        """All groups by their leader."""
        groups: dict[int, list[int]] = defaultdict(list)
        for media in self._leader:
            groups[self.of(media)].append(media)
        return groups
