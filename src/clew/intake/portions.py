"""Reading a portion of a contribution: files read, put into the vault and recorded.

Doing it again, after any end, changes nothing that was recorded and doubles nothing.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path

import structlog
from django.db import connection

from clew.access import acting
from clew.access.connections import worker
from clew.intake.contributions import locked
from clew.intake.queues import enqueue_standing
from clew.intake.sharing import Shared, share
from clew.intake.uploads import DifferentError, in_memory
from clew.media.kind import MediaType
from clew.media.pool import Reached
from clew.records.folders import ExhibitError, places_of
from clew.records.models import (
    ContributedFile,
    FileState,
    Folder,
    Media,
    Sharing,
    Sighting,
    Upload,
)
from clew.records.readings import Seen, store
from clew.records.rows import insert, update
from clew.signals.confined import ConfinedReader, Opened
from clew.signals.files import open_file
from clew.signals.reading import Outcome, Reading
from clew.vault.errors import AlreadyStoredError, VaultError
from clew.vault.settling import Settling
from clew.workspace import Workspace

log = structlog.get_logger()

_BATCH = 128
_TAKEN_AT_ONCE = 32
_DISK_THREADS = 2
"""Into a folder: more of them only wait for Python's lock."""
_STORE_THREADS = 8
"""Into a store, whose answers are waited for."""
_TURN_SECONDS = 0.0003
_TOLD_EVERY = 10.0
"""Seconds after which those are told of that were recorded: a portion of films takes long."""
_ORIGINALS = {"media_id": "bigint", "size": "bigint"}
_TO_READ = (FileState.WAITING, FileState.READING)
_NOT_STORED = (*_TO_READ, FileState.CANCELLED)
"""Cancelling does not take back what a job had taken before: it is in the vault already."""


class StoppedError(Exception):
    """The worker stops; what it has not recorded is for the next one."""


@dataclass(frozen=True)
class _Kept:
    """A file that was read, and stored in the vault if it could be."""

    row: ContributedFile
    reading: Reading
    modified_ns: int | None = None
    sha256: str = ""
    size: int = 0
    problem: str = ""


class Portion:
    """Reads files in confined processes; stores and records beside that, batch by batch.

    A batch's originals are in the vault before it is recorded, and it is recorded as one.

    Args:
        workspace: where to.
        contribution: which; acted for by the surrounding :func:`clew.intake.on_behalf.on_behalf`.
        portion: which of its files.
        reader: reads them.
        stopping: set when the worker is to stop.
    """

    def __init__(
        self,
        workspace: Workspace,
        contribution: int,
        portion: int,
        reader: ConfinedReader,
        stopping: threading.Event,
    ) -> None:
        self._workspace = workspace
        self._vault = workspace.vault
        self._uploaded: dict[int, int] = {}
        self._contribution = contribution
        self._portion = portion
        self._reader = reader
        self._stopping = stopping
        self._shared: Shared | None = None
        self._batch: list[Future[_Kept]] = []
        self._settling = workspace.vault.settling()
        self._recording: list[Future[None]] = []
        self._places: dict[bytes, tuple[Folder, bytes] | ExhibitError] = {}
        self._told = time.monotonic()

    def read(self) -> None:
        """Read what has no answer yet, and have it told how it stands.

        Raises:
            StoppedError: the worker stops.
            clew.access.errors.AccessError: its officer or its authority does not hold any more.
        """
        rows = self._look()
        # As in storing.py: the thread that hands files to the decoders gets its turn at once.
        usual_turn = sys.getswitchinterval()
        sys.setswitchinterval(_TURN_SECONDS)
        threads = _DISK_THREADS if self._vault.folder is not None else _STORE_THREADS
        self._disk = ThreadPoolExecutor(threads, "originals")
        # While a batch is being recorded, the next one is on its way to the disk.
        self._settler = ThreadPoolExecutor(1, "settling")
        self._recorder = ThreadPoolExecutor(1, "recording")
        try:
            self._read(rows)
        finally:
            try:
                self._hand_over()
                self._wait(0)
            finally:
                sys.setswitchinterval(usual_turn)
                for descriptor in self._uploaded.values():
                    os.close(descriptor)
                self._recorder.submit(close_connections).result()
                self._recorder.shutdown()
                self._settler.shutdown()
                self._disk.shutdown()
        if self._stopping.is_set():
            raise StoppedError
        with acting.acting():
            if locked(self._contribution) is not None:
                enqueue_standing(self._contribution)

    def _look(self) -> list[ContributedFile]:
        """What is to be read, and where it belongs."""
        with acting.acting():
            acting.require_authority()
            # Locked: what arrives meanwhile is seen here, or has another job come after this one.
            if (found := locked(self._contribution)) is None:
                return []
            if found.sharing is not None:
                self._shared = Shared(Sharing(found.sharing), tuple(found.sharing_agencies))
            rows = list(
                found.files.filter(portion=self._portion, state__in=_TO_READ)
                .select_related("upload")
                .order_by("pk")
            )
            # Before anything is stored: the vault must not have what no place can be recorded for.
            there = [bytes(row.path) for row in rows if _is_there(row)]
            self._places = places_of(there, found.exhibit)
        return rows

    def _read(self, rows: Sequence[ContributedFile]) -> None:
        for number, event in self._reader.read(self._opened(rows)):
            if isinstance(event, Reached) or event.member:
                if self._stopping.is_set():
                    return
                continue
            self._add(self._disk.submit(self._keep, rows[number], event, self._settling))

    def _opened(self, rows: Sequence[ContributedFile]) -> Iterator[Opened]:
        for start in range(0, len(rows), _TAKEN_AT_ONCE):
            if self._stopping.is_set():
                return
            some = rows[start : start + _TAKEN_AT_ONCE]
            taken = self._take([row.pk for row in some])
            for number, row in enumerate(some, start):
                if row.pk in taken and (opened := self._open(number, row)) is not None:
                    yield opened

    def _take(self, wanted: list[int]) -> set[int]:
        """Say that these are being read; those that were cancelled meanwhile are not."""
        with acting.acting():
            rows = ContributedFile.objects.filter(pk__in=wanted)
            rows.filter(state=FileState.WAITING).update(state=FileState.READING)
            return set(rows.filter(state=FileState.READING).values_list("pk", flat=True))

    def _open(self, number: int, row: ContributedFile) -> Opened | None:
        path = bytes(row.path)
        try:
            descriptor = self._descriptor(row)
        except OSError as error:
            self._refuse(row, f"it cannot be opened ({error.strerror or error})")
            return None
        except (VaultError, DifferentError) as error:
            self._refuse(row, str(error))
            return None
        if not isinstance(self._places.get(path), tuple):
            os.close(descriptor)
            self._refuse(row, str(self._places.get(path, "it was not there a moment ago")))
            return None
        name = os.path.basename(path).decode("utf-8", "replace")  # noqa: PTH119 - bytes
        return Opened(number, descriptor, name, os.fstat(descriptor).st_size)

    def _descriptor(self, row: ContributedFile) -> int:
        """A file to be read from its beginning; one that was uploaded, from memory."""
        if (upload := _upload_of(row)) is None:
            return open_file(Path(os.fsdecode(bytes(row.path))))
        descriptor = in_memory(self._workspace, upload)
        # Kept until it is in the vault: decrypting it again would cost as much again.
        self._uploaded[row.pk] = os.dup(descriptor)
        return descriptor

    def _refuse(self, row: ContributedFile, problem: str) -> None:
        self._add(self._disk.submit(_Kept, row, _unread(), problem=problem))

    def _keep(self, row: ContributedFile, reading: Reading, settling: Settling) -> _Kept:
        """Copy one original into the vault, with its preview and storyboard.

        Stored once those are settled.
        """
        # What is plainly no media was not hashed; somebody chose it all the same.
        if reading.sha256 is None and reading.outcome is not Outcome.OTHER:
            return _Kept(row, reading, problem="; ".join(reading.notes) or "it cannot be read")
        known = reading.sha256.hex() if reading.sha256 is not None else None
        try:
            with os.fdopen(self._again(row), "rb") as source:
                source.seek(0)
                modified = row.modified_ns  # as it was announced of what was uploaded
                if _upload_of(row) is None:
                    modified = os.fstat(source.fileno()).st_mtime_ns
                stored = self._vault.put_original(source, known, settling)
            for name, content in reading.derivatives().items():
                if known is None:
                    break
                with contextlib.suppress(AlreadyStoredError):
                    self._vault.put_derivative(name, known, content, settling)
        except OSError as error:
            problem = f"it cannot be opened ({error.strerror or error})"
            return _Kept(row, reading, problem=problem)
        except VaultError as error:
            return _Kept(row, reading, problem=str(error))
        reading.preview = reading.storyboard = None
        return _Kept(row, reading, modified, stored.sha256, stored.size)

    def _again(self, row: ContributedFile) -> int:
        """The file once more, for the vault."""
        if (uploaded := self._uploaded.pop(row.pk, None)) is not None:
            return uploaded
        return open_file(Path(os.fsdecode(bytes(row.path))))

    def _add(self, kept: Future[_Kept]) -> None:
        self._batch.append(kept)
        if len(self._batch) >= _BATCH:
            self._hand_over()
            self._wait(2)

    def _hand_over(self) -> None:
        if self._batch:
            # The thread acts for the same officer as this one.
            run = copy_context().run
            settled = self._settler.submit(_settled, self._batch, self._settling)
            self._recording.append(self._recorder.submit(run, self._record, settled))
        self._batch, self._settling = [], self._vault.settling()

    def _wait(self, most: int) -> None:
        while len(self._recording) > most:
            self._recording.pop(0).result()

    def _record(self, settled: Future[list[_Kept]]) -> None:
        """Record a batch: places and readings as after a scan, then what became of the files."""
        kept = settled.result()
        by_folder: dict[Folder, list[Seen]] = {}
        for one in kept:
            place = self._places.get(bytes(one.row.path))
            if not one.problem and isinstance(place, tuple):
                folder, path = place
                # Members of an archive are read by a scan, which must not take it for read.
                inside = one.reading.type is MediaType.CONTAINER or one.reading.passing
                seen = Seen(path, None if inside else one.modified_ns, one.reading)
                by_folder.setdefault(folder, []).append(seen)
        media: dict[bytes, Media] = {}
        for folder, seen_there in by_folder.items():
            media |= {bytes(m.sha256): m for m in store(folder, seen_there)}
        insert("records_original", _ORIGINALS, [(m.pk, m.size) for m in media.values()])
        with acting.acting():
            acting.require_authority()
            self._note(kept, media)
            if self._shared is not None:
                for folder, seen_there in by_folder.items():
                    paths = [seen.path for seen in seen_there]
                    share(Sighting.objects.filter(folder=folder, path__in=paths), self._shared)
            if time.monotonic() - self._told > _TOLD_EVERY and locked(self._contribution):
                self._told = time.monotonic()
                enqueue_standing(self._contribution)

    def _note(self, kept: Sequence[_Kept], media: dict[bytes, Media]) -> None:
        if locked(self._contribution) is None:
            return  # another worker, which took this one for dead, has come to the end
        rows = ContributedFile.objects.filter(
            pk__in=[one.row.pk for one in kept], state__in=_NOT_STORED
        ).in_bulk()
        digests = [bytes.fromhex(one.sha256) for one in kept if one.sha256]
        known = ContributedFile.objects.filter(sha256__in=digests)
        before = {bytes(digest) for digest in known.values_list("sha256", flat=True) if digest}
        said: dict[int, tuple[object, ...]] = {}
        for one in kept:
            if (row := rows.get(one.row.pk)) is None:
                continue
            digest = bytes.fromhex(one.sha256) if one.sha256 else None
            shown = media.get(digest) if digest is not None else None
            said[row.pk] = (
                *((FileState.FAILED if one.problem else FileState.STORED).value, one.size),
                *(one.modified_ns or row.modified_ns, digest, shown and shown.pk),
                *(digest in before, one.problem.replace("\0", "�")),
            )
            before |= {digest} if digest is not None else set()
        # As the officer: the database lets nobody else's rows be changed.
        update("records_contributedfile", _SAID, said, connection)


_SAID = {
    "state": "text",
    "size": "bigint",
    "modified_ns": "bigint",
    "sha256": "bytea",
    "media_id": "bigint",
    "again": "boolean",
    "problem": "text",
}


def _settled(batch: Sequence[Future[_Kept]], settling: Settling) -> list[_Kept]:
    """A batch once all of it was read back and survives a power cut."""
    kept = [future.result() for future in batch]
    settling.settle()
    return kept


def _upload_of(row: ContributedFile) -> Upload | None:
    """What was uploaded of a file; None for one that lies on this machine."""
    return getattr(row, "upload", None)


def _is_there(row: ContributedFile) -> bool:
    return _upload_of(row) is not None or os.path.isfile(bytes(row.path))  # noqa: PTH113 - bytes


def _unread() -> Reading:
    return Reading(size=0, outcome=Outcome.UNREADABLE)


def close_connections() -> None:
    """Close this thread's own connections: they are others in every thread."""
    worker().close()
    connection.close()
