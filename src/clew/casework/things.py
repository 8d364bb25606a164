"""Naming the things of the case database: ``media:12``, ``series:3``, ``online-identity:7``."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Self

from django.db import connection

from clew.casework.errors import NotSeenError, StatementError
from clew.records.models import Entity, EntityKind, Media

MEDIA = "media"
_NAME = re.compile(r"([a-z-]+):([0-9]{1,18})")
_KINDS = {kind.value.replace(" ", "-"): kind.value for kind in EntityKind} | {MEDIA: MEDIA}


@dataclass(frozen=True, order=True)
class Thing:
    """A media or an entity.

    Attributes:
        kind: ``media``, or a kind of entity.
        id: its number.
    """

    kind: str
    id: int

    @classmethod
    def named(cls, name: str) -> Self:
        """Read a name such as ``media:12``.

        Raises:
            StatementError: it is none.
        """
        parts = _NAME.fullmatch(name.strip().lower())
        if parts is None or parts[1] not in _KINDS:
            raise StatementError(
                f"{name!r} names nothing. Write the kind and the number: media:12, series:3; "
                f"kinds are {', '.join(sorted(_KINDS))}."
            )
        return cls(_KINDS[parts[1]], int(parts[2]))

    def __str__(self) -> str:
        return f"{self.kind.replace(' ', '-')}:{self.id}"

    @property
    def is_media(self) -> bool:
        """Whether it is one; otherwise it is an entity."""
        return self.kind == MEDIA

    def columns(self, prefix: str = "") -> dict[str, int | None]:
        """The columns that lead to it: ``media_id`` and ``entity_id`` behind a prefix."""
        return {
            f"{prefix}media_id": self.id if self.is_media else None,
            f"{prefix}entity_id": None if self.is_media else self.id,
        }


def seen(thing: Thing) -> Thing:
    """The thing as it is to be worked with: what was merged leads to what it was merged into.

    Raises:
        NotSeenError: the acting officer sees no such thing.
    """
    if thing.is_media:
        if not Media.objects.filter(pk=thing.id).exists():
            raise NotSeenError(_nothing(thing))
        return thing
    return Thing(thing.kind, entity(thing.id, thing.kind).pk)


def all_seen(media: Collection[int]) -> None:
    """See that media are seen.

    Raises:
        NotSeenError: one of them is not.
    """
    found = set(Media.objects.filter(pk__in=media).values_list("pk", flat=True))
    if missing := sorted(set(media) - found):
        raise NotSeenError(_nothing(Thing(MEDIA, missing[0])))


def entity(number: int, kind: str | None = None) -> Entity:
    """An entity by its number, or the one it was merged into.

    Args:
        number: its own, also one of before it was merged.
        kind: what it has to be; None for any.

    Raises:
        NotSeenError: the acting officer sees no such entity.
    """
    found = Entity.objects.filter(pk=number).first()
    while found is not None and found.merged_into_id is not None:
        into = Entity.objects.filter(pk=found.merged_into_id).first()
        if into is None:
            break  # the one that it is part of is not shared with us, this one is
        found = into
    if found is None or kind not in (None, found.kind):
        raise NotSeenError(_nothing(Thing(kind or "entity", number)))
    return found


def _nothing(thing: Thing) -> str:
    return (
        f"There is no {thing} that you may see. If another agency holds it, ask them to share it."
    )


_PARTS = """
WITH RECURSIVE part(id) AS (
    SELECT unnest(%s::bigint[])
    UNION SELECT e.id FROM records_entity e JOIN part p ON e.merged_into_id = p.id)
SELECT id FROM part
"""


def with_parts(entities: Iterable[int]) -> list[int]:
    """Numbers of entities and of everything that was merged into them."""
    with connection.cursor() as cursor:
        cursor.execute(_PARTS, [list(entities)])
        return [number for (number,) in cursor.fetchall()]


def whole(number: int) -> list[int]:
    """Numbers of all that is one entity by now, whichever of them is named; as far as seen."""
    try:
        return with_parts([entity(number).pk])
    except NotSeenError:
        return []


def represented_by() -> dict[int, int]:
    """Of every merged entity that the acting officer sees, the one that stands for it."""
    into = dict(
        Entity.objects.filter(merged_into__isnull=False).values_list("pk", "merged_into_id")
    )
    found = {}
    for number in into:
        end = number
        while (further := into.get(end)) is not None:
            end = further
        found[number] = end
    return found
