"""Making a new workspace from a backup."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tink import streaming_aead

from clew.access.models import Session
from clew.audit.events import Event
from clew.audit.log import record_unattended
from clew.backup import layout
from clew.backup.errors import BackupError
from clew.backup.layout import Listed, Manifest
from clew.postgres.dump import restore as restore_database
from clew.records import kept
from clew.records.index_feed import forget_transactions
from clew.settings import Settings
from clew.vault.errors import AlreadyStoredError, DamagedError, NotStoredError, VaultError
from clew.vault.keyring import NAMES_KEY
from clew.vault.keys import KeyFile
from clew.vault.names import OBJECTS, TOMBSTONES, Address
from clew.vault.sealing import opened as unsealed
from clew.vault.store import Vault
from clew.vault.sweep import Sweep, Swept
from clew.workspace import Workspace

Watcher = Callable[[str, int, int], None]


@dataclass
class Restored:
    """What became of a backup.

    Attributes:
        objects: ciphertexts that are in the new vault.
        damaged: those that were damaged or missing in the backup, and are not.
        deleted: objects taken away again, because a tombstone says that they were deleted.
        swept: what a sweep through the new vault found.
    """

    objects: int = 0
    damaged: list[str] = field(default_factory=list)
    deleted: int = 0
    swept: Swept = field(default_factory=Swept)


def restore(
    backup: Path,
    target: Path,
    settings: Settings,
    *,
    key: Path | None = None,
    tombstones: Iterable[Path] = (),
    watcher: Watcher = lambda _what, _done, _all: None,
) -> Restored:
    """Make a new workspace from a backup, and check all of it.

    Cut short, there is no workspace; the same call goes on.

    Args:
        backup: the folder of a backup.
        target: where the new workspace goes: a new or empty folder.
        settings: with the database, the vault and the key file to use, if not the workspace's.
        key: copy of the key-encryption key; put where the settings say, when none is there.
        tombstones: further ones, newer than the backup: other backups, or files of tombstones.
        watcher: told what is being done, how many bytes of it are, and of how many.

    Raises:
        BackupError: the backup is not complete or damaged, or the target cannot be used.
        clew.workspace.WorkspaceError: the target is no new folder.
        clew.postgres.PostgresError: the database cannot be restored.
        clew.vault.errors.VaultError: the vault cannot be written, or holds another one.
    """
    manifest = layout.read_manifest(backup)
    watcher("the backup", 0, 1)
    generation = layout.check_parts(backup, manifest)
    Workspace.check_new(target, manifest.generation)
    key_used = _key(key or settings.vault_key or target / "vault.key", settings, manifest)
    further = [one for path in tombstones for one in _further_tombstones(path, manifest)]
    dump = _dump(generation, manifest, key_used)
    done = Restored()
    watcher("the database", 0, 1)
    opened = Workspace.begin(
        target, settings, manifest.generation, lambda url: restore_database(url, dump)
    )
    with closing(opened):
        forget_transactions()
        _end_sessions()
        kept.begin_uploads_anew()
        vault = opened.vault
        if not vault.key.path.exists():
            vault.key.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            key_used.copy_to(vault.key.path)
        _key(vault.key.path, settings, manifest)  # another one may have been there
        _check_same_vault(vault, generation, manifest)
        _copy_objects(vault, backup, generation, manifest, done, watcher)
        watcher("keys", 0, 1)
        for path, content in layout.packed(generation / layout.KEYS):
            _put_if_missing(vault, path, content)
        for path, content in (*layout.packed(generation / layout.TOMBSTONES), *further):
            if (address := Address.at(path)) is not None:
                vault.keyring.tombstones.read(address, content)  # or it is not of this vault
                _put_if_missing(vault, path, content)
        done.deleted = vault.finish_deletions()
        _forget_deleted(vault)
        sweep = Sweep(vault, (kept.originals(), kept.media()))
        done.swept = sweep.run(lambda read, total: watcher("checking", read, total))
        told = {"made": manifest.made.isoformat(), "objects": done.objects, "deleted": done.deleted}
        record_unattended(Event.RESTORE, about="workspace", details=told)
        opened.complete()
    return done


def _dump(generation: Path, manifest: Manifest, key: KeyFile) -> Iterator[bytes]:
    """The dump of the database, decrypted in pieces."""
    file = generation / layout.DATABASE
    handle = key.unwrap(manifest.key, layout.place_of_key(manifest.generation))
    yield from unsealed(
        handle.primitive(streaming_aead.StreamingAead),
        f"{manifest.generation}/{layout.DATABASE}",
        layout.pieces(file),
        DamagedError(f"{file} is damaged: the backup cannot be restored. Use another one."),
    )


def _forget_deleted(vault: Vault) -> None:
    """What was deleted since the backup is not found by its traces either, nor said to be there."""
    dead = {Address.at(entry.path) for entry in vault.objects.list(TOMBSTONES)}
    if dead:
        kept.forget(sha256 for sha256 in kept.media() if vault.address(sha256) in dead)


def _end_sessions() -> None:
    """Nobody is signed in who was when the backup was made: they may have signed out since."""
    from django.db.models.functions import Now

    Session.objects.filter(ended_at=None).update(ended_at=Now())


def _check_same_vault(vault: Vault, generation: Path, manifest: Manifest) -> None:
    """See that the vault's place is empty, or holds the vault that was backed up."""
    if not vault.objects.has(NAMES_KEY):
        if next(iter(vault.objects.list(OBJECTS)), None) is None:
            return
    elif vault.objects.get(NAMES_KEY) == dict(layout.packed(generation / layout.KEYS))[NAMES_KEY]:
        return
    else:
        with suppress(VaultError):  # not its key
            if vault.keyring.identity == manifest.vault:
                return
    raise BackupError(
        f"{vault.objects.location} holds another vault. Name an empty place with CLEW_VAULT_URL."
    )


def _copy_objects(
    vault: Vault,
    backup: Path,
    generation: Path,
    manifest: Manifest,
    done: Restored,
    watcher: Watcher,
) -> None:
    copied = 0
    for one in layout.read_listing(generation):
        watcher("the vault", copied, manifest.size)
        copied += one.size
        if Address.at(one.path) is None:
            raise BackupError(f"{generation / layout.LISTING} names {one.path!r}: no vault's name")
        if _has(vault, one):
            done.objects += 1
            continue
        try:
            vault.objects.put(one.path, _whole(backup / one.path, one), "overwrite")
        except DamagedError:
            done.damaged.append(one.path)
        else:
            done.objects += 1


def _has(vault: Vault, one: Listed) -> bool:
    """Whether an earlier try copied it."""
    try:
        return vault.objects.size(one.path) == one.size
    except NotStoredError:
        return False


def _whole(file: Path, one: Listed) -> Iterator[bytes]:
    """A file's content; raises at its end, before it is stored, when it is not the listed one."""
    digest = hashlib.sha256()
    damaged = DamagedError(f"{file} was damaged")
    try:
        for piece in layout.pieces(file):
            digest.update(piece)
            yield piece
    except OSError:
        raise damaged from None
    if digest.hexdigest() != one.sha256:
        raise damaged


def _put_if_missing(vault: Vault, path: str, content: bytes) -> None:
    # There already: from an earlier try, or it is the vault itself, which may have a newer one.
    with suppress(AlreadyStoredError):
        vault.objects.put(path, [content], "create")


def _further_tombstones(path: Path, manifest: Manifest) -> list[tuple[str, bytes]]:
    if path.is_dir():
        other = layout.read_manifest(path)
        if other.vault != manifest.vault:
            raise BackupError(
                f"{path} is the backup of another workspace: its tombstones say nothing."
            )
        path = layout.check_parts(path, other) / layout.TOMBSTONES
    found = list(layout.packed(path))
    for name, _ in found:
        if Address.at(name) is None or not name.startswith(f"{TOMBSTONES}/"):
            raise BackupError(f"{path} is no file of tombstones: it holds {name!r}.")
    return found


def _key(path: Path, settings: Settings, manifest: Manifest) -> KeyFile:
    """The key of a backup.

    Raises:
        BackupError: it is not there, is another one, or an older or newer copy.
    """
    if not path.exists():
        raise BackupError(
            f"There is no key file {path}. The backup can be read with its key-encryption key "
            "only: name the copy of it that you kept with --key."
        )
    found = KeyFile(path, settings.vault_kms)
    with found.held() as wrapping:
        missing = set(manifest.key_versions) - set(wrapping.versions)
    if missing:
        raise BackupError(
            f"{path} is not the key of this backup, or an older or newer copy of it: it lacks "
            f"version {', '.join(map(str, sorted(missing)))}. Name the right one with --key."
        )
    return found
