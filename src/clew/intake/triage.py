"""Triage: every file of a folder read where it lies, its traces kept, its original left alone.

A scan goes through three phases, and what it has reported done is stored: files are looked up,
read in confined processes and stored in batches; then every media not yet compared is compared
with everything in the workspace. A scan that was stopped, however hard, goes on where it stopped.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import structlog
from django.utils import timezone

from clew.intake.matching import compare_waiting
from clew.intake.progress import Phase, Progress, Watcher, unwatched
from clew.intake.reading import limits_of
from clew.intake.storing import Storing
from clew.intake.walk import Entry, walk
from clew.media.pool import Reached
from clew.records.models import Folder, Sighting
from clew.records.readings import Seen
from clew.signals.confined import ConfinedReader, Opened, open_untouched
from clew.signals.reading import Outcome, Reading
from clew.workspace import Workspace

log = structlog.get_logger()


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
        self._bytes_already = 0
        self._limits = limits_of(workspace.settings)
        self._folder, _ = Folder.objects.get_or_create(path=self._root)
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
                self._bytes_already += entry.size
            else:
                to_read.append(entry)
        return to_read

    def _read_all(self, entries: list[Entry]) -> None:
        self._show(Phase.READING)
        readable = [entry for entry in entries if not entry.problem]
        with Storing(self._folder, self._workspace.vault) as storing:
            for entry in entries:
                if entry.problem:
                    self._keep(storing, entry, _unreadable(entry, entry.problem))
            if readable:
                self._read(storing, readable)
        self._count(storing)

    def _read(self, storing: Storing, entries: list[Entry]) -> None:
        workers = min(self._workspace.settings.workers, len(entries))
        with ConfinedReader(workers, self._limits) as reader:
            log.info("decoders confined", layers=reader.layers)
            for number, event in reader.read(self._opened(storing, entries)):
                if isinstance(event, Reached):
                    storing.tick()
                else:
                    self._keep(storing, self._files[number], event)
                    if not event.member:
                        del self._files[number]
                self._count(storing)

    def _count(self, storing: Storing) -> None:
        self.progress.files_done = self.progress.already + storing.files
        self.progress.bytes_done = self._bytes_already + storing.bytes
        self._watcher(self.progress)

    def _opened(self, storing: Storing, entries: list[Entry]) -> Iterator[Opened]:
        """Open files one by one as processes become free."""
        for number, entry in enumerate(entries):
            try:
                descriptor = open_untouched(os.path.join(self._root, entry.path))
            except OSError as error:
                problem = f"it cannot be opened ({error.strerror})"
                # Without a time of change the next scan tries again.
                untimed = replace(entry, modified_ns=None)
                self._keep(storing, untimed, _unreadable(entry, problem))
                continue
            self._files[number] = entry
            # Only for telling people; the process cannot open it, and it need not be text.
            name = entry.path.decode("utf-8", "replace")
            yield Opened(number, descriptor, name, entry.size)

    def _keep(self, storing: Storing, entry: Entry, reading: Reading) -> None:
        if reading.outcome in (Outcome.UNREADABLE, Outcome.PARTLY):
            self.progress.troubled += 1
        completes = None if reading.member else entry.size
        storing.add(Seen(entry.path, entry.modified_ns, reading), completes=completes)


def _unreadable(entry: Entry, problem: str) -> Reading:
    return Reading(size=entry.size, outcome=Outcome.UNREADABLE, notes=[problem])
