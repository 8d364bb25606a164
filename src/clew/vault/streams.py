"""Contents on their way in and out, hashed as they pass."""

import hashlib
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, Self

from clew.vault.errors import SourceError, VaultError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CHUNK_BYTES = 8 * 1024 * 1024


def chunks_of(source: BinaryIO) -> Iterator[bytes]:
    """What a source still has, in pieces that fit in memory.

    Raises:
        SourceError: reading fails, as when a drive is pulled out.
    """
    try:
        while chunk := source.read(CHUNK_BYTES):
            yield chunk
    except OSError as problem:
        raise SourceError(f"The source cannot be read to its end: {problem}") from problem


def hash_ahead(source: BinaryIO) -> str:
    """The SHA-256 of what a source still has, which can then be read once more.

    Raises:
        SourceError: it cannot be read twice, or not to its end.
    """
    if not source.seekable():
        raise SourceError("The source can be read only once; its SHA-256 must be given with it.")
    start = source.tell()
    found = hashlib.sha256()
    for chunk in chunks_of(source):
        found.update(chunk)
    source.seek(start)
    return found.hexdigest()


class CheckedChunks:
    """Passes chunks on and raises after the last one when their hash is not the expected one.

    Whoever waits for the end before making a content visible never shows a wrong one.
    """

    def __init__(self, chunks: Iterator[bytes], sha256: str, mismatch: VaultError) -> None:
        self._chunks = chunks
        self._expected = sha256
        self._mismatch = mismatch
        self._hash = hashlib.sha256()
        self.size = 0

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        try:
            chunk = next(self._chunks)
        except StopIteration:
            if self._hash.hexdigest() != self._expected:
                raise self._mismatch from None
            raise
        self._hash.update(chunk)
        self.size += len(chunk)
        return chunk

    def exhaust(self) -> int:
        """Take all chunks, for the check alone; returns the size."""
        for _ in self:
            pass
        return self.size


class ChunkReader(io.RawIOBase):
    """Chunks as a file that is read from start to end."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        super().__init__()
        self._chunks = chunks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """Yes; it can neither seek nor be written."""
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fill as much of the buffer as one chunk does; 0 only at the end."""
        while not self._rest:
            try:
                self._rest = memoryview(next(self._chunks))
            except StopIteration:
                return 0
        target = memoryview(buffer).cast("B")
        size = min(len(target), len(self._rest))
        target[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size
