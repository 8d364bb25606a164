"""Encrypting and decrypting contents as they pass, with Tink's streaming AEAD.

A ciphertext is bound to its place: what lies under one name cannot be passed off under another.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

import tink
from tink.streaming_aead import StreamingAead

from clew.vault.errors import DamagedError
from clew.vault.streams import CHUNK_BYTES, ChunkReader

_HANDED_ON = CHUNK_BYTES // 2


class _Sink(io.RawIOBase):
    """Takes the ciphertext as Tink writes it."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self.waiting = 0

    def writable(self) -> bool:
        return True

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        self._parts.append(bytes(data))
        self.waiting += len(data)
        return len(data)

    def taken(self) -> bytes:
        """What was written since it was last asked."""
        taken = b"".join(self._parts)
        self._parts, self.waiting = [], 0
        return taken


def sealed(key: StreamingAead, place: str, content: Iterator[bytes]) -> Iterator[bytes]:
    """A content's ciphertext, in pieces.

    The last piece, without which none can be decrypted to the end, comes only when the content came
    to its own end without an error. (Tink's stream must not be used as a context manager here: left
    by an exception, it would write a valid, shorter ciphertext.)
    """
    sink = _Sink()
    stream = key.new_encrypting_stream(sink, place.encode())
    for chunk in content:
        stream.write(chunk)
        if sink.waiting >= _HANDED_ON:
            yield sink.taken()
    # Closing it closes the sink as well, which keeps what it has.
    stream.close()
    yield sink.taken()


class _Source(ChunkReader):
    """Keeps what went wrong with the ciphertext: Tink would call it a bad ciphertext."""

    failure: Exception | None = None

    def readinto(self, buffer: bytearray, /) -> int:  # type: ignore[override]
        try:
            return super().readinto(buffer)
        except Exception as failure:
            self.failure = failure
            return 0


def opened(
    key: StreamingAead, place: str, ciphertext: Iterator[bytes], damaged: DamagedError
) -> Iterator[bytes]:
    """The content of a ciphertext, in pieces; each was authenticated before it is given.

    Raises:
        DamagedError: the one given, as soon as a piece is not what was written.
    """
    source = _Source(ciphertext)
    stream = key.new_decrypting_stream(source, place.encode())
    while True:
        try:
            chunk = stream.read(CHUNK_BYTES)
        except tink.TinkError:
            raise (source.failure or damaged) from None
        if source.failure:
            raise source.failure
        if not chunk:
            return
        yield chunk
