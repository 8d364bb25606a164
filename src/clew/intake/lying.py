"""Files that were scanned, as they lie: what of chosen media can be handed in from where it is."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from clew.access.acting import agency
from clew.intake.uploads import UPLOADED
from clew.records.folders import below
from clew.records.models import Sighting
from clew.records.readings import SEPARATOR
from clew.signals.confined import open_untouched


class Missing(StrEnum):
    """Why a media cannot be handed in from where it was found; the first that is so."""

    CHANGED = "changed"
    """There is a file, and it is not as it was when it was scanned."""
    ELSEWHERE = "elsewhere"
    """There is no such file that this process can read: it lies on another machine, or did."""
    PACKED = "packed"
    """It was found in an archive, which is handed in as a whole."""
    UPLOADED = "uploaded"
    """It was never scanned: it came with a contribution."""
    NOT_FOUND = "not found"
    """The acting officer's agency has not found it anywhere."""


@dataclass(frozen=True)
class Lying:
    """One media, and where a file with it lies.

    Attributes:
        media: its number.
        path: of the file, or of the best that is known.
        missing: why it cannot be read there; None when it can.
    """

    media: int
    path: Path | None
    missing: Missing | None


def lying(media: Collection[int]) -> list[Lying]:
    """Where files with these media lie that the acting officer's own agency has scanned.

    Args:
        media: their numbers, in the order of the answer.
    """
    places: dict[int, list[Lying]] = {number: [] for number in media}
    rows = Sighting.objects.filter(media__in=list(places), agency=agency() or 0)
    told = ("media", "folder__path", "path", "size", "modified_ns")
    for number, folder, path, size, modified_ns in rows.order_by("-pk").values_list(*told):
        where = below(bytes(folder)) + bytes(path)
        missing = _missing(where, size, modified_ns)
        shown = Path(os.fsdecode(where.replace(SEPARATOR, b"/")))
        places[number].append(Lying(number, shown, missing))
    order = list(Missing)
    return [
        min(
            found,
            key=lambda one: -1 if one.missing is None else order.index(one.missing),
            default=Lying(number, None, Missing.NOT_FOUND),
        )
        for number, found in places.items()
    ]


def _missing(path: bytes, size: int, modified_ns: int | None) -> Missing | None:
    if path.startswith(UPLOADED):
        return Missing.UPLOADED
    if SEPARATOR in path:
        return Missing.PACKED
    try:
        descriptor = open_untouched(path)
    except OSError:
        return Missing.ELSEWHERE
    try:
        facts = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    same = facts.st_size == size and facts.st_mtime_ns == modified_ns
    return None if same else Missing.CHANGED
