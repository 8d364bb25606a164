"""Contributing: chosen files copied into the vault, verified, read like any other, and recorded."""

from __future__ import annotations

import contextlib
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path

import structlog
from django.db import connection
from django.utils import timezone

from clew.access import acting
from clew.access.connections import worker
from clew.audit.events import Event
from clew.audit.log import record
from clew.intake.matching import compare_waiting
from clew.intake.progress import Progress, Watcher, unwatched
from clew.intake.reading import limits_of
from clew.intake.sharing import Shared, share
from clew.intake.standing import settle
from clew.media.kind import MediaType
from clew.media.pool import Reached
from clew.records.folders import ExhibitError, places_of
from clew.records.models import (
    ContributedFile,
    Contribution,
    Exhibit,
    Folder,
    Media,
    Sighting,
    Standing,
)
from clew.records.readings import Seen, store
from clew.records.rows import insert
from clew.signals.confined import ConfinedReader, Opened
from clew.signals.files import open_file
from clew.signals.reading import Outcome, Reading
from clew.vault.errors import AlreadyStoredError, VaultError
from clew.workspace import Workspace

log = structlog.get_logger()

_BATCH = 64
_DISK_THREADS = 4
_TURN_SECONDS = 0.0003
_ORIGINALS = {"media_id": "bigint", "size": "bigint"}


@dataclass(frozen=True)
class Contributed:
    """What became of one file.

    Attributes:
        path: as given.
        sha256: hexadecimal; empty when it was not stored.
        size: bytes.
        again: whether the agency had handed in the same bytes before.
        problem: why it was not stored; empty when it was.
        standing: how it stands to what was held.
        better: in what it is nearer to how it was taken than what was held.
    """

    path: Path
    sha256: str = ""
    size: int = 0
    again: bool = False
    problem: str = ""
    standing: Standing | None = None
    better: tuple[str, ...] = ()


@dataclass(frozen=True)
class HandedIn:
    """A contribution that came to its end.

    Attributes:
        number: of the contribution.
        files: an answer for every file, in the order in which they were named.
    """

    number: int
    files: tuple[Contributed, ...]

    def counts(self) -> dict[str, int]:
        """How many files stand how, each counted once."""
        distinct = {os.path.realpath(one.path): one.standing for one in self.files}
        found = Counter(standing.value for standing in distinct.values() if standing is not None)
        return {standing.value: found[standing.value] for standing in Standing}


def contribute(
    workspace: Workspace,
    files: Iterable[Path],
    *,
    exhibit: Exhibit | None = None,
    shared: Shared | None = None,
    watcher: Watcher = unwatched,
) -> HandedIn:
    """Copy files into the vault, verify each, connect them with what is there, and record it all.

    Every file gets an answer; one that fails does not stop the others. Contributing a file again is
    recorded as such; the vault has it once.

    Args:
        workspace: where to.
        files: what is in scope.
        exhibit: what they were found on, if that is said.
        shared: with whom their sightings are shared; None leaves each as it is, at first with the
            own agency alone.
        watcher: shown progress.

    Raises:
        clew.access.errors.AccessError: nobody is signed in, or under no authority that holds.
        clew.media.nursery.ConfinementError: when no decoding process can be started.
    """
    files = list(files)
    contribution = _begin(exhibit, shared, len(files))
    log.info("contribution begun", contribution=contribution.pk, files=len(files))
    progress = Progress()
    with _HandingIn(workspace, contribution, exhibit, shared) as handing:
        handing.take(files, progress, watcher)
    compare_waiting(workspace, progress, watcher)
    with acting.acting():
        acting.require_authority()
        settle(contribution)
        Contribution.objects.filter(pk=contribution.pk).update(ended_at=timezone.now())
        rows = {bytes(row.path): row for row in contribution.files.all()}
        _noted(contribution, "ended", len(rows))
    log.info("contribution ended", contribution=contribution.pk)
    return HandedIn(contribution.pk, tuple(_told(path, rows[_key(path)]) for path in files))


def _begin(exhibit: Exhibit | None, shared: Shared | None, files: int) -> Contribution:
    """The contribution begins: by an officer, under an authority that holds now."""
    with acting.acting():
        made = Contribution.objects.create(
            authority_id=acting.require_authority(),
            agency_id=acting.agency() or 0,
            officer_id=acting.officer() or 0,
            exhibit=exhibit,
            sharing=shared.sharing if shared is not None else None,
            sharing_agencies=list(shared.agencies) if shared is not None else [],
        )
        _noted(made, "begun", files)
    return made


def _noted(contribution: Contribution, done: str, files: int) -> None:
    record(
        Event.CONTRIBUTION,
        about=f"contribution:{contribution.pk}",
        details={"act": done, "files": files, "exhibit": contribution.exhibit_id},
    )


def _key(path: Path) -> bytes:
    """What a file is known by: where it really lies."""
    return os.path.realpath(os.fsencode(path))


def _told(path: Path, row: ContributedFile) -> Contributed:
    return Contributed(
        path,
        bytes(row.sha256).hex() if row.sha256 is not None else "",
        row.size,
        row.again,
        row.problem,
        Standing(row.standing) if row.standing is not None else None,
        tuple(row.better),
    )


@dataclass(frozen=True)
class _Kept:
    """A file that was read, and stored in the vault if it could be."""

    path: bytes
    reading: Reading
    modified_ns: int | None = None
    sha256: str = ""
    size: int = 0
    problem: str = ""


class _HandingIn:
    """Reads files in confined processes; stores and records beside that, batch by batch.

    A batch's originals are in the vault before it is recorded. Use as a context manager: leaving it
    waits until all that was taken is recorded.
    """

    def __init__(
        self,
        workspace: Workspace,
        contribution: Contribution,
        exhibit: Exhibit | None,
        shared: Shared | None,
    ) -> None:
        self._workspace = workspace
        self._contribution = contribution
        self._exhibit = exhibit
        self._shared = shared
        self._disk = ThreadPoolExecutor(_DISK_THREADS, "originals")
        self._recorder = ThreadPoolExecutor(1, "recording")
        self._batch: list[Future[_Kept]] = []
        self._recording: list[Future[None]] = []
        self._places: dict[bytes, tuple[Folder, bytes] | ExhibitError] = {}

    def __enter__(self) -> _HandingIn:
        # As in storing.py: the thread that hands files to the decoders gets its turn at once.
        self._usual_turn = sys.getswitchinterval()
        sys.setswitchinterval(_TURN_SECONDS)
        return self

    def __exit__(self, *exception: object) -> None:
        try:
            self._hand_over()
            self._wait(0)
        finally:
            sys.setswitchinterval(self._usual_turn)
            self._recorder.submit(_close_connections).result()
            self._recorder.shutdown()
            self._disk.shutdown()

    def take(self, files: Sequence[Path], progress: Progress, watcher: Watcher) -> None:
        """Read and store files, each once."""
        wanted = list(dict.fromkeys(map(_key, files)))
        progress.files = len(wanted)
        # Before anything is stored: the vault must not have what no place can be recorded for.
        with acting.acting():
            there = [path for path in wanted if os.path.isfile(path)]  # noqa: PTH113 - bytes
            self._places = places_of(there, self._exhibit)
        workers = max(1, min(self._workspace.settings.workers, len(wanted)))
        with ConfinedReader(workers, limits_of(self._workspace.settings)) as reader:
            for number, event in reader.read(self._opened(wanted)):
                if isinstance(event, Reached) or event.member:
                    continue
                self._add(self._disk.submit(self._keep, wanted[number], event))
                progress.files_done += 1
                watcher(progress)

    def _opened(self, wanted: Sequence[bytes]) -> Iterator[Opened]:
        for number, path in enumerate(wanted):
            try:
                descriptor = open_file(Path(os.fsdecode(path)))
            except OSError as error:
                self._refuse(path, f"it cannot be opened ({error.strerror or error})")
                continue
            if not isinstance(self._places.get(path), tuple):
                os.close(descriptor)
                self._refuse(path, str(self._places.get(path, "it was not there a moment ago")))
                continue
            name = os.path.basename(path).decode("utf-8", "replace")  # noqa: PTH119 - bytes
            yield Opened(number, descriptor, name, os.fstat(descriptor).st_size)

    def _refuse(self, path: bytes, problem: str) -> None:
        self._add(self._disk.submit(_Kept, path, _unread(), problem=problem))

    def _keep(self, path: bytes, reading: Reading) -> _Kept:
        """Copy one original into the vault, with its preview."""
        # What is plainly no media was not hashed; somebody chose it all the same.
        if reading.sha256 is None and reading.outcome is not Outcome.OTHER:
            return _Kept(path, reading, problem="; ".join(reading.notes) or "it cannot be read")
        known = reading.sha256.hex() if reading.sha256 is not None else None
        vault = self._workspace.vault
        try:
            with os.fdopen(open_file(Path(os.fsdecode(path))), "rb") as source:
                modified = os.fstat(source.fileno()).st_mtime_ns
                stored = vault.put_original(source, known)
            if reading.preview is not None and known is not None:
                with contextlib.suppress(AlreadyStoredError):
                    vault.put_derivative("preview", known, reading.preview)
        except OSError as error:
            problem = f"it cannot be opened ({error.strerror or error})"
            return _Kept(path, reading, problem=problem)
        except VaultError as error:
            return _Kept(path, reading, problem=str(error))
        reading.preview = None
        return _Kept(path, reading, modified, stored.sha256, stored.size)

    def _add(self, kept: Future[_Kept]) -> None:
        self._batch.append(kept)
        if len(self._batch) >= _BATCH:
            self._hand_over()
            self._wait(1)

    def _hand_over(self) -> None:
        if self._batch:
            # The thread acts for the same officer as this one.
            run, batch = copy_context().run, self._batch
            self._recording.append(self._recorder.submit(run, self._record, batch))
        self._batch = []

    def _wait(self, most: int) -> None:
        while len(self._recording) > most:
            self._recording.pop(0).result()

    def _record(self, batch: Sequence[Future[_Kept]]) -> None:
        """Record a batch: places and readings as after a scan, then what was handed in."""
        kept = [future.result() for future in batch]
        by_folder: dict[Folder, list[Seen]] = {}
        for one in kept:
            place = self._places.get(one.path)
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

    def _note(self, kept: Sequence[_Kept], media: dict[bytes, Media]) -> None:
        digests = [bytes.fromhex(one.sha256) for one in kept if one.sha256]
        known = ContributedFile.objects.filter(sha256__in=digests)
        before = {bytes(digest) for digest in known.values_list("sha256", flat=True) if digest}
        rows = []
        for one in kept:
            digest = bytes.fromhex(one.sha256) if one.sha256 else None
            rows.append(
                ContributedFile(
                    contribution=self._contribution,
                    path=one.path,
                    size=one.size,
                    modified_ns=one.modified_ns,
                    sha256=digest,
                    media=media.get(digest) if digest is not None else None,
                    again=digest in before,
                    problem=one.problem.replace("\0", "�"),
                )
            )
            before |= {digest} if digest is not None else set()
        ContributedFile.objects.bulk_create(rows)


def _unread() -> Reading:
    return Reading(size=0, outcome=Outcome.UNREADABLE)


def _close_connections() -> None:
    """Close this thread's own connections: they are others in every thread."""
    worker().close()
    connection.close()
