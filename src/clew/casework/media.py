"""Looking at media: what is known of them, and revealing them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.db.models import Q, QuerySet

from clew.access.acting import acting, officer, require_authority
from clew.audit.events import Event
from clew.audit.log import record
from clew.casework.acts import reason
from clew.casework.errors import StatementError
from clew.casework.findings import Item
from clew.casework.gather import items
from clew.casework.screen import count_reveal
from clew.casework.things import MEDIA, Thing, seen
from clew.records.models import Media, StoredMatch
from clew.vault.errors import NotStoredError
from clew.workspace import Workspace

LARGEST = 256 * 1024 * 1024
"""Bytes of an original that is revealed in one piece, in memory."""


@dataclass(frozen=True)
class Revealed:
    """What is to be looked at.

    Attributes:
        content: the bytes.
        content_type: of the preview; an original is told as bytes, which nothing opens by itself.
    """

    content: bytes
    content_type: str


def listed() -> QuerySet[Media]:
    """Every media that the acting officer sees; :func:`shown` tells and notes those of a page."""
    require_authority()
    return Media.objects.only("id")


def shown(numbers: Sequence[int]) -> dict[int, Item]:
    """Some media with their places; that they were shown is in the log.

    Raises:
        clew.access.errors.AccessError: nobody is signed in, or under no authority that holds.
    """
    require_authority()
    found = items(list(numbers))
    if found:
        span = f"media:{min(found)}" + (f" to {max(found)}" if len(found) > 1 else "")
        things = [f"media:{number}" for number in found]
        record(Event.VIEW, about=span, details={"media": len(found), "things": things})
    return found


def shown_one(number: int) -> Item:
    """One media.

    Raises:
        NotSeenError: the acting officer sees no such media.
    """
    require_authority()
    seen(Thing(MEDIA, number))
    return shown([number])[number]


def matches_of(number: int) -> QuerySet[StoredMatch]:
    """What a media matched when it was compared, as far as the acting officer sees both.

    Raises:
        NotSeenError: the acting officer sees no such media.
    """
    require_authority()
    seen(Thing(MEDIA, number))
    record(Event.VIEW, about=f"media:{number}", details={"act": "matches"})
    return StoredMatch.objects.filter(Q(first=number) | Q(second=number))


def reveal(
    workspace: Workspace,
    number: int,
    what: Literal["preview", "storyboard", "original"],
    purpose: str,
) -> Revealed:
    """Open a media to be looked at; who, when and why is in the log before anything is.

    Args:
        workspace: whose vault it is in.
        number: of the media.
        what: its small preview, the keyframes of a film on one sheet, or its original.
        purpose: why it has to be looked at.

    Raises:
        NotSeenError: the acting officer sees no such media.
        StatementError: no purpose was said, or the original is too large to be shown in one piece.
        clew.vault.errors.VaultError: it is not in the vault, or damaged.
    """
    purpose = reason(purpose)
    with acting():
        require_authority()
        seen(Thing(MEDIA, number))
        item = items([number])[number]
        if what == "original" and not item.in_vault:
            # It may be there: of another agency, which keeps to itself that it handed it in.
            raise NotStoredError(
                f"No original of media:{number} was handed in by your agency, or shared with it."
            )
        if what == "original" and item.size > LARGEST:
            raise StatementError(
                f"media:{number} has {item.size} bytes; at most {LARGEST} are shown in one piece."
            )
        actor = f"officer:{officer()}"
        record(Event.REVEAL, about=f"media:{number}", details={"what": what, "purpose": purpose})
        count_reveal()
    # Opened only now: what was not noted is not shown.
    if what != "original":
        return Revealed(workspace.vault.get_derivative(what, item.sha256), "image/jpeg")
    with workspace.vault.open_original(item.sha256, actor=actor, purpose=purpose) as original:
        return Revealed(original.read(), "application/octet-stream")
