"""Which agency leads a series, a person or another thing, and handing that over.

It takes both: a supervisor of the agency that leads offers, one of the other accepts. Names and a
victim's way go with the lead. The agency that led goes on seeing the thing, and what it wrote about
it is shared with the one that leads; with whom media are shared does not change.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from clew.access.agencies import NoAgencyError, agency_named
from clew.access.models import Agency
from clew.casework.acts import act, noted, ours, reason, viewed
from clew.casework.entities import led
from clew.casework.errors import DecidedMeanwhileError, NotSeenError, StatementError
from clew.casework.things import Thing, entity
from clew.records.models import Entity, LeadChange, LeadStep, Sharing

_REFUSED = (
    "Leading is offered by supervisors of the agency that leads, and accepted by supervisors of "
    "the one it is offered to."
)


def offer_lead(number: int, agency: str, why: str) -> LeadChange:
    """Offer another agency to lead something, as a supervisor.

    Args:
        number: of the entity, which the own agency leads and the other one sees.
        agency: the other one's name, with its country where several have it: ``DE/LKA 21``.
        why: the reason.

    Raises:
        StatementError: there is no such agency, or it does not see what it would lead.
        DecidedMeanwhileError: it is offered to somebody already.
    """
    with act(_REFUSED):
        one = led(number)
        to = _other(agency)
        if not _shared_with(one, to.pk):
            raise StatementError(
                f"{to.name} does not see {Thing(one.kind, one.pk)}: share it with them first."
            )
        if _open(one.pk):
            raise DecidedMeanwhileError(
                f"{Thing(one.kind, one.pk)} is offered already. Withdraw that first."
            )
        made = LeadChange.objects.create(entity=one, to=to, step=LeadStep.OFFERED, why=reason(why))
        noted("lead offered", Thing(one.kind, one.pk), offer=made.pk, to=to.pk)
    return made


def _other(name: str) -> Agency:
    try:
        found = agency_named(name)
    except NoAgencyError as error:
        raise StatementError(f"There is no other agency that could lead: {error}.") from error
    if found.pk == ours():
        raise StatementError(f"{found.name} is yours: there is no other agency named.")
    return found


def _shared_with(one: Entity, agency: int) -> bool:
    named = agency in one.sharing_agencies
    return {
        Sharing.MEMBERS.value: True,
        Sharing.NAMED.value: named,
        Sharing.ALL_EXCEPT.value: not named,
    }.get(one.sharing, False)


def _open(number: int) -> bool:
    offers = LeadChange.objects.filter(entity=number, step=LeadStep.OFFERED)
    return offers.filter(answer__isnull=True).exists()


def accept_lead(offer: int, why: str) -> LeadChange:
    """Lead something from now on, as a supervisor of the agency it was offered to."""
    return _answer(offer, LeadStep.ACCEPTED, "lead accepted", why)


def decline_lead(offer: int, why: str) -> LeadChange:
    """Do not lead it, as a supervisor of the agency it was offered to."""
    return _answer(offer, LeadStep.DECLINED, "lead declined", why)


def withdraw_lead(offer: int, why: str) -> LeadChange:
    """Take an offer back, as a supervisor of the agency that made it."""
    return _answer(offer, LeadStep.WITHDRAWN, "lead withdrawn", why)


def _answer(offer: int, step: LeadStep, said: str, why: str) -> LeadChange:
    """Answer an offer.

    Raises:
        NotSeenError: there is none of that number for the acting officer's agency.
        DecidedMeanwhileError: it was answered, or what was offered is led by others by now.
    """
    with act(_REFUSED):
        found = LeadChange.objects.filter(pk=offer, step=LeadStep.OFFERED).first()
        if found is None:
            raise NotSeenError(f"There is no offer {offer} to lead something, to you or by you.")
        if LeadChange.objects.filter(answers=found).exists():
            raise DecidedMeanwhileError(f"Offer {offer} was answered already.")
        one = entity(found.entity_id)
        made = LeadChange.objects.create(
            entity=one, to_id=found.to_id, step=step, why=reason(why), answers=found
        )
        noted(said, Thing(one.kind, one.pk), offer=offer, to=found.to_id)
    return made


def lead_changes(number: int | None = None) -> Sequence[LeadChange]:
    """Offers and answers that concern the own agency, oldest first, each with its entity.

    Args:
        number: of one entity, whose history that is; None for all offers that are open.
    """
    rows = LeadChange.objects.select_related("entity", "agency", "to").order_by("pk")
    if number is None:
        viewed("leads offered")
        return list(rows.filter(Q(step=LeadStep.OFFERED), answer__isnull=True))
    one = entity(number)
    viewed("leads", Thing(one.kind, one.pk))
    return list(rows.filter(entity=one))
