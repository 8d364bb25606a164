"""Which agency leads something, and handing that over with both agencies' consent."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.http import HttpRequest
from ninja import Router, Schema, Status

from clew.access.acting import acting, require_authority
from clew.api.paging import Cursor, Limit, Page, page_of
from clew.api.words import Made, Number, Reason, Sent, Word
from clew.casework import leading as work
from clew.casework.things import Thing
from clew.records.models import LeadChange

router = Router(tags=["leading"])

_ANSWERS = {
    "accept": work.accept_lead,
    "decline": work.decline_lead,
    "withdraw": work.withdraw_lead,
}


class LeadOffer(Sent):
    """To whom it is offered to lead something, and why."""

    entity: Number
    agency: Word
    """Name of an agency that sees it."""
    why: Reason


class LeadAnswer(Sent):
    """What is answered: withdrawing is for the agency that made the offer."""

    answer: Literal["accept", "decline", "withdraw"]
    why: Reason


class LeadChangeShown(Schema):
    """An offer to lead something, or what answered it."""

    number: int
    offer: int
    thing: str
    step: str
    by: str
    to: str
    at: datetime
    why: str


@router.post("leads", response={201: Made})
def offer_lead(request: HttpRequest, said: LeadOffer) -> Status[dict[str, int]]:
    """Offer another agency to lead an entity of yours, as a supervisor."""
    with acting():
        return Status(201, {"number": work.offer_lead(said.entity, said.agency, said.why).pk})


@router.post("leads/{number}/answer", response={201: Made})
def answer_lead(request: HttpRequest, number: Number, said: LeadAnswer) -> Status[dict[str, int]]:
    """Answer an offer, as a supervisor. Accepted, names and a victim's way go with the lead."""
    with acting():
        return Status(201, {"number": _ANSWERS[said.answer](number, said.why).pk})


@router.get("leads", response=Page[LeadChangeShown])
def list_leads(
    request: HttpRequest,
    entity: Number | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, object]:
    """Offers by and to your agency that are open; of one entity, all that was said of its lead."""
    with acting():
        require_authority()
        found = work.lead_changes(entity)
        return page_of(found, lambda one: [one.pk], cursor, limit, _told)


def _told(one: LeadChange) -> dict[str, object]:
    return {
        "number": one.pk,
        "offer": one.answers_id or one.pk,
        "thing": str(Thing(one.entity.kind, one.entity_id)),
        "step": one.step,
        "by": one.agency.name,
        "to": one.to.name,
        "at": one.at,
        "why": one.why,
    }
