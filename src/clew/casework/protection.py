"""What a data-protection officer does: find all that is kept of a person, correct it, restrict it.

Correcting is :func:`clew.casework.observations.replace` and, for names and the like,
:func:`clew.casework.entities.add_particular` with what it replaces.
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.db.models import Q

from clew.casework.acts import act, noted, reason, viewed
from clew.casework.errors import NotSeenError, StatementError
from clew.casework.search import search
from clew.casework.things import with_parts
from clew.records.models import (
    Connection,
    Entity,
    EntityKind,
    Finding,
    Observation,
    Particular,
    Restriction,
)

_REFUSED = (
    "Records are restricted, and freed again, by a data-protection officer of the lead agency."
)


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is kept of a person.

    Attributes:
        what: which sort of record, and its number, by which it is corrected.
        says: its words.
        certainty: fact or assessment, empty where that does not apply.
        source: what it is known from, where that was told.
        by: number of the officer who wrote it, ``agency`` of the agency it was for, ``at`` when.
        counts: False for what was replaced, taken back or rejected.
    """

    what: str
    says: str
    certainty: str
    source: str
    by: int
    agency: int
    at: datetime
    counts: bool


def persons_named(words: str) -> list[Entity]:
    """Persons in whose record these words stand, restricted ones for who may see them."""
    numbers = {
        int(found.about.partition(":")[2])
        for found in search(words, most=10_000)
        if found.about.startswith("person:")
    }
    return list(Entity.objects.filter(pk__in=numbers).order_by("pk"))


def kept_of(person: int) -> list[Kept]:
    """Everything that is kept of a person, oldest first, with what no longer counts.

    Raises:
        NotSeenError: there is no such person.
    """
    if not Entity.objects.filter(pk=person, kind=EntityKind.PERSON).exists():
        raise NotSeenError(f"There is no person:{person} that you may see.")
    viewed("everything kept", f"person:{person}")
    parts = with_parts([person])
    found = [
        _kept("person", one, one.title, "", "", True) for one in Entity.objects.filter(pk__in=parts)
    ]
    for name in Particular.objects.filter(entity__in=parts).select_related("replaced_by"):
        counts = not hasattr(name, "replaced_by")
        said = f"{name.kind}: {name.words}"
        found.append(_kept("particular", name, said, name.certainty, name.source, counts))
    rows = Observation.objects.filter(Q(entity__in=parts) | Q(from_person__in=parts))
    for note in rows.select_related("replaced_by"):
        counts = not hasattr(note, "replaced_by")
        said = f"{note.type}: {note.words}"
        found.append(_kept("observation", note, said, note.certainty, _source(note), counts))
    for step in Finding.objects.filter(person__in=parts):
        said = f"{step.aspect}: {step.stage}"
        found.append(_kept("finding", step, said, step.certainty, step.why, True))
    joined = Connection.objects.filter(Q(first_entity__in=parts) | Q(second_entity__in=parts))
    found += [
        _kept("connection", one, f"{one.type}: {one.state}", "", "", one.state != "rejected")
        for one in joined
    ]
    return sorted(found, key=lambda one: one.at)


def _kept(
    what: str,
    row: Entity | Particular | Observation | Finding | Connection,
    says: str,
    certainty: str,
    source: str,
    counts: bool,
) -> Kept:
    return Kept(
        what=f"{what} {row.pk}",
        says=says,
        certainty=certainty,
        source=source,
        by=row.officer_id,
        agency=row.agency_id,
        at=row.at,
        counts=counts,
    )


def _source(note: Observation) -> str:
    told = {
        "media": note.from_media_id,
        "sighting": note.from_sighting,
        "person": note.from_person_id,
    }
    return ", ".join(f"{what}:{number}" for what, number in told.items() if number is not None)


def restrict(person: int, why: str) -> Restriction:
    """Keep a person's record from being worked with: other officers no longer see it.

    Raises:
        NotSeenError: there is no such person.
        RefusedError: the acting officer is no data-protection officer of the lead agency.
        StatementError: it is restricted already.
    """
    with act(_REFUSED):
        one = _person(person)
        if one.restricted:
            raise StatementError(f"person:{person} is restricted already.")
        made = Restriction.objects.create(entity=one, why=reason(why))
        noted("restricted", f"person:{person}")
    return made


def free(person: int, why: str) -> Restriction:
    """Let a restricted record be worked with again; raises as :func:`restrict`."""
    with act(_REFUSED):
        one = _person(person)
        held = Restriction.objects.filter(
            entity=one, lifts__isnull=True, lifted_by__isnull=True
        ).first()
        if held is None:
            raise StatementError(f"person:{person} is not restricted.")
        made = Restriction.objects.create(entity=one, why=reason(why), lifts=held)
        noted("freed", f"person:{person}")
    return made


def _person(number: int) -> Entity:
    found = Entity.objects.filter(pk=number, kind=EntityKind.PERSON).first()
    if found is None:
        raise NotSeenError(f"There is no person:{number} that you may see.")
    return found
