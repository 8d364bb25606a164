"""What the machine's matches propose, for people to decide; and undoing what was decided."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from django.http import HttpRequest
from ninja import Router, Schema

from clew.access.acting import acting
from clew.api.paging import Cursor, Limit, Page, page_of
from clew.api.words import Decided, Number, Reason, Why, Word
from clew.casework import proposals as work
from clew.casework.decisions import undo
from clew.casework.proposals import Proposal

router = Router(tags=["proposals and decisions"])


class LeadShown(Schema):
    """One undecided match of a proposal."""

    match: int
    first: int
    second: int
    kind: str
    distance: int
    threshold: int


class ConsequenceShown(Schema):
    """What makes a proposal weigh, as far as you see it."""

    danger: bool
    unidentified: list[int]
    identified: list[int]
    series: list[int]
    countries: list[str]
    newest: datetime | None


class ProposalShown(Schema):
    """One question: do these belong together?"""

    id: str
    first: list[int]
    second: list[int]
    leads: list[LeadShown]
    consequence: ConsequenceShown
    strength: float


class Accepted(Schema):
    """Why it is confirmed, and a series that all its media are put into."""

    why: Reason
    series: Number | None = None


@router.get("proposals", response=Page[ProposalShown])
def list_proposals(
    request: HttpRequest, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, object]:
    """All that you can decide, weightiest first."""
    with acting():
        return page_of(work.proposals(), _order, cursor, limit, _told)


@router.get("proposals/{id}", response=ProposalShown)
def show_proposal(request: HttpRequest, id: Word) -> dict[str, object]:  # noqa: A002
    """One proposal, named with exactly the matches it is about."""
    with acting():
        return _told(work.proposal(id))


@router.post("proposals/{id}/accept", response={201: Decided})
def accept_proposal(
    request: HttpRequest,
    id: Word,  # noqa: A002
    said: Accepted,
) -> tuple[int, dict[str, int]]:
    """Confirm everything that a proposal says, in one decision."""
    with acting():
        return 201, {"decision": work.accept(id, said.why, series=said.series).pk}


@router.post("proposals/{id}/reject", response={201: Decided})
def reject_proposal(
    request: HttpRequest,
    id: Word,  # noqa: A002
    said: Why,
) -> tuple[int, dict[str, int]]:
    """Say of everything in a proposal that it does not belong together."""
    with acting():
        return 201, {"decision": work.reject(id, said.why).pk}


@router.post("decisions/{number}/undo", response={201: Decided})
def undo_decision(request: HttpRequest, number: Number, said: Why) -> tuple[int, dict[str, int]]:
    """Put everything back to where it was before a decision. Both stay in the history."""
    with acting():
        return 201, {"decision": undo(number, said.why).pk}


def _order(one: Proposal) -> list[Any]:
    return [*one.consequence.order, -one.strength, one.id]


def _told(one: Proposal) -> dict[str, object]:
    return {**msgspec.to_builtins(one), "strength": one.strength}
