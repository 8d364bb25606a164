"""How long things are kept. Nothing is deleted because a day has come.

A day that has come opens a review, and an officer decides: keep until another day, or ask for
deletion. Deletion takes another officer, a supervisor, and no legal hold; it leaves a tombstone.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta

import msgspec
from django.db import connections
from django.db.models import DateField, F, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from clew.access.acting import officer
from clew.access.connections import Connection
from clew.audit.events import Event
from clew.casework.acts import act, noted, ours, reason, viewed
from clew.casework.consequence import Weights
from clew.casework.errors import NotSeenError, RefusedError, StatementError
from clew.casework.things import MEDIA, Thing, seen
from clew.records.models import (
    Deletion,
    DeletionEnd,
    Entity,
    Hold,
    Media,
    Review,
    StoredTrace,
    Tombstone,
)
from clew.settings import Settings
from clew.vault.errors import NotStoredError
from clew.vault.names import Kind
from clew.workspace import Workspace

_REFUSED = (
    "Contributors, specialists and supervisors set reviews and ask for deletion, of what their "
    "agency holds; lifting a hold and agreeing to deletion is for supervisors."
)


_WHY = "given up by everybody who held it"


class Open(msgspec.Struct, frozen=True, kw_only=True):
    """Something that an agency has to ask itself whether to keep.

    Attributes:
        thing: its name.
        due: since when.
        unidentified: numbers of victims it shows that are not identified: a reason to keep it.
        held: whether it is under a legal hold.
    """

    thing: str
    due: date
    unidentified: tuple[int, ...] = ()
    held: bool = False


def review(about: Thing, due: date, why: str) -> Review:
    """Keep something until another day.

    Args:
        about: a media or an entity.
        due: when the agency asks itself again.
        why: the reason to keep it so long.

    Raises:
        StatementError: the day is not in the future.
        NotSeenError: there is no such thing.
    """
    if due <= timezone.now().date():
        raise StatementError(f"{due} is not in the future; name a later day.")
    with act(_REFUSED):
        thing = seen(about)
        before = Review.objects.filter(**thing.columns(), agency_id=ours())
        made = Review.objects.create(
            **thing.columns(), due=due, why=reason(why), number=1 + before.count()
        )
        noted("kept", thing, until=due.isoformat())
    return made


def open_reviews(
    today: date | None = None, *, begin: int = 0, most: int | None = None
) -> list[Open]:
    """What the agency has to look at again, longest overdue first.

    Args:
        today: by default the day it is.
        begin: how many of them are passed over.
        most: how many of the others are told, all by default.
    """
    viewed("reviews")
    media, entities = _due(today)
    end = None if most is None else begin + most
    # The first of both together are among the first of each.
    due = sorted([*media[:end], *entities[:end]])
    weights = Weights.now()
    held = {hold.media_id for hold in _in_force()}
    return [
        Open(
            thing=str(Thing(kind, number)),
            due=since,
            unidentified=weights.of({number}).unidentified if kind == MEDIA else (),
            held=kind == MEDIA and number in held,
        )
        for since, kind, number in due[begin:end]
    ]


def count_of_open_reviews(today: date | None = None) -> int:
    """How much the agency has to look at again."""
    media, entities = _due(today)
    return media.count() + entities.count()


_Dated = tuple[date, str, int]


def _due(today: date | None) -> tuple[QuerySet[Media, _Dated], QuerySet[Entity, _Dated]]:
    """Media and entities that are due: since which day, their kind and number, in that order."""
    today = today or timezone.now().date()
    after = timedelta(days=Settings.from_environment().review_after)
    media = (
        Media.objects.filter(sightings__agency=ours())
        .exclude(pk__in=Tombstone.objects.values("deletion__media"))
        .annotate(found=Min("sightings__seen_at"), due=_last("media"))
        .filter(Q(due__lte=today) | Q(due__isnull=True, found__date__lte=today - after))
        .annotate(since=Coalesce("due", Cast(F("found") + after, DateField())))
        .order_by("since", "pk")
        .values_list("since", Value(MEDIA), "pk")
    )
    entities = (
        Entity.objects.filter(agency=ours())
        .annotate(due=_last("entity"))
        .filter(Q(due__lte=today) | Q(due__isnull=True, at__date__lte=today - after))
        .annotate(since=Coalesce("due", Cast(F("at") + after, DateField())))
        .order_by("since", "kind", "pk")
        .values_list("since", "kind", "pk")
    )
    return media, entities


def _last(column: str) -> Subquery:
    rows = Review.objects.filter(**{column: OuterRef("pk")}, agency_id=ours())
    return Subquery(rows.order_by("-number").values("due")[:1])


def hold(media: int, why: str) -> Hold:
    """Put a media under a legal hold: no agency's deletion destroys it."""
    with act(_REFUSED):
        seen(Thing(MEDIA, media))
        made = Hold.objects.create(media_id=media, why=reason(why))
        noted("held", f"media:{media}", hold=made.pk)
    return made


def lift(hold_id: int, why: str) -> Hold:
    """End a hold of the own agency, as a supervisor."""
    with act(_REFUSED):
        held = next((one for one in _in_force() if one.pk == hold_id), None)
        if held is None:
            raise NotSeenError(f"Your agency has no hold {hold_id} that is in force.")
        made = Hold.objects.create(media_id=held.media_id, why=reason(why), lifts=held)
        noted("lifted", f"media:{held.media_id}", hold=hold_id)
    return made


def holds() -> Sequence[Hold]:
    """The agency's holds that are in force."""
    viewed("holds")
    return _in_force()


def _in_force() -> list[Hold]:
    return list(Hold.objects.filter(lifts__isnull=True, lifted_by__isnull=True).order_by("pk"))


def ask_for_deletion(media: int, why: str) -> Deletion:
    """Ask for what the agency holds of a media to be destroyed; a supervisor has to agree.

    Raises:
        RefusedError: it is under a legal hold of the agency, or the agency does not hold it.
    """
    with act(_REFUSED):
        seen(Thing(MEDIA, media))
        _not_held(media)
        made = Deletion.objects.create(media_id=media, why=reason(why))
        noted("asked for deletion", f"media:{media}", Event.DELETION, deletion=made.pk)
    return made


def agree_to_deletion(deletion_id: int) -> Tombstone:
    """Agree, as another officer and a supervisor; :func:`to_destroy` names it from then on.

    Raises:
        NotSeenError: the agency has no such request.
        RefusedError: the acting officer asked for it or is no supervisor, or there is a hold.
        DecidedMeanwhileError: somebody agreed already.
    """
    with act(_REFUSED):
        asked = Deletion.objects.filter(pk=deletion_id).select_related("media").first()
        if asked is None:
            raise NotSeenError(f"Your agency has no request for deletion {deletion_id}.")
        if asked.officer_id == officer():
            raise RefusedError("You asked for it yourself: another officer has to agree.")
        _not_held(asked.media_id)
        made = Tombstone.objects.create(deletion=asked, sha256=bytes(asked.media.sha256))
        noted("agreed to deletion", f"media:{asked.media_id}", Event.DELETION, deletion=deletion_id)
    return made


def refuse_deletion(deletion_id: int, why: str) -> DeletionEnd:
    """Refuse what another officer asked for, as a supervisor; nothing is deleted.

    Raises:
        NotSeenError: the agency has no such request.
        RefusedError: the acting officer asked for it, or is no supervisor.
        DecidedMeanwhileError: it was decided already.
    """
    return _end_deletion(deletion_id, why, refused=True)


def withdraw_deletion(deletion_id: int, why: str) -> DeletionEnd:
    """Take back what the acting officer asked for.

    Raises:
        NotSeenError: the agency has no such request.
        RefusedError: another officer asked for it.
        DecidedMeanwhileError: it was decided already.
    """
    return _end_deletion(deletion_id, why, refused=False)


def _end_deletion(deletion_id: int, why: str, *, refused: bool) -> DeletionEnd:
    with act(_REFUSED):
        asked = Deletion.objects.filter(pk=deletion_id).first()
        if asked is None:
            raise NotSeenError(f"Your agency has no request for deletion {deletion_id}.")
        own = asked.officer_id == officer()
        if refused and own:
            raise RefusedError("You asked for it yourself: take it back instead.")
        if not refused and not own:
            raise RefusedError("Another officer asked for it: a supervisor can refuse it.")
        made = DeletionEnd.objects.create(deletion=asked, refused=refused, why=reason(why))
        said = "refused deletion" if refused else "took back a request for deletion"
        noted(said, f"media:{asked.media_id}", Event.DELETION, deletion=deletion_id)
    return made


def requests_for_deletion() -> list[Deletion]:
    """The agency's requests that nobody has decided yet, oldest first."""
    viewed("requests for deletion")
    rows = Deletion.objects.filter(tombstone__isnull=True, end__isnull=True)
    return list(rows.order_by("pk"))


def _not_held(media: int) -> None:
    if held := [one for one in _in_force() if one.media_id == media]:
        raise RefusedError(
            f"media:{media} is under legal hold {held[0].pk} ({held[0].why}); it can be deleted "
            "when a supervisor has lifted that."
        )


def to_destroy() -> list[tuple[int, bytes]]:
    """What every agency which found it has given up, and none holds by law, and is still there.

    For the worker, whose connection is asked: what an officer sees does not tell it.

    Returns:
        Number and SHA-256 of each media that is to be destroyed.
    """
    with connections[Connection.WORKER].cursor() as cursor:
        cursor.execute("SELECT media_id, sha256 FROM access.to_destroy()")
        return [(number, bytes(sha256)) for number, sha256 in cursor.fetchall()]


def destroy(workspace: Workspace) -> int:
    """Destroy all that is to be: the key in the vault, the content, and every trace of it.

    Tombstones stay, in the vault as well. Cut short, the next call completes it: a media is to be
    destroyed until nothing is left of it.

    Returns:
        How many media were destroyed.

    Raises:
        clew.vault.errors.VaultError: the vault does not answer, or cannot be written.
    """
    done = 0
    for number, sha256 in to_destroy():
        with suppress(NotStoredError):  # scanned, and too flat for a preview
            workspace.vault.destroy(Kind.ORIGINAL, sha256.hex(), _WHY)
        traces = StoredTrace.objects.using(Connection.WORKER.value).filter(media=number)
        keys = list(traces.values_list("pk", flat=True))
        with connections[Connection.WORKER].cursor() as cursor:
            cursor.execute("SELECT access.forget(%s)", [number])
            (forgotten,) = cursor.fetchone()
        if forgotten:  # otherwise somebody found it again just now
            if keys:
                for index in workspace.indexes.values():
                    index.forget(keys)
            done += 1
    return done
