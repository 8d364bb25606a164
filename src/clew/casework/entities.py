"""Series, persons, places and the rest: making, naming, merging, taking apart, finding parts."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec
from django.db.models import Q

from clew.casework.acts import act, noted, ours, reason, viewed
from clew.casework.decisions import add_steps, undecided
from clew.casework.errors import DecidedMeanwhileError, NotSeenError, RefusedError, StatementError
from clew.casework.things import Thing, all_seen, entity, with_parts
from clew.records.models import (
    Category,
    Certainty,
    Connection,
    ConnectionState,
    Decision,
    Entity,
    EntityKind,
    Merging,
    Observation,
    Particular,
)

_REFUSED = (
    "Contributors, specialists and supervisors do this, and with what is there already only those "
    "of its lead agency."
)


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """A series and what is in it, as far as the acting officer sees it.

    Attributes:
        entity: the series itself, or the one it was merged into.
        media: numbers of its media.
        victims: numbers of the victims in it, each once.
    """

    entity: Entity
    media: Sequence[int]
    victims: Sequence[int]


def create(
    kind: EntityKind,
    title: str,
    *,
    category: Category | None = None,
    certainty: Certainty = Certainty.ASSESSMENT,
    sharing: str = "own agency",
    agencies: Collection[int] = (),
) -> Entity:
    """Make an entity that the acting officer's agency leads.

    Args:
        kind: what it is.
        title: a working title without anybody's name; everybody who sees the entity sees it.
        category: of a person, in which way they are concerned; None for others.
        certainty: whether that category is fact or assessment.
        sharing: who else sees it.
        agencies: numbers of the agencies that sharing names.

    Raises:
        StatementError: a person without a category, or something else with one.
    """
    if (kind == EntityKind.PERSON) != (category is not None):
        raise StatementError(
            "A person has a category (victim, suspect, convicted, witness or other), and nothing "
            "else has one."
        )
    with act(_REFUSED):
        made = Entity.objects.create(
            kind=kind, title=title.strip(), sharing=sharing, sharing_agencies=list(agencies)
        )
        if category is not None:
            Observation.objects.create(
                entity=made,
                type="category",
                words=category,
                certainty=certainty,
                sharing=sharing,
                sharing_agencies=list(agencies),
            )
        noted("created", Thing(kind, made.pk))
    made.refresh_from_db()
    return made


def add_particular(
    number: int,
    kind: str,
    words: str,
    *,
    certainty: Certainty,
    source: str,
    replaces: int | None = None,
) -> Particular:
    """Keep a name, date of birth, address or account, for the lead agency's officers alone.

    Args:
        number: of the entity.
        kind: what it is: name, alias, date of birth, address.
        words: the thing itself; empty to take back what it replaces.
        certainty: fact or assessment.
        source: from what it is known.
        replaces: number of an earlier one that was wrong; it stays in the history.

    Raises:
        RefusedError: another agency leads the entity.
        DecidedMeanwhileError: what it replaces was replaced already.
    """
    if not words.strip() and replaces is None:
        raise StatementError("Say what it is; only what replaces something may be empty.")
    with act(_REFUSED):
        one = led(number)
        made = Particular.objects.create(
            entity=one,
            kind=kind.strip(),
            words=words.strip(),
            certainty=certainty,
            source=reason(source),
            replaces_id=replaces,
        )
        noted("particular kept", Thing(one.kind, one.pk), particular=made.pk, replaces=replaces)
    return made


def led(number: int, kind: str | None = None) -> Entity:
    """An entity that the acting officer's agency leads.

    Raises:
        NotSeenError: there is none that is seen.
        RefusedError: another agency leads it; the message says whom to ask.
    """
    found = entity(number, kind)
    if found.agency_id != ours():
        lead = found.agency
        raise RefusedError(
            f"{found.kind} {found.pk} is led by {lead.name}. Ask them"
            f"{f' ({lead.contact})' if lead.contact else ''}, or connect it with one of your own."
        )
    return found


def add_to_series(
    series: int, why: str, *, media: Collection[int] = (), persons: Collection[int] = ()
) -> Decision:
    """Put media and victims into a series, by one decision.

    Raises:
        NotSeenError: the series or one of them is not seen.
        DecidedMeanwhileError: all of them are in it already.
    """
    why = reason(why)
    with act(_REFUSED):
        into = entity(series, EntityKind.SERIES)
        decision = Decision.objects.create(why=why)
        rows = undecided(_in(into.pk, media, persons), skip=True)
        if not rows:
            raise DecidedMeanwhileError(f"All of that is in series {into.pk} already.")
        add_steps(decision, dict.fromkeys(rows, ConnectionState.CONFIRMED))
        noted("added", f"series:{into.pk}", decision=decision.pk, parts=len(rows))
    return decision


def remove_from_series(
    series: int, why: str, *, media: Collection[int] = (), persons: Collection[int] = ()
) -> Decision:
    """Take media and victims out of a series: the connection is rejected, and stays to be seen."""
    why = reason(why)
    with act(_REFUSED):
        decision = Decision.objects.create(why=why)
        old = entity(series, EntityKind.SERIES)
        _take_out(old, media, persons, decision)
        noted("taken out", f"series:{old.pk}", decision=decision.pk)
    return decision


def _in(series: int, media: Collection[int], persons: Collection[int]) -> list[Connection]:
    all_seen(media)
    return [
        Connection(type="in series", first_media_id=one, second_entity_id=series)
        for one in sorted(set(media))
    ] + [
        Connection(
            type="victim in",
            first_entity_id=entity(one, EntityKind.PERSON).pk,
            second_entity_id=series,
        )
        for one in sorted(set(persons))
    ]


def _take_out(
    series: Entity, media: Collection[int], persons: Collection[int], decision: Decision
) -> None:
    inside = Connection.objects.filter(
        agency_id=ours(),
        second_entity__in=with_parts([series.pk]),
        type__in=["in series", "victim in"],
        state=ConnectionState.CONFIRMED,
    )
    chosen = list(inside.filter(Q(first_media__in=media) | Q(first_entity__in=persons)))
    there = {("media", one.first_media_id) for one in chosen} | {
        ("person", one.first_entity_id) for one in chosen
    }
    wanted = {("media", one) for one in media} | {("person", one) for one in persons}
    if missing := sorted(wanted - there):
        kind, number = missing[0]
        raise NotSeenError(f"{kind}:{number} is not in series {series.pk} as your agency sees it.")
    add_steps(decision, dict.fromkeys(chosen, ConnectionState.REJECTED))


def split(
    series: int, title: str, why: str, *, media: Collection[int], persons: Collection[int] = ()
) -> tuple[Entity, Decision]:
    """Move some media and victims out of a series into a new one, by one decision.

    Undoing that decision puts them back; the new series stays, empty.

    Returns:
        The new series, and the decision.

    Raises:
        NotSeenError: one of them is not in the series.
        RefusedError: another agency leads the series.
    """
    why = reason(why)
    with act(_REFUSED):
        old = led(series, EntityKind.SERIES)
        decision = Decision.objects.create(why=why)
        _take_out(old, media, persons, decision)
        new = Entity.objects.create(
            kind=EntityKind.SERIES,
            title=title.strip(),
            sharing=old.sharing,
            sharing_agencies=old.sharing_agencies,
        )
        rows = undecided(_in(new.pk, media, persons))
        add_steps(decision, dict.fromkeys(rows, ConnectionState.CONFIRMED))
        noted("split", f"series:{old.pk}", decision=decision.pk, new=f"series:{new.pk}")
    return new, decision


def merge(number: int, into: int, why: str) -> Decision:
    """Say that two entities are one. The first stays and leads to the second; undo as any decision.

    Raises:
        RefusedError: another agency leads one of them.
        StatementError: they are of different kinds, or one already.
    """
    why = reason(why)
    with act(_REFUSED):
        one, other = led(number), led(into)
        if one.pk == other.pk:
            raise StatementError(f"{number} and {into} are one already.")
        if one.kind != other.kind:
            raise StatementError(f"A {one.kind} cannot be part of a {other.kind}.")
        decision = Decision.objects.create(why=why)
        Merging.objects.create(
            decision=decision,
            entity=one,
            number=1 + Merging.objects.filter(entity=one).count(),
            into=other,
        )
        into_thing = str(Thing(other.kind, other.pk))
        noted("merged", Thing(one.kind, one.pk), decision=decision.pk, into=into_thing)
    return decision


def take_apart(number: int, why: str) -> Decision:
    """Make an entity that was merged stand on its own again, whatever was decided since.

    Raises:
        StatementError: it is on its own.
    """
    why = reason(why)
    with act(_REFUSED):
        one = Entity.objects.filter(pk=number, agency_id=ours()).first()
        if one is None:
            raise NotSeenError(f"Your agency leads nothing with the number {number}.")
        if one.merged_into_id is None:
            raise StatementError(f"{one.kind} {number} is on its own.")
        decision = Decision.objects.create(why=why)
        Merging.objects.create(
            decision=decision,
            entity=one,
            number=1 + Merging.objects.filter(entity=one).count(),
            into=None,
        )
        noted("taken apart", Thing(one.kind, one.pk), decision=decision.pk)
    return decision


def listed(kind: EntityKind) -> list[Entity]:
    """Those of a kind that the acting officer sees, each with its agency; merged ones as one."""
    rows = Entity.objects.filter(kind=kind, merged_into__isnull=True)
    found = list(rows.select_related("agency").order_by("pk"))
    viewed("list", kind=kind, entries=len(found))
    return found


def opened(series: int) -> Series:
    """A series as it is shown, with what is confirmed to be in it.

    Raises:
        NotSeenError: there is none that is seen.
    """
    one = entity(series, EntityKind.SERIES)
    viewed("series", f"series:{one.pk}")
    return Series(entity=one, media=media_of(one.pk), victims=victims_of(one.pk))


def media_of(series: int) -> list[int]:
    """Media confirmed to be in a series or in what was merged into it, as far as seen.

    For counting and deciding; what is shown to somebody is :func:`opened`.
    """
    return _confirmed_in(series, "in series", "first_media")


def victims_of(series: int) -> Sequence[int]:
    """Victims confirmed to be in it; each counts once, also when two records were merged."""
    return sorted({entity(one).pk for one in _confirmed_in(series, "victim in", "first_entity")})


def _confirmed_in(series: int, kind: str, end: str) -> list[int]:
    parts = with_parts([entity(series, EntityKind.SERIES).pk])
    rows = Connection.objects.filter(
        second_entity__in=parts, type=kind, state=ConnectionState.CONFIRMED
    )
    return sorted(set(rows.values_list(end, flat=True)))
