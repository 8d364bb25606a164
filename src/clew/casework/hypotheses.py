"""What could be so: hypotheses, what speaks for and against each, and how they stand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from clew.casework.acts import act, noted, ours, reason, viewed
from clew.casework.errors import DecidedMeanwhileError, NotSeenError, RefusedError, StatementError
from clew.casework.things import MEDIA, Thing, seen, with_parts
from clew.records.models import Argument, Certainty, Hypothesis, Side, Subject, Weighing, Weight

_REFUSED = (
    "Hypotheses are written by contributors, specialists and supervisors, and weighed by the "
    "agency that holds them."
)


def suppose(
    about: Thing,
    subject: str,
    words: str,
    *,
    sharing: str = "own agency",
    agencies: Collection[int] = (),
) -> Hypothesis:
    """Say what could be so.

    Args:
        about: the series or other entity.
        subject: country, place or other.
        words: what could be so: the country, the place.
        sharing: who else sees it.
        agencies: numbers of the agencies that sharing names.

    Raises:
        NotSeenError: there is no such entity that is seen.
        StatementError: there is no such subject, or nothing is said.
    """
    if about.is_media:
        raise StatementError("A hypothesis is about a series, a person, a place; not a media.")
    if subject not in Subject.values:
        raise StatementError(f"A hypothesis is about {', '.join(Subject.values)}.")
    if not words.strip():
        raise StatementError("Say what could be so: the country, the place.")
    with act(_REFUSED):
        about = seen(about)
        made = Hypothesis.objects.create(
            entity_id=about.id,
            subject=subject,
            words=words.strip(),
            sharing=sharing,
            sharing_agencies=list(agencies),
        )
        noted("supposed", about, hypothesis=made.pk, subject=subject)
    return made


def argue(
    number: int,
    side: str,
    words: str,
    *,
    certainty: Certainty = Certainty.ASSESSMENT,
    source: Thing | None = None,
) -> Argument:
    """Say what speaks for or against a hypothesis; shared as the hypothesis is, if it is ours.

    Args:
        number: of the hypothesis.
        side: for or against.
        words: what speaks so.
        certainty: fact or assessment.
        source: the media that it is known from.

    Raises:
        NotSeenError: there is no such hypothesis, or the media is not seen.
        StatementError: it takes no side, or says nothing.
    """
    if side not in Side.values:
        raise StatementError("Something speaks for it or against it.")
    if not words.strip():
        raise StatementError(f"Say what speaks {side} it.")
    if source is not None and source.kind != MEDIA:
        raise StatementError(f"What speaks for or against is known from a media, not {source}.")
    with act(_REFUSED):
        one = _hypothesis(number)
        mine = one.agency_id == ours()
        made = Argument.objects.create(
            hypothesis=one,
            side=side,
            words=words.strip(),
            certainty=certainty,
            from_media_id=seen(source).id if source is not None else None,
            sharing=one.sharing if mine else "own agency",
            sharing_agencies=one.sharing_agencies if mine else [],
        )
        noted("argued", f"hypothesis:{one.pk}", argument=made.pk, side=side)
    return made


def retract(argument: int) -> Argument:
    """Take back what the own agency said for or against; it stays in the history.

    Raises:
        NotSeenError: the agency has said no such thing.
        DecidedMeanwhileError: it was taken back already.
    """
    with act(_REFUSED):
        old = Argument.objects.filter(pk=argument, agency_id=ours()).first()
        if old is None:
            raise NotSeenError(f"Your agency has given no argument {argument}.")
        if Argument.objects.filter(replaces=old).exists():
            raise DecidedMeanwhileError("It was taken back already.")
        made = Argument.objects.create(
            hypothesis_id=old.hypothesis_id,
            side=old.side,
            words="",
            certainty=old.certainty,
            sharing=old.sharing,
            sharing_agencies=old.sharing_agencies,
            replaces=old,
        )
        noted("argument taken back", f"hypothesis:{old.hypothesis_id}", argument=old.pk)
    return made


def weigh(number: int, stands: str, why: str) -> Weighing:
    """Say how a hypothesis of the own agency stands now.

    Args:
        number: of the hypothesis.
        stands: open, likely, held to be so, ruled out or taken back.
        why: the reason.

    Raises:
        NotSeenError: there is no such hypothesis.
        RefusedError: another agency holds it.
        DecidedMeanwhileError: somebody else weighed it at the same time.
    """
    why = reason(why)
    if stands not in Weight.values:
        raise StatementError(f"A hypothesis is {', '.join(Weight.values)}.")
    with act(_REFUSED):
        one = _hypothesis(number)
        if one.agency_id != ours():
            raise RefusedError(
                f"{one.agency.name} holds this hypothesis. Say what speaks for or against it, or "
                "write one of your own."
            )
        made = Weighing.objects.create(hypothesis=one, number=one.steps + 1, stands=stands, why=why)
        noted("weighed", f"hypothesis:{one.pk}", stands=stands)
    return made


def unweigh(number: int) -> Weighing:
    """Put a hypothesis back to where it stood before the last step; a new one is taken back."""
    last = list(Weighing.objects.filter(hypothesis=number).order_by("-number")[:2])
    if not last:
        return weigh(number, Weight.TAKEN_BACK, "taken back at once")
    before = last[1].stands if len(last) > 1 else Weight.OPEN
    return weigh(number, before, "taken back at once")


def _hypothesis(number: int) -> Hypothesis:
    found = Hypothesis.objects.select_related("agency").filter(pk=number).first()
    if found is None:
        raise NotSeenError(f"There is no hypothesis {number} that you may see.")
    return found


@dataclass(frozen=True)
class Weighed:
    """A hypothesis with all that is said about it.

    Attributes:
        hypothesis: as it stands.
        speaks_for: arguments for it, oldest first; ``against`` likewise.
        history: how it stood before and why, oldest first.
    """

    hypothesis: Hypothesis
    speaks_for: Sequence[Argument]
    against: Sequence[Argument]
    history: Sequence[Weighing]


def hypotheses(about: Thing) -> list[Weighed]:
    """What is held to be possible of something, what was taken back left out, oldest first."""
    about = seen(about)
    viewed("hypotheses", about)
    rows = list(
        Hypothesis.objects.filter(entity__in=with_parts([about.id]))
        .exclude(stands=Weight.TAKEN_BACK)
        .select_related("agency")
        .order_by("pk")
    )
    said = list(
        Argument.objects.filter(hypothesis__in=rows, replaced_by__isnull=True)
        .exclude(words="")
        .select_related("agency")
        .order_by("pk")
    )
    steps = list(Weighing.objects.filter(hypothesis__in=rows).order_by("number"))
    return [
        Weighed(
            hypothesis=row,
            speaks_for=[a for a in said if a.hypothesis_id == row.pk and a.side == Side.FOR],
            against=[a for a in said if a.hypothesis_id == row.pk and a.side == Side.AGAINST],
            history=[step for step in steps if step.hypothesis_id == row.pk],
        )
        for row in rows
    ]
