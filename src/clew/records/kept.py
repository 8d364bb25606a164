"""What the database says is in the vault, for whoever compares the two."""

from __future__ import annotations

from collections.abc import Iterator

from clew.records.models import Media, Original


def originals() -> Iterator[str]:
    """SHA-256 of every original that was contributed."""
    for sha256 in Original.objects.values_list("media__sha256", flat=True).iterator():
        yield bytes(sha256).hex()


def media() -> Iterator[str]:
    """SHA-256 of every media that derivatives may have been made from."""
    for sha256 in Media.objects.values_list("sha256", flat=True).iterator():
        yield bytes(sha256).hex()
