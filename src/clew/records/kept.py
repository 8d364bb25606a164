"""What the database says is in the vault, for whoever compares the two, as its owner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db import transaction
from django.db.models import Q

from clew.records.models import Media, Original, StoredMatch, StoredTrace


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
