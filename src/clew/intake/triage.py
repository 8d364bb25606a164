"""Triage: every file of a folder read where it lies, its traces kept, its original left alone.

A scan goes through three phases, and what it has reported done is stored: files are looked up,
read in confined processes and stored in batches; then every media not yet compared is compared
with everything in the workspace. A scan that was stopped, however hard, goes on where it stopped.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import structlog
from django.utils import timezone

from clew.intake.matching import compare_waiting
from clew.intake.progress import Phase, Progress, Watcher, unwatched
from clew.intake.reading import limits_of
from clew.intake.walk import Entry, walk
from clew.media.pool import Reached
from clew.records.models import Folder, Sighting
from clew.records.readings import Seen, store
from clew.signals.confined import ConfinedReader, Opened, open_untouched
from clew.signals.reading import Outcome, Reading
from clew.vault.errors import VaultError
from clew.workspace import Workspace

log = structlog.get_logger()

_BATCH_FILES = 64
_BATCH_SECONDS = 1.0


class ScanError(Exception):
    """The folder cannot be scanned at all; ``str(error)`` says why and what to do."""


class Scan:
    """One run of triage over one folder.

    Args:
        workspace: where traces go.
        folder: what is scanned; nothing in it is changed.
        watcher: shown progress.

    Raises:
        ScanError: when the folder is missing, is no folder, or holds the workspace's own files
            only.
    """

    def __init__(
        self, workspace: Workspace, folder: Path | bytes, watcher: Watcher = unwatched
    ) -> None:
        self._workspace = workspace
        self._root = os.path.realpath(os.fsencode(folder))
        if not os.path.isdir(self._root):
            raise ScanError(f"{os.fsdecode(folder)} is not a folder, or cannot be reached")
        self._watcher = watcher
        self.progress = Progress()
        self._limits = limits_of(workspace.settings)
        self._folder, _ = Folder.objects.get_or_create(path=self._root)
        self._batch: list[Seen] = []
        self._batch_files = 0
        self._batch_bytes = 0
        self._stored_at = time.monotonic()
        self._files: dict[int, Entry] = {}

    def run(self) -> Progress:
        """Scan to the end.

        Returns:
            The final counts.

        Raises:
            clew.media.pool.ConfinementError: when no decoding process can be started.
        """
        log.info("scan started", folder=os.fsdecode(self._root))
        self._read_all(self._look())
        self._show(Phase.COMPARING)
        compare_waiting(self._workspace, self.progress, self._watcher)
        Folder.objects.filter(pk=self._folder.pk).update(finished_at=timezone.now())
        self._show(Phase.DONE)
        log.info("scan finished", files=self.progress.files, matches=self.progress.matches)
        return self.progress

    def _show(self, phase: Phase) -> None:
        self.progress.phase = phase
        self._watcher(self.progress)

    def _look(self) -> list[Entry]:
        """All files to read: new, changed, or not read to the end by an earlier scan."""
        known = {
            bytes(path): (size, modified)
            for path, size, modified in Sighting.objects.filter(
                folder=self._folder, modified_ns__isnull=False
            ).values_list("path", "size", "modified_ns")
        }
        to_read = []
        status = self._workspace.folder.stat()
        leave_out = frozenset({(status.st_dev, status.st_ino)})
        for entry in walk(self._root, leave_out):
            self.progress.files += 1
            self.progress.bytes += entry.size
            if self.progress.files % 500 == 0:
                self._watcher(self.progress)
            if not entry.problem and known.get(entry.path) == (entry.size, entry.modified_ns):
                self.progress.already += 1
                self.progress.files_done += 1
                self.progress.bytes_done += entry.size
            else:
                to_read.append(entry)
        return to_read

    def _read_all(self, entries: list[Entry]) -> None:
        self._show(Phase.READING)
        readable = [entry for entry in entries if not entry.problem]
        for entry in entries:
            if entry.problem:
                self._keep(entry, _unreadable(entry, entry.problem))
        if readable:
            workers = min(self._workspace.settings.workers, len(readable))
            with ConfinedReader(workers, self._limits) as reader:
                log.info("decoders confined", layers=reader.layers)
                for number, event in reader.read(self._opened(readable)):
                    entry = self._files[number]
                    if isinstance(event, Reached):
                        self._flush_if_due()
                        self._watcher(self.progress)
                    else:
                        self._keep(entry, event)
                        if not event.member:
                            del self._files[number]
        self._flush()

    def _opened(self, entries: list[Entry]) -> Iterator[Opened]:
        """Open files one by one as processes become free."""
        for number, entry in enumerate(entries):
            try:
                descriptor = open_untouched(os.path.join(self._root, entry.path))
            except OSError as error:
                problem = f"it cannot be opened ({error.strerror})"
                # Without a time of change the next scan tries again.
                untimed = replace(entry, modified_ns=None)
                self._keep(untimed, _unreadable(entry, problem))
                continue
            self._files[number] = entry
            # Only for telling people; the process cannot open it, and it need not be text.
            name = entry.path.decode("utf-8", "replace")
            yield Opened(number, descriptor, name, entry.size)

    def _keep(self, entry: Entry, reading: Reading) -> None:
        """Take a reading into the batch; store the batch when it is due."""
        self._keep_preview(reading)
        self._batch.append(Seen(entry.path, entry.modified_ns, reading))
        if reading.outcome in (Outcome.UNREADABLE, Outcome.PARTLY):
            self.progress.troubled += 1
        if not reading.member:
            self._batch_files += 1
            self._batch_bytes += entry.size
        self._flush_if_due()

    def _keep_preview(self, reading: Reading) -> None:
        if reading.preview is None or reading.sha256 is None:
            return
        try:
            self._workspace.vault.put_derivative("preview", reading.sha256.hex(), reading.preview)
        except VaultError as error:
            reading.notes.append(f"its preview could not be kept ({error})")
        reading.preview = None

    def _flush_if_due(self) -> None:
        due = time.monotonic() - self._stored_at > _BATCH_SECONDS
        if len(self._batch) >= _BATCH_FILES or (due and self._batch):
            self._flush()

    def _flush(self) -> None:
        if self._batch:
            store(self._folder, self._batch)
        # Reported only now that it is committed.
        self.progress.files_done += self._batch_files
        self.progress.bytes_done += self._batch_bytes
        self._batch, self._batch_files, self._batch_bytes = [], 0, 0
        self._stored_at = time.monotonic()
        self._watcher(self.progress)


def _unreadable(entry: Entry, problem: str) -> Reading:
    return Reading(size=entry.size, outcome=Outcome.UNREADABLE, notes=[problem])
