"""The case sheet of a series on paper: that it was made, by whom and with what, is an export."""

from __future__ import annotations

from collections.abc import Sequence

from clew.access.acting import require_authority
from clew.audit.events import Event
from clew.casework.acts import noted
from clew.casework.things import Thing, entity
from clew.records.models import EntityKind

PICTURES = 12
"""Most pictures of one sheet: those of its clues."""


def note_sheet(number: int, pictures: Sequence[int]) -> None:
    """Note that the acting officer takes the case sheet of a series out of Clew.

    Args:
        number: of the series.
        pictures: numbers of the media whose pictures are on it.

    Raises:
        NotSeenError: there is no such series that is seen.
    """
    require_authority()
    one = entity(number, EntityKind.SERIES)
    things = [f"media:{media}" for media in pictures]
    noted("case sheet", Thing(one.kind, one.pk), Event.EXPORT, media=len(things), things=things)
