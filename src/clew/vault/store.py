"""The vault: where originals and derivatives are kept, each encrypted with a key of its own."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Self

import structlog
import tink
from tink import streaming_aead

from clew.vault.errors import (
    AlreadyStoredError,
    ContentChangedError,
    DamagedError,
    DeletedError,
    NotStoredError,
)
from clew.vault.files import Mode
from clew.vault.keyring import Keyring
from clew.vault.keys import KeyFile
from clew.vault.names import (
    KEYS,
    OBJECTS,
    TOMBSTONES,
    Address,
    Kind,
    checked_derivative,
    checked_hash,
)
from clew.vault.objects import PART_BYTES, Objects, part_bytes_of
from clew.vault.sealing import opened, sealed
from clew.vault.settling import Settling
from clew.vault.streams import CheckedChunks, ChunkReader, chunks_of, hash_ahead
from clew.vault.tombstones import Tombstone

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class StoredObject:
    """An original that is in the vault, read back and found whole."""

    sha256: str
    size: int
    created: bool
    """False when the vault had it already."""


class Vault:
    """Write-once, content-addressed, encrypted storage in a folder or an object store.

    An object appears under its name only when all of it was written and its hash was right;
    a process that dies on the way leaves nothing under that name.

    Attributes:
        objects: the store under it.
        key: the key-encryption key.
    """

    def __init__(self, objects: Objects, key: KeyFile) -> None:
        self.objects = objects
        self.key = key
        self.keyring = Keyring(objects, key)

    @property
    def folder(self) -> Path | None:
        """Where it lies, when it is a folder."""
        return self.objects.folder

    @classmethod
    def in_folder(cls, folder: Path, key: KeyFile) -> Self:
        """A vault in a folder, made with mode 0700 when missing.

        Args:
            folder: where.
            key: where its key-encryption key is; made with the first object.

        Raises:
            UnavailableError: the folder cannot be made or used.
        """
        return cls(Objects.in_folder(folder), key)

    @classmethod
    def at(cls, url: str, key: KeyFile) -> Self:
        """A vault at an address: `file:///folder`, `s3://bucket/folder` and the like.

        How to reach an S3 store comes from its usual variables (AWS_ACCESS_KEY_ID,
        AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL, AWS_ALLOW_HTTP, ...).

        Args:
            url: the address.
            key: where its key-encryption key is; made with the first object.

        Raises:
            UnavailableError: the address cannot be understood, or the folder not be used.
        """
        return cls(Objects.at(url), key)

    def settling(self) -> Settling:
        """What is to be made safe from power cuts together, before anybody is told of it."""
        return self.objects.settling()

    def put_original(
        self,
        source: BinaryIO,
        expected_sha256: str | None = None,
        settling: Settling | None = None,
    ) -> StoredObject:
        """Store a content under its SHA-256, and read it back to be sure.

        Args:
            source: read from where it stands, in one pass when its hash is given; otherwise
                twice, so it must be able to seek.
            expected_sha256: what the content was when it was selected.
            settling: with what it is settled; it counts as stored only once that is. None for
                at once.

        Raises:
            ContentChangedError: the source is not, or no longer, that content.
            DeletedError: that content was deleted from this vault.
            SourceError: the source cannot be read to its end, or not twice without a hash.
            DamagedError: the store does not give back what was written.
            KeyFileError: the key-encryption key is missing, or cannot be used.
            UnavailableError: the store refuses or does not answer.
        """
        sha256 = hash_ahead(source) if expected_sha256 is None else checked_hash(expected_sha256)
        together = settling or self.settling()
        stored = self._put_original(source, sha256, together)
        if settling is None:
            together.settle()
        return stored

    def _put_original(self, source: BinaryIO, sha256: str, settling: Settling) -> StoredObject:
        address = self.address(sha256)
        changed = ContentChangedError(
            f"The source changed: it is not the content {sha256} any more. Nothing was stored. "
            "Scan it again and find out who writes to it."
        )
        content = CheckedChunks(chunks_of(source), sha256, changed)
        self.keyring.tombstones.refuse(address)
        mode: Mode = "create"
        try:
            self._verify(address, sha256)
        except NotStoredError:
            pass
        except DamagedError:
            # As after a power cut in the middle of an earlier try. The name says what it was
            # to contain, and the source contains it.
            log.warning("damaged original replaced", sha256=sha256)
            mode = "overwrite"
        else:
            self._settle(address, settling)
            # Read all the same: the caller learns whether the source is still that content.
            return StoredObject(sha256, content.exhaust(), created=False)
        try:
            self._write(address, content, mode, part_bytes_of(source), settling)
            created = True
        except AlreadyStoredError:
            self._settle(address, settling)
            content.exhaust()
            created = False  # somebody else handed in the same content at the same time
        self._verify(address, sha256)
        return StoredObject(sha256, content.size, created=created)

    def has_original(self, sha256: str) -> bool:
        """Whether an original is stored; `verify` says whether it is still whole.

        Raises:
            UnavailableError: the store refuses or does not answer.
        """
        address = self.address(sha256)
        has = self.objects.has
        return has(address.object) and has(address.key) and not has(address.tombstone)

    def open_original(self, sha256: str, *, actor: str, purpose: str) -> BinaryIO:
        """Open an original for reading from start to end; the opening is logged.

        Every piece is authenticated before it is given. Reading to the end raises DamagedError
        when the content is not what its name says.

        Args:
            sha256: the original.
            actor: who opens it.
            purpose: what for.

        Raises:
            NotStoredError: the vault does not have it, or has deleted it.
            DamagedError: its key is damaged or missing.
            UnavailableError: the store refuses or does not answer.
        """
        if not actor.strip() or not purpose.strip():
            raise ValueError("Opening an original needs an actor and a purpose.")
        address = self.address(sha256)
        # Logged first: an opening that fails was still an attempt.
        log.info("original opened", sha256=sha256, actor=actor, purpose=purpose)
        content = CheckedChunks(self.read(address), sha256, self.damaged(address))
        return io.BufferedReader(ChunkReader(content), 64 * 1024)

    def verify(self, sha256: str) -> None:
        """Read an original and compare it with its name.

        Raises:
            NotStoredError: the vault does not have it.
            DamagedError: it is not what its name says, or its key is damaged or missing.
            UnavailableError: the store refuses or does not answer.
        """
        self._verify(self.address(sha256), sha256)

    def put_derivative(
        self, name: str, media_sha256: str, data: bytes, settling: Settling | None = None
    ) -> bool:
        """Store something small made from an original, such as a thumbnail.

        One that was damaged is replaced, as an original is.

        Args:
            name: what it is and by which version it was made, such as `thumbnail-1.jpg`.
            media_sha256: the original it was made from, stored here or not.
            data: its content.
            settling: as for :meth:`put_original`.

        Returns:
            Whether it is new; False when the same was stored already.

        Raises:
            AlreadyStoredError: another content has this name.
            DeletedError: it, or the original it was made from, was deleted from this vault.
            KeyFileError: the key-encryption key is missing, or cannot be used.
            UnavailableError: the store refuses or does not answer.
        """
        address = self.address(media_sha256, name)
        self.keyring.tombstones.refuse(address)
        together = settling or self.settling()
        try:
            return self._put_derivative(address, data, together)
        finally:
            if settling is None:
                together.settle()

    def _put_derivative(self, address: Address, data: bytes, settling: Settling) -> bool:
        try:
            self._write(address, iter([data]), "create", PART_BYTES, settling)
        except AlreadyStoredError:
            try:
                known = b"".join(self.read(address))
            except DamagedError:
                # As after a power cut between its key and itself.
                log.warning("damaged derivative replaced", object=address.object)
                self._write(address, iter([data]), "overwrite", PART_BYTES, settling)
                return True
            self._settle(address, settling)
            if known != data:
                raise
            return False
        return True

    def get_derivative(self, name: str, media_sha256: str) -> bytes:
        """The content of a derivative.

        Raises:
            NotStoredError: the vault does not have it, or has deleted it.
            DamagedError: it, or its key, is not what was stored.
            UnavailableError: the store refuses or does not answer.
        """
        return b"".join(self.read(self.address(media_sha256, name)))

    def destroy(self, kind: Kind, name: str, reason: str) -> None:
        """Delete for good: first the key, then what it had encrypted. A tombstone stays.

        With an original, everything made from it goes as well. When this was cut short, calling it
        again completes it; reading is refused from the moment the tombstone is there.

        Args:
            kind: what is deleted.
            name: the SHA-256 of the original; of a derivative, its name and that of its media, as
                in ``preview/<SHA-256>``.
            reason: why, for whoever contributes the same again.

        Raises:
            NotStoredError: the vault has nothing of it.
            UnavailableError: the store refuses or does not answer.
        """
        if not reason.strip():
            raise ValueError("Deleting needs a reason.")
        derivative, _, sha256 = name.rpartition("/")
        address = self.address(sha256, derivative if kind is Kind.DERIVATIVE else None)
        going = self._belonging_to(address)
        if not self.objects.has(address.tombstone):
            if not any(map(self.objects.has, (p for a in going for p in (a.key, a.object)))):
                raise NotStoredError(
                    f"The vault {self.objects.location} has nothing to delete of {name}."
                )
            self.keyring.tombstones.set(address, Tombstone(datetime.now(UTC), reason))
        for one in going:
            self.erase(one)
        log.info("destroyed", kind=kind.value, name=name)

    def finish_deletions(self) -> int:
        """Take away what has a tombstone and is there all the same; how many objects.

        As after a deletion that was cut short, or when a backup was restored that is older than
        the deletion. Works without the key-encryption key.
        """
        dead = {Address.at(entry.path) for entry in self.objects.list(TOMBSTONES)}
        left = {
            one
            for folder in (KEYS, OBJECTS)
            for entry in self.objects.list(folder)
            if (one := Address.at(entry.path)) and {one, one.media} & dead
        }
        for one in sorted(left):
            self.erase(one)
        return len(left)

    def erase(self, address: Address) -> None:
        """Take away a key and what it had encrypted. Only for what has a tombstone."""
        self.objects.delete(address.key)
        self.objects.delete(address.object)

    def address(self, sha256: str, derivative: str | None = None) -> Address:
        """Where an original or a derivative is."""
        if derivative is not None:
            checked_derivative(derivative)
        name = self.keyring.name(checked_hash(sha256))
        if derivative is None:
            return Address(Kind.ORIGINAL, name)
        return Address(Kind.DERIVATIVE, f"{name}.{derivative}")

    def read(self, address: Address) -> Iterator[bytes]:
        """A content, decrypted, in pieces. That it is there is found out at once.

        Raises:
            NotStoredError: the vault does not have it.
            DeletedError: it was deleted, even if a restored backup or an interrupted deletion
                left something of it.
            DamagedError: it, or its key, is not what was stored.
            UnavailableError: the store refuses or does not answer.
        """
        self.keyring.tombstones.refuse(address)
        ciphertext = self.objects.read(address.object)
        key = self._key(address)
        return opened(key, address.object, ciphertext, self.damaged(address))

    def damaged(self, address: Address) -> DamagedError:
        """What is said of an object that is not what was stored."""
        return DamagedError(
            f"{address.object} in the vault {self.objects.location} is not what was stored: it "
            "was damaged or changed. Restore it from a backup, or contribute the file again."
        )

    def _verify(self, address: Address, sha256: str) -> None:
        CheckedChunks(self.read(address), sha256, self.damaged(address)).exhaust()

    def _belonging_to(self, address: Address) -> list[Address]:
        """An object, and with an original all that was made from it."""
        found = {address}
        if address.kind is Kind.ORIGINAL:
            anything = Address(Kind.DERIVATIVE, f"{address.name}.x")
            for folder in (Path(anything.key).parent, Path(anything.object).parent):
                for entry in self.objects.list(folder.as_posix()):
                    one = Address.at(entry.path)
                    if one is not None and one.media == address:
                        found.add(one)
        return sorted(found)

    def _settle(self, address: Address, settling: Settling) -> None:
        """Settle what somebody else has stored: they may not have come to that yet."""
        self.objects.settle(address.key, settling)
        self.objects.settle(address.object, settling)

    def _write(
        self,
        address: Address,
        content: Iterator[bytes],
        mode: Mode,
        part_bytes: int,
        settling: Settling,
    ) -> None:
        """Store a content, visible only when `content` came to its end without an error."""
        key = self._key_to_write_with(address, mode, settling)
        ciphertext = sealed(key, address.object, content)
        self.objects.put(address.object, ciphertext, mode, part_bytes, settling)
        try:
            # Somebody may have deleted it in the meantime, when not all of it was there.
            self.keyring.tombstones.refuse(address)
        except DeletedError:
            self.erase(address)
            raise

    def _key(self, address: Address) -> streaming_aead.StreamingAead:
        try:
            wrapped = self.objects.get(address.key)
        except NotStoredError:
            raise DamagedError(
                f"{address.object} in the vault {self.objects.location} has lost its key "
                f"({address.key}). Restore that file from a backup, or contribute the file again."
            ) from None
        return self._unwrapped(wrapped, address)

    def _unwrapped(self, wrapped: bytes, address: Address) -> streaming_aead.StreamingAead:
        return self.key.unwrap(wrapped, address.key).primitive(streaming_aead.StreamingAead)

    def _key_to_write_with(
        self, address: Address, mode: Mode, settling: Settling
    ) -> streaming_aead.StreamingAead:
        """A new key, or the one that somebody stored before they could store the content."""
        template = streaming_aead.streaming_aead_key_templates.AES256_GCM_HKDF_1MB
        handle = tink.new_keyset_handle(template)
        with self.key.held() as wrapping:
            wrapped: bytes = wrapping.wrap(handle, address.key)
            try:
                self.objects.put(address.key, [wrapped], "create", settling=settling)
            except AlreadyStoredError:
                self.objects.settle(address.key, settling)
                try:
                    return self._unwrapped(self.objects.get(address.key), address)
                except DamagedError:
                    # Of a key without an object a power cut may have left half.
                    if mode == "create" and self.objects.has(address.object):
                        raise
                self.objects.put(address.key, [wrapped], "overwrite", settling=settling)
        return handle.primitive(streaming_aead.StreamingAead)
