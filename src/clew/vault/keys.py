"""The key-encryption key: one small file whose key wraps the keys of all objects.

    key = KeyFile(Path("vault.key"))              # or KeyFile(file, "gcp-kms://projects/…")
    with key.held() as wrapping:
        record = wrapping.wrap(handle, "keys/originals/…")
    handle = key.unwrap(record, "keys/originals/…")

The file is a Tink keyset in JSON with one or several versions of the key; the primary one wraps,
all of them unwrap. With the address of a key management service (KMS) the keyset in the file is
itself encrypted by that service, which is asked once for each process.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import tink
from tink import aead, json_proto_keyset_format, prf, proto_keyset_format, streaming_aead
from tink.proto import tink_pb2
from tink.secret_key_access import TOKEN

from clew.vault.errors import DamagedError, KeyFileError
from clew.vault.kms import service

aead.register()
streaming_aead.register()
prf.register()

_BOUND_TO = b""
"""Nothing: HashiCorp's service takes no associated data."""


class Wrapping:
    """One state of the key file: wraps and unwraps other keys."""

    def __init__(self, handle: tink.KeysetHandle) -> None:
        self.handle = handle
        self._aead = handle.primitive(aead.Aead)
        info = handle.keyset_info()
        self.primary: int = info.primary_key_id
        self.versions: list[int] = [key.key_id for key in info.key_info]

    def wrap(self, handle: tink.KeysetHandle, place: str) -> bytes:
        """A key as it may be stored, at one place and no other."""
        wrapped: bytes = proto_keyset_format.serialize_encrypted(handle, self._aead, place.encode())
        return wrapped

    def unwrap(self, wrapped: bytes, place: str) -> tink.KeysetHandle:
        """A key from what was stored at a place.

        Raises:
            tink.TinkError: it was not wrapped by this key, or not for this place.
        """
        return proto_keyset_format.parse_encrypted(wrapped, self._aead, place.encode())


@dataclass
class _Read:
    """What was read from the file, and how to see that it is another one by now."""

    wrapping: Wrapping
    identity: tuple[int, int, int]


class KeyFile:
    """Where the key-encryption key is, read when it is first needed.

    Args:
        path: the file.
        kms: address of the key at a key management service that the file is encrypted by.
    """

    def __init__(self, path: Path, kms: str | None = None) -> None:
        self.path = path.absolute()
        self._kms = kms
        self._read: _Read | None = None
        self._turn = threading.Lock()

    def make(self) -> None:
        """Make it with a new key, unless there is one."""
        if self.path.exists():
            return
        handle = tink.new_keyset_handle(aead.aead_key_templates.AES256_GCM)
        with self._explained():
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh = self._written(handle)
            try:
                # Unlike renaming, this keeps the one that somebody else made in the meantime.
                with contextlib.suppress(FileExistsError):
                    _put_beside(fresh, self.path)
            finally:
                fresh.unlink()
            _sync(self.path.parent)

    @contextmanager
    def held(self) -> Iterator[Wrapping]:
        """The key as it is, and stays until the end of the block.

        What is wrapped must be stored within the block: afterwards a rotation may have begun, and
        found nothing.

        Raises:
            KeyFileError: it is missing, or cannot be used.
        """
        with self._locked(fcntl.LOCK_SH) as file:
            yield self._current(file)

    def unwrap(self, wrapped: bytes, place: str) -> tink.KeysetHandle:
        """A key from what was stored at a place.

        Raises:
            DamagedError: it is not what was stored.
            KeyFileError: the version of the key that wrapped it is not in the file.
        """
        known = self._known()
        version = wrapped_by(wrapped)
        try:
            return known.unwrap(wrapped, place)
        except tink.TinkError:
            if version is None or version in known.versions:
                raise DamagedError(
                    f"The key record {place} in the vault was damaged or changed. Restore it from "
                    "a backup, or contribute the file again."
                ) from None
        raise KeyFileError(
            f"{place} in the vault was wrapped by another key than those in {self.path}. Put the "
            "key file of this vault there, the newest copy if keys were rotated; CLEW_VAULT_KEY "
            "names the file."
        )

    def _known(self) -> Wrapping:
        """The key as it is now; a version retired by another process is forgotten here as well."""
        with self._explained():
            if (read := self._read) and read.identity == _identity(self.path.stat()):
                return read.wrapping
        with self.held() as wrapping:
            return wrapping

    def add_version(self) -> None:
        """Add a new key, which wraps from now on; the older ones still unwrap.

        When it returns, nobody who uses this file wraps with an older one any more.
        """
        fresh = tink.new_keyset_handle(aead.aead_key_templates.AES256_GCM)
        with self._locked(fcntl.LOCK_EX) as file:
            keyset = _open_keyset(self._current(file).handle)
            (added,) = _open_keyset(fresh).key
            while added.key_id in [key.key_id for key in keyset.key]:
                added.key_id = secrets.randbelow(2**31 - 1) + 1
            keyset.key.append(added)
            keyset.primary_key_id = added.key_id
            self._replace(keyset)

    def retire(self) -> int:
        """Take out all keys but the one that wraps; how many. What they wrapped is lost."""
        with self._locked(fcntl.LOCK_EX) as file:
            keyset = _open_keyset(self._current(file).handle)
            kept = [key for key in keyset.key if key.key_id == keyset.primary_key_id]
            retired = len(keyset.key) - len(kept)
            del keyset.key[:]
            keyset.key.extend(kept)
            self._replace(keyset)
        return retired

    def copy_to(self, target: Path) -> None:
        """Copy the file to where none is, readable for its owner alone."""
        with self._explained(), self.path.open("rb") as file:
            content = file.read()
        try:
            _write_new(target, content)
        except OSError as problem:
            raise KeyFileError(
                f"The key cannot be copied to {target}: {problem.strerror}. Name a new file."
            ) from problem

    def _replace(self, keyset: tink_pb2.Keyset) -> None:
        handle = proto_keyset_format.parse(keyset.SerializeToString(), TOKEN)
        fresh = self._written(handle)
        fresh.replace(self.path)
        _sync(self.path.parent)

    def _written(self, handle: tink.KeysetHandle) -> Path:
        """A new file beside the real one with a key in it."""
        if self._kms is None:
            text = json_proto_keyset_format.serialize(handle, TOKEN)
        else:
            try:
                text = json_proto_keyset_format.serialize_encrypted(
                    handle, service(self._kms), _BOUND_TO
                )
            except tink.TinkError as problem:
                raise self._refused(problem) from None
        fresh = self.path.with_name(f"{self.path.name}.{secrets.token_hex(6)}.new")
        _write_new(fresh, text.encode())
        return fresh

    @contextmanager
    def _locked(self, how: int) -> Iterator[int]:
        """The file, open and locked, and still the one of that name."""
        with self._explained():
            while True:
                file = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
                try:
                    fcntl.flock(file, how)
                    if _identity(os.fstat(file)) == _identity(self.path.stat()):
                        break
                except BaseException:
                    os.close(file)
                    raise
                os.close(file)
        try:
            yield file
        finally:
            os.close(file)

    def _current(self, file: int) -> Wrapping:
        with self._turn:
            identity = _identity(os.fstat(file))
            if self._read is None or self._read.identity != identity:
                self._read = _Read(Wrapping(self._parsed(file)), identity)
            return self._read.wrapping

    def _parsed(self, file: int) -> tink.KeysetHandle:
        found = os.fstat(file)
        if found.st_mode & 0o007:
            raise KeyFileError(
                f"Others may read the key file {self.path}. Take that away: chmod 600 {self.path}"
            )
        text = os.pread(file, found.st_size, 0).decode("utf-8", "replace")
        try:
            if "encryptedKeyset" not in json.loads(text):
                return json_proto_keyset_format.parse(text, TOKEN)
            if self._kms is None:
                raise KeyFileError(
                    f"The key in {self.path} is encrypted by a key management service. Say which: "
                    "CLEW_VAULT_KMS"
                )
            return json_proto_keyset_format.parse_encrypted(text, service(self._kms), _BOUND_TO)
        except (ValueError, TypeError) as problem:
            raise KeyFileError(
                f"{self.path} is no key file. Put the copy of it back that you kept."
            ) from problem
        except tink.TinkError as problem:
            raise self._refused(problem) from None

    def _refused(self, problem: Exception) -> KeyFileError:
        return KeyFileError(
            f"The key in {self.path} cannot be used: {str(problem).splitlines()[0]}"
            + (f" (with {self._kms})" if self._kms else "")
        )

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as problem:
            raise KeyFileError(
                f"The key-encryption key {self.path} is missing, and without it nothing in the "
                "vault can be read. Put the copy of it back that you kept, or name where it is "
                "with CLEW_VAULT_KEY."
            ) from problem
        except OSError as problem:
            raise KeyFileError(
                f"The key file {self.path} cannot be used: {problem.strerror}."
            ) from problem


def wrapped_by(wrapped: bytes) -> int | None:
    """Which version of the key-encryption key wrapped a key; None when that cannot be told."""
    try:
        ciphertext = tink_pb2.EncryptedKeyset.FromString(wrapped).encrypted_keyset
    except Exception:  # whatever the protobuf library makes of damaged bytes
        return None
    # Tink's ciphertexts begin with a one and the number of the key.
    return int.from_bytes(ciphertext[1:5], "big") if ciphertext[:1] == b"\x01" else None


def _open_keyset(handle: tink.KeysetHandle) -> tink_pb2.Keyset:
    return tink_pb2.Keyset.FromString(proto_keyset_format.serialize(handle, TOKEN))


def _identity(status: os.stat_result) -> tuple[int, int, int]:
    return (status.st_dev, status.st_ino, status.st_mtime_ns)


def _write_new(path: Path, content: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _put_beside(fresh: Path, path: Path) -> None:
    """Give a file a second name, which must be free."""
    try:
        os.link(fresh, path)
    except OSError as problem:
        if problem.errno not in (errno.EPERM, errno.EOPNOTSUPP):
            raise
        _write_new(path, fresh.read_bytes())  # a file system without links, as on a USB stick


def _sync(folder: Path) -> None:
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
