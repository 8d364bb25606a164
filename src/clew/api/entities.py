"""Series, persons, places, cameras, voices, objects and online identities."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from clew.access.acting import acting, require_authority
from clew.api.connections import PastShown
from clew.api.paging import Cursor, Limit, Page, page_in_order, page_of
from clew.api.words import (
    CertaintyWord,
    Decided,
    Made,
    Maybe,
    Number,
    Numbers,
    Reason,
    Sent,
    SharingChosen,
    Word,
    agencies_named,
)
from clew.casework import entities as work
from clew.casework.decisions import merging_history
from clew.casework.sharing import share
from clew.casework.things import Thing, entity
from clew.records.models import Category, Certainty, Entity, EntityKind

router = Router(tags=["entities"])

KindWord = Literal["series", "person", "place", "camera", "voice", "object", "online identity"]
SharedKind = KindWord | Literal["observation", "connection", "grade"]
CategoryWord = Literal["victim", "suspect", "convicted", "witness", "other"]


class EntityWritten(SharingChosen):
    """Something that connections end in, led by your agency."""

    kind: KindWord
    title: Word
    """A working title without anybody's name: everybody who sees the entity sees it."""
    category: CategoryWord | None = None
    """Of a person, and of nothing else."""
    certainty: CertaintyWord = "assessment"


class EntityShown(Schema):
    """Something that connections end in."""

    thing: str
    number: int
    kind: str
    title: str
    lead: str
    category: str
    identity: str
    whereabouts: str
    safety: str
    sharing: str
    at: datetime


class Particular(Sent):
    """A name, date of birth, address or account: for the lead agency's officers alone."""

    kind: Word
    words: Maybe
    certainty: CertaintyWord
    source: Reason
    replaces: Number | None = None


class Members(Sent):
    """What is put into a series, or taken out of it, by one decision."""

    why: Reason
    media: Numbers = Field(default_factory=list)
    persons: Numbers = Field(default_factory=list)


class Parted(Members):
    """What is moved into a new series."""

    title: Word


class MembersShown(Schema):
    """What is confirmed to be in a series, as far as you see it."""

    media: list[int]
    victims: list[int]


class Merged(Sent):
    """Of which entity another one is part."""

    into: Number
    why: Reason


class Apart(Schema):
    """The new series, and the decision that can be undone."""

    series: int
    decision: int


@router.get("entities/{kind}", response=Page[EntityShown])
def list_entities(
    request: HttpRequest, kind: KindWord, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, object]:
    """Those of a kind that you see, oldest first; merged ones as one."""
    with acting():
        require_authority()
        found = work.listed(EntityKind(kind))
        return page_of(found, lambda one: [one.pk], cursor, limit, told)


@router.post("entities", response={201: EntityShown})
def add_entity(request: HttpRequest, said: EntityWritten) -> Status[dict[str, object]]:
    """Make one that your agency leads."""
    with acting():
        made = work.create(
            EntityKind(said.kind),
            said.title,
            category=Category(said.category) if said.category is not None else None,
            certainty=Certainty(said.certainty),
            sharing=said.sharing,
            agencies=agencies_named(said.agencies),
        )
        return Status(201, told(made))


@router.get("entities/{kind}/{number}", response=EntityShown)
def show_entity(request: HttpRequest, kind: KindWord, number: Number) -> dict[str, object]:
    """One of them; what was merged leads to what it was merged into."""
    with acting():
        require_authority()
        return told(entity(number, kind))


@router.get("entities/{kind}/{number}/history", response=Page[PastShown])
def history_of_entity(
    request: HttpRequest, kind: KindWord, number: Number, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, object]:
    """How one was merged and taken apart, oldest first."""
    with acting():
        require_authority()
        entity(number, kind)
        past = merging_history(number)
        return page_in_order(past, lambda one: [one.decision], cursor, limit, lambda one: one)


@router.post("entities/{kind}/{number}/particulars", response={201: Made})
def add_particular(
    request: HttpRequest, kind: KindWord, number: Number, said: Particular
) -> Status[dict[str, int]]:
    """Keep a name, date of birth, address or account."""
    with acting():
        require_authority()
        entity(number, kind)
        made = work.add_particular(
            number,
            said.kind,
            said.words,
            certainty=Certainty(said.certainty),
            source=said.source,
            replaces=said.replaces,
        )
        return Status(201, {"number": made.pk})


@router.post("entities/{kind}/{number}/merge", response={201: Decided})
def merge_entity(
    request: HttpRequest, kind: KindWord, number: Number, said: Merged
) -> Status[dict[str, int]]:
    """Say that it and another one are one; undo it as any decision."""
    with acting():
        require_authority()
        entity(number, kind)
        return Status(201, {"decision": work.merge(number, said.into, said.why).pk})


@router.get("series/{number}/members", response=MembersShown)
def members_of_series(request: HttpRequest, number: Number) -> dict[str, object]:
    """Media and victims that are confirmed to be in a series."""
    with acting():
        require_authority()
        return {"media": work.media_of(number), "victims": work.victims_of(number)}


@router.post("series/{number}/add", response={201: Decided})
def add_to_series(request: HttpRequest, number: Number, said: Members) -> Status[dict[str, int]]:
    """Put media and victims into a series."""
    with acting():
        made = work.add_to_series(number, said.why, media=said.media, persons=said.persons)
        return Status(201, {"decision": made.pk})


@router.post("series/{number}/remove", response={201: Decided})
def remove_from_series(
    request: HttpRequest, number: Number, said: Members
) -> Status[dict[str, int]]:
    """Take media and victims out of a series."""
    with acting():
        made = work.remove_from_series(number, said.why, media=said.media, persons=said.persons)
        return Status(201, {"decision": made.pk})


@router.post("series/{number}/split", response={201: Apart})
def split_series(request: HttpRequest, number: Number, said: Parted) -> Status[dict[str, int]]:
    """Move some media and victims out of a series into a new one."""
    with acting():
        new, decision = work.split(
            number, said.title, said.why, media=said.media, persons=said.persons
        )
        return Status(201, {"series": new.pk, "decision": decision.pk})


@router.put("sharing/{kind}/{number}", response={204: None})
def share_something(
    request: HttpRequest, kind: SharedKind, number: Number, said: SharingChosen
) -> Status[None]:
    """Say who beside your agency sees an entity, observation, connection or grade of it."""
    with acting():
        share(kind, number, said.sharing, agencies_named(said.agencies))
    return Status(204, None)


def told(one: Entity) -> dict[str, object]:
    """One for the answer."""
    return {
        "thing": str(Thing(one.kind, one.pk)),
        "number": one.pk,
        "kind": one.kind,
        "title": one.title,
        "lead": one.agency.name,
        "category": one.category,
        "identity": one.identity,
        "whereabouts": one.whereabouts,
        "safety": one.safety,
        "sharing": one.sharing,
        "at": one.at,
    }
