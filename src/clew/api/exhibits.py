"""Exhibits: what was seized, and through whose hands it went."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.http import HttpRequest
from ninja import Router, Schema, Status

from clew.access.acting import acting, require_authority
from clew.api.paging import Cursor, Limit, Page, page_of_rows
from clew.api.words import Maybe, Moment, Number, Sent, Word
from clew.casework.acts import viewed
from clew.casework.errors import NotSeenError
from clew.intake.exhibits import add_exhibit, gaps, hand_over
from clew.records.models import CustodyEntry, Exhibit, Source

router = Router(tags=["exhibits"])

SourceWord = Literal["device", "service", "forum", "account", "address", "referral"]


class ExhibitWritten(Sent):
    """A seized thing. What is written of it never changes."""

    number: Word
    description: Word
    seized_where: Word
    seized_at: Moment
    source: SourceWord
    source_name: Maybe = ""
    acquisition_algorithm: Maybe = ""
    acquisition_hash: Maybe = ""
    examiner: Maybe = ""


class ExhibitShown(Schema):
    """A seized thing."""

    id: int
    number: str
    description: str
    seized_where: str
    seized_at: datetime
    source: str
    source_name: str
    acquisition_algorithm: str
    acquisition_hash: str
    examiner: str
    added_at: datetime


class HandOver(Sent):
    """That an exhibit went from hand to hand."""

    handed_by: Word
    received_by: Word
    at: Moment
    where: Word
    why: Word


class EntryShown(Schema):
    """One entry of its custody."""

    position: int
    handed_by: str
    received_by: str
    at: datetime
    where: str
    why: str
    recorded_at: datetime


class CustodyShown(Schema):
    """All custody of an exhibit, oldest first."""

    entries: list[EntryShown]
    gaps: list[int]
    """Positions in which somebody hands over who had not received it."""


@router.get("exhibits", response=Page[ExhibitShown])
def list_exhibits(
    request: HttpRequest, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, object]:
    """The exhibits that you see, in the order in which they were recorded."""
    with acting():
        require_authority()
        viewed("exhibits")
        return page_of_rows(Exhibit.objects.all(), cursor, limit, lambda one: one)


@router.post("exhibits", response={201: ExhibitShown})
def record_exhibit(request: HttpRequest, written: ExhibitWritten) -> Status[Exhibit]:
    """Record a seized thing of your agency."""
    with acting():
        told = written.model_dump() | {"source": Source(written.source)}
        made = add_exhibit(**told)
        made.refresh_from_db()
    return Status(201, made)


@router.get("exhibits/{id}", response=ExhibitShown)
def show_exhibit(request: HttpRequest, id: Number) -> Exhibit:  # noqa: A002 - as in the address
    """One exhibit."""
    with acting():
        found = _exhibit(id)
        viewed("exhibit", f"exhibit:{id}")
        return found


@router.get("exhibits/{id}/custody", response=CustodyShown)
def show_custody(request: HttpRequest, id: Number) -> dict[str, object]:  # noqa: A002
    """Through whose hands an exhibit went."""
    with acting():
        entries = list(_exhibit(id).custody.order_by("position"))
        viewed("custody", f"exhibit:{id}")
    return {"entries": entries, "gaps": gaps(entries)}


@router.post("exhibits/{id}/custody", response={201: EntryShown})
def record_custody(
    request: HttpRequest,
    id: Number,  # noqa: A002
    written: HandOver,
) -> Status[CustodyEntry]:
    """Add to the custody of an exhibit of your agency. Nobody can change what was written there."""
    with acting():
        made = hand_over(_exhibit(id), **written.model_dump())
        made.refresh_from_db()
    return Status(201, made)


def _exhibit(number: int) -> Exhibit:
    require_authority()
    found = Exhibit.objects.filter(pk=number).first()
    if found is None:
        raise NotSeenError(f"There is no exhibit {number} that you may see.")
    return found
