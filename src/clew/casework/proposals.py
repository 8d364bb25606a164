"""What the machine's matches propose, as few and as weighty questions to an officer as possible.

A proposal is not stored: it is every match that the acting officer sees and the agency has not
decided, asked at the moment of looking. So none is missed, whichever of two media came later and
whoever stored them, and none is doubled.

Near-copies of one picture form a group, and all matches between the same two groups (or within
one) are one proposal: forty copies are one decision. A match the agency rejected holds no group
together; beyond that, decisions change nothing of what is proposed.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Sequence

import msgspec
from django.db.models import Exists, OuterRef

from clew.access.acting import require_authority
from clew.casework.acts import act, noted, ours, reason, viewed
from clew.casework.consequence import Consequence, Weights
from clew.casework.decisions import add_steps, undecided
from clew.casework.errors import DecidedMeanwhileError, NotSeenError
from clew.casework.things import entity
from clew.casework.together import Together, near_copies
from clew.records.models import (
    Connection,
    ConnectionState,
    Decision,
    EntityKind,
    StoredMatch,
)

_DIGITS = 19
"""Of a number that the database keeps."""


class Lead(msgspec.Struct, frozen=True, kw_only=True):
    """One undecided match of a proposal.

    Attributes:
        match: its number.
        first: number of the older media; ``second`` of the newer.
        kind: how they agree.
        distance: in bits; ``threshold`` the most that counted.
    """

    match: int
    first: int
    second: int
    kind: str
    distance: int
    threshold: int


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """One question to an officer: do these belong together?

    Attributes:
        id: names it with exactly these matches; another arrives and it is another proposal.
        first: media of one group of near-copies, ``second`` of the other; the same when the
            question is about one group.
        leads: its matches, nearest first.
        consequence: what makes it weigh.
    """

    id: str
    first: tuple[int, ...]
    second: tuple[int, ...]
    leads: tuple[Lead, ...]
    consequence: Consequence

    @property
    def media(self) -> tuple[int, ...]:
        """All media that it is about."""
        return tuple(sorted({*self.first, *self.second}))

    @property
    def strength(self) -> float:
        """How far its nearest match is from what no longer counted: 1 for the same, 0 for just."""
        return max(1 - lead.distance / max(lead.threshold, 1) for lead in self.leads)


def proposals() -> list[Proposal]:
    """All that the acting officer can decide, weightiest first.

    Raises:
        clew.access.errors.AuthorityError: no authority was chosen that holds now.
    """
    found = _waiting()
    viewed("proposals", entries=len(found))
    return found


def _waiting(media: Collection[int] | None = None, *, weighed: bool = True) -> list[Proposal]:
    """Those of all media, or of some that hang together."""
    require_authority()
    together, leads = _matches(media)
    members = together.members()
    asked: dict[tuple[int, int], list[Lead]] = defaultdict(list)
    for lead in leads:
        first, second = sorted((together.of(lead.first), together.of(lead.second)))
        asked[first, second].append(lead)
    about = {one for pair in asked for group in pair for one in members.get(group, [group])}
    weights = Weights.now(about) if weighed else None
    made = [
        _proposal(members.get(first, [first]), members.get(second, [second]), found, weights)
        for (first, second), found in asked.items()
    ]
    return sorted(made, key=lambda one: (one.consequence.order, -one.strength, one.id))


def proposal(name: str) -> Proposal:
    """One by its id.

    Raises:
        DecidedMeanwhileError: it was decided, or has changed since it was looked at.
        NotSeenError: there is none.
    """
    found = _named(name, weighed=True)
    viewed("proposal", f"proposal:{found.id}", media=len(found.media))
    return found


def some(media: Collection[int]) -> list[Proposal]:
    """Those that are about some media or near-copies of them; showing them is noted by the caller.

    Raises:
        clew.access.errors.AuthorityError: no authority was chosen that holds now.
    """
    return _waiting(near_copies(media)) if media else []


def _named(name: str, *, weighed: bool = False) -> Proposal:
    lead = name.partition("-")[0]
    number = int(lead) if lead.isdecimal() and len(lead) < _DIGITS else 0
    match = StoredMatch.objects.filter(pk=number).first()
    # All of its two groups and nothing else: what waits elsewhere does not matter here.
    around = near_copies([match.first_id, match.second_id]) if match is not None else ()
    for one in _waiting(around, weighed=weighed):
        if one.id == name:
            return one
        if any(str(each.match) == lead for each in one.leads):
            raise DecidedMeanwhileError(
                f"The proposal {name} has changed since: something arrived or was decided. It is "
                f"{one.id} now; look at it again with `clew proposals show {one.id}`."
            )
    raise NotSeenError(
        f"There is no proposal {name}; it may have been decided. `clew proposals list` shows those "
        "that wait."
    )


def accept(name: str, why: str, *, series: int | None = None) -> Decision:
    """Confirm everything that a proposal says, in one decision.

    Args:
        name: the proposal's id.
        why: the reason.
        series: number of a series that all its media are put into by the same decision.

    Raises:
        DecidedMeanwhileError: it has changed since, or was decided.
    """
    return _settle(name, ConnectionState.CONFIRMED, why, series)


def reject(name: str, why: str) -> Decision:
    """Say of everything in a proposal that it does not belong together; raises as accepting."""
    return _settle(name, ConnectionState.REJECTED, why, None)


_REFUSED = "Proposals are decided by contributors, specialists and supervisors."


def _settle(name: str, state: ConnectionState, why: str, series: int | None) -> Decision:
    why = reason(why)
    with act(_REFUSED):
        asked = _named(name)
        connections = [
            Connection(
                type=lead.kind,
                first_media_id=lead.first,
                second_media_id=lead.second,
                match_id=lead.match,
            )
            for lead in sorted(asked.leads, key=lambda lead: (lead.first, lead.second, lead.kind))
        ]
        decision = Decision.objects.create(why=why)
        add_steps(decision, dict.fromkeys(undecided(connections), state))
        if series is not None:
            into = entity(series, EntityKind.SERIES)
            rows = [
                Connection(type="in series", first_media_id=media, second_entity=into)
                for media in asked.media
            ]
            add_steps(decision, dict.fromkeys(undecided(rows, skip=True), state))
        noted("settled", f"proposal:{asked.id}", state=state, decision=decision.pk)
    return decision


def _matches(media: Collection[int] | None) -> tuple[Together, list[Lead]]:
    """Groups of near-copies, and the matches that wait for a decision."""
    decided = Connection.objects.filter(
        agency_id=ours(),
        first_media=OuterRef("first"),
        second_media=OuterRef("second"),
        type=OuterRef("kind"),
    )
    rows = StoredMatch.objects.annotate(
        decided=Exists(decided.exclude(state=ConnectionState.PROPOSED)),
        rejected=Exists(decided.filter(state=ConnectionState.REJECTED)),
    )
    if media is not None:
        rows = rows.filter(first__in=list(media), second__in=list(media))
    told = ("pk", "first", "second", "kind", "distance", "threshold")
    together, leads = Together(), []
    for *row, copies, done, rejected in rows.values_list(
        *told, "near_copy", "decided", "rejected"
    ).iterator():
        pk, first, second, kind, distance, threshold = row
        if copies and not rejected:
            together.join(first, second)
        if not done:
            leads.append(
                Lead(
                    match=pk,
                    first=first,
                    second=second,
                    kind=kind,
                    distance=distance,
                    threshold=threshold,
                )
            )
    return together, leads


def named(matches: Collection[int]) -> str:
    """The name of the proposal that has exactly these matches."""
    numbers = sorted(matches)
    seen = hashlib.sha256(",".join(map(str, numbers)).encode()).hexdigest()[:8]
    return f"{numbers[0]}-{seen}"


def _proposal(
    first: Sequence[int], second: Sequence[int], leads: list[Lead], weights: Weights | None
) -> Proposal:
    one, other = sorted((tuple(sorted(first)), tuple(sorted(second))))
    return Proposal(
        id=named([lead.match for lead in leads]),
        first=one,
        second=other,
        leads=tuple(sorted(leads, key=lambda lead: (lead.distance, lead.match))),
        consequence=weights.of({*first, *second}) if weights is not None else Consequence(),
    )
