"""How well what a workspace found agrees with the truth about a world."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

import msgspec

from clew.compare.evidence import MatchKind
from clew.training.edits.hard import RUNGS
from clew.training.world.interval import interval
from clew.training.world.relations import (
    TRAPS,
    KnownMedia,
    Pair,
    Relation,
    claims,
    edited_pairs,
    overlap,
    pair,
    pairs_in,
)


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A match or connection: two media by SHA-256, how they are said to agree, since when."""

    first: str
    second: str
    kind: str
    at: datetime | None = None


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """So many of so many, with the 95 % interval of the rate (Clopper and Pearson)."""

    count: int
    of: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """0..1; 1 of nothing."""
        return self.count / self.of if self.of else 1.0


class KindScore(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of match.

    Attributes:
        kind: as matches call it.
        claims: the relations that make it right.
        precision: right ones among all of the kind.
        false: wrong ones among all pairs of media that are in none of those relations.
        between: how many there are by the strongest relation between the two media.
    """

    kind: str
    claims: tuple[str, ...]
    precision: Rate
    false: Rate
    between: dict[str, int]


class EditScore(msgspec.Struct, frozen=True, kw_only=True):
    """Originals connected directly with their copies of one edit.

    Attributes:
        edit: its name.
        rung: how hard it is, 1 to 3; 0 for usual ones, which are never counted with the others.
        recall: copies that were found among all.
    """

    edit: str
    rung: int
    recall: Rate

    @property
    def hard(self) -> bool:
        """Whether it is on the ladder of hard edits."""
        return self.rung > 0


class RelationScore(msgspec.Struct, frozen=True, kw_only=True):
    """Pairs in one relation that some match claims to be in it.

    Attributes:
        relation: in words.
        sought: whether there is a kind of match that claims it.
        recall: pairs that were found among all.
    """

    relation: str
    sought: bool
    recall: Rate


class WorldScore(msgspec.Struct, frozen=True, kw_only=True):
    """The whole result.

    Attributes:
        media: so many contents of the world are in the workspace, and so many are in the world.
        kinds: by kind of match.
        edits: by edit; and
        relations: by relation.
        decided: by kind of connection that people confirmed: right ones among all.
        first_right: seconds from the first file's arrival to the first right match; None without.
    """

    media: Rate
    kinds: tuple[KindScore, ...]
    edits: tuple[EditScore, ...]
    relations: tuple[RelationScore, ...]
    decided: tuple[KindScore, ...] = ()
    first_right: float | None = None


def score_world(
    world: Mapping[str, KnownMedia],
    present: Iterable[str],
    matches: Iterable[Found],
    decided: Iterable[Found] = (),
    began: datetime | None = None,
) -> WorldScore:
    """Compare matches with the truth; only media that are present are expected to be connected.

    Args:
        world: as :func:`clew.training.world.relations.known_media` gives it.
        present: SHA-256 of the media of the workspace; others than the world's are left out.
        matches: all that was found; pairs with media of elsewhere are left out.
        decided: connections that people confirmed.
        began: when the first file arrived.
    """
    media = {sha256: world[sha256] for sha256 in present if sha256 in world}
    held = [one for one in matches if one.first in media and one.second in media]
    told = [one for one in decided if one.first in media and one.second in media]
    truth = _Truth(media)
    right = [one.at for one in held if one.at is not None and truth.right(one)]
    first = min(right) if right else None
    return WorldScore(
        media=rate(len(media), len(world)),
        kinds=truth.kinds(held),
        edits=truth.edits(held),
        relations=truth.relations(held),
        decided=truth.kinds(told),
        first_right=(first - began).total_seconds() if first and began else None,
    )


def rate(count: int, of: int) -> Rate:
    """So many of so many, with its interval."""
    low, high = interval(count, of)
    return Rate(count=count, of=of, low=low, high=high)


class _Truth:
    """The relations among the media that are there."""

    def __init__(self, media: Mapping[str, KnownMedia]) -> None:
        self._media = media
        self._pairs: dict[Relation, set[Pair]] = {}

    def _in(self, relation: Relation) -> set[Pair]:
        if relation not in self._pairs:
            self._pairs[relation] = pairs_in(self._media, relation)
        return self._pairs[relation]

    def right(self, one: Found) -> bool:
        """Whether two media are in a relation that the match claims."""
        return self._media[one.first].agrees(self._media[one.second], one.kind)

    def kinds(self, found: list[Found]) -> tuple[KindScore, ...]:
        by_kind: dict[str, dict[Pair, Found]] = defaultdict(dict)
        for one in found:
            by_kind[one.kind][pair(one.first, one.second)] = one
        return tuple(
            self._kind(kind, list(rows.values())) for kind, rows in sorted(by_kind.items())
        )

    def _kind(self, kind: str, rows: list[Found]) -> KindScore:
        right = sum(map(self.right, rows))
        claimed = [one for one in Relation if one in claims(kind)]
        related: set[Pair] = set()
        for relation in claimed:
            if relation not in TRAPS:
                related |= self._in(relation)
        number = len(self._media)
        unrelated = number * (number - 1) // 2 - len(related)
        between = Counter(self._media[one.first].relation(self._media[one.second]) for one in rows)
        return KindScore(
            kind=kind,
            claims=tuple(one.value for one in claimed),
            precision=rate(right, len(rows)),
            false=rate(min(len(rows) - right, unrelated), unrelated),
            between=dict(between.most_common()),
        )

    def _claimed(self, found: list[Found], relation: Relation) -> set[Pair]:
        return {pair(one.first, one.second) for one in found if relation in claims(one.kind)}

    def edits(self, found: list[Found]) -> tuple[EditScore, ...]:
        hits = self._claimed(found, Relation.COPY)
        counted: dict[str, list[bool]] = defaultdict(list)
        for edit, two in edited_pairs(self._media):
            counted[edit].append(two[0] == two[1] or two in hits)
        return tuple(
            EditScore(edit=edit, rung=RUNGS.get(edit, 0), recall=rate(sum(rows), len(rows)))
            for edit, rows in sorted(counted.items())
        )

    def relations(self, found: list[Found]) -> tuple[RelationScore, ...]:
        copies = self._in(Relation.COPY)
        rows = [("copies of one original", copies, Relation.COPY)]
        places = self._in(Relation.PLACE) - copies
        events = self._in(Relation.EVENT) - copies
        near = {two for two in places if overlap(*(self._media[one] for one in two))}
        rows += [
            ("place, one visit, views overlap", near & events, Relation.PLACE),
            ("place, another visit, views overlap", near - events, Relation.PLACE),
            ("place, views apart", places - near, Relation.PLACE),
            ("recorded at one event", self._both(events, self._sounding), Relation.EVENT),
        ]
        for relation in (Relation.CAMERA, Relation.VOICE, Relation.TUNE):
            rows.append((relation.value, self._in(relation) - copies, relation))
        return tuple(
            RelationScore(
                relation=name,
                sought=any(relation in claims(kind) for kind in MatchKind),
                recall=rate(len(expected & self._claimed(found, relation)), len(expected)),
            )
            for name, expected, relation in rows
        )

    def _both(self, pairs: set[Pair], holds: Callable[[KnownMedia], bool]) -> set[Pair]:
        return {two for two in pairs if all(holds(self._media[one]) for one in two)}

    @staticmethod
    def _sounding(one: KnownMedia) -> bool:
        return any(file.kind in ("clip", "sound") for file in one.files)
