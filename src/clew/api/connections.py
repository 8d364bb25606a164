"""Connections between any two things, and what was decided about them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from clew.access.acting import acting, require_authority
from clew.api.paging import Cursor, Limit, Page, page_in_order, page_of
from clew.api.words import Decided, Number, Numbers, Reason, Sent, ThingName, Word
from clew.casework.decisions import connect, connections_of, decide, ends_of, history
from clew.casework.things import Thing
from clew.casework.vocabulary import vocabulary
from clew.records.models import Connection, ConnectionState

router = Router(tags=["connections"])

StateWord = Literal["proposed", "confirmed", "rejected"]


class ConnectionShown(Schema):
    """A typed link between two things, as one agency sees it."""

    number: int
    type: str
    first: str
    second: str
    state: str
    agency: str
    at: datetime


class Connected(Sent):
    """That two things are connected, and what makes you think so."""

    type: Word
    first: ThingName
    second: ThingName
    why: Reason
    confirmed: bool = False


class DecidedConnections(Sent):
    """What some connections of your agency are."""

    connections: Numbers = Field(min_length=1)
    state: Literal["confirmed", "rejected"]
    why: Reason


class PastShown(Schema):
    """One decision about a connection."""

    decision: int
    at: datetime
    officer: int
    agency: int
    why: str
    state: str
    undoes: int | None


class TypeShown(Schema):
    """A type of connection."""

    type: str
    first: list[str]
    second: list[str]
    says: str


@router.get("connections", response=Page[ConnectionShown])
def list_connections(
    request: HttpRequest,
    thing: Annotated[ThingName | None, Query(None, description="Only those of it.")] = None,
    state: StateWord | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, object]:
    """The connections that you see, oldest first."""
    with acting():
        require_authority()
        about = Thing.named(thing) if thing is not None else None
        return page_of(connections_of(about, state), lambda one: [one.pk], cursor, limit, _told)


@router.post("connections", response={201: ConnectionShown})
def add_connection(request: HttpRequest, said: Connected) -> Status[dict[str, object]]:
    """Say that two things are connected: proposed, unless you confirm it at once."""
    with acting():
        first, second = Thing.named(said.first), Thing.named(said.second)
        return Status(
            201, _told(connect(said.type, first, second, said.why, confirmed=said.confirmed))
        )


@router.get("connections/types", response=Page[TypeShown])
def list_connection_types(
    request: HttpRequest, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, object]:
    """The types of connection there are, and what they join."""
    found = [
        {"type": name, "first": one.first, "second": one.second, "says": one.says}
        for name, one in vocabulary().connections.items()
    ]
    return page_of(found, lambda one: [one["type"]], cursor, limit, dict)


@router.post("connections/decisions", response={201: Decided})
def decide_connections(request: HttpRequest, said: DecidedConnections) -> Status[dict[str, int]]:
    """Confirm or reject connections of your agency, in one act."""
    with acting():
        made = decide(said.connections, ConnectionState(said.state), said.why)
        return Status(201, {"decision": made.pk})


@router.get("connections/{number}/history", response=Page[PastShown])
def history_of_connection(
    request: HttpRequest, number: Number, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, object]:
    """All decisions about a connection that you see, oldest first."""
    with acting():
        require_authority()
        return page_in_order(
            history(number), lambda one: [one.decision], cursor, limit, lambda one: one
        )


def _told(one: Connection) -> dict[str, object]:
    first, second = ends_of(one)
    return {
        "number": one.pk,
        "type": one.type,
        "first": str(first),
        "second": str(second),
        "state": one.state,
        "agency": one.agency.name,
        "at": one.at,
    }
