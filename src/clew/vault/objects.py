"""The store under the vault: a folder or any S3. It knows bytes and paths, not what they mean."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, Self
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from clew.settings import without_password
from clew.vault.errors import AlreadyStoredError, NotStoredError, UnavailableError
from clew.vault.files import Mode, write
from clew.vault.settling import Disk, Settling, sync
from clew.vault.streams import CHUNK_BYTES

PART_BYTES = 16 * 1024 * 1024
PARTS_AT_ONCE = 2
MOST_PARTS = 9_000
"""S3 takes 10,000 parts; larger objects get larger parts."""


@dataclass(frozen=True)
class Entry:
    """What a listing says of one object."""

    path: str
    size: int
    modified: datetime


class Objects:
    """Named bytes in a folder or an object store.

    An object appears under its name only when all of it was written; a process that dies on the
    way leaves nothing under that name.
    """

    def __init__(self, store: ObjectStore, location: str, folder: Path | None = None) -> None:
        self._store = store
        self.location = location
        self.folder = folder
        self._disk = Disk(folder) if folder is not None else None

    @classmethod
    def in_folder(cls, folder: Path) -> Self:
        """A folder, made with mode 0700 when missing.

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
        """An address: `file:///folder`, `s3://bucket/folder` and the like.

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

    def settling(self) -> Settling:
        """Objects that are to be settled together, for :meth:`put`."""
        return Settling(self._disk, self._explained)

    def put(
        self,
        path: str,
        content: Iterable[bytes],
        mode: Mode,
        part_bytes: int = PART_BYTES,
        settling: Settling | None = None,
    ) -> None:
        """Store a content, visible only when it came to its end without an error.

        Args:
            path: its name.
            content: in pieces.
            mode: what to do when there is something of this name.
            part_bytes: how large the parts are in which a large object is sent to a store.
            settling: with what it is settled; None for at once. Until then a power cut may take
                it away.

        Raises:
            AlreadyStoredError: with mode ``create``, when there is something under this name. Large
                objects are sent to a store in parts, for which there is no such mode: whoever
                stores one under a name that others may write at the same time stores what they
                store.
        """
        with self._explained(path):
            if self.folder is None:
                self._send(path, iter(content), mode, part_bytes)
                return
            write(self.folder / path, content, mode)
        self.settle(path, settling)

    def _send(self, path: str, content: Iterator[bytes], mode: Mode, part_bytes: int) -> None:
        start = list(islice(content, 2))
        if len(start) < 2:
            obstore.put(self._store, path, b"".join(start), mode=mode, use_multipart=False)
        else:
            obstore.put(
                self._store,
                path,
                chain(start, content),
                use_multipart=True,
                chunk_size=part_bytes,
                max_concurrency=PARTS_AT_ONCE,
            )

    def settle(self, path: str, settling: Settling | None) -> None:
        """Settle an object that is there, with others or at once."""
        if self.folder is None:
            return
        together = settling or self.settling()
        together.add(self.folder / path)
        if settling is None:
            together.settle()

    def get(self, path: str) -> bytes:
        """All of a small object."""
        with self._explained(path):
            if self.folder is not None:
                return (self.folder / path).read_bytes()
            return bytes(obstore.get(self._store, path).bytes())

    def read(self, path: str) -> Iterator[bytes]:
        """An object in pieces. That it is there is found out at once."""
        size = self.size(path)
        return self._pieces(path, size) if self.folder is None else self._read(path)

    def _read(self, path: str) -> Iterator[bytes]:
        with self._explained(path):
            file = (self.folder / path).open("rb", buffering=0)  # type: ignore[operator]
        with file:
            while True:
                with self._explained(path):
                    chunk = file.read(CHUNK_BYTES)
                if not chunk:
                    return
                yield chunk

    def _pieces(self, path: str, size: int) -> Iterator[bytes]:
        # By ranges rather than as one answer, which a slow reader would let run into a time-out.
        for start in range(0, size, CHUNK_BYTES):
            with self._explained(path):
                end = min(start + CHUNK_BYTES, size)
                chunk = bytes(obstore.get_range(self._store, path, start=start, end=end))
            yield chunk

    def size(self, path: str) -> int:
        """Its bytes."""
        with self._explained(path):
            if self.folder is not None:
                return (self.folder / path).stat().st_size
            return obstore.head(self._store, path)["size"]

    def has(self, path: str) -> bool:
        """Whether there is one of this name."""
        if self.folder is not None:
            return (self.folder / path).exists()  # asked for at every step: the store is slow
        try:
            self.size(path)
        except NotStoredError:
            return False
        return True

    def delete(self, path: str) -> None:
        """Take it away, for good also after a power cut; nothing happens when there is none."""
        with suppress(NotStoredError), self._explained(path):
            obstore.delete(self._store, path)
            if self.folder is not None:
                sync((self.folder / path).parent)

    def list(self, prefix: str) -> Iterator[Entry]:
        """Everything below a folder of the store."""
        with self._explained(prefix):
            for batch in obstore.list(self._store, prefix, chunk_size=1000):
                for meta in batch:
                    yield Entry(meta["path"], meta["size"], meta["last_modified"])

    @contextmanager
    def _explained(self, path: str) -> Iterator[None]:
        """Turn the store's errors into the vault's."""
        try:
            yield
        except (AlreadyExistsError, FileExistsError) as problem:
            raise AlreadyStoredError(
                f"{path} is in the vault {self.location} with another content, and nothing "
                "is ever overwritten. Give the new version another name."
            ) from problem
        except FileNotFoundError as problem:
            raise NotStoredError(f"The vault {self.location} has no {path}.") from problem
        except (BaseError, OSError) as problem:
            reason = str(problem).split("\n", 1)[0]
            raise UnavailableError(
                f"The vault {self.location} cannot be used ({path}): {reason}"
            ) from problem


def part_bytes_of(source: BinaryIO) -> int:
    """How large the parts must be in which a source is sent."""
    if not source.seekable():
        return 4 * PART_BYTES
    here = source.tell()
    size = source.seek(0, os.SEEK_END) - here
    source.seek(here)
    return max(PART_BYTES, size // MOST_PARTS)
