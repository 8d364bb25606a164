"""What people decide about connections: append-only, each with a reason, each can be undone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q

from clew.casework.acts import act, noted, ours, reason, viewed
from clew.casework.errors import DecidedMeanwhileError, NotSeenError, StatementError
from clew.casework.things import MEDIA, Thing, seen, with_parts
from clew.casework.vocabulary import vocabulary
from clew.records.models import Connection, ConnectionState, Decision, Merging, Step

_MOST_TOLD = 200
_REFUSED = (
    "Connections are made and decided by contributors, specialists and supervisors, for their own "
    "agency and between things that they see."
)


def connect(
    kind: str, first: Thing, second: Thing, why: str, *, confirmed: bool = False
) -> Connection:
    """Say that two things are connected.

    Args:
        kind: one of the vocabulary's types of connection.
        first: one end; the vocabulary says what may stand at which.
        second: the other.
        why: what makes you think so.
        confirmed: whether you hold it to be so; otherwise it is proposed, for others to decide.

    Raises:
        NotSeenError: one of them is not seen.
        VocabularyError: there is no such type.
        StatementError: the type does not join such things, or there is no reason.
        DecidedMeanwhileError: your agency has that connection already.
    """
    why = reason(why)
    with act(_REFUSED):
        ends = _ends(kind, first, second)
        if Connection.objects.filter(agency_id=ours(), type=kind, **ends).exists():
            raise DecidedMeanwhileError(
                f"Your agency has this connection already: see `clew connect list {first}`."
            )
        made = Connection.objects.create(type=kind, **ends)
        state = ConnectionState.CONFIRMED if confirmed else ConnectionState.PROPOSED
        decision = take_steps({made: state}, why)
        noted(
            "connected",
            f"connection:{made.pk}",
            type=kind,
            state=state,
            decision=decision.pk,
            ends=[str(first), str(second)],
        )
    made.refresh_from_db()
    return made


def _ends(kind: str, first: Thing, second: Thing) -> dict[str, int | None]:
    """Columns of the two ends."""
    type_ = vocabulary().connection(kind)
    if first.kind not in type_.first or second.kind not in type_.second:
        raise StatementError(
            f"{kind!r} joins {' or '.join(type_.first)} with {' or '.join(type_.second)}, in that "
            f"order, not {first} with {second}."
        )
    first, second = seen(first), seen(second)
    if first == second:
        raise StatementError(f"{first} cannot be connected with itself.")
    if first.kind in type_.second and second.kind in type_.first:
        # Neither end comes first: one order, so that it is one connection.
        first, second = sorted((first, second))
    return {**first.columns("first_"), **second.columns("second_")}


def decide(connections: Iterable[int], state: ConnectionState, why: str) -> Decision:
    """Confirm or reject connections of the own agency, in one act.

    Args:
        connections: their numbers.
        state: what they are.
        why: the reason.

    Raises:
        NotSeenError: one of them is not the agency's, or there is none.
        DecidedMeanwhileError: somebody else was faster.
    """
    why = reason(why)
    numbers = set(connections)
    with act(_REFUSED):
        found = list(Connection.objects.filter(pk__in=numbers, agency_id=ours()))
        if missing := numbers - {one.pk for one in found} or ({0} if not numbers else set()):
            raise NotSeenError(
                f"Your agency has no connection {', '.join(map(str, sorted(missing)))}. Each "
                "agency decides its own: `clew connect list` shows yours."
            )
        decision = take_steps(dict.fromkeys(found, state), why)
        noted(
            "decided",
            f"decision:{decision.pk}",
            state=state,
            connections=_told(one.pk for one in found),
        )
    return decision


def _told(numbers: Iterable[int]) -> list[int]:
    """As many as an entry of the log takes; the decision itself has them all."""
    return sorted(numbers)[:_MOST_TOLD]


def take_steps(
    states: Mapping[Connection, ConnectionState | str], why: str, undoes: Decision | None = None
) -> Decision:
    """Record one decision about connections as they were read; within :func:`act`.

    The database numbers nothing twice: what was decided since they were read is refused.
    """
    decision = Decision.objects.create(why=why, undoes=undoes)
    add_steps(decision, states)
    return decision


def add_steps(decision: Decision, states: Mapping[Connection, ConnectionState | str]) -> None:
    """Add connections to a decision that is being made."""
    ordered = sorted(states, key=lambda one: one.pk)  # two at once cannot deadlock
    Step.objects.bulk_create(
        Step(decision=decision, connection=one, number=one.steps + 1, state=states[one])
        for one in ordered
    )


def undecided(wanted: Sequence[Connection], *, skip: bool = False) -> list[Connection]:
    """The agency's connections as wanted, made where they were not there.

    Args:
        wanted: not stored yet, each with both ends.
        skip: leave out those that are confirmed already instead of refusing.

    Raises:
        DecidedMeanwhileError: one of them was decided already.
    """
    Connection.objects.bulk_create(wanted, ignore_conflicts=True)
    there = Connection.objects.filter(
        Q(first_media__in=[one.first_media_id for one in wanted if one.first_media_id])
        | Q(first_entity__in=[one.first_entity_id for one in wanted if one.first_entity_id]),
        agency_id=ours(),
        type__in={one.type for one in wanted},
    )
    by_ends = {_key(one): one for one in there}
    found = [by_ends[_key(one)] for one in wanted]
    if skip:
        return [one for one in found if one.state != ConnectionState.CONFIRMED]
    if decided := [one for one in found if one.state != ConnectionState.PROPOSED]:
        raise DecidedMeanwhileError(
            f"Connection {decided[0].pk} is {decided[0].state} meanwhile. Look at it again with "
            f"`clew connect show {decided[0].pk}`."
        )
    return found


def _key(one: Connection) -> tuple[str, int | None, int | None, int | None, int | None]:
    return (
        one.type,
        *(one.first_media_id, one.first_entity_id),
        *(one.second_media_id, one.second_entity_id),
    )


def undo(decision_id: int, why: str) -> Decision:
    """Put everything back to where it was before a decision. Both stay in the history.

    Raises:
        NotSeenError: the agency has no such decision.
        DecidedMeanwhileError: it was undone, or something of it was decided again since.
    """
    why = reason(why)
    with act(_REFUSED):
        undone = Decision.objects.filter(pk=decision_id, agency_id=ours()).first()
        if undone is None:
            raise NotSeenError(f"Your agency has no decision {decision_id}.")
        if Decision.objects.filter(undoes=undone).exists():
            raise DecidedMeanwhileError(f"Decision {decision_id} has been undone already.")
        decision = Decision.objects.create(why=why, undoes=undone)
        _undo_steps(decision, undone)
        _undo_mergings(decision, undone)
        noted("undone", f"decision:{undone.pk}", decision=decision.pk)
    return decision


_SINCE = "{} was decided again since, by decision {}: undo that first."


def _undo_steps(decision: Decision, undone: Decision) -> None:
    steps = list(Step.objects.filter(decision=undone).select_related("connection"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT access.steps_of(%s)", [undone.pk])
        (whole,) = cursor.fetchone()
    if len(steps) != whole:
        raise NotSeenError(
            f"Decision {undone.pk} is also about something that is no longer shared with your "
            "agency. Ask who holds it to share it again, or decide the rest anew."
        )
    changed = [step for step in steps if step.connection.steps != step.number]
    if changed:
        later = Step.objects.filter(connection=changed[0].connection).latest("number")
        raise DecidedMeanwhileError(
            _SINCE.format(f"Connection {changed[0].connection_id}", later.decision_id)
        )
    before = {
        (decided, number + 1): state
        for decided, number, state in Step.objects.filter(
            connection__in=[step.connection_id for step in steps]
        ).values_list("connection_id", "number", "state")
    }
    add_steps(
        decision,
        {
            # What was not there before is proposed: somebody has thought of it.
            step.connection: before.get((step.connection_id, step.number), ConnectionState.PROPOSED)
            for step in steps
        },
    )


def _undo_mergings(decision: Decision, undone: Decision) -> None:
    for merging in Merging.objects.filter(decision=undone):
        history = {one.number: one for one in Merging.objects.filter(entity_id=merging.entity_id)}
        latest = max(history)
        if latest != merging.number:
            raise DecidedMeanwhileError(
                _SINCE.format(f"Entity {merging.entity_id}", history[latest].decision_id)
            )
        before = history.get(merging.number - 1)
        Merging.objects.create(
            decision=decision,
            entity_id=merging.entity_id,
            number=merging.number + 1,
            into_id=before.into_id if before is not None else None,
        )


@dataclass(frozen=True)
class Past:
    """One step of a connection's or entity's history, for people.

    Attributes:
        decision: its number, by which it is undone.
        at: when.
        officer: number of who.
        agency: number of whose.
        why: the reason.
        state: what it became.
        undoes: the decision it takes back, None for none.
    """

    decision: int
    at: datetime
    officer: int
    agency: int
    why: str
    state: str
    undoes: int | None


def history(connection_id: int) -> Sequence[Past]:
    """All decisions about a connection that the acting officer sees, oldest first.

    Raises:
        NotSeenError: there is no such connection.
    """
    steps = Step.objects.filter(connection=connection_id).select_related("decision")
    found = [_past(step.decision, step.state) for step in steps.order_by("number")]
    if not found:
        raise NotSeenError(f"There is no connection {connection_id} that you may see.")
    viewed("history", f"connection:{connection_id}")
    return found


def merging_history(entity_id: int) -> Sequence[Past]:
    """How an entity was merged and taken apart, oldest first."""
    viewed("history", f"entity:{entity_id}")
    mergings = Merging.objects.filter(entity=entity_id).select_related("decision")
    return [
        _past(one.decision, f"part of {one.into_id}" if one.into_id else "on its own")
        for one in mergings.order_by("number")
    ]


def _past(decision: Decision, state: str) -> Past:
    return Past(
        decision=decision.pk,
        at=decision.at,
        officer=decision.officer_id,
        agency=decision.agency_id,
        why=decision.why,
        state=state,
        undoes=decision.undoes_id,
    )


def connections_of(thing: Thing | None = None, state: str | None = None) -> list[Connection]:
    """The connections that the acting officer sees, oldest first.

    Args:
        thing: only those of a thing and of what was merged into it; None for all.
        state: only those that stand so.
    """
    rows = Connection.objects.select_related("agency", "first_entity", "second_entity")
    if thing is not None:
        thing = seen(thing)
        kind = "media" if thing.is_media else "entity"
        parts = [thing.id] if thing.is_media else with_parts([thing.id])
        rows = rows.filter(Q(**{f"first_{kind}__in": parts}) | Q(**{f"second_{kind}__in": parts}))
    if state is not None:
        rows = rows.filter(state=state)
    found = list(rows.order_by("pk"))
    viewed("connections", thing if thing is not None else "", entries=len(found))
    return found


def ends_of(joined: Connection) -> tuple[Thing, Thing]:
    """The two things that a connection joins; its entities have to be read with it."""
    found = []
    for end in ("first", "second"):
        media = getattr(joined, f"{end}_media_id")
        other = getattr(joined, f"{end}_entity")
        found.append(Thing(MEDIA, media) if media is not None else Thing(other.kind, other.pk))
    return found[0], found[1]
