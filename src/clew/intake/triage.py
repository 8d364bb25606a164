"""Triage: every file of a folder read where it lies, its traces kept, its original left alone.

A scan goes through three phases, and what it has reported done is stored: files are looked up,
read in confined processes and stored in batches; then every media not yet compared is compared
with everything in the workspace. A scan that was stopped, however hard, goes on where it stopped.
"""

from __future__ import annotations

import contextlib
import os
import stat
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import structlog
from django.utils import timezone

from clew.access.acting import acting, require_authority
from clew.access.connections import Connection
from clew.audit.events import Event
from clew.audit.log import record
from clew.index import warm
from clew.intake.matching import compare_waiting
from clew.intake.progress import Phase, Progress, Watcher, unwatched
from clew.intake.reading import limits_of
from clew.intake.storing import Storing
from clew.intake.walk import Entry, walk
from clew.media.layers import unconfined
from clew.media.pool import Reached
from clew.records.folders import ExhibitError, below, folder_at, take_over
from clew.records.models import Exhibit, Folder, Sighting
from clew.records.readings import SEPARATOR, Seen, archives, digest_of
from clew.signals.confined import ConfinedReader, Opened, open_untouched
from clew.signals.reading import Outcome, Reading
from clew.vault.errors import DamagedError, UnavailableError
from clew.workspace import Workspace

log = structlog.get_logger()

_WORKER = Connection.WORKER.value


class ScanError(Exception):
    """The folder cannot be scanned at all; ``str(error)`` says why and what to do."""


def check_folder(folder: Path) -> None:
    """See that a folder can be scanned, before anything is made for it.

    Raises:
        ScanError: when it is missing, is no folder or cannot be reached.
    """
    if _identity(os.fsencode(folder)) is None:
        raise ScanError(_no_folder(os.fsencode(folder)))


class Scan:
    """One run of triage over one folder.

    Args:
        workspace: where traces go.
        folder: what is scanned; nothing in it is changed.
        watcher: shown progress.
        exhibit: what the folder was found on, if that is said.

    Raises:
        ScanError: when the folder is missing, is no folder, is part of workspace or vault, or is
            of another exhibit.
        clew.access.errors.AccessError: nobody is signed in, or under no authority that holds.
    """

    def __init__(
        self,
        workspace: Workspace,
        folder: Path | bytes,
        watcher: Watcher = unwatched,
        exhibit: Exhibit | None = None,
    ) -> None:
        self._workspace = workspace
        self._root = os.path.realpath(os.fsencode(folder))
        self._identity = _identity(self._root)
        if self._identity is None:
            raise ScanError(_no_folder(os.fsencode(folder)))
        for name, own in _own_folders(workspace).items():
            if below(self._root).startswith(below(os.path.realpath(os.fsencode(own)))):
                raise ScanError(f"{os.fsdecode(folder)} is part of {name}, not of the evidence")
        self._watcher = watcher
        self.progress = Progress()
        self._bytes_already = 0
        self._limits = limits_of(workspace.settings)
        self._folder = self._begin(exhibit)
        self._files: dict[int, Entry] = {}
        self._told: dict[bytes, set[bytes]] = {}
        take_over(self._folder)

    def _begin(self, exhibit: Exhibit | None) -> Folder:
        """Triage begins: the officer's agency's folder, under an authority that holds now."""
        with acting():
            require_authority()
            try:
                folder = folder_at(self._root, exhibit)
            except ExhibitError as error:
                raise ScanError(str(error)) from error
            # By its number: its path may be somebody's name.
            told = {"act": "scan", "exhibit": folder.exhibit_id}
            record(Event.CONTRIBUTION, about=f"folder:{folder.pk}", details=told)
        return folder

    def run(self) -> Progress:
        """Scan to the end.

        Returns:
            The final counts.

        Raises:
            clew.media.nursery.ConfinementError: when no decoding process can be started.
            ScanError: when the folder disappears; what was read until then is stored.
        """
        log.info("scan started", folder=os.fsdecode(self._root))
        # Loading the compiled search takes half a second: while the decoders start, not after.
        threading.Thread(target=warm, name="loading the search", daemon=True).start()
        self._read_all(self._look())
        take_over(self._folder)  # from a scan of a folder in this one that ran meanwhile
        self._show(Phase.COMPARING)
        compare_waiting(self._workspace, self.progress, self._watcher)
        Folder.objects.using(_WORKER).filter(pk=self._folder.pk).update(finished_at=timezone.now())
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
            for path, size, modified in Sighting.objects.using(_WORKER)
            .filter(folder=self._folder, modified_ns__isnull=False)
            .values_list("path", "size", "modified_ns")
        }
        to_read = []
        problems: set[bytes] = set()
        own = {_identity(os.fsencode(path)) for path in _own_folders(self._workspace).values()}
        for entry in walk(self._root, frozenset(filter(None, own))):
            self.progress.files += 1
            self.progress.bytes += entry.size
            if self.progress.files % 500 == 0:
                self._watcher(self.progress)
            if entry.problem:
                problems.add(entry.path)
            if not entry.problem and known.get(entry.path) == (entry.size, entry.modified_ns):
                self.progress.already += 1
                self._bytes_already += entry.size
            else:
                to_read.append(entry)
        self._forget_solved(problems)
        return to_read

    def _forget_solved(self, problems: set[bytes]) -> None:
        """Take back the complaint about a folder that could not be listed, and now can."""
        complaints = (
            Sighting.objects.using(_WORKER)
            .filter(
                folder=self._folder, outcome=Outcome.UNREADABLE.value, modified_ns=None, media=None
            )
            .values_list("pk", "path")
        )
        solved = [
            pk
            for pk, path in complaints
            if bytes(path) not in problems
            and SEPARATOR not in bytes(path)
            and os.path.isdir(os.path.join(self._root, bytes(path)))
        ]
        Sighting.objects.using(_WORKER).filter(pk__in=solved).delete()

    def _read_all(self, entries: list[Entry]) -> None:
        self._show(Phase.READING)
        # Of archives known before, what is told now is compared with what was in them then.
        known = archives(self._folder)
        self._told = {entry.path: set() for entry in entries if entry.path in known}
        readable = [entry for entry in entries if not entry.problem]
        # A store that does not answer costs previews, each of which says so. A missing key is
        # something to put right first.
        with contextlib.suppress(UnavailableError, DamagedError):
            _ = self._workspace.vault.keyring.identity
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
            if warning := unconfined(reader.layers):
                log.warning(warning)
                self.progress.warning = warning
                self._show(Phase.READING)
            for number, event in reader.read(self._opened(storing, entries)):
                if isinstance(event, Reached):
                    name = os.path.basename(self._files[number].path)
                    self.progress.file = name.decode("utf-8", "replace")
                    self.progress.seconds = event.position if event.phase == "film" else 0.0
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
                if _identity(self._root) != self._identity:
                    raise ScanError(
                        f"{os.fsdecode(self._root)} disappeared during the scan (unplugged, "
                        "unmounted?). What was read is stored: once the folder is back, the same "
                        "command goes on from there."
                    ) from error
                problem = f"it cannot be opened ({error.strerror})"
                self._keep(storing, entry, _unreadable(entry, problem))
                continue
            self._files[number] = entry
            # Only for telling people; the process cannot open it, and it need not be text.
            name = entry.path.decode("utf-8", "replace")
            yield Opened(number, descriptor, name, entry.size)

    def _keep(self, storing: Storing, entry: Entry, reading: Reading) -> None:
        if reading.outcome in (Outcome.UNREADABLE, Outcome.PARTLY):
            self.progress.troubled += 1
        completes = None if reading.member else entry.size
        # What could not even be hashed is tried again by the next scan: no time of change.
        # So is what was lost to something that may be over then, such as a shortage of memory.
        unhashed = reading.outcome is Outcome.UNREADABLE and reading.sha256 is None
        again = unhashed or reading.passing
        modified = None if again else entry.modified_ns
        seen = Seen(entry.path, modified, reading)
        if reading.member and entry.path in self._told:
            self._told[entry.path].add(digest_of(seen.place))
        elif entry.path in self._told:
            seen = replace(seen, told=frozenset(self._told.pop(entry.path)))
        storing.add(seen, completes=completes)


def _unreadable(entry: Entry, problem: str) -> Reading:
    return Reading(size=entry.size, outcome=Outcome.UNREADABLE, notes=[problem])


def _own_folders(workspace: Workspace) -> dict[str, Path]:
    """What is Clew's own and no evidence; the vault may lie elsewhere, or in no folder at all."""
    folders = {"the workspace": workspace.folder}
    if workspace.vault.folder is not None:
        folders["the vault"] = workspace.vault.folder
    return folders


def _identity(folder: bytes) -> tuple[int, int] | None:
    """Device and inode of a folder; None when it is none, or cannot be reached."""
    try:
        status = os.stat(folder)
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if stat.S_ISDIR(status.st_mode) else None


def _no_folder(path: bytes) -> str:
    name = os.fsdecode(path)
    try:
        os.stat(path)
    except FileNotFoundError:
        return f"there is no folder {name}"
    except OSError as error:
        return f"{name} cannot be reached ({error.strerror})"
    return (
        f"{name} is not a folder. Scan the folder it lies in, or ask about it alone: "
        "`clew find FILE`, `clew compare FILE FILE`"
    )
