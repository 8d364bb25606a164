"""All that is known of one media, for its page: few questions, however much there is of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from django.db import connection
from django.db.models import Count, Max, Min, Q

from clew.access.acting import officer, require_authority
from clew.access.connections import prepared
from clew.casework.acts import viewed
from clew.casework.findings import Item
from clew.casework.gather import items
from clew.casework.grades import latest
from clew.casework.signatures import signatures, signed
from clew.casework.things import MEDIA, Thing, seen
from clew.compare.calibration import says
from clew.compare.evidence import Match
from clew.records.models import (
    Connection,
    Grade,
    Observation,
    ScopeDecision,
    Step,
    StoredMatch,
    StoredTrace,
)
from clew.records.readings import SEPARATOR

MATCHES = 12
"""Of a page of them."""
_MOST_PLACES, _MOST_PAST = 100, 100

Names = Mapping[tuple[int, int], str]
"""How those are called who wrote something, as ``signatures`` tells."""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """One place where it was found.

    Attributes:
        agency: whose sighting it is, with its country's code.
        folder: as it was scanned; ``path`` below it, members of archives behind ``›``.
        exhibit: number of the exhibit that the folder is of, None for none.
        modified_ns: last change in nanoseconds since 1970, None where it is not known.
        at: when it was found.
        sharing: with whom it is shared.
    """

    agency: str
    folder: str
    path: str
    exhibit: int | None
    modified_ns: int | None
    at: datetime
    sharing: str


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """What one signal read: how many features, of which quality (0 to 100)."""

    signal: str
    version: int
    features: int
    worst: int
    best: int


class Vote(msgspec.Struct, frozen=True, kw_only=True):
    """One officer's grade as it stands."""

    scheme: str
    grade: int
    words: str
    officer: str
    at: datetime
    mine: bool


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A connection of the media with something else.

    Attributes:
        number: of the connection.
        type: what they have to do with each other.
        thing: the other end, such as ``series:3``; ``title`` its title, empty for a media.
        state: proposed, confirmed or rejected.
        agency: whose connection it is.
    """

    number: int
    type: str
    thing: Thing
    title: str
    state: str
    agency: str


class Observed(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody saw in it, as fact or assessment."""

    type: str
    words: str
    certainty: str
    officer: str
    at: datetime


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a person did with it."""

    at: datetime
    officer: str
    what: str
    why: str


class Agreeing(msgspec.Struct, frozen=True, kw_only=True):
    """A match with another media, seen from this one.

    Attributes:
        number: of the match.
        other: number of the other media.
        match: how they agree.
        trust: how often such a match is wrong, in a sentence.
        state: how the own agency decided, empty for not yet.
    """

    number: int
    other: int
    match: Match
    trust: str
    state: str


class Dossier(msgspec.Struct, frozen=True, kw_only=True):
    """One media with all that is said of it; who said it is called as in ``signatures``."""

    item: Item
    seen: Sequence[Seen]
    traces: Sequence[Trace]
    votes: Sequence[Vote]
    hidden_votes: int
    observations: Sequence[Observed]
    links: Sequence[Link]
    history: Sequence[Event]


_PLACES = """
SELECT a.name || ', ' || c.code, f.path, s.path, f.exhibit_id, s.modified_ns, s.seen_at, s.sharing
FROM records_sighting s JOIN records_folder f ON f.id = s.folder_id
LEFT JOIN access_agency a ON a.id = s.agency_id LEFT JOIN access_country c ON c.id = a.country_id
WHERE s.media_id = $1::bigint ORDER BY s.seen_at DESC, s.id LIMIT $2::integer
"""


def dossier(number: int) -> Dossier:
    """What is known of a media, as far as the acting officer sees it.

    Others' votes are kept back until the officer has voted, or all who voted agree: they would
    lead whoever comes next.

    Raises:
        NotSeenError: the acting officer sees no such media.
    """
    require_authority()
    thing = seen(Thing(MEDIA, number))
    viewed("media", thing)
    links = _links(number)
    grades, steps = list(latest().filter(media=number)), _steps(links)
    observed, scoped = _observed(number), _scoped(number)
    names = signatures([*grades, *observed, *scoped, *(step.decision for step in steps)])
    votes, hidden = _votes(grades, names)
    return Dossier(
        item=items([number])[number],
        seen=[_seen(*row) for row in prepared(connection, _PLACES, [number, _MOST_PLACES])],
        traces=_traces(number),
        votes=votes,
        hidden_votes=hidden,
        observations=[
            Observed(
                type=row.type,
                words=row.words,
                certainty=row.certainty,
                officer=signed(row, names),
                at=row.at,
            )
            for row in observed
        ],
        links=links,
        history=_history(steps, scoped, names),
    )


def matches(number: int, after: tuple[int, int] | None = None) -> list[Agreeing]:
    """What a media matched, nearest first; :data:`MATCHES` of them.

    Args:
        number: of the media.
        after: distance and number of the last match of the page before.

    Raises:
        NotSeenError: the acting officer sees no such media.
    """
    require_authority()
    viewed("matches", seen(Thing(MEDIA, number)))
    rows = StoredMatch.objects.filter(Q(first=number) | Q(second=number))
    if after is not None:
        distance, last = after
        rows = rows.filter(Q(distance__gt=distance) | Q(distance=distance, pk__gt=last))
    found = list(rows.order_by("distance", "pk")[:MATCHES])
    decided = dict(
        Connection.objects.filter(match__in=[row.pk for row in found]).values_list("match", "state")
    )
    return [_agreeing(row, number, decided.get(row.pk, "")) for row in found]


def _agreeing(row: StoredMatch, number: int, state: str) -> Agreeing:
    match = msgspec.convert(row.evidence, Match)
    first = row.first_id == number
    return Agreeing(
        number=row.pk,
        other=row.second_id if first else row.first_id,
        match=match if first else match.swapped(),
        trust=says(match),
        state=state,
    )


def _seen(
    agency: str | None,
    folder: bytes,
    path: bytes,
    exhibit: int | None,
    modified_ns: int | None,
    at: datetime,
    sharing: str,
) -> Seen:
    return Seen(
        agency=agency or "",
        folder=folder.decode("utf-8", "replace"),
        path=" › ".join(part.decode("utf-8", "replace") for part in path.split(SEPARATOR)),
        exhibit=exhibit,
        modified_ns=modified_ns,
        at=at,
        sharing=sharing,
    )


def _traces(number: int) -> list[Trace]:
    rows = (
        StoredTrace.objects.filter(media=number)
        .values("signal", "version")
        .annotate(features=Count("pk"), worst=Min("quality"), best=Max("quality"))
        .order_by("signal", "version")
    )
    return [Trace(**row) for row in rows]


def _votes(rows: Sequence[Grade], names: Names) -> tuple[list[Vote], int]:
    me = officer()
    votes = [
        Vote(
            scheme=row.scheme,
            grade=row.grade,
            words=row.words,
            officer=signed(row, names),
            at=row.at,
            mine=row.officer_id == me,
        )
        for row in rows
        if row.grade is not None
    ]
    open_schemes = {vote.scheme for vote in votes if vote.mine}
    for scheme in {vote.scheme for vote in votes}:
        said = [vote.grade for vote in votes if vote.scheme == scheme]
        if len(said) > 1 and len(set(said)) == 1:
            open_schemes.add(scheme)
    told = [vote for vote in votes if vote.scheme in open_schemes]
    return told, len(votes) - len(told)


def _observed(number: int) -> list[Observation]:
    found = Observation.objects.filter(media=number, replaced_by__isnull=True).exclude(words="")
    return list(found.order_by("pk"))


def _links(number: int) -> list[Link]:
    rows = Connection.objects.filter(Q(first_media=number) | Q(second_media=number))
    found = []
    for row in rows.select_related("agency", "first_entity", "second_entity").order_by("pk"):
        first = row.first_media_id == number
        media = row.second_media_id if first else row.first_media_id
        entity = row.second_entity if first else row.first_entity
        if entity is None and media is None:
            continue
        found.append(
            Link(
                number=row.pk,
                type=row.type,
                thing=Thing(entity.kind, entity.pk) if entity else Thing(MEDIA, media or 0),
                title=entity.title if entity else "",
                state=row.state,
                agency=row.agency.name,
            )
        )
    return found


def _steps(links: Sequence[Link]) -> list[Step]:
    taken = Step.objects.filter(connection__in=[link.number for link in links])
    return list(taken.select_related("decision", "connection").order_by("-pk")[:_MOST_PAST])


def _scoped(number: int) -> list[ScopeDecision]:
    """Decisions about whether it is in scope of the authority in use."""
    rows = ScopeDecision.objects.filter(scoped__media=number, authority=require_authority())
    return list(rows.order_by("-pk")[:_MOST_PAST])


def _history(steps: Sequence[Step], scoped: Sequence[ScopeDecision], names: Names) -> list[Event]:
    told = [
        Event(
            at=step.decision.at,
            officer=signed(step.decision, names),
            what=f"{step.connection.type}: {step.state}",
            why=step.decision.why,
        )
        for step in steps
    ]
    told += [
        Event(
            at=one.at,
            officer=signed(one, names),
            what="left out of scope" if one.out else "taken into scope",
            why=one.why,
        )
        for one in scoped
    ]
    return sorted(told, key=lambda one: one.at, reverse=True)
