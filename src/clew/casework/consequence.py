"""What hangs on a proposal: who may be in danger, who is not identified, who else is concerned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

import msgspec
from django.db import connection
from django.db.models import Max, Q, QuerySet

from clew.access.connections import prepared
from clew.access.models import Agency
from clew.casework.acts import ours
from clew.casework.things import represented_by
from clew.records.models import (
    Category,
    Connection,
    ConnectionState,
    Entity,
    EntityKind,
    Observation,
    Sighting,
)

IDENTIFIED = "identified"
_FEW = 1000


class Consequence(msgspec.Struct, frozen=True, kw_only=True):
    """What makes a proposal weigh, as far as the acting officer sees it.

    Attributes:
        danger: an officer noted that somebody may be harmed now.
        unidentified: numbers of victims shown that are not identified.
        identified: numbers of victims shown that are.
        series: numbers of open series that it touches.
        countries: codes of other countries that hold something of it.
        newest: when something of it was last found.
    """

    danger: bool = False
    unidentified: tuple[int, ...] = ()
    identified: tuple[int, ...] = ()
    series: tuple[int, ...] = ()
    countries: tuple[str, ...] = ()
    newest: datetime | None = None

    @property
    def order(self) -> tuple[bool, int, bool, bool, float]:
        """Sorts what weighs most first.

        Danger comes before all; then a victim known to be unidentified, then what nobody has
        looked into, last what shows identified victims alone; then another country, an open
        series, and what was found most recently, by the day.
        """
        known = 0 if self.unidentified else 2 if self.identified else 1
        day = self.newest.date().toordinal() if self.newest is not None else 0
        return (not self.danger, known, not self.countries, not self.series, -day)


@dataclass(frozen=True)
class Weights:
    """What is known of media that the acting officer sees, read once for all proposals."""

    danger: set[int]
    victims: dict[int, set[int]]
    identified: set[int]
    series: dict[int, set[int]]
    countries: dict[int, set[str]]
    newest: dict[int, datetime]

    @classmethod
    def now(cls, media: Collection[int] | None = None) -> Weights:
        """As things stand in this transaction, for some media or for all."""
        persons, series = media_shown(media)
        entities_in_danger = _in_danger("entity")
        danger = _in_danger("media")
        for shown in (persons, series):
            danger |= {media for media, found in shown.items() if found & entities_in_danger}
        victims = dict(
            Entity.objects.filter(category=Category.VICTIM).values_list("pk", "identity")
        )
        closed = set(_current("series is").filter(words="closed").values_list("entity", flat=True))
        return cls(
            danger=danger,
            victims={media: found & victims.keys() for media, found in persons.items()},
            identified={pk for pk, identity in victims.items() if identity == IDENTIFIED},
            series={media: found - closed for media, found in series.items()},
            countries=_countries(media),
            newest=_newest(media),
        )

    def of(self, media: set[int]) -> Consequence:
        """What hangs on some media together."""
        victims = set().union(*(self.victims.get(one, set()) for one in media))
        found = [self.newest[one] for one in media if one in self.newest]
        return Consequence(
            danger=not self.danger.isdisjoint(media),
            unidentified=tuple(sorted(victims - self.identified)),
            identified=tuple(sorted(victims & self.identified)),
            series=tuple(sorted(set().union(*(self.series.get(one, set()) for one in media)))),
            countries=tuple(
                sorted(set().union(*(self.countries.get(one, set()) for one in media)))
            ),
            newest=max(found, default=None),
        )


def _current(kind: str) -> QuerySet[Observation]:
    return Observation.objects.filter(type=kind, replaced_by__isnull=True)


def media_shown(
    media: Collection[int] | None = None,
) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """Persons and series by the media that they were confirmed to be seen in or to hold.

    Args:
        media: only these; None for all.
    """
    stands = represented_by()
    persons: dict[int, set[int]] = defaultdict(set)
    series: dict[int, set[int]] = defaultdict(set)
    victims_in: dict[int, set[int]] = defaultdict(set)
    for kind, number, first, second in _confirmed(media):
        if number is None and kind == "victim in" and first is not None and second is not None:
            victims_in[stands.get(second, second)].add(stands.get(first, first))
        elif number is not None and second is not None:
            shown = series if kind == "in series" else persons
            shown[number].add(stands.get(second, second))
    for number, found in series.items():
        for one in found:
            persons[number] |= victims_in[one]
    return persons, series


def _confirmed(
    media: Collection[int] | None,
) -> Iterator[tuple[str, int | None, int | None, int | None]]:
    rows = Connection.objects.filter(state=ConnectionState.CONFIRMED).filter(
        Q(type="in series")
        | Q(type="victim in")
        | Q(type="shows", second_entity__kind=EntityKind.PERSON)
    )
    if _few(media):
        rows = rows.filter(Q(type="victim in") | Q(first_media__in=list(media or ())))
    return rows.values_list("type", "first_media", "first_entity", "second_entity").iterator()


def _in_danger(end: str) -> set[int]:
    rows = _current("imminent danger").filter(words="yes", **{f"{end}__isnull": False})
    return set(rows.values_list(end, flat=True))


def _countries(media: Collection[int] | None) -> dict[int, set[str]]:
    """Codes of other countries that hold a media and share that."""
    home = Agency.objects.filter(pk=ours()).values("country")
    rows = Sighting.objects.filter(media__isnull=False, agency__isnull=False).exclude(
        agency__country__in=home
    )
    if _few(media):
        rows = rows.filter(media__in=list(media or ()))
    found: dict[int, set[str]] = defaultdict(set)
    for number, code in rows.values_list("media", "agency__country__code").distinct():
        found[number or 0].add(code)
    return found


_NEWEST = """
SELECT s.media_id, max(s.seen_at) FROM records_sighting s
WHERE s.media_id = ANY($1::bigint[]) GROUP BY s.media_id
"""


def _newest(media: Collection[int] | None) -> dict[int, datetime]:
    if media is None:
        rows = Sighting.objects.filter(media__isnull=False)
        return dict(rows.values_list("media").annotate(newest=Max("seen_at")))
    # To name tens of thousands one by one would take longer than to find them.
    return dict(prepared(connection, _NEWEST, [list(media)]))


def _few(media: Collection[int] | None) -> bool:
    """Whether it is worth naming them; else it is quicker to read all that there is."""
    return media is not None and len(media) <= _FEW
