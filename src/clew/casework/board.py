"""Series as officers work on them: the list of them, and what is on the board of one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.db import connection

from clew.access.acting import officer, require_authority
from clew.access.connections import prepared
from clew.casework.acts import viewed
from clew.casework.entities import media_of
from clew.casework.record import Found, Record, Said, record, ways
from clew.casework.things import Thing, entity
from clew.records.models import Entity, EntityKind

MOST = 100
"""Series of one page of the list."""
FACES = 30
"""Media of a series that its board shows; all of them are in the grid."""
_SOME = 3
_NOT_ON_THE_BOARD = ("clue", "note", "tag", "title", "series is", "imminent danger")


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One series in the list.

    Attributes:
        id: its number; ``title`` its working title.
        lead: name of the agency that leads it.
        media: how many are confirmed to be in it, as far as seen; ``faces`` a few of them.
        victims: how many are known; ``unidentified`` of them.
        danger: somebody may be harmed now.
        open: whether it is worked on.
        last: when something was last said or decided about it.
    """

    id: int
    title: str
    lead: str
    media: int
    faces: tuple[int, ...]
    victims: int
    unidentified: int
    danger: bool
    open: bool
    last: datetime


_LIST = """
WITH told AS (
    SELECT e.id, e.title, a.name AS lead,
        ARRAY(SELECT p.id FROM records_entity p WHERE p.id = e.id OR p.merged_into_id = e.id)
            AS parts, e.at
    FROM records_entity e JOIN access_agency a ON a.id = e.agency_id
    WHERE e.kind = 'series' AND e.merged_into_id IS NULL
      AND ($1::text = '' OR strpos(lower(e.title), lower($1::text)) > 0)
      AND (NOT $2::boolean OR e.officer_id = $3::bigint
           OR EXISTS (SELECT FROM records_task t WHERE t.entity_id = e.id
                      AND t.assigned_id = $3::bigint AND t.state = 'open')
           OR EXISTS (SELECT FROM records_observation o WHERE o.entity_id = e.id
                      AND o.officer_id = $3::bigint))
)
SELECT t.id, t.title, t.lead, m.number, m.faces, v.number, v.unidentified,
       coalesce(s.danger, false), coalesce(s.open, true),
       greatest(t.at, m.last, s.last) AS last
FROM told t
CROSS JOIN LATERAL (
    SELECT count(DISTINCT c.first_media_id) AS number, max(c.at) AS last,
        (array_agg(DISTINCT c.first_media_id ORDER BY c.first_media_id DESC))[1:$4::integer]
            AS faces
    FROM records_connection c WHERE c.second_entity_id = ANY(t.parts)
      AND c.type = 'in series' AND c.state = 'confirmed') m
CROSS JOIN LATERAL (
    SELECT count(DISTINCT coalesce(p.merged_into_id, p.id)) AS number,
        count(DISTINCT coalesce(p.merged_into_id, p.id))
            FILTER (WHERE p.identity <> 'identified') AS unidentified
    FROM records_connection c JOIN records_entity p ON p.id = c.first_entity_id
    WHERE c.second_entity_id = ANY(t.parts) AND c.type = 'victim in'
      AND c.state = 'confirmed') v
CROSS JOIN LATERAL (
    SELECT max(o.at) AS last,
        bool_or(o.type = 'imminent danger' AND o.words = 'yes') AS danger,
        bool_and(o.words <> 'closed') FILTER (WHERE o.type = 'series is') AS open
    FROM records_observation o WHERE o.entity_id = ANY(t.parts)
      AND NOT EXISTS (SELECT FROM records_observation n WHERE n.replaces_id = o.id)) s
ORDER BY
    CASE WHEN $5::boolean THEN coalesce(s.danger, false) END DESC,
    CASE WHEN $5::boolean THEN coalesce(s.open, true) END DESC,
    CASE WHEN $5::boolean THEN v.unidentified > 0 OR v.number = 0 END DESC,
    last DESC, t.id DESC
LIMIT $6::integer
"""


def listed(*, title: str = "", mine: bool = False, recent_first: bool = False) -> list[Listed]:
    """Series that the acting officer sees, :data:`MOST` of them.

    Args:
        title: only those in whose title this occurs.
        mine: only those that the officer made, said something of or has a task in.
        recent_first: as they were last worked on; otherwise danger and unidentified victims lead.
    """
    require_authority()
    values = [title.strip(), mine, officer() or 0, _SOME, not recent_first, MOST]
    found = [
        Listed(
            id=row[0],
            title=row[1],
            lead=row[2],
            media=row[3],
            faces=tuple(row[4] or ()),
            victims=row[5],
            unidentified=row[6],
            danger=row[7],
            open=row[8],
            last=row[9],
        )
        for row in prepared(connection, _LIST, values)
    ]
    viewed("list of series", entries=len(found))
    return found


class Victim(msgspec.Struct, frozen=True, kw_only=True):
    """A victim of a series, with the three things there are to find out.

    Attributes:
        entity: the record; each victim once, also when two records were merged.
        way: how each came to stand where it does; none for other agencies.
        leads: whether the own agency leads the record.
    """

    entity: Entity
    way: Sequence[Found]
    leads: bool


class OfMedia(msgspec.Struct, frozen=True, kw_only=True):
    """What was observed of media of the series: one statement, however many it was made of."""

    type: str
    words: str
    media: tuple[int, ...]
    number: int


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """What is on the board of a series, beside hypotheses and tasks.

    Attributes:
        record: the series as any entity.
        media: numbers of all of its media, newest first.
        victims: in it, each once.
        clues: pinned or typed; ``notes`` likewise; ``said`` all other statements.
        of_media: what was observed of its media, the most frequent first.
        danger: somebody may be harmed now.
        open: whether it is worked on.
    """

    record: Record
    media: Sequence[int]
    victims: Sequence[Victim]
    clues: Sequence[Said]
    notes: Sequence[Said]
    said: Sequence[Said]
    of_media: Sequence[OfMedia]
    danger: bool
    open: bool


_OF_MEDIA = """
SELECT o.type, o.words, (array_agg(DISTINCT o.media_id ORDER BY o.media_id))[1:6],
       count(DISTINCT o.media_id)
FROM records_observation o
WHERE o.media_id = ANY($1::bigint[]) AND o.words <> '' AND o.type NOT IN ('note', 'depicts')
  AND NOT EXISTS (SELECT FROM records_observation n WHERE n.replaces_id = o.id)
GROUP BY o.type, o.words ORDER BY 4 DESC, 1, 2 LIMIT 60
"""


def board(number: int) -> Board:
    """What is on the board of a series, as far as the acting officer sees it.

    Raises:
        NotSeenError: there is no such series that is seen.
    """
    known = record(number, EntityKind.SERIES)
    media = sorted(media_of(known.entity.pk), reverse=True)
    last = {one.type: one.words for one in known.said}
    return Board(
        record=known,
        media=media,
        victims=_victims(known),
        clues=[one for one in known.said if one.type == "clue"],
        notes=[one for one in known.said if one.type == "note"],
        said=[one for one in known.said if one.type not in _NOT_ON_THE_BOARD],
        of_media=[
            OfMedia(type=kind, words=words, media=tuple(some), number=count)
            for kind, words, some, count in prepared(connection, _OF_MEDIA, [media])
        ],
        danger=any(one.type == "imminent danger" and one.words == "yes" for one in known.said),
        open=last.get("series is") != "closed",
    )


def _victims(known: Record) -> list[Victim]:
    inside = {
        tie.thing.id: tie
        for tie in known.ties
        if tie.type == "victim in" and tie.state == "confirmed"
    }
    rows = {one.pk: one for one in Entity.objects.filter(pk__in=inside)}
    # Two records that were merged are one victim.
    heads = {
        one.pk: one
        for one in (row if row.merged_into_id is None else entity(row.pk) for row in rows.values())
    }
    steps = ways(list(heads))
    lead = known.entity.agency_id if known.leads else 0
    return [
        Victim(entity=one, way=steps.get(one.pk, []), leads=one.agency_id == lead)
        for one in sorted(heads.values(), key=lambda one: one.pk)
    ]


def titles(kind: str) -> list[tuple[Thing, str]]:
    """Things of a kind that can be chosen, by their titles; merged ones as one."""
    rows = Entity.objects.filter(kind=kind, merged_into__isnull=True).order_by("title", "pk")
    return [(Thing(one.kind, one.pk), one.title) for one in rows[:500]]
