"""A series and what it hangs together with, as a graph: entities two steps away, and media.

Of media those of the series, and those that join two things. Which of them are leaves (on one
thing only) and which are near-copies of one another is told, so that a page can fold them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from django.db import connection

from clew.access.acting import require_authority
from clew.access.connections import prepared, prepared_together
from clew.casework.acts import viewed
from clew.casework.layout import layout
from clew.casework.things import MEDIA, Thing, entity, represented_by, with_parts
from clew.casework.together import REJECTED, Together
from clew.records.models import Entity

MOST = 500
"""Nodes of one graph; of what lies beyond, the number is told."""
_MOST_EDGES = 6000
_STEPS = 2
_ROOM, _ROOM_OF_MEDIA = 0.55, 0.3
_MANY, _ROOM_AMONG_MANY = 120, 1.3
"""Among many, seen from further away, entities are drawn larger and need more room."""


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """One thing of the graph.

    Attributes:
        id: its name, such as ``series:3``.
        kind: of the vocabulary; ``category`` of a person.
        title: empty for media.
        x: where it is drawn, in lengths of an edge from the middle; ``y`` likewise.
        steps: how far from the series.
        leaf: a media that hangs on one thing only.
        stack: of near-copies that are shown, the one that stands for all; itself for most.
    """

    id: str
    kind: str
    title: str
    category: str
    x: float
    y: float
    steps: int
    leaf: bool
    stack: str


class Edge(msgspec.Struct, frozen=True, kw_only=True):
    """A connection that is not rejected: of which type, and whether it is confirmed."""

    first: str
    second: str
    type: str
    confirmed: bool


class Graph(msgspec.Struct, frozen=True, kw_only=True):
    """What hangs together.

    Attributes:
        nodes: the series itself first, then the nearest.
        edges: between them.
        left_out: how many things more there would be.
    """

    nodes: Sequence[Node]
    edges: Sequence[Edge]
    left_out: int


_JOINED = """
SELECT c.type, c.state = 'confirmed', c.first_media_id, c.first_entity_id,
       c.second_media_id, c.second_entity_id
FROM records_connection c
WHERE c.state <> 'rejected' AND (c.first_entity_id = ANY($1::bigint[])
      OR c.second_entity_id = ANY($1::bigint[]))
ORDER BY c.state, c.id LIMIT $2::integer
"""
_BETWEEN_MEDIA = """
SELECT c.type, c.state = 'confirmed', c.first_media_id, c.first_entity_id,
       c.second_media_id, c.second_entity_id
FROM records_connection c
WHERE c.state <> 'rejected' AND c.match_id IS NULL AND c.first_media_id = ANY($1::bigint[])
  AND c.second_media_id = ANY($1::bigint[])
LIMIT $2::integer
"""
_FROM_MEDIA = """
SELECT c.type, c.state = 'confirmed', c.first_media_id, c.first_entity_id,
       c.second_media_id, c.second_entity_id
FROM records_connection c
WHERE c.state <> 'rejected'
  AND (c.first_media_id = ANY($1::bigint[]) AND c.second_entity_id IS NOT NULL
       OR c.second_media_id = ANY($1::bigint[]) AND c.first_entity_id IS NOT NULL)
ORDER BY c.state, c.id LIMIT $2::integer
"""
_COPIES = """
SELECT c.first_id, c.second_id FROM records_storedmatch c
WHERE c.near_copy AND c.first_id = ANY($1::bigint[]) AND c.second_id = ANY($1::bigint[])
  AND NOT {rejected}
"""

_Pair = tuple[Thing, Thing]


def neighbours(number: int) -> Graph:
    """A series with what it hangs together with, as far as the acting officer sees it.

    Args:
        number: of the series, or of another entity.

    Raises:
        NotSeenError: there is none that is seen.
    """
    require_authority()
    one = entity(number)
    middle = Thing(one.kind, one.pk)
    found, steps = _walk(middle)
    nodes = _chosen(steps, found)
    kept = set(nodes)
    edges = {pair: told for pair, told in found.items() if kept.issuperset(pair)}
    viewed("graph", middle, entries=len(nodes))
    return Graph(
        nodes=_drawn(nodes, edges, steps),
        edges=[
            Edge(first=str(pair[0]), second=str(pair[1]), type=type_, confirmed=confirmed)
            for pair, (type_, confirmed) in edges.items()
        ],
        left_out=len(steps) - len(nodes),
    )


def _walk(middle: Thing) -> tuple[dict[_Pair, tuple[str, bool]], dict[Thing, int]]:
    """Connections, and how far from the middle each thing is."""
    into = represented_by()
    edges: dict[_Pair, tuple[str, bool]] = {}
    steps = {middle: 0}
    fresh = [middle]
    for step in range(1, _STEPS + 1):
        asked = with_parts([thing.id for thing in fresh if not thing.is_media])
        media = [thing.id for thing in fresh if thing.is_media]
        joined, from_media = prepared_together(
            connection, [(_JOINED, [asked, _MOST_EDGES]), (_FROM_MEDIA, [media, _MOST_EDGES])]
        )
        things = _edges([*joined, *from_media], into, edges)
        fresh = [thing for thing in things if thing not in steps]
        steps.update(dict.fromkeys(fresh, step))
    media = [thing.id for thing in steps if thing.is_media]
    _edges(prepared(connection, _BETWEEN_MEDIA, [media, _MOST_EDGES]), into, edges)
    return edges, steps


def _edges(
    rows: Iterable[tuple[object, ...]],
    into: dict[int, int],
    edges: dict[_Pair, tuple[str, bool]],
) -> list[Thing]:
    """Add connections to those that are known; the things at their ends, in order."""
    rows = list(rows)
    kinds = dict(
        Entity.objects.filter(
            pk__in={into.get(n, n) for row in rows for n in (row[3], row[5]) if n is not None}  # type: ignore[call-overload]
        ).values_list("pk", "kind")
    )

    def thing(media: object, number: object) -> Thing | None:
        if isinstance(media, int):
            return Thing(MEDIA, media)
        assert isinstance(number, int)
        head = into.get(number, number)
        return Thing(kinds[head], head) if head in kinds else None

    found: dict[Thing, None] = {}
    for type_, confirmed, first_media, first_entity, second_media, second_entity in rows:
        ends = thing(first_media, first_entity), thing(second_media, second_entity)
        if ends[0] is None or ends[1] is None or ends[0] == ends[1]:
            continue
        pair = (ends[0], ends[1])
        if pair not in edges or confirmed:
            edges[pair] = (str(type_), bool(confirmed))
        found.update(dict.fromkeys(pair))
    return list(found)


def _chosen(steps: dict[Thing, int], edges: Iterable[_Pair]) -> list[Thing]:
    """Which are drawn: entities before media, the nearest and the most joined first."""
    degree = dict.fromkeys(steps, 0)
    for pair in edges:
        for thing in pair:
            if thing in degree:
                degree[thing] += 1
    # Media of other series would bury what is asked about: those that join two things are shown.
    told = [
        thing
        for thing, step in steps.items()
        if not thing.is_media or step == 1 or degree[thing] > 1
    ]
    told.sort(
        key=lambda thing: (
            steps[thing] if not thing.is_media else _STEPS + 1,
            -degree[thing],
            thing,
        )
    )
    return told[:MOST]


def _drawn(nodes: Sequence[Thing], edges: Iterable[_Pair], steps: dict[Thing, int]) -> list[Node]:
    at = {thing: place for place, thing in enumerate(nodes)}
    pairs = [(at[first], at[second]) for first, second in edges]
    degree = [0] * len(nodes)
    for pair in pairs:
        for one in pair:
            degree[one] += 1
    room = _ROOM if len(nodes) < _MANY else _ROOM_AMONG_MANY
    radii = [_ROOM_OF_MEDIA if thing.is_media else room for thing in nodes]
    places = layout(len(nodes), pairs, radii)
    known = {
        one.pk: one for one in Entity.objects.filter(pk__in=[t.id for t in nodes if not t.is_media])
    }
    heads = _stacks([thing.id for thing in nodes if thing.is_media])
    found = []
    for place, thing in enumerate(nodes):
        row = None if thing.is_media else known.get(thing.id)
        found.append(
            Node(
                id=str(thing),
                kind=thing.kind,
                title=row.title if row else "",
                category=row.category if row else "",
                x=round(float(places[place, 0]), 3),
                y=round(float(places[place, 1]), 3),
                steps=steps[thing],
                leaf=thing.is_media and degree[place] < 2,
                stack=str(Thing(MEDIA, heads[thing.id])) if thing.is_media else str(thing),
            )
        )
    return found


def _stacks(media: Sequence[int]) -> dict[int, int]:
    """Of each media the newest of its near-copies among them."""
    groups = Together()
    for one in media:
        groups.of(one)
    for first, second in prepared(connection, _COPIES.format(rejected=REJECTED), [list(media)]):
        groups.join(first, second)
    return {one: max(group) for group in groups.members().values() for one in group}
