"""Making a backup."""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
import shutil
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import structlog
import tink
from tink import streaming_aead

from clew import __version__
from clew.audit.events import Event
from clew.audit.log import record_unattended
from clew.backup import layout
from clew.backup.errors import BackupError
from clew.backup.layout import Listed, Manifest
from clew.postgres.dump import dump
from clew.records.kept import uploads_on_their_way
from clew.vault.errors import NotStoredError
from clew.vault.keys import wrapped_by
from clew.vault.names import KEYS, OBJECTS, TOMBSTONES
from clew.vault.objects import Entry
from clew.vault.sealing import sealed
from clew.vault.spool import SPOOL_KEYS
from clew.vault.store import Vault
from clew.workspace import Workspace

log = structlog.get_logger(__name__)
Watcher = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Made:
    """What a backup holds.

    Attributes:
        objects: ciphertexts in it.
        bytes: their size.
        copied: how many of them were not in the folder before.
        keys: wrapped keys in it.
        deleted: tombstones in it.
        uploads: numbers of contributions whose uploads are on their way: what has arrived of those
            is not in it, and begins anew after a restore.
    """

    objects: int
    bytes: int
    copied: int
    keys: int
    deleted: int
    uploads: list[int]


def back_up(
    workspace: Workspace, folder: Path, watcher: Watcher = lambda _what, _done, _all: None
) -> Made:
    """Back up a workspace into a folder; what the folder has from an older backup stays in it.

    Work in the workspace may go on. Cut short, the older backup still counts, and the next call
    begins anew with what was copied.

    Args:
        workspace: opened as its owner.
        folder: a new or empty one, or one with an older backup of the same workspace.
        watcher: told what is being done, how many bytes of it are, and of how many.

    Raises:
        BackupError: the folder cannot be used.
        clew.postgres.PostgresError: the database cannot be dumped.
        clew.vault.errors.VaultError: the vault cannot be read.
    """
    folder = folder.absolute()
    _check_apart(workspace, folder)
    with _claimed(folder):
        identity = workspace.vault.keyring.identity
        before = _older(folder, identity)
        begun = datetime.now(UTC)
        generation = folder / f"{layout.GENERATION}{begun:%Y%m%dT%H%M%S.%fZ}"
        generation.mkdir(mode=0o700)
        # The database first: whatever it says is in the vault was there before it said so. What is
        # deleted meanwhile has its tombstone before its key goes: so tombstones come last.
        watcher("the database", 0, 1)
        on_their_way = uploads_on_their_way()
        key = _dump_sealed(workspace, generation)
        copying = _Copying(workspace.vault, folder, before, watcher)
        listed = copying.run(generation / layout.LISTING)
        watcher("keys", 0, 1)
        versions = {version for version in [wrapped_by(key)] if version is not None}
        keys = _pack(workspace.vault, KEYS, generation / layout.KEYS, versions)
        dead = _pack(workspace.vault, TOMBSTONES, generation / layout.TOMBSTONES)
        layout.sync(generation)
        layout.sync(folder)
        manifest = Manifest(
            format=layout.FORMAT,
            made=begun,
            clew=__version__,
            vault=identity,
            generation=generation.name,
            key=key,
            parts={name: layout.sha256_of(generation / name) for name in layout.PARTS},
            objects=len(listed),
            size=sum(listed.values()),
            key_versions=sorted(versions),
        )
        layout.replace(
            folder / layout.MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)) + b"\n"
        )
        _remove_what_no_longer_counts(folder, generation, set(listed))
    log.info("backed up", objects=len(listed), copied=copying.copied)
    told = {"objects": len(listed), "copied": copying.copied, "deleted": dead}
    record_unattended(Event.BACKUP, about="workspace", details=told)
    return Made(len(listed), manifest.size, copying.copied, keys, dead, on_their_way)


def _dump_sealed(workspace: Workspace, generation: Path) -> bytes:
    """Write the database's dump, encrypted; returns the wrapped key.

    It has hashes and findings in it, which nobody can read who has the backup alone.
    """
    handle = tink.new_keyset_handle(streaming_aead.streaming_aead_key_templates.AES256_GCM_HKDF_1MB)
    with workspace.vault.key.held() as wrapping:
        wrapped = wrapping.wrap(handle, layout.place_of_key(generation.name))
    key = handle.primitive(streaming_aead.StreamingAead)
    with layout.new_file(generation / layout.DATABASE) as file:
        place = f"{generation.name}/{layout.DATABASE}"
        for piece in sealed(key, place, dump(workspace.database_url)):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return wrapped


def pack_tombstones(vault: Vault, target: Path) -> int:
    """Write all tombstones of a vault into a new file; how many.

    Raises:
        BackupError: the file is there already, or cannot be written.
    """
    try:
        return _pack(vault, TOMBSTONES, target)
    except OSError as problem:
        raise BackupError(
            f"{target} cannot be written ({problem.strerror}). Name a new file."
        ) from problem


def _check_apart(workspace: Workspace, folder: Path) -> None:
    real = folder.resolve()
    for ours in filter(None, (workspace.folder, workspace.vault.folder)):
        other = ours.resolve()
        if real.is_relative_to(other) or other.is_relative_to(real):
            raise BackupError(
                f"{folder} and {ours} lie in one another. Name a folder elsewhere, best on "
                "another disk."
            )


@contextmanager
def _claimed(folder: Path) -> Iterator[None]:
    """The folder for this process alone; refused when it is somebody else's."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        ours = (layout.MANIFEST, layout.LOCK, f"{layout.MANIFEST}.new", OBJECTS)
        for path in folder.iterdir():
            if path.name not in ours and not path.name.startswith(layout.GENERATION):
                raise BackupError(
                    f"{folder} holds other files ({path.name}). Name a new or empty folder, or "
                    "one with an older backup."
                )
        folder.chmod(0o700)
        lock = os.open(folder / layout.LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as problem:
        raise BackupError(
            f"{folder} cannot be used for a backup ({problem.strerror}). Name another folder."
        ) from problem
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError(f"Another backup is being made in {folder}. Wait for it.") from None
        yield
    finally:
        os.close(lock)


def _older(folder: Path, vault: str) -> dict[str, Listed]:
    """What an older backup in the folder has, by path."""
    if not (folder / layout.MANIFEST).exists():
        return {}
    manifest = layout.read_manifest(folder)
    if manifest.vault != vault:
        raise BackupError(
            f"{folder} holds the backup of another workspace, which this one would replace. Name "
            "another folder."
        )
    try:
        return {one.path: one for one in layout.read_listing(folder / manifest.generation)}
    except (OSError, msgspec.MsgspecError):
        return {}  # damaged: copied anew


class _Copying:
    """Copies ciphertexts that the folder does not have."""

    def __init__(
        self, vault: Vault, folder: Path, before: dict[str, Listed], watcher: Watcher
    ) -> None:
        self._vault = vault
        self._folder = folder
        self._before = before
        self._watcher = watcher
        self._touched: set[Path] = set()
        self.copied = 0

    def run(self, listing: Path) -> dict[str, int]:
        """Copy them and write the list; returns the sizes by path."""
        entries = list(self._vault.objects.list(OBJECTS))
        total, done = sum(entry.size for entry in entries), 0
        sizes: dict[str, int] = {}
        encoder = msgspec.json.Encoder()
        with layout.new_file(listing) as file:
            for entry in sorted(entries, key=lambda entry: entry.path):
                self._watcher("the vault", done, total)
                if listed := self._kept(entry) or self._copied(entry):
                    file.write(encoder.encode(listed) + b"\n")
                    sizes[entry.path] = listed.size
                done += entry.size
            file.flush()
            os.fsync(file.fileno())
        for folder in self._touched:
            layout.sync(folder)
        return sizes

    def _kept(self, entry: Entry) -> Listed | None:
        """What the folder has of it, when the vault's is still the same."""
        known = self._before.get(entry.path)
        if known is None or (known.size, known.modified) != (entry.size, entry.modified):
            return None
        try:
            same = (self._folder / entry.path).stat().st_size == known.size
        except OSError:
            return None
        return known if same else None

    def _copied(self, entry: Entry) -> Listed | None:
        target = self._folder / entry.path
        fresh = target.with_name(f"{target.name}.new")
        for folder in (*reversed(target.relative_to(self._folder).parents), Path()):
            (self._folder / folder).mkdir(mode=0o700, exist_ok=True)
            self._touched.add(self._folder / folder)
        fresh.unlink(missing_ok=True)
        digest, size = hashlib.sha256(), 0
        try:
            with layout.new_file(fresh) as file:
                for piece in self._vault.objects.read(entry.path):
                    digest.update(piece)
                    size += len(piece)
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
        except NotStoredError:
            fresh.unlink()
            return None  # deleted meanwhile
        fresh.replace(target)
        self.copied += 1
        return Listed(entry.path, size, entry.modified, digest.hexdigest())


def _pack(vault: Vault, prefix: str, target: Path, versions: set[int] | None = None) -> int:
    """Put all small objects below a folder of the vault into one archive; how many."""
    count = 0
    with layout.new_file(target) as file:
        with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for path in sorted(entry.path for entry in vault.objects.list(prefix)):
                if path.startswith(SPOOL_KEYS):
                    continue  # of uploads, whose pieces are not in it either
                try:
                    content = vault.objects.get(path)
                except NotStoredError:
                    continue  # deleted meanwhile
                member = tarfile.TarInfo(path)
                member.size, member.mode = len(content), 0o600
                archive.addfile(member, io.BytesIO(content))
                count += 1
                if versions is not None and (version := wrapped_by(content)) is not None:
                    versions.add(version)
        file.flush()
        os.fsync(file.fileno())
    return count


def _remove_what_no_longer_counts(folder: Path, generation: Path, listed: set[str]) -> None:
    """Older generations with their keys, and ciphertexts that were deleted since."""
    for other in folder.glob(f"{layout.GENERATION}*"):
        if other != generation:
            shutil.rmtree(other)
    for file in (folder / OBJECTS).rglob("*"):
        if file.is_file() and file.relative_to(folder).as_posix() not in listed:
            file.unlink()
