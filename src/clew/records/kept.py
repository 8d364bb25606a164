"""What the database says is in the vault, for whoever compares the two, as its owner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db import transaction
from django.db.models import Q

from clew.access.connections import Connection
from clew.records.models import (
    ContributedFile,
    FileState,
    Media,
    Original,
    StoredMatch,
    StoredTrace,
    Upload,
)

_OWNER = Connection.OWNER.value


def originals() -> Iterator[str]:
    """SHA-256 of every original that was contributed."""
    for sha256 in Original.objects.values_list("media__sha256", flat=True).iterator():
        yield bytes(sha256).hex()


def media() -> Iterator[str]:
    """SHA-256 of every media that derivatives may have been made from."""
    for sha256 in Media.objects.values_list("sha256", flat=True).iterator():
        yield bytes(sha256).hex()


def forget(gone: Iterable[str]) -> None:
    """Take away the traces of media that the vault says were deleted; decisions on them stay.

    Args:
        gone: SHA-256 of each.
    """
    for sha256 in list(gone):
        media = Media.objects.get(sha256=bytes.fromhex(sha256))
        with transaction.atomic():
            StoredTrace.objects.filter(media=media).delete()
            StoredMatch.objects.filter(Q(first=media) | Q(second=media)).delete()
            Original.objects.filter(media=media).delete()


def uploads_on_their_way() -> list[int]:
    """Numbers of contributions with uploads that are not in the vault yet, as the owner."""
    rows = Upload.objects.using(_OWNER).order_by("file__contribution")
    return list(rows.values_list("file__contribution", flat=True).distinct())


def begin_uploads_anew() -> None:
    """Say that nothing has arrived of what was on its way, as the owner: its pieces are gone."""
    waiting = ContributedFile.objects.using(_OWNER).filter(
        upload__offset__gt=0, state__in=[FileState.WAITING, FileState.READING]
    )
    ContributedFile.objects.using(_OWNER).filter(
        pk__in=list(waiting.values_list("pk", flat=True))
    ).update(state=FileState.ARRIVING)
    Upload.objects.using(_OWNER).update(offset=0)
