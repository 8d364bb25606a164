"""What a held media tells: whether the victims it shows are identified, and whether it is graded.

As things stand now and as far as the acting officer may know them; what others keep to themselves
counts as not being there.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from clew.access.acting import require_authority
from clew.casework.acts import viewed
from clew.casework.consequence import IDENTIFIED, media_shown
from clew.casework.grades import latest
from clew.records.models import Category, Entity, Media


class HeldAs(StrEnum):
    """The first that is so."""

    UNIDENTIFIED = "victim unidentified"
    """It shows a victim, or is in a series of one, who is not identified."""
    IDENTIFIED = "victim identified"
    """It shows victims, and all of them are."""
    GRADED = "graded"
    """No victim is connected with it; somebody graded it."""
    UNGRADED = "ungraded"
    """Nobody has looked into it yet."""


def held_as(hashes: Collection[str]) -> dict[str, HeldAs]:
    """What is known of media that the acting officer sees.

    Args:
        hashes: SHA-256 of each, in hexadecimal; those that are not seen are left out.
    """
    require_authority()
    wanted = [bytes.fromhex(sha256) for sha256 in hashes]
    media = dict(Media.objects.filter(sha256__in=wanted).values_list("pk", "sha256"))
    viewed("held", media=len(media))
    known = known_as(media)
    return {bytes(sha256).hex(): known[number] for number, sha256 in media.items()}


def known_as(media: Collection[int]) -> dict[int, HeldAs]:
    """The same by the numbers of media that are seen, for faces that say themselves what they show.

    Args:
        media: their numbers.
    """
    if not media:
        return {}
    persons, _ = media_shown()
    identities = dict(Entity.objects.filter(category=Category.VICTIM).values_list("pk", "identity"))
    votes = latest().filter(media__in=list(media))
    graded = {one for one, grade in votes.values_list("media", "grade") if grade is not None}
    return {
        one: _as(
            {identities[person] for person in persons.get(one, set()) if person in identities},
            one in graded,
        )
        for one in media
    }


def _as(identities: set[str], graded: bool) -> HeldAs:
    if identities:
        return HeldAs.IDENTIFIED if identities == {IDENTIFIED} else HeldAs.UNIDENTIFIED
    return HeldAs.GRADED if graded else HeldAs.UNGRADED
