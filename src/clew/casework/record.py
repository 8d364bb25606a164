"""All that is known of one entity, for its page: few questions, however much there is of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from django.db.models import F, Q

from clew.access.acting import require_authority
from clew.access.models import Agency
from clew.casework.acts import ours, viewed
from clew.casework.past import Past, past_of
from clew.casework.signatures import signatures, signed
from clew.casework.things import MEDIA, Thing, entity, with_parts
from clew.records.models import (
    Connection,
    Entity,
    Finding,
    Observation,
    Particular,
    Step,
)

MOST = 200
"""Statements, and connections, of one page."""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One statement as it stands.

    Attributes:
        number: of the observation.
        type: of the vocabulary; ``words`` what was said.
        certainty: fact or assessment.
        by: who said it: a name in the own agency, otherwise the agency.
        at: when.
        ours: whether the own agency said it, and may take it back.
        media: the one it is known from, None for none.
        region: left, top, right, bottom as shares of that media's picture.
        start: seconds into it; ``end`` likewise.
    """

    number: int
    type: str
    words: str
    certainty: str
    by: str
    at: datetime
    ours: bool
    media: int | None
    region: tuple[float, ...] | None
    start: float | None
    end: float | None


class Tie(msgspec.Struct, frozen=True, kw_only=True):
    """A connection with something else.

    Attributes:
        number: of the connection.
        type: what they have to do with each other.
        thing: the other end; ``title`` its title, empty for a media.
        category: of a person.
        state: proposed, confirmed or rejected.
        agency: whose connection it is; ``ours`` whether that is the own one.
        by: who decided last; ``at`` when, ``why`` for what reason.
        evidence: how the machine saw it, empty where no match speaks for it.
    """

    number: int
    type: str
    thing: Thing
    title: str
    category: str
    state: str
    agency: str
    ours: bool
    by: str
    at: datetime | None
    why: str
    evidence: str


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A name or the like, which only the lead agency is told."""

    number: int
    kind: str
    words: str
    certainty: str
    source: str
    by: str
    at: datetime


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a victim's way, which only the lead agency is told."""

    aspect: str
    stage: str
    certainty: str
    why: str
    by: str
    at: datetime


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One entity with all that is said of it, as far as the acting officer sees it.

    Attributes:
        entity: itself, or the one it was merged into.
        lead: name of the agency that leads it; ``contact`` how to reach them.
        leads: whether that is the own one.
        said: statements, oldest first.
        ties: connections but those of a series with its media, latest first.
        particulars: names and the like; none for other agencies.
        way: a victim's steps; none for other agencies.
        parts: what was merged into it.
        past: decisions about it, latest first.
    """

    entity: Entity
    lead: str
    contact: str
    leads: bool
    said: Sequence[Said]
    ties: Sequence[Tie]
    particulars: Sequence[Named]
    way: Sequence[Found]
    parts: Sequence[Entity]
    past: Sequence[Past]

    @property
    def thing(self) -> Thing:
        """What it is of."""
        return Thing(self.entity.kind, self.entity.pk)


def record(number: int, kind: str | None = None) -> Record:
    """What is known of an entity, as far as the acting officer sees it.

    Args:
        number: its own, or of what was merged into it.
        kind: what it has to be; None for any.

    Raises:
        NotSeenError: the acting officer sees no such entity.
    """
    require_authority()
    one = entity(number, kind)
    viewed("record", Thing(one.kind, one.pk))
    lead = Agency.objects.get(pk=one.agency_id)
    numbers = with_parts([one.pk])
    return Record(
        entity=one,
        lead=lead.name,
        contact=lead.contact,
        leads=lead.pk == ours(),
        said=statements(numbers),
        ties=_ties(numbers),
        particulars=_particulars(numbers),
        way=ways([one.pk]).get(one.pk, []) if one.category == "victim" else [],
        parts=list(Entity.objects.filter(pk__in=numbers).exclude(pk=one.pk).order_by("pk")),
        past=past_of(numbers),
    )


def statements(entities: Sequence[int]) -> list[Said]:
    """What is said of some entities and was not taken back, oldest first; the newest of many."""
    rows = list(
        Observation.objects.filter(entity__in=entities, replaced_by__isnull=True)
        .exclude(words="")
        .order_by("-pk")[:MOST]
    )
    names, mine = signatures(rows), ours()
    return [
        Said(
            number=row.pk,
            type=row.type,
            words=row.words,
            certainty=row.certainty,
            by=signed(row, names),
            at=row.at,
            ours=row.agency_id == mine,
            media=row.from_media_id,
            region=tuple(row.region) if row.region else None,
            start=row.start,
            end=row.end,
        )
        for row in reversed(rows)
    ]


def _ties(numbers: Sequence[int]) -> list[Tie]:
    rows = list(
        Connection.objects.filter(Q(first_entity__in=numbers) | Q(second_entity__in=numbers))
        .exclude(type="in series")
        .select_related("agency", "first_entity", "second_entity")
        .order_by("-pk")[:MOST]
    )
    steps = {
        step.connection_id: step.decision
        for step in Step.objects.filter(
            connection__in=rows, number=F("connection__steps")
        ).select_related("decision")
    }
    names, mine = signatures(steps.values()), ours()
    found = []
    for row in rows:
        first = row.first_entity_id in numbers
        other = row.second_entity if first else row.first_entity
        media = row.second_media_id if first else row.first_media_id
        decided = steps.get(row.pk)
        found.append(
            Tie(
                number=row.pk,
                type=row.type,
                thing=Thing(other.kind, other.pk) if other else Thing(MEDIA, media or 0),
                title=other.title if other else "",
                category=other.category if other else "",
                state=row.state,
                agency=row.agency.name,
                ours=row.agency_id == mine,
                by=signed(decided, names) if decided else "",
                at=decided.at if decided else None,
                why=decided.why if decided else "",
                evidence=_evidence(row.evidence),
            )
        )
    return found


def _evidence(told: Mapping[str, object] | None) -> str:
    if not told:
        return ""
    return f"{told.get('kind')} {told.get('distance')}/{told.get('threshold')}"


def _particulars(numbers: Sequence[int]) -> list[Named]:
    rows = list(
        Particular.objects.filter(entity__in=numbers, replaced_by__isnull=True)
        .exclude(words="")
        .order_by("kind", "pk")[:MOST]
    )
    names = signatures(rows)
    return [
        Named(
            number=row.pk,
            kind=row.kind,
            words=row.words,
            certainty=row.certainty,
            source=row.source,
            by=signed(row, names),
            at=row.at,
        )
        for row in rows
    ]


def ways(persons: Sequence[int]) -> dict[int, list[Found]]:
    """Of some victims every step of their way, oldest first, as far as the own agency leads."""
    rows = list(Finding.objects.filter(person__in=persons).order_by("at", "pk"))
    names = signatures(rows)
    found: dict[int, list[Found]] = {}
    for row in rows:
        found.setdefault(row.person_id, []).append(
            Found(
                aspect=row.aspect,
                stage=row.stage,
                certainty=row.certainty,
                why=row.why,
                by=signed(row, names),
                at=row.at,
            )
        )
    return found
