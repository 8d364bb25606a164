"""Messages between a process and those it starts: a length, then so many bytes."""

from __future__ import annotations

import socket
import struct

HEADER = struct.Struct("<I")


def send(channel: socket.socket, message: bytes) -> None:
    """Send one message."""
    channel.sendall(HEADER.pack(len(message)) + message)


def receive_exactly(channel: socket.socket, begun: bytes = b"") -> bytes:
    """The next message, and not a byte behind it.

    Args:
        channel: where it comes from.
        begun: what was received of it already, no more than its header.

    Raises:
        EOFError: when the other side ended.
        OSError: when it does not answer in time.
    """
    data = begun
    while len(data) < HEADER.size or len(data) < HEADER.size + HEADER.unpack_from(data)[0]:
        length = HEADER.unpack_from(data)[0] if len(data) >= HEADER.size else 0
        chunk = channel.recv(HEADER.size + length - len(data))
        if not chunk:
            raise EOFError("the process ended")
        data += chunk
    return data[HEADER.size :]
