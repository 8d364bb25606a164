"""What leaves Clew as a file takes two people: one asks, a supervisor agrees, the first makes it.

What is agreed to is what was asked for: a digest of everything that it tells is kept, and what has
changed since is asked for anew. Looking at something on a screen is no export.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from django.db.models import Count, F, Model, QuerySet
from django.utils import timezone

from clew.access.acting import officer, require_authority
from clew.access.models import Officer
from clew.audit.events import Event
from clew.casework.acts import act, noted, reason, viewed
from clew.casework.errors import DecidedMeanwhileError, NotSeenError, RefusedError
from clew.casework.findings import Findings
from clew.casework.things import Thing
from clew.records.models import (
    EntityKind,
    Export,
    ExportAnswer,
    ExportEnd,
    ExportKind,
    ExportMaking,
)

HOLDS_FOR = timedelta(days=7)
"""How long something may be made once it was agreed to; the database holds that as well."""
_REFUSED = (
    "An export is asked for by who sees the case, and made by who asked; a supervisor of the same "
    "agency who is somebody else agrees to it or refuses it."
)
_FEW = 20
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """What precisely an export tells.

    Attributes:
        kind: of export.
        series: number of the one whose case sheet it is; None for what is of no series.
        pictures: numbers of the media whose pictures are put in by choice; for a report None when
            all of those it tells of are, otherwise empty.
        holds: how much that is, in numbers, for whoever is to agree.
        digest: SHA-256 of all of it, but for when it was gathered.
    """

    kind: ExportKind
    series: int | None = None
    pictures: tuple[int, ...] | None = ()
    holds: Mapping[str, int | Sequence[int]]
    digest: bytes


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A request of the acting officer's, and what became of it.

    Attributes:
        number: its own.
        kind: of export; ``series`` the one it is of, ``pictures`` whether with them.
        at: when it was asked for; ``why`` for what reason.
        state: asked, agreed, refused, withdrawn; or over, when nothing may be made of it any more.
        by: name of who answered, ``answered_at`` when and ``answer`` for what reason.
        until: when an agreement ends.
        digest: of what was asked for.
    """

    number: int
    kind: ExportKind
    series: int | None
    pictures: bool
    at: datetime
    why: str
    state: str
    by: str = ""
    answered_at: datetime | None = None
    answer: str = ""
    until: datetime | None = None
    digest: bytes = b""


def of_findings(findings: Findings, kind: ExportKind, *, pictures: bool = False) -> Contents:
    """What an export or a report of findings tells."""
    told = msgspec.structs.replace(findings, made=_NEVER, version="", waiting=0)
    return Contents(
        kind=kind,
        pictures=None if pictures else (),
        holds={
            "media": sum(len(group.items) for group in findings.groups),
            "groups": len(findings.groups),
            "problems": len(findings.problems),
        },
        digest=digest_of([kind, pictures, told]),
    )


def digest_of(told: object) -> bytes:
    """SHA-256 of anything that is told, rows of the database with all their columns."""
    return hashlib.sha256(msgspec.json.encode(told, enc_hook=_row, order="deterministic")).digest()


def _row(value: object) -> object:
    if isinstance(value, Model):
        return {field.attname: field.value_from_object(value) for field in value._meta.fields}
    raise NotImplementedError(type(value))


def ask(contents: Contents, why: str) -> Export:
    """Ask for something to be taken out of Clew; a supervisor has to agree.

    Args:
        contents: what precisely.
        why: what for, and for whom.

    Raises:
        NotSeenError: there is no such series that is seen.
    """
    with act(_REFUSED):
        made = Export.objects.create(
            kind=contents.kind,
            entity_id=contents.series,
            pictures=contents.pictures != (),
            why=reason(why),
            holds=dict(contents.holds),
            digest=contents.digest,
        )
        noted("asked for an export", _about(made), export=made.pk, kind=contents.kind)
    return made


def _about(one: Export) -> str:
    return str(Thing(EntityKind.SERIES, one.entity_id)) if one.entity_id else "workspace"


def agree(number: int, why: str) -> ExportEnd:
    """Agree, as another officer and a supervisor; who asked may make it from then on.

    Raises:
        NotSeenError: the agency has no such request.
        RefusedError: the acting officer asked for it, or is no supervisor.
        DecidedMeanwhileError: it was decided already.
    """
    return _end(number, ExportAnswer.AGREED, why, "agreed to an export")


def refuse(number: int, why: str) -> ExportEnd:
    """Refuse what another officer asked for, as a supervisor.

    Raises:
        NotSeenError: the agency has no such request.
        RefusedError: the acting officer asked for it, or is no supervisor.
        DecidedMeanwhileError: it was decided already.
    """
    return _end(number, ExportAnswer.REFUSED, why, "refused an export")


def withdraw(number: int, why: str) -> ExportEnd:
    """Take back what the acting officer asked for.

    Raises:
        NotSeenError: the agency has no such request.
        RefusedError: another officer asked for it.
        DecidedMeanwhileError: it was decided already.
    """
    return _end(number, ExportAnswer.WITHDRAWN, why, "took back a request for an export")


def _end(number: int, answer: ExportAnswer, why: str, said: str) -> ExportEnd:
    with act(_REFUSED):
        asked = _asked(number)
        own = asked.officer_id == officer()
        if own and answer is ExportAnswer.AGREED:
            raise RefusedError("You asked for it yourself: another officer has to agree.")
        if own and answer is ExportAnswer.REFUSED:
            raise RefusedError("You asked for it yourself: take it back instead.")
        if not own and answer is ExportAnswer.WITHDRAWN:
            raise RefusedError("Another officer asked for it: a supervisor can refuse it.")
        made = ExportEnd.objects.create(export=asked, answer=answer, why=reason(why))
        noted(said, _about(asked), export=number, kind=asked.kind)
    return made


def _asked(number: int) -> Export:
    found = Export.objects.filter(pk=number).first()
    if found is None:
        raise NotSeenError(f"Your agency has no request for an export {number}.")
    return found


def requests() -> list[Export]:
    """The agency's requests that nobody has decided yet, oldest first."""
    viewed("requests for exports")
    return list(Export.objects.filter(end__isnull=True).order_by("pk"))


def in_force() -> list[Export]:
    """The agency's requests that were agreed to and may be made yet, each with its end.

    ``made`` of each says how often it was.
    """
    viewed("exports that were agreed to")
    since = timezone.now() - HOLDS_FOR
    rows = Export.objects.filter(end__answer=ExportAnswer.AGREED, end__at__gt=since)
    return list(rows.select_related("end").annotate(made=Count("makings")).order_by("-pk"))


def own(most: int = 50) -> list[Standing]:
    """What the acting officer has asked for and what became of it, the latest first."""
    require_authority()
    viewed("own exports")
    return _standing(Export.objects.filter(officer=officer() or 0), most)


def asked_for(
    kind: ExportKind, *, series: int | None = None, pictures: bool | None = None
) -> list[Standing]:
    """How the acting officer's last requests of a kind stand, the latest first.

    Args:
        kind: of export.
        series: whose case sheet it is.
        pictures: only with them, or only without; None for either.
    """
    rows = Export.objects.filter(officer=officer() or 0, kind=kind, entity=series)
    if pictures is not None:
        rows = rows.filter(pictures=pictures)
    return _standing(rows, _FEW)


def _standing(rows: QuerySet[Export], most: int) -> list[Standing]:
    ends = rows.annotate(
        answered=F("end__answer"),
        answered_by=F("end__officer"),
        answered_at=F("end__at"),
        answered_why=F("end__why"),
    )
    found = list(ends.order_by("-pk")[:most])
    by = {one.answered_by for one in found} - {None}
    names = dict(Officer.objects.filter(pk__in=by).values_list("pk", "name")) if by else {}
    return [_stands(one, names) for one in found]


def _stands(row: Export, names: Mapping[int, str]) -> Standing:
    answered: ExportAnswer | None = row.answered  # type: ignore[attr-defined]
    at, by = row.answered_at, row.answered_by  # type: ignore[attr-defined]
    until = at + HOLDS_FOR if answered == ExportAnswer.AGREED else None
    over = until is not None and until <= timezone.now()
    return Standing(
        number=row.pk,
        kind=ExportKind(row.kind),
        series=row.entity_id,
        pictures=row.pictures,
        at=row.at,
        why=row.why,
        state="over" if over else str(answered or "asked"),
        by=names.get(by, ""),
        answered_at=at,
        answer=row.answered_why or "",  # type: ignore[attr-defined]
        until=until,
        digest=bytes(row.digest),
    )


def ready(asked: Sequence[Standing]) -> Standing | None:
    """The last of some requests that was agreed to and is not over; None for none."""
    return next((one for one in asked if one.state == "agreed"), None)


def agreed(
    kind: ExportKind, *, series: int | None = None, pictures: bool | None = None
) -> Standing:
    """The last request of the acting officer's that was agreed to and is not over.

    Args:
        kind: of export.
        series: whose case sheet it is.
        pictures: with them or without; None for as it was asked for.

    Raises:
        RefusedError: there is none; it says how the last one stands.
    """
    asked = asked_for(kind, series=series, pictures=pictures)
    if (one := ready(asked)) is not None:
        return one
    if asked:
        _see_agreed(asked[0])
    raise RefusedError(
        "An export takes two people: another officer, a supervisor, has to agree to it first. "
        "Ask for it with `clew export ask`."
    )


def _see_agreed(one: Standing) -> None:
    if one.state == "asked":
        raise RefusedError(
            f"Export {one.number} waits for a supervisor who is somebody else. They agree with "
            f"`clew export agree {one.number}`."
        )
    if one.state == "over":
        raise RefusedError(
            f"What was agreed to as export {one.number} could be made until "
            f"{one.until:%Y-%m-%d %H:%M} UTC. Ask for it anew."
        )
    if one.state == "refused":
        raise RefusedError(f"Export {one.number} was refused: {one.answer}. Ask for it anew.")
    if one.state == "withdrawn":
        raise RefusedError(f"Export {one.number} was taken back: {one.answer}. Ask for it anew.")


def make(number: int, contents: Contents) -> ExportMaking:
    """Note that the acting officer makes what they asked for and another one agreed to.

    Args:
        number: of the request.
        contents: what is made.

    Raises:
        NotSeenError: the agency has no such request.
        RefusedError: another officer asked for it, or nobody has agreed to it, or that is over.
        DecidedMeanwhileError: it tells something else by now.
    """
    with act(_REFUSED):
        asked = _asked(number)
        if asked.officer_id != officer():
            raise RefusedError("Another officer asked for it, and makes it.")
        (one,) = _standing(Export.objects.filter(pk=number), 1)
        _see_agreed(one)
        if one.digest != contents.digest:
            raise DecidedMeanwhileError(
                "What it tells has changed since it was asked for. Look at it, then ask anew."
            )
        made = ExportMaking.objects.create(export=asked, digest=contents.digest)
        noted(
            contents.kind,
            _about(asked),
            Event.EXPORT,
            export=number,
            pictures=asked.pictures,
            **_counted(contents),
        )
    return made


def _counted(contents: Contents) -> dict[str, object]:
    """How many media were shown by it, and which, where pictures of some were chosen."""
    if contents.kind is ExportKind.SHEET:
        things = [f"media:{media}" for media in contents.pictures or ()]
        return {"media": len(things), "things": things}
    return {name: contents.holds[name] for name in ("media", "problems")}
