"""A victim's way from unknown to identified and safe: identity, whereabouts and safety apart.

*Identified* takes two people: one proposes, another specialist or supervisor of the lead agency
confirms. The database holds that, not this module alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from django.db.models import QuerySet

from clew.access.acting import officer
from clew.casework.acts import act, noted, reason, viewed
from clew.casework.entities import led
from clew.casework.errors import (
    DecidedMeanwhileError,
    NotSeenError,
    RefusedError,
    StatementError,
)
from clew.casework.things import entity
from clew.records.models import STAGES, Aspect, Category, Certainty, Entity, EntityKind, Finding

_REFUSED = (
    "A victim's identification is recorded by contributors, specialists and supervisors of the "
    "lead agency; identified is confirmed by a specialist or supervisor who did not propose it."
)


def find(
    person: int,
    aspect: Aspect,
    stage: str,
    why: str,
    *,
    certainty: Certainty = Certainty.ASSESSMENT,
) -> Finding:
    """Record where a victim's identity, whereabouts or safety stands now.

    Args:
        person: number of the victim, led by the acting officer's agency.
        aspect: which of the three; the others stay as they are.
        stage: how far it is; ``identified`` only through :func:`confirm_identity`.
        why: from what it is known.
        certainty: fact or assessment.

    Raises:
        NotSeenError: there is no such person.
        RefusedError: another agency leads, or it is no victim.
        StatementError: there is no such stage.
        DecidedMeanwhileError: somebody else recorded a step at the same time.
    """
    if stage == "identified":
        raise StatementError(
            "Identified takes two people: propose the identity, then have another specialist or "
            f"supervisor confirm it with `clew person confirm {person}`."
        )
    if stage not in STAGES[aspect]:
        raise StatementError(f"{aspect} is one of {', '.join(STAGES[aspect])}, not {stage!r}.")
    return _step(person, aspect, stage, why, certainty, None)


def confirm_identity(person: int, why: str) -> Finding:
    """Confirm what another officer proposed: the victim is identified.

    Raises:
        StatementError: nothing is proposed.
        RefusedError: the acting officer proposed it, or is neither specialist nor supervisor.
    """
    last = _history(victim(person).pk, Aspect.IDENTITY).last()
    if last is None or last.stage != "proposed":
        raise StatementError(
            f"No identity is proposed for person {person}; it stands at "
            f"{last.stage if last is not None else 'unknown'}. Propose one with "
            f"`clew person find {person} identity proposed`."
        )
    if last.officer_id == officer():
        raise RefusedError("You proposed it yourself: another specialist or supervisor confirms.")
    return _step(person, Aspect.IDENTITY, "identified", why, Certainty.FACT, last)


def unfind(number: int) -> Finding:
    """Put identity, whereabouts or safety back to where it stood before its last step.

    Args:
        number: of that step.

    Raises:
        NotSeenError: the acting officer's agency has recorded no such step.
        DecidedMeanwhileError: a further step was recorded since.
        StatementError: it stood at identified before, which nobody says alone.
    """
    undone = Finding.objects.filter(pk=number).first()
    if undone is None:
        raise NotSeenError(f"There is no step {number} on a victim's way that you may see.")
    aspect = Aspect(undone.aspect)
    last = list(_history(undone.person_id, aspect).reverse()[:2])
    if last[0].pk != number:
        raise DecidedMeanwhileError("A further step was recorded since. Look at it, then decide.")
    before = last[1] if len(last) > 1 else None
    if before is not None and before.stage == "identified":
        raise StatementError(
            "Before, the victim was identified, which takes two people: propose the identity "
            "again, then have another specialist or supervisor confirm it."
        )
    stage = before.stage if before is not None else STAGES[aspect][0]
    certainty = Certainty(before.certainty if before is not None else Certainty.ASSESSMENT)
    return _step(undone.person_id, aspect, stage, "taken back at once", certainty, None)


def _step(
    person: int,
    aspect: Aspect,
    stage: str,
    why: str,
    certainty: Certainty,
    confirms: Finding | None,
) -> Finding:
    why = reason(why)
    with act(_REFUSED):
        one = led(victim(person).pk)
        made = Finding.objects.create(
            person=one,
            aspect=aspect,
            stage=stage,
            why=why,
            certainty=certainty,
            confirms=confirms,
            number=1 + _history(one.pk, aspect).count(),
        )
        noted("found", f"person:{one.pk}", aspect=aspect, stage=stage)
    return made


def victim(number: int) -> Entity:
    """A victim by the number of their record, or of one that was merged into it.

    Raises:
        NotSeenError: there is no such person.
        RefusedError: it is no victim.
    """
    found = entity(number, EntityKind.PERSON)
    if found.category != Category.VICTIM:
        raise RefusedError(
            f"Person {found.pk} is kept as {found.category}, not as a victim. If they are one, the "
            f"lead agency says so: `clew observe person:{found.pk} category victim`."
        )
    return found


def _history(person: int, aspect: Aspect) -> QuerySet[Finding]:
    return Finding.objects.filter(person=person, aspect=aspect).order_by("number")


def way(person: int) -> Sequence[Finding]:
    """Every step of a victim's way, oldest first; empty for who is not of the lead agency."""
    one = victim(person)
    viewed("way", f"person:{one.pk}")
    return list(Finding.objects.filter(person=one.pk).order_by("at", "pk"))


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """Victims the acting officer sees; one who has several records that were merged counts once.

    Attributes:
        victims: all.
        identified: of them those whose identity two people established.
        located: those whose whereabouts are known to the place.
        safeguarded: those who are safe.
    """

    victims: int
    identified: int
    located: int
    safeguarded: int


def count() -> Count:
    """How many victims there are, and how far they are."""
    viewed("count of victims")
    victims = Entity.objects.filter(
        kind=EntityKind.PERSON, category=Category.VICTIM, merged_into__isnull=True
    )
    return Count(
        victims=victims.count(),
        identified=victims.filter(identity="identified").count(),
        located=victims.filter(whereabouts="located").count(),
        safeguarded=victims.filter(safety="safeguarded").count(),
    )
