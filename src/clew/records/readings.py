"""Readings into the database: sightings, media and traces, all of a batch or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from clew.media.kind import MediaType
from clew.records.models import Folder, Media, Sighting, StoredTrace
from clew.signals.base import Feature
from clew.signals.reading import Outcome, Reading, Trace

SEPARATOR = b"\0"
"""Between the path of an archive and the name of a member; no name can hold it."""


@dataclass(frozen=True)
class Seen:
    """A reading with the place it comes from.

    Attributes:
        path: of the file below its folder.
        modified_ns: last change of the file, nanoseconds since 1970.
        reading: its own, or that of a member of it.
    """

    path: bytes
    modified_ns: int | None
    reading: Reading

    @property
    def place(self) -> bytes:
        """The path as sightings keep it, members behind separators."""
        return SEPARATOR.join((self.path, *self.reading.member))


def store(folder: Folder, batch: Sequence[Seen]) -> list[Media]:
    """Store a batch of readings in one transaction.

    A place seen before is brought up to date, never doubled; a media known before keeps what was
    read of it and gains what is new.

    Returns:
        The media of the batch, in the order of those readings that have one.
    """
    with transaction.atomic():
        media = _store_media([seen.reading for seen in batch])
        _store_sightings(folder, batch, media)
    return list(media.values())


def _holds_media(reading: Reading) -> bool:
    """Whether a file is kept as media: what claims to be one counts even when it is broken."""
    if reading.sha256 is None or reading.size == 0:
        return False
    if reading.type is MediaType.CONTAINER:
        return False
    return reading.type is not MediaType.OTHER or reading.outcome is Outcome.UNREADABLE


def _store_media(readings: Iterable[Reading]) -> dict[bytes, Media]:
    by_hash = {r.sha256: r for r in readings if r.sha256 is not None and _holds_media(r)}
    Media.objects.bulk_create(
        [_as_media(sha256, reading) for sha256, reading in sorted(by_hash.items())],
        ignore_conflicts=True,
    )
    media = {
        bytes(m.sha256): m for m in Media.objects.filter(sha256__in=list(by_hash)).order_by("id")
    }
    _store_traces(media, by_hash)
    return media


def _as_media(sha256: bytes, reading: Reading) -> Media:
    return Media(
        sha256=sha256,
        size=reading.size,
        type=reading.type.value,
        format=reading.format,
        width=min(reading.width, 2**62),
        height=min(reading.height, 2**62),
        duration=reading.duration,
        frame_rate=reading.frame_rate,
        codecs=reading.codecs[:100],
        outcome=reading.outcome.value,
        notes=_text(reading.notes),
    )


def _store_traces(media: dict[bytes, Media], readings: dict[bytes, Reading]) -> None:
    """Store the traces that are new for their signal and version."""
    known = set(
        StoredTrace.objects.filter(media__in=list(media.values()), ordinal=0).values_list(
            "media_id", "signal", "version"
        )
    )
    rows: list[tuple[int, str, int, int, Feature]] = []
    for sha256, one in media.items():
        counts: dict[tuple[str, int], int] = {}
        for trace in readings[sha256].traces:
            if (one.pk, trace.signal, trace.version) in known:
                continue
            ordinal = counts.get((trace.signal, trace.version), 0)
            counts[trace.signal, trace.version] = ordinal + 1
            rows.append((one.pk, trace.signal, trace.version, ordinal, trace.feature))
    _insert_traces(rows)


_INSERT_TRACES = """
    INSERT INTO records_storedtrace
           (media_id, signal, version, ordinal, variant, value, quality, start, "end")
    SELECT * FROM unnest(
           %s::bigint[], %s::text[], %s::smallint[], %s::int[], %s::text[],
           %s::bytea[], %s::smallint[], %s::float8[], %s::float8[])
    ON CONFLICT DO NOTHING
"""


def _insert_traces(rows: list[tuple[int, str, int, int, Feature]]) -> None:
    """Insert (media, signal, version, ordinal, feature) rows by one statement of arrays.

    Two scans may read the same media at once; the first to commit is the one that counts.
    """
    if not rows:
        return
    media, signal, version, ordinal, features = (list(column) for column in zip(*rows, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT_TRACES,
            [
                *(media, signal, version, ordinal),
                [f.variant for f in features],
                [f.value for f in features],
                [f.quality for f in features],
                [f.start for f in features],
                [f.end for f in features],
            ],
        )


def _store_sightings(folder: Folder, batch: Sequence[Seen], media: dict[bytes, Media]) -> None:
    rows: dict[bytes, Sighting] = {}
    for seen in batch:
        reading = seen.reading
        holds = reading.sha256 is not None and _holds_media(reading)
        rows[seen.place] = Sighting(
            folder=folder,
            path=seen.place,
            size=reading.size,
            modified_ns=None if reading.member else seen.modified_ns,
            outcome=reading.outcome.value,
            notes=_text(reading.notes),
            media=media.get(reading.sha256) if holds and reading.sha256 else None,
        )
    Sighting.objects.bulk_create(
        rows.values(),
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["folder", "path"],
        update_fields=["size", "modified_ns", "outcome", "notes", "media"],
    )


def _text(notes: Iterable[str]) -> list[str]:
    """Notes quote decoders, and decoders quote files: keep what PostgreSQL can hold."""
    return [
        note.replace("\0", "�").encode("utf-8", "replace").decode("utf-8")[:2000] for note in notes
    ]


def traces_of(rows: Iterable[StoredTrace]) -> list[Trace]:
    """Stored rows as the engine knows them."""
    return [
        Trace(
            row.signal,
            row.version,
            Feature(
                variant=row.variant,
                value=bytes(row.value),
                quality=row.quality,
                start=row.start,
                end=row.end,
            ),
        )
        for row in rows
    ]
