"""Saying what is seen, heard or concluded, of a media or of anything it is connected with."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from clew.casework.acts import act, noted, ours, viewed
from clew.casework.errors import NotSeenError, StatementError
from clew.casework.things import MEDIA, Thing, seen, with_parts
from clew.casework.vocabulary import vocabulary
from clew.records.models import Certainty, EntityKind, Observation, Sighting

_REFUSED = (
    "Observations are written by contributors, specialists and supervisors, about what they see."
)


def observe(
    about: Thing,
    kind: str,
    words: str,
    *,
    certainty: Certainty = Certainty.ASSESSMENT,
    source: Thing | None = None,
    sighting: int | None = None,
    region: Sequence[float] | None = None,
    span: tuple[float, float] | None = None,
    sharing: str = "own agency",
    agencies: Collection[int] = (),
) -> Observation:
    """Say something of a media or an entity.

    Args:
        about: what of.
        kind: one of the vocabulary's types of observation.
        words: what it is; one of the type's choices where it has some.
        certainty: fact, or assessment.
        source: the media or person it is known from.
        sighting: number of the place it is known from.
        region: left, top, right, bottom of where it is to be seen, as shares of the picture: of
            the media it is about, or of the one it is known from.
        span: from and to, in seconds of that media.
        sharing: who else sees it.
        agencies: numbers of the agencies that sharing names.

    Raises:
        NotSeenError: what it is about or known from is not seen.
        VocabularyError: there is no such type.
        StatementError: the type does not fit the thing, or the words not the type.
    """
    _check(about, kind, words)
    of_media = about.is_media or (source is not None and source.is_media)
    if (region is not None or span is not None) and not of_media:
        raise StatementError(
            "A region or a time is of a media: name the media that it is known from."
        )
    if region is not None:
        _check_region(region)
    with act(_REFUSED):
        about = seen(about)
        made = Observation.objects.create(
            **about.columns(),
            type=kind,
            words=words.strip(),
            certainty=certainty,
            **_from(source),
            from_sighting=_place(sighting),
            region=list(region) if region is not None else None,
            start=span[0] if span is not None else None,
            end=span[1] if span is not None else None,
            sharing=sharing,
            sharing_agencies=list(agencies),
        )
        noted("observed", about, type=kind, observation=made.pk)
    return made


def replace(number: int, words: str, *, certainty: Certainty = Certainty.ASSESSMENT) -> Observation:
    """Say in place of an observation of the own agency what is right; both are kept.

    Args:
        number: of the one that was wrong.
        words: what is right; empty to take it back and say nothing instead.
        certainty: fact or assessment.

    Raises:
        NotSeenError: the agency has no such observation.
        DecidedMeanwhileError: it was replaced already.
    """
    with act(_REFUSED):
        old = Observation.objects.filter(pk=number, agency_id=ours()).first()
        if old is None:
            raise NotSeenError(f"Your agency has no observation {number}.")
        if words.strip():
            _check_words(old.type, words)
        # Whoever saw what was wrong sees what is right.
        made = Observation.objects.create(
            media_id=old.media_id,
            entity_id=old.entity_id,
            type=old.type,
            words=words.strip(),
            certainty=certainty,
            region=old.region,
            start=old.start,
            end=old.end,
            sharing=old.sharing,
            sharing_agencies=old.sharing_agencies,
            replaces=old,
        )
        noted("replaced", f"observation:{number}", by=made.pk)
    return made


def observations(about: Thing, *, history: bool = False) -> list[Observation]:
    """What was said of something, or of what was merged into it, oldest first.

    Args:
        about: what of.
        history: also what has been replaced or taken back.
    """
    about = seen(about)
    viewed("observations", about)
    rows = Observation.objects.filter(media=about.id) if about.is_media else None
    if rows is None:
        rows = Observation.objects.filter(entity__in=with_parts([about.id]))
    if not history:
        rows = rows.filter(replaced_by__isnull=True).exclude(words="")
    return list(rows.order_by("pk"))


def _check(about: Thing, kind: str, words: str) -> None:
    type_ = vocabulary().observation(kind)
    if about.kind not in type_.about:
        raise StatementError(f"{kind!r} is said of {', '.join(type_.about)}, not of {about}.")
    _check_words(kind, words)


def _check_words(kind: str, words: str) -> None:
    choices = vocabulary().observation(kind).choices
    if not words.strip():
        raise StatementError(f"Say what: {kind} needs words.")
    if choices and words.strip() not in choices:
        raise StatementError(f"{kind} is one of {', '.join(choices)}, not {words!r}.")


def _check_region(region: Sequence[float]) -> None:
    if len(region) == 4:
        left, top, right, bottom = region
        if 0 <= left < right <= 1 and 0 <= top < bottom <= 1:
            return
    raise StatementError(
        "A region is left, top, right and bottom as shares of the picture, from 0 to 1: "
        "0.1,0.2,0.5,0.6."
    )


def _from(source: Thing | None) -> dict[str, int | None]:
    if source is None:
        return {}
    if source.kind not in (MEDIA, EntityKind.PERSON):
        raise StatementError(f"A source is a media or a person, not {source}.")
    known = seen(source).id
    return {"from_media_id": known} if source.is_media else {"from_person_id": known}


def _place(sighting: int | None) -> int | None:
    if sighting is not None and not Sighting.objects.filter(pk=sighting).exists():
        raise NotSeenError(f"There is no sighting {sighting} that you may see.")
    return sighting
