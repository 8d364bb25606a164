"""Places that a series has to do with, and where they are as far as somebody has said so."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

import msgspec
from django.db.models import Q

from clew.access.acting import require_authority
from clew.casework.acts import viewed
from clew.casework.entities import media_of
from clew.casework.things import Thing, entity, represented_by, with_parts
from clew.records.models import Connection, ConnectionState, Entity, EntityKind, Observation

_DEGREES = re.compile(r"\s*([+-]?\d{1,2}(?:\.\d+)?)\s*[,;]\s*([+-]?\d{1,3}(?:\.\d+)?)\s*")


class Located(msgspec.Struct, frozen=True, kw_only=True):
    """A place.

    Attributes:
        entity: its record.
        confirmed: whether it is confirmed that the series has to do with it.
        latitude: in degrees, None where nobody has said so; ``longitude`` likewise.
        said: the statement that tells.
    """

    entity: Entity
    confirmed: bool
    latitude: float | None
    longitude: float | None
    said: Observation | None


def places(number: int) -> list[Located]:
    """Places that a series, or what it shows, was at, as far as the acting officer sees them.

    Raises:
        NotSeenError: there is no such series that is seen.
    """
    require_authority()
    one = entity(number, EntityKind.SERIES)
    parts, media = with_parts([one.pk]), media_of(one.pk)
    rows = Connection.objects.exclude(state=ConnectionState.REJECTED).filter(
        Q(second_entity__kind=EntityKind.PLACE, first_entity__in=parts)
        | Q(second_entity__kind=EntityKind.PLACE, first_media__in=media)
        | Q(first_entity__kind=EntityKind.PLACE, second_entity__in=parts)
    )
    into = represented_by()
    confirmed: dict[int, bool] = defaultdict(bool)
    for first, second, state in rows.values_list("first_entity", "second_entity", "state"):
        place = second if second is not None and second not in parts else first
        head = into.get(place, place)
        confirmed[head] |= state == ConnectionState.CONFIRMED
    told = _where(list(confirmed), into)
    found = [
        _located(row, confirmed[row.pk], told.get(row.pk))
        for row in Entity.objects.filter(pk__in=list(confirmed)).order_by("title", "pk")
    ]
    viewed("places", Thing(one.kind, one.pk), entries=len(found))
    return found


def _where(heads: Sequence[int], into: dict[int, int]) -> dict[int, Observation]:
    """Of some places the last word on where each is, or what was merged into it."""
    rows = Observation.objects.filter(
        entity__in=with_parts(heads), type="coordinates", replaced_by__isnull=True
    ).exclude(words="")
    return {into.get(row.entity_id or 0, row.entity_id or 0): row for row in rows.order_by("pk")}


def _located(row: Entity, confirmed: bool, said: Observation | None) -> Located:
    latitude, longitude = degrees(said.words) if said is not None else (None, None)
    return Located(
        entity=row, confirmed=confirmed, latitude=latitude, longitude=longitude, said=said
    )


def degrees(words: str) -> tuple[float, float] | tuple[None, None]:
    """Latitude and longitude from words such as ``48.85, 2.35``; none when they are others."""
    read = _DEGREES.fullmatch(words)
    if read is None:
        return None, None
    latitude, longitude = float(read[1]), float(read[2])
    if abs(latitude) > 90 or abs(longitude) > 180:
        return None, None
    return latitude, longitude
