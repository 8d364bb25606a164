"""The confined child process: imports, gives up its rights, then reads one file after another.

Started by :mod:`clew.media.pool` as ``python -m clew.media.child DESCRIPTOR``.
"""

from __future__ import annotations

import codecs
import importlib
import os
import pkgutil
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any, BinaryIO

import av
import cv2
import msgspec
import py7zr

from clew.media.confine import confine, die_with_parent
from clew.media.limits import Limits
from clew.media.pool import Finished, Job, Part, Reached, Ready, Start

_HEADER = struct.Struct("<I")
_PROGRESS_SECONDS = 0.2
# Text decoders that file names and metadata may want; they cannot be imported once confined.
_ENCODINGS = (
    *("ascii", "latin-1", "cp437", "cp1252", "utf-8", "utf-16", "utf-16-le", "utf-16-be"),
    *("utf-32", "idna", "shift_jis", "gb18030", "cp1251", "unicode_escape", "mac-roman"),
)

TaskFunction = Callable[[BinaryIO, Job, "Sender", Limits], None]


class Sender:
    """Sends a task's messages to the parent; progress not more often than is useful."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._encoder = msgspec.msgpack.Encoder()
        self._last = 0.0
        self.job = 0

    def reached(self, phase: str, position: float) -> None:
        """Say that work goes on."""
        if (now := time.monotonic()) - self._last > _PROGRESS_SECONDS:
            self._last = now
            self._message(Reached(phase, position))

    def part(self, content: Any) -> None:
        """Send a piece of the result, anything that msgspec can encode."""
        self._message(Part(self.job, msgspec.Raw(self._encoder.encode(content))))

    def ready(self, layers: list[str]) -> None:
        """Say that the process is confined and waits for its first file."""
        self._message(Ready(layers))

    def finished(self) -> None:
        """End the job."""
        self._message(Finished(self.job))

    def _message(self, message: Ready | Reached | Part | Finished) -> None:
        data = self._encoder.encode(message)
        self._channel.sendall(_HEADER.pack(len(data)) + data)


def main(descriptor: int) -> None:
    """Serve jobs on the channel until the parent closes it."""
    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    channel = socket.socket(fileno=descriptor)
    start = msgspec.msgpack.decode(_message_and_file(channel)[0], type=Start)
    cv2.setNumThreads(1)
    for name in _ENCODINGS:
        codecs.lookup(name)
    for package in (av, py7zr):
        _import_whole(package)
    module, function = start.task.split(":")
    tasks = importlib.import_module(module)
    task: TaskFunction = getattr(tasks, function)
    # Libraries import and cache more when first used: use them once while that is possible.
    tasks.rehearse()
    sender = Sender(channel)
    silence = os.open(os.devnull, os.O_WRONLY)
    layers = confine(start.limits.memory)
    os.dup2(silence, 2)  # decoders chatter; a write to a file would now end the process
    sender.ready(layers)
    jobs = msgspec.msgpack.Decoder(Job)
    while True:
        message, file = _message_and_file(channel)
        job = jobs.decode(message)
        sender.job = job.number
        with os.fdopen(file, "rb") as source:
            task(source, job, sender, start.limits)
        sender.finished()


def _import_whole(package: ModuleType) -> None:
    """Import every module of a package that imports some of them only when first needed."""
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not module.name.endswith((".__main__", ".cli")):
            importlib.import_module(module.name)


def _message_and_file(channel: socket.socket) -> tuple[bytes, int]:
    """The next message and the descriptor that came with it (-1 for none)."""
    data, files, _, _ = socket.recv_fds(channel, 1 << 16, 1)
    if not data:
        sys.exit(0)  # the parent is done
    while len(data) < _HEADER.size or len(data) < _HEADER.size + _HEADER.unpack_from(data)[0]:
        data += channel.recv(1 << 16)
    return data[_HEADER.size :], files[0] if files else -1


if __name__ == "__main__":
    main(int(sys.argv[1]))
