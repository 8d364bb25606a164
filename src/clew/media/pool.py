"""Confined child processes that do one job on one open file at a time.

The parent opens the file and hands over the descriptor; the child answers with messages until
its last. A child that crashes, hangs or grows past its limit costs that one file and is replaced.
What a child says is data from a process that may have been taken over: it is framed, bounded,
and decoded against fixed types (msgspec), never unpickled.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from clew.media.limits import Limits

_HEADER = struct.Struct("<I")
_MOST_BYTES = 512 * 1024 * 1024
_START_SECONDS = 60.0


class Start(msgspec.Struct, frozen=True, tag=True):
    """Parent to child, once: what to run and within which limits."""

    task: str
    limits: Limits


class Job(msgspec.Struct, frozen=True, tag=True):
    """Parent to child: read the file whose descriptor comes along.

    Attributes:
        name: its name, for telling people; the child cannot open it.
        size: bytes.
    """

    name: str
    size: int


class Ready(msgspec.Struct, frozen=True, tag=True):
    """Child to parent, once: the layers of confinement in force."""

    layers: list[str]


class Reached(msgspec.Struct, frozen=True, tag=True):
    """Child to parent: still at work."""

    phase: str
    position: float


class Part(msgspec.Struct, frozen=True, tag=True):
    """Child to parent: a piece of the result, whose type only the task knows."""

    content: msgspec.Raw


class Finished(msgspec.Struct, frozen=True, tag=True):
    """Child to parent: the job is done."""


class Failed(msgspec.Struct, frozen=True, tag=True):
    """From the pool itself: the child was lost over this file; why, for people."""

    reason: str


FromChild = Ready | Reached | Part | Finished
Event = Reached | Part | Finished | Failed


class ConfinementError(RuntimeError):
    """A decoding process could not be started at all."""


@dataclass(frozen=True)
class Task:
    """A file for the pool: an identity of the caller's, an open descriptor, its name and size."""

    identity: int
    descriptor: int
    name: str
    size: int


@dataclass
class _Child:
    process: subprocess.Popen[bytes]
    channel: socket.socket
    incoming: bytearray = field(default_factory=bytearray)
    task: Task | None = None
    started: float = 0.0
    heard: float = 0.0


class ConfinedPool:
    """Runs a task on many files in confined processes.

    Args:
        task: ``module:function`` in the child; the function takes (file, job, sender, limits).
            The module also has ``rehearse()``, which uses once whatever the task will use.
        workers: how many processes.
        limits: what one file may cost.

    Use as a context manager; leaving it ends the children.
    """

    def __init__(self, task: str, workers: int, limits: Limits | None = None) -> None:
        self._task = task
        self._limits = limits or Limits()
        self._selector = selectors.DefaultSelector()
        self._decoder = msgspec.msgpack.Decoder(FromChild)
        self.layers: list[str] = []
        # Started together: importing the decoders takes each of them a second.
        launched = [self._launch() for _ in range(workers)]
        self._children = [self._await_ready(*child) for child in launched]

    def __enter__(self) -> ConfinedPool:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End all children."""
        for child in self._children:
            self._end(child)
        self._children = []
        self._selector.close()

    def run(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Event]]:
        """Do all tasks; yields what happens, each task ending in Finished or Failed.

        Descriptors are closed here as soon as a child has its own. Tasks are taken from the
        iterable only as children become free.
        """
        waiting = iter(tasks)
        idle = list(self._children)
        exhausted = False
        while True:
            while idle and not exhausted:
                task = next(waiting, None)
                if task is None:
                    exhausted = True
                    break
                yield from self._hand_over(idle.pop(), task, idle)
            if exhausted and len(idle) == len(self._children):
                return
            for key, _ in self._selector.select(timeout=0.5):
                yield from self._hear(key.data, idle)
            yield from self._stop_overdue(idle)

    def _launch(self) -> tuple[_Child, int]:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        errors = os.memfd_create("errors")
        environment = {
            **os.environ,
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "clew.media.child", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env=environment,
            # Ctrl-C is for the parent, which then ends its children in order.
            start_new_session=True,
        )
        theirs.close()
        _send(ours, msgspec.msgpack.encode(Start(self._task, self._limits)))
        return _Child(process, ours), errors

    def _await_ready(self, child: _Child, errors: int) -> _Child:
        """Wait until a child is confined; ``errors`` is where it complains until then."""
        ours = child.channel
        ours.settimeout(_START_SECONDS)
        try:
            ready = self._decoder.decode(_receive_exactly(ours))
        except (OSError, EOFError, msgspec.DecodeError) as error:
            self._kill(child)
            os.lseek(errors, 0, os.SEEK_SET)
            last = os.read(errors, 1 << 20).decode(errors="replace").strip().splitlines()[-1:]
            raise ConfinementError(
                f"a decoding process did not start: {' '.join(last) or error}. "
                "Run `clew doctor` to see what is missing."
            ) from error
        finally:
            os.close(errors)
        assert isinstance(ready, Ready)
        self.layers = ready.layers
        ours.settimeout(None)
        self._selector.register(ours, selectors.EVENT_READ, child)
        return child

    def _hand_over(
        self, child: _Child, task: Task, idle: list[_Child]
    ) -> Iterator[tuple[Task, Event]]:
        child.task = task
        child.started = child.heard = time.monotonic()
        message = msgspec.msgpack.encode(Job(task.name, task.size))
        try:
            frame = _HEADER.pack(len(message)) + message
            socket.send_fds(child.channel, [frame], [task.descriptor])
        except OSError:
            yield from self._lost(child, idle, None)
        finally:
            os.close(task.descriptor)

    def _hear(self, child: _Child, idle: list[_Child]) -> Iterator[tuple[Task, Event]]:
        task = child.task
        try:
            data = child.channel.recv(1 << 20)
        except OSError:
            data = b""
        if not data or task is None:
            yield from self._lost(child, idle, None)
            return
        child.heard = time.monotonic()
        child.incoming += data
        try:
            for message in self._messages(child.incoming):
                if isinstance(message, Ready):
                    continue
                if isinstance(message, Finished):
                    child.task = None
                    idle.append(child)
                yield task, message
        except (msgspec.DecodeError, ValueError):
            yield from self._lost(child, idle, "the decoding process sent nonsense")

    def _messages(self, incoming: bytearray) -> Iterator[FromChild]:
        while len(incoming) >= _HEADER.size:
            (length,) = _HEADER.unpack_from(incoming)
            if length > _MOST_BYTES:
                raise ValueError("message too long")
            if len(incoming) < _HEADER.size + length:
                return
            message = bytes(incoming[_HEADER.size : _HEADER.size + length])
            del incoming[: _HEADER.size + length]
            yield self._decoder.decode(message)

    def _stop_overdue(self, idle: list[_Child]) -> Iterator[tuple[Task, Event]]:
        now = time.monotonic()
        for child in list(self._children):
            if child.task is None:
                continue
            silent, total = now - child.heard, now - child.started
            if silent > self._limits.seconds_without_progress:
                reason = f"stopped: the decoder made no progress for {silent:.0f} seconds"
            elif total > self._limits.seconds_for(child.task.size):
                reason = f"stopped: reading it took more than {total:.0f} seconds"
            else:
                continue
            yield from self._lost(child, idle, reason)

    def _lost(
        self, child: _Child, idle: list[_Child], reason: str | None
    ) -> Iterator[tuple[Task, Event]]:
        """Replace a child that crashed or was stopped, and report the file it was at."""
        task = child.task
        self._end(child)
        self._children.remove(child)
        if child in idle:
            idle.remove(child)
        fresh = self._await_ready(*self._launch())
        self._children.append(fresh)
        idle.append(fresh)
        if task is not None:
            yield task, Failed(reason or _cause_of_death(child.process.returncode))

    def _end(self, child: _Child) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(child.channel)
        self._kill(child)

    @staticmethod
    def _kill(child: _Child) -> None:
        child.channel.close()
        # It may have just crashed by itself: a moment, so that its own last word counts.
        try:
            child.process.wait(timeout=0.2)
        except subprocess.TimeoutExpired:
            child.process.kill()
            child.process.wait()


def _cause_of_death(code: int | None) -> str:
    if code is not None and code < 0:
        name = signal.Signals(-code).name
        if -code == signal.SIGSEGV:
            return "the decoder crashed on it (segmentation fault)"
        if -code == signal.SIGKILL:
            return "the decoding process was killed (out of memory?)"
        return f"the decoder crashed on it ({name})"
    return f"the decoding process ended unexpectedly (exit code {code})"


def _send(channel: socket.socket, message: bytes) -> None:
    channel.sendall(_HEADER.pack(len(message)) + message)


def _receive_exactly(channel: socket.socket) -> bytes:
    data = b""
    while len(data) < _HEADER.size or len(data) < _HEADER.size + _HEADER.unpack_from(data)[0]:
        chunk = channel.recv(1 << 16)
        if not chunk:
            raise EOFError("the process ended")
        data += chunk
    return data[_HEADER.size :]
