"""Readings into the database: sightings, media and traces, all of a batch or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from django.db import transaction

from clew.access.connections import Connection, prepared, worker
from clew.media.kind import MediaType
from clew.records.models import Folder, Media, Sighting, StoredTrace
from clew.records.rows import TEXTS, insert, replacing
from clew.signals.base import Feature
from clew.signals.reading import Outcome, Reading, Trace

_WORKER = Connection.WORKER.value

SEPARATOR = b"\0"
"""Between the path of an archive and the name of a member; no name can hold it."""


@dataclass(frozen=True)
class Seen:
    """A reading with the place it comes from.

    Attributes:
        path: of the file below its folder.
        modified_ns: last change of the file, nanoseconds since 1970.
        reading: its own, or that of a member of it.
        told: with its own reading, digests (:func:`digest_of`) of the places of all members told
            before it; others are then no longer in the file. None where that is not known.
    """

    path: bytes
    modified_ns: int | None
    reading: Reading
    told: frozenset[bytes] | None = None

    @property
    def place(self) -> bytes:
        """The path as sightings keep it, members behind separators."""
        return SEPARATOR.join((self.path, *self.reading.member))


def store(folder: Folder, batch: Sequence[Seen]) -> list[Media]:
    """Store a batch of readings in one transaction.

    A place seen before is brought up to date, never doubled; a media known before keeps what was
    read of it, gains what is new, and is then compared again.

    Returns:
        The media of the batch, each once, oldest first.
    """
    with transaction.atomic(using=_WORKER):
        media = _store_media([seen.reading for seen in batch])
        _store_sightings(folder, batch, media)
        for seen in batch:
            if seen.told is not None and _read_to_its_end(seen.reading):
                _forget_members(folder, seen.path, seen.told)
    return list(media.values())


def digest_of(place: bytes) -> bytes:
    """What tells a place from others, as the database has it."""
    return hashlib.sha256(place).digest()


def archives(folder: Folder) -> set[bytes]:
    """Paths of the files of a folder of which members are known."""
    with worker().cursor() as cursor:
        cursor.execute(_ARCHIVES, [folder.pk])
        return {bytes(path) for (path,) in cursor.fetchall()}


_ARCHIVES = r"""
    SELECT DISTINCT substring(path for position('\x00'::bytea in path) - 1)
    FROM records_sighting WHERE folder_id = %s AND position('\x00'::bytea in path) > 0
"""


def _read_to_its_end(reading: Reading) -> bool:
    """Whether what was not told of a file is not in it; an archive may have been cut short."""
    if reading.member or reading.passing:
        return False
    kept = reading.outcome in (Outcome.READ, Outcome.OTHER)
    return kept or reading.type not in (MediaType.CONTAINER, MediaType.OTHER)


def _forget_members(folder: Folder, path: bytes, told: frozenset[bytes]) -> None:
    """Remove the sightings of members that have left an archive, or went with it.

    Those below an archive in the archive that could not be read to its end stay.
    """
    start = path + SEPARATOR
    known = (
        Sighting.objects.using(_WORKER)
        .filter(folder=folder, path__gte=start, path__lt=path + b"\1")
        .values_list("pk", "path", "outcome")
    )
    gone, unsure = [], []
    for pk, stored, outcome in known:
        place = bytes(stored)
        if digest_of(place) not in told:
            gone.append((pk, place))
        elif outcome in (Outcome.PARTLY.value, Outcome.UNREADABLE.value):
            unsure.append(place + SEPARATOR)
    doubted = tuple(unsure)
    Sighting.objects.using(_WORKER).filter(
        pk__in=[pk for pk, place in gone if not place.startswith(doubted)]
    ).delete()


def _holds_media(reading: Reading) -> bool:
    """Whether a file is kept as media: what claims to be one counts even when it is broken."""
    if reading.sha256 is None or reading.size == 0:
        return False
    if reading.type is MediaType.CONTAINER:
        return False
    return reading.type is not MediaType.OTHER or reading.outcome is Outcome.UNREADABLE


def _store_media(readings: Iterable[Reading]) -> dict[bytes, Media]:
    by_hash: dict[bytes, Reading] = {}
    for reading in readings:
        if reading.sha256 is not None and _holds_media(reading):
            other = by_hash.setdefault(reading.sha256, reading)
            # One content, read twice: a reading may have been cut short.
            if _worth(reading.outcome, reading.traces) > _worth(other.outcome, other.traces):
                by_hash[reading.sha256] = reading
    insert(
        "records_media",
        _MEDIA,
        [
            (sha256, reading.size, False, 0, *_facts(reading).values())
            for sha256, reading in sorted(by_hash.items())
        ],
    )
    media = {
        bytes(m.sha256): m
        for m in Media.objects.using(_WORKER).filter(sha256__in=list(by_hash)).order_by("id")
    }
    richer = set(_store_traces(media, by_hash))
    for sha256, one in media.items():
        if sha256 in richer or _RANK[by_hash[sha256].outcome] > _RANK[Outcome(one.outcome)]:
            _read_better(one, by_hash[sha256])
    return media


_RANK = {Outcome.OTHER: 0, Outcome.UNREADABLE: 0, Outcome.PARTLY: 1, Outcome.READ: 2}
"""Which of two readings of one content got further."""


def _worth(outcome: Outcome, traces: Sequence[Trace]) -> tuple[int, int]:
    return len(traces), _RANK[outcome]


def _read_better(media: Media, reading: Reading) -> None:
    """Bring a media up to date of which more could be read than before."""
    facts = _facts(reading)
    for name, value in facts.items():
        setattr(media, name, value)
    media.compared = False
    media.save(using=_WORKER, update_fields=[*facts, "compared"])


def _facts(reading: Reading) -> dict[str, object]:
    """What reading says of a media, apart from its bytes."""
    return {
        "type": reading.type.value,
        "format": reading.format,
        "width": min(reading.width, 2**62),
        "height": min(reading.height, 2**62),
        "duration": reading.duration,
        "frame_rate": reading.frame_rate,
        "codecs": reading.codecs[:100],
        "outcome": reading.outcome.value,
        "notes": _text(reading.notes),
    }


_MEDIA = {
    "sha256": "bytea",
    "size": "bigint",
    "compared": "boolean",
    "matches_left_out": "int",
    "type": "text",
    "format": "text",
    "width": "bigint",
    "height": "bigint",
    "duration": "float8",
    "frame_rate": "float8",
    "codecs": "text",
    "outcome": "text",
    "notes": TEXTS,
}
"""Columns of a media that is new: its bytes, what was not done with it yet, its facts."""


def _store_traces(media: dict[bytes, Media], readings: dict[bytes, Reading]) -> list[bytes]:
    """Store the traces that are new for their signal and version.

    Returns:
        Hashes of the media that had traces before and have more now.
    """
    known = set(
        StoredTrace.objects.using(_WORKER)
        .filter(media__in=list(media.values()), ordinal=0)
        .values_list("media_id", "signal", "version")
    )
    read_before = {media for media, _, _ in known}
    rows: list[tuple[int, str, int, int, Feature]] = []
    richer: list[bytes] = []
    for sha256, one in media.items():
        had = len(rows)
        counts: dict[tuple[str, int], int] = {}
        for trace in readings[sha256].traces:
            if (one.pk, trace.signal, trace.version) in known:
                continue
            ordinal = counts.get((trace.signal, trace.version), 0)
            counts[trace.signal, trace.version] = ordinal + 1
            rows.append((one.pk, trace.signal, trace.version, ordinal, trace.feature))
        if one.pk in read_before and len(rows) > had:
            richer.append(sha256)
    _insert_traces(rows)
    return richer


_TRACES = {
    "media_id": "bigint",
    "signal": "text",
    "version": "smallint",
    "ordinal": "int",
    "variant": "text",
    "value": "bytea",
    "quality": "smallint",
    "start": "float8",
    "end": "float8",
}


def _insert_traces(rows: list[tuple[int, str, int, int, Feature]]) -> None:
    """Insert (media, signal, version, ordinal, feature) rows.

    Two scans may read the same media at once; the first to commit is the one that counts.
    """
    insert(
        "records_storedtrace",
        _TRACES,
        [(*at, f.variant, f.value, f.quality, f.start, f.end) for *at, f in rows],
    )


_SIGHTINGS = {
    "path": "bytea",
    "folder_id": "bigint",
    "size": "bigint",
    "modified_ns": "bigint",
    "outcome": "text",
    "notes": TEXTS,
    "media_id": "bigint",
}


def _store_sightings(folder: Folder, batch: Sequence[Seen], media: dict[bytes, Media]) -> None:
    rows: dict[bytes, tuple[object, ...]] = {}
    for seen in batch:
        reading = seen.reading
        holds = reading.sha256 is not None and _holds_media(reading)
        shown = media.get(reading.sha256) if holds and reading.sha256 else None
        rows[seen.place] = (
            *(seen.place, folder.pk, reading.size),
            None if reading.member else seen.modified_ns,
            *(reading.outcome.value, _text(reading.notes), shown and shown.pk),
        )
    insert(
        "records_sighting",
        _SIGHTINGS,
        # In one order for all, so that two scans of one place wait for each other, not both.
        [rows[place] for place in sorted(rows)],
        replacing("folder_id, path_digest", list(_SIGHTINGS)[2:]) + _OTHER_CONTENT,
    )


_OTHER_CONTENT = ", " + ", ".join(
    f"{column} = CASE WHEN excluded.media_id IS NOT DISTINCT FROM records_sighting.media_id "
    f"THEN records_sighting.{column} ELSE excluded.{column} END"
    for column in ("sharing", "sharing_agencies")
)
"""What was shared is what lay there then: other content in its place is nobody else's."""


def _text(notes: Iterable[str]) -> list[str]:
    """Notes quote decoders, and decoders quote files: keep what PostgreSQL can hold."""
    return [
        note.replace("\0", "�").encode("utf-8", "replace").decode("utf-8")[:2000] for note in notes
    ]


TRACES: LiteralString = (
    'SELECT id, media_id, signal, version, variant, value, quality, start, "end" '
    "FROM records_storedtrace WHERE media_id = ANY($1::bigint[]) ORDER BY media_id, id"
)
"""Statement for the traces of media, to be asked beside others and read by :func:`as_traces`."""


def traces_of(media: Iterable[int]) -> dict[int, dict[int, Trace]]:
    """The stored traces of media as the engine knows them.

    Returns:
        For each media its traces by their row, in the order in which they were read.
    """
    wanted = list(media)
    return as_traces(wanted, prepared(worker(), TRACES, [wanted]))


def as_traces(media: Iterable[int], rows: Iterable[tuple[Any, ...]]) -> dict[int, dict[int, Trace]]:
    """What :data:`TRACES` answered, as :func:`traces_of` returns it."""
    found: dict[int, dict[int, Trace]] = {pk: {} for pk in media}
    # No models: a comparison reads thousands, and a model costs more than the row itself.
    for pk, of, signal, version, variant, value, quality, start, end in rows:
        feature = Feature(
            variant=variant, value=bytes(value), quality=quality, start=start, end=end
        )
        found[of][pk] = Trace(signal, version, feature)
    return found
