"""The nursery's side: imports once, then forks processes that give up their rights and read files.

Started by :mod:`clew.media.nursery` as ``python -m clew.media.child DESCRIPTOR``.
"""

from __future__ import annotations

import codecs
import gc
import importlib
import os
import pkgutil
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any, BinaryIO

import av
import cv2
import msgspec
import py7zr

from clew.dumps import refuse_dumps
from clew.media.confine import confine, die_with_parent
from clew.media.framing import HEADER, receive_exactly, send
from clew.media.limits import Limits
from clew.media.nursery import Born, Ended, Start
from clew.media.pool import Finished, Job, Part, Reached, Ready

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
        send(self._channel, self._encoder.encode(message))


def main(descriptor: int) -> None:
    """Prepare what jobs need, then fork on request until the pool closes the channel."""
    die_with_parent()
    refuse_dumps()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=descriptor)
    start = msgspec.msgpack.decode(receive_exactly(control), type=Start)
    task = _prepared(start.task)
    silence = os.open(os.devnull, os.O_WRONLY)
    gc.collect()
    gc.freeze()  # or counting references would copy all of this memory for each process
    channel = socket.socket(fileno=_forked(control))
    layers = confine(start.limits.memory)
    os.dup2(silence, 2)  # decoders chatter; a write to a file would now end the process
    _serve(channel, task, layers, start.limits)


def _prepared(name: str) -> TaskFunction:
    """The task, with everything imported and used once: confined processes cannot import."""
    cv2.setNumThreads(1)
    for encoding in _ENCODINGS:
        codecs.lookup(encoding)
    for package in (av, py7zr):
        _import_whole(package)
    module, function = name.split(":")
    tasks = importlib.import_module(module)
    task: TaskFunction = getattr(tasks, function)
    # Libraries import and cache more when first used: use them once while that is possible.
    tasks.rehearse()
    return task


def _forked(control: socket.socket) -> int:
    """Fork on request and report how children end; returns in each child, with its channel."""
    nursery = os.getpid()
    numbers: dict[int, int] = {}  # of processes, by a descriptor that says when they ended
    waiting = select.poll()
    waiting.register(control, select.POLLIN)
    while True:
        for ready, _ in waiting.poll():
            if ready in numbers:
                waiting.unregister(ready)
                number, status = os.waitpid(numbers.pop(ready), 0)
                os.close(ready)
                _tell(control, Ended(number, os.waitstatus_to_exitcode(status)))
                continue
            data, files, _, _ = socket.recv_fds(control, HEADER.size, 1)
            if not data:
                os._exit(0)  # the pool is done; the kernel ends the children
            number = os.fork()
            if number == 0:
                die_with_parent()
                if os.getppid() != nursery:
                    sys.exit(0)  # it ended before the kernel was told
                control.close()
                for descriptor in numbers:
                    os.close(descriptor)
                return files[0]
            os.close(files[0])
            descriptor = os.pidfd_open(number)
            numbers[descriptor] = number
            waiting.register(descriptor, select.POLLIN)
            _tell(control, Born(number), descriptor)


def _tell(control: socket.socket, message: Born | Ended, *descriptors: int) -> None:
    data = msgspec.msgpack.encode(message)
    socket.send_fds(control, [HEADER.pack(len(data)) + data], descriptors)


def _serve(channel: socket.socket, task: TaskFunction, layers: list[str], limits: Limits) -> None:
    """Do jobs until the pool closes the channel."""
    sender = Sender(channel)
    sender.ready(layers)
    jobs = msgspec.msgpack.Decoder(Job)
    while True:
        message, file = _message_and_file(channel)
        job = jobs.decode(message)
        sender.job = job.number
        with os.fdopen(file, "rb") as source:
            task(source, job, sender, limits)
        sender.finished()


def _import_whole(package: ModuleType) -> None:
    """Import every module of a package that imports some of them only when first needed."""
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not module.name.endswith((".__main__", ".cli")):
            importlib.import_module(module.name)


def _message_and_file(channel: socket.socket) -> tuple[bytes, int]:
    """The next message and the descriptor that came with it (-1 for none)."""
    data, files, _, _ = socket.recv_fds(channel, HEADER.size, 1)
    if not data:
        os._exit(0)  # the pool is done: nothing is left to put in order, and Python takes long
    return receive_exactly(channel, data), files[0] if files else -1


if __name__ == "__main__":
    main(int(sys.argv[1]))
