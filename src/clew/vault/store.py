"""The vault: where originals and derivatives are kept."""

import hashlib
import io
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, Literal, Self
from urllib.parse import unquote, urlsplit

import obstore
import structlog
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from clew.settings import without_password
from clew.vault.errors import (
    AlreadyStoredError,
    ContentChangedError,
    DamagedError,
    NotStoredError,
    SourceError,
    UnavailableError,
)
from clew.vault.streams import CHUNK_BYTES, CheckedChunks, ChunkReader, chunks_of

PART_BYTES = 16 * 1024 * 1024
PARTS_AT_ONCE = 2
MOST_PARTS = 9_000
"""S3 takes 10,000 parts; larger originals get larger parts."""

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_DERIVATIVE = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}", re.ASCII)

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class StoredObject:
    """An original that is in the vault, read back and found whole."""

    sha256: str
    size: int
    created: bool
    """False when the vault had it already."""


class Vault:
    """Write-once, content-addressed storage in a folder or an object store.

    An object appears under its name only when all of it was written and its hash was right;
    a process that dies on the way leaves nothing under that name.
    """

    def __init__(self, store: ObjectStore, location: str, folder: Path | None = None) -> None:
        self._store = store
        self._location = location
        self._folder = folder
        self._settled: set[Path] = set()

    @property
    def folder(self) -> Path | None:
        """Where it lies, when it is a folder."""
        return self._folder

    @classmethod
    def in_folder(cls, folder: Path) -> Self:
        """A vault in a folder, made with mode 0700 when missing.

        Raises:
            UnavailableError: the folder cannot be made or used.
        """
        folder = folder.absolute()
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # What is inside gets private too, but only after it was written.
            folder.chmod(0o700)
        except OSError as problem:
            raise UnavailableError(
                f"The vault folder {folder} cannot be used: {problem.strerror}. "
                "Run Clew as its owner or choose another place."
            ) from problem
        return cls(LocalStore(folder), str(folder), folder)

    @classmethod
    def at(cls, url: str) -> Self:
        """A vault at an address: `file:///folder`, `s3://bucket/folder` and the like.

        How to reach an S3 store comes from its usual variables (AWS_ACCESS_KEY_ID,
        AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL, AWS_ALLOW_HTTP, ...).

        Raises:
            UnavailableError: the address cannot be understood, or the folder not be used.
        """
        address = urlsplit(url)
        if address.scheme == "file" and not address.netloc:
            return cls.in_folder(Path(unquote(address.path)))
        try:
            return cls(from_url(url), without_password(url))
        except (BaseError, ValueError) as problem:
            said = str(problem).splitlines()[0].replace(url, without_password(url))
            raise UnavailableError(
                f"The vault address {without_password(url)} cannot be used: {said}"
            ) from problem

    def put_original(self, source: BinaryIO, expected_sha256: str | None = None) -> StoredObject:
        """Store a content under its SHA-256, and read it back to be sure.

        Args:
            source: read from where it stands, in one pass when its hash is given; otherwise
                twice, so it must be able to seek.
            expected_sha256: what the content was when it was selected.

        Raises:
            ContentChangedError: the source is not, or no longer, that content.
            SourceError: the source cannot be read to its end, or not twice without a hash.
            DamagedError: the store does not give back what was written.
            UnavailableError: the store refuses or does not answer.
        """
        sha256 = _hash_ahead(source) if expected_sha256 is None else _checked_hash(expected_sha256)
        path = _original_path(sha256)
        changed = ContentChangedError(
            f"The source changed: it is not the content {sha256} any more. Nothing was stored. "
            "Scan it again and find out who writes to it."
        )
        content = CheckedChunks(chunks_of(source), sha256, changed)
        mode: Literal["create", "overwrite"] = "create"
        try:
            self._verify(path, sha256)
        except NotStoredError:
            pass
        except DamagedError:
            # As after a power cut in the middle of an earlier try. The name says what it was
            # to contain, and the source contains it.
            log.warning("damaged original replaced", sha256=sha256)
            mode = "overwrite"
        else:
            # Read all the same: the caller learns whether the source is still that content.
            return StoredObject(sha256, content.exhaust(), created=False)
        self._write(path, content, mode, _part_bytes(source))
        self._verify(path, sha256)
        return StoredObject(sha256, content.size, created=True)

    def has_original(self, sha256: str) -> bool:
        """Whether an original is stored; `verify` says whether it is still whole.

        Raises:
            UnavailableError: the store refuses or does not answer.
        """
        path = _original_path(_checked_hash(sha256))
        try:
            self._size(path)
        except NotStoredError:
            return False
        return True

    def open_original(self, sha256: str, *, actor: str, purpose: str) -> BinaryIO:
        """Open an original for reading from start to end; the opening is logged.

        Reading to the end raises DamagedError when the content is not what its name says.

        Args:
            sha256: the original.
            actor: who opens it.
            purpose: what for.

        Raises:
            NotStoredError: the vault does not have it.
            UnavailableError: the store refuses or does not answer.
        """
        if not actor.strip() or not purpose.strip():
            raise ValueError("Opening an original needs an actor and a purpose.")
        path = _original_path(_checked_hash(sha256))
        # Logged first: an opening that fails was still an attempt.
        log.info("original opened", sha256=sha256, actor=actor, purpose=purpose)
        size = self._size(path)
        content = CheckedChunks(self._read(path, size), sha256, self._damaged(path))
        return io.BufferedReader(ChunkReader(content), 64 * 1024)

    def verify(self, sha256: str) -> None:
        """Read an original and compare it with its name.

        Raises:
            NotStoredError: the vault does not have it.
            DamagedError: it is not what its name says.
            UnavailableError: the store refuses or does not answer.
        """
        self._verify(_original_path(_checked_hash(sha256)), sha256)

    def put_derivative(self, name: str, media_sha256: str, data: bytes) -> bool:
        """Store something small made from an original, such as a thumbnail.

        Args:
            name: what it is and by which version it was made, such as `thumbnail-1.jpg`.
            media_sha256: the original it was made from, stored here or not.
            data: its content.

        Returns:
            Whether it is new; False when the same was stored already.

        Raises:
            AlreadyStoredError: another content has this name.
            UnavailableError: the store refuses or does not answer.
        """
        path = _derivative_path(name, media_sha256)
        try:
            self._write(path, iter([data]), "create", PART_BYTES)
        except AlreadyStoredError:
            if self.get_derivative(name, media_sha256) != data:
                raise
            return False
        return True

    def get_derivative(self, name: str, media_sha256: str) -> bytes:
        """The content of a derivative.

        Raises:
            NotStoredError: the vault does not have it.
            UnavailableError: the store refuses or does not answer.
        """
        path = _derivative_path(name, media_sha256)
        return b"".join(self._read(path, self._size(path)))

    def _verify(self, path: str, sha256: str) -> None:
        CheckedChunks(self._read(path, self._size(path)), sha256, self._damaged(path)).exhaust()

    # All bytes pass through the next two methods and no others: encryption goes in here.

    def _write(
        self,
        path: str,
        content: Iterator[bytes],
        mode: Literal["create", "overwrite"],
        part_bytes: int,
    ) -> None:
        """Store a content, visible only when `content` came to its end without an error."""
        with self._explained(path):
            start = list(islice(content, 2))
            if len(start) < 2:
                obstore.put(self._store, path, b"".join(start), mode=mode, use_multipart=False)
            else:
                # In parts there is no mode "create". Two writers at once would both have
                # checked their content against the name, so it does not matter who is last.
                obstore.put(
                    self._store,
                    path,
                    chain(start, content),
                    use_multipart=True,
                    chunk_size=part_bytes,
                    max_concurrency=PARTS_AT_ONCE,
                )
            if self._folder is not None:
                self._settle(self._folder, path)

    def _settle(self, vault: Path, path: str) -> None:
        """Make a file private, and so that a power cut does not take it away again."""
        file = vault / path
        file.chmod(0o600)
        _sync(file)
        folder = file
        while folder != vault:
            folder = folder.parent
            # Of a folder settled before, only what is in it is new, not the folder itself.
            known = folder in self._settled
            if not known:
                folder.chmod(0o700)
            _sync(folder)
            if known:
                return
            self._settled.add(folder)

    def _read(self, path: str, size: int) -> Iterator[bytes]:
        # By ranges rather than as one answer, which a slow reader would let run into a time-out.
        for start in range(0, size, CHUNK_BYTES):
            with self._explained(path):
                end = min(start + CHUNK_BYTES, size)
                chunk = bytes(obstore.get_range(self._store, path, start=start, end=end))
            yield chunk

    def _size(self, path: str) -> int:
        with self._explained(path):
            return obstore.head(self._store, path)["size"]

    def _damaged(self, path: str) -> DamagedError:
        return DamagedError(
            f"{path} in the vault {self._location} is not what its name says: it was damaged "
            "or changed. Restore it from a backup, or contribute the file again."
        )

    @contextmanager
    def _explained(self, path: str) -> Iterator[None]:
        """Turn the store's errors into the vault's."""
        try:
            yield
        except AlreadyExistsError as problem:
            raise AlreadyStoredError(
                f"{path} is in the vault {self._location} with another content, and nothing "
                "is ever overwritten. Give the new version another name."
            ) from problem
        except FileNotFoundError as problem:
            raise NotStoredError(f"The vault {self._location} has no {path}.") from problem
        except (BaseError, OSError) as problem:
            reason = str(problem).split("\n", 1)[0]
            raise UnavailableError(
                f"The vault {self._location} cannot be used ({path}): {reason}"
            ) from problem


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _hash_ahead(source: BinaryIO) -> str:
    if not source.seekable():
        raise SourceError("The source can be read only once; its SHA-256 must be given with it.")
    start = source.tell()
    found = hashlib.sha256()
    for chunk in chunks_of(source):
        found.update(chunk)
    source.seek(start)
    return found.hexdigest()


def _part_bytes(source: BinaryIO) -> int:
    if not source.seekable():
        return 4 * PART_BYTES
    here = source.tell()
    size = source.seek(0, os.SEEK_END) - here
    source.seek(here)
    return max(PART_BYTES, size // MOST_PARTS)


def _checked_hash(sha256: str) -> str:
    if not _SHA256.fullmatch(sha256):
        raise ValueError(f"Not a SHA-256 in lower-case hexadecimal: {sha256!r}")
    return sha256


def _original_path(sha256: str) -> str:
    # Two levels, because folders with millions of entries are slow.
    return f"originals/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _derivative_path(name: str, media_sha256: str) -> str:
    if not _DERIVATIVE.fullmatch(name):
        raise ValueError(f"Not a derivative's name (a-z 0-9 . _ -): {name!r}")
    sha256 = _checked_hash(media_sha256)
    # Flat, because every new folder is one more for the disk to settle, for each thumbnail.
    return f"derivatives/{sha256[:2]}/{sha256}.{name}"
