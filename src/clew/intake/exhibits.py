"""Exhibits and their custody: what was seized, and through whose hands it went."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from django.db import IntegrityError, transaction

from clew.access import acting
from clew.audit.events import Event
from clew.audit.log import record
from clew.records.models import CustodyEntry, Exhibit, Source


class ExhibitRefusedError(Exception):
    """An exhibit is unknown, or cannot be written so; ``str(error)`` says why and what to do."""


def add_exhibit(
    *,
    number: str,
    description: str,
    seized_where: str,
    seized_at: datetime,
    source: Source,
    source_name: str = "",
    acquisition_algorithm: str = "",
    acquisition_hash: str = "",
    examiner: str = "",
) -> Exhibit:
    """Record a seized thing of the acting officer's agency, under the authority in use.

    Args:
        number: as on its label.
        description: what it is.
        seized_where: the place.
        seized_at: the time.
        source: what what it holds comes from.
        source_name: make, service, account or number of it.
        acquisition_algorithm: of the hash over its forensic image, such as sha256.
        acquisition_hash: that hash in hexadecimal, as the forensic tool told it.
        examiner: who made the image.

    Raises:
        clew.access.errors.AccessError: nobody is signed in, or under no authority that holds.
        ExhibitRefusedError: the agency has one of that number, or what was said is incomplete.
    """
    authority = acting.require_authority()
    try:
        with transaction.atomic():
            made = Exhibit.objects.create(
                agency_id=acting.agency() or 0,
                authority_id=authority,
                number=number,
                description=description,
                seized_where=seized_where,
                seized_at=seized_at,
                source=source,
                source_name=source_name,
                acquisition_algorithm=acquisition_algorithm,
                acquisition_hash=acquisition_hash.lower(),
                examiner=examiner,
                added_by_id=acting.officer() or 0,
            )
            record(Event.CUSTODY, about=f"exhibit:{made.pk}", details={"act": "recorded"})
    except IntegrityError as error:
        if "an_exhibit_is_numbered_once" in str(error):
            raise ExhibitRefusedError(
                f"There is an exhibit {number} of your agency already: clew exhibit show {number}"
            ) from error
        raise ExhibitRefusedError(
            "An exhibit says its number, what it is and where it was seized; an acquisition hash "
            "says how it was computed."
        ) from error
    return made


def exhibit_by_number(number: str) -> Exhibit:
    """The exhibit of the acting officer's agency with that number.

    Raises:
        ExhibitRefusedError: there is none that the officer sees.
    """
    found = Exhibit.objects.filter(number=number, agency=acting.agency()).first()
    if found is None:
        raise ExhibitRefusedError(
            f"Your agency has no exhibit {number}; add it with: clew exhibit add {number}"
        )
    return found


def hand_over(
    exhibit: Exhibit, *, handed_by: str, received_by: str, at: datetime, where: str, why: str
) -> CustodyEntry:
    """Add to the custody of an exhibit. What was written there can be changed by nobody.

    Raises:
        clew.access.errors.AccessError: nobody is signed in, or under no authority that holds.
        ExhibitRefusedError: what was said is incomplete.
    """
    authority = acting.require_authority()
    try:
        with transaction.atomic():
            entry = CustodyEntry.objects.create(
                exhibit=exhibit,
                position=0,  # the database counts
                handed_by=handed_by,
                received_by=received_by,
                at=at,
                where=where,
                why=why,
                recorded_by_id=acting.officer() or 0,
                authority_id=authority,
            )
            record(
                Event.CUSTODY,
                about=f"exhibit:{exhibit.pk}",
                details={"act": "handed over", "entry": entry.pk},
            )
    except IntegrityError as error:
        raise ExhibitRefusedError(
            "Custody says who handed the exhibit to whom, where and why."
        ) from error
    return entry


def gaps(custody: Sequence[CustodyEntry]) -> list[int]:
    """Positions of entries in which somebody hands over who had not received it.

    Args:
        custody: all entries of one exhibit in their order.
    """
    return [
        entry.position
        for before, entry in pairwise(custody)
        if entry.handed_by.casefold() != before.received_by.casefold() or entry.at < before.at
    ]
