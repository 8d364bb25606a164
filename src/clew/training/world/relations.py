"""What two media of a world have in common, and what each kind of match claims that they have."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations

from clew.training.world.truth import CaseTruth, Copied, Origin, View


class Relation(StrEnum):
    """From the strongest to the weakest; the last two are no connection at all, but traps."""

    COPY = "copy"
    EVENT = "event"
    PLACE = "place"
    CAMERA = "camera"
    VOICE = "voice"
    TUNE = "tune"
    SUBJECT = "subject"
    IDENTITY = "identity"
    WORDS = "words"
    LOOK = "same look of another room"
    PRODUCT = "same mass product"


TRAPS = (Relation.LOOK, Relation.PRODUCT)
NOTHING = "nothing"
"""What two media have in common that are in no relation."""

_COPIES = frozenset({Relation.COPY})
_PLACES = frozenset({Relation.COPY, Relation.EVENT, Relation.PLACE})
_CLAIMS: Mapping[str, frozenset[Relation]] = {
    "place": _PLACES,
    "room": _PLACES,
    "scene": _PLACES,
    "background": _PLACES,
    "object": _PLACES | {Relation.PRODUCT},
    "thing": _PLACES | {Relation.PRODUCT},
    "words": _PLACES | {Relation.WORDS},
    "text": _PLACES | {Relation.WORDS},
    "camera": frozenset({Relation.COPY, Relation.CAMERA}),
    "sensor": frozenset({Relation.COPY, Relation.CAMERA}),
    "voice": frozenset({Relation.COPY, Relation.VOICE}),
    "speaker": frozenset({Relation.COPY, Relation.VOICE}),
    "tune": frozenset({Relation.COPY, Relation.EVENT, Relation.TUNE}),
    "music": frozenset({Relation.COPY, Relation.EVENT, Relation.TUNE}),
    "speech": frozenset({Relation.COPY, Relation.EVENT}),
    "sound": frozenset({Relation.COPY, Relation.EVENT}),
    "recording": frozenset({Relation.COPY, Relation.EVENT}),
    "same file": _COPIES,
    "picture": _COPIES,
    "region": _COPIES,
    "shot": _COPIES,
    "still": _COPIES,
    "film": _COPIES,
}
"""By a word of the kind's name; the first that is in it decides."""


def claims(kind: str) -> frozenset[Relation]:
    """What a match of this kind says is there; of kinds unknown here: any relation but a trap."""
    if kind in _CLAIMS:
        return _CLAIMS[kind]
    words = set(re.split(r"\W+", kind.lower()))
    for word, claimed in _CLAIMS.items():
        if word in words:
            return claimed
    return frozenset(set(Relation) - set(TRAPS))


@dataclass
class KnownMedia:
    """One content with all that is known of it.

    Attributes:
        sha256: hexadecimal.
        files: where it lies.
        labels: by relation, what it shares with media of the same label.
        views: from where it shows each place.
    """

    sha256: str
    files: list[Copied] = field(default_factory=list)
    labels: dict[Relation, set[str]] = field(default_factory=lambda: defaultdict(set))
    views: list[View] = field(default_factory=list)

    def shares(self, other: KnownMedia, relation: Relation) -> bool:
        """Whether both are in a relation."""
        return bool(self.labels[relation] & other.labels[relation])

    def agrees(self, other: KnownMedia, kind: str) -> bool:
        """Whether a match of this kind between the two would be right."""
        return any(self.shares(other, relation) for relation in claims(kind))

    def relation(self, other: KnownMedia) -> str:
        """The strongest relation between two, or :data:`NOTHING`."""
        return next((one.value for one in Relation if self.shares(other, one)), NOTHING)


def known_media(cases: Iterable[CaseTruth]) -> dict[str, KnownMedia]:
    """Every content of a world by its SHA-256; files of the same bytes are one."""
    media: dict[str, KnownMedia] = {}
    for case in cases:
        origins = {origin.name: origin for origin in case.origins}
        for file in case.files:
            one = media.setdefault(file.sha256, KnownMedia(file.sha256))
            one.files.append(file)
            if file.identity:
                one.labels[Relation.IDENTITY].add(file.identity)
            for part in file.parts:
                one.labels[Relation.COPY].add(part.origin)
                if part.origin in origins:
                    _label(one, origins[part.origin], file)
    return media


def _label(one: KnownMedia, origin: Origin, file: Copied) -> None:
    told: tuple[tuple[Relation, Iterable[str]], ...] = (
        (Relation.EVENT, [origin.event]),
        (Relation.PLACE, [origin.place]),
        (Relation.CAMERA, [origin.device]),
        (Relation.VOICE, origin.voices if file.kind != "picture" else ()),
        (Relation.TUNE, [origin.tune] if file.kind != "picture" else ()),
        (Relation.SUBJECT, origin.subjects),
        (Relation.WORDS, origin.words),
        (Relation.LOOK, [origin.look]),
        (Relation.PRODUCT, origin.products),
    )
    for relation, labels in told:
        one.labels[relation].update(label for label in labels if label)
    one.views += origin.views


Pair = tuple[str, str]
"""Two SHA-256s, the smaller first."""


def pair(first: str, second: str) -> Pair:
    """Two contents in the order in which pairs are kept."""
    return (first, second) if first <= second else (second, first)


def pairs_in(media: Mapping[str, KnownMedia], relation: Relation) -> set[Pair]:
    """All pairs in a relation; not for traps, of which there are too many."""
    groups: dict[str, list[str]] = defaultdict(list)
    for sha256, one in media.items():
        for label in one.labels[relation]:
            groups[label].append(sha256)
    return {pair(*two) for group in groups.values() for two in combinations(group, 2)}


def edited_pairs(media: Mapping[str, KnownMedia]) -> Iterator[tuple[str, Pair]]:
    """Every original with every copy of it, by the edit between them; a copy may be the same bytes.

    Of a copy that holds parts of several originals each is a pair.
    """
    originals = {
        part.origin: sha256
        for sha256, one in media.items()
        for file in one.files
        if file.edit == "original"
        for part in file.parts
    }
    for sha256, one in media.items():
        for file in one.files:
            if file.edit == "original":
                continue
            for place, part in enumerate(file.parts):
                if part.origin in originals:
                    edit = file.edit if " + " not in file.edit else "two edits"
                    name = edit if place == 0 else f"{edit}, further part"
                    yield name, pair(originals[part.origin], sha256)


_OVERLAP = 35.0
"""Degrees between two directions up to which two views of one place show some of the same."""


def overlap(one: KnownMedia, other: KnownMedia) -> bool:
    """Whether any view of the one looks about where a view of the other does."""
    return any(
        abs((a.turn - b.turn + 180) % 360 - 180) <= _OVERLAP for a in one.views for b in other.views
    )
