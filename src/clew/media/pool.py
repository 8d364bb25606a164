"""Confined processes that do one job on one open file at a time.

The parent opens the file and hands over the descriptor; the child answers with messages until
its last. A child that crashes, hangs or grows past its limit costs that one file and is replaced.
What a child says is data from a process that may have been taken over: it is framed, bounded,
decoded against fixed types (msgspec), never unpickled, and checked by whoever uses the pool.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from clew.media.framing import HEADER, receive_exactly
from clew.media.limits import Limits
from clew.media.nursery import ConfinementError, Forked, Nursery

_MOST_BYTES = 128 * 1024 * 1024
"""In one message: a film of thirty hours fits."""
_MOST_BYTES_IN_ALL = 1024 * 1024 * 1024
"""About one file, and four times its size more."""
_MOST_NAME = 1000
_START_SECONDS = 60.0
_PATIENCE_SECONDS = 5.0
_MOST_JOBS = 2
_SMALL = 4 * 1024 * 1024
"""Bytes of a file that is read in no time, as far as one can tell beforehand."""
_NONSENSE = "the decoder was led to send nonsense by it"


class Job(msgspec.Struct, frozen=True, tag=True):
    """Parent to child: read the file whose descriptor comes along.

    Attributes:
        number: repeated in the answers, so that none is taken for one about another file.
        name: its name, for telling people; the child cannot open it.
        size: bytes.
        resume: where to go on in an archive, as the task counts; empty for its beginning.
    """

    number: int
    name: str
    size: int
    resume: tuple[int, ...] = ()


class Ready(msgspec.Struct, frozen=True, tag=True):
    """Child to parent, once: the layers of confinement in force."""

    layers: list[str]


class Reached(msgspec.Struct, frozen=True, tag=True):
    """Child to parent: still at work."""

    phase: str
    position: float


class Part(msgspec.Struct, frozen=True, tag=True):
    """Child to parent: a piece of the result, whose type only the task knows."""

    job: int
    content: msgspec.Raw


class Result(msgspec.Struct, frozen=True):
    """From the pool itself: a part, checked and decoded by its user."""

    content: Any


class Finished(msgspec.Struct, frozen=True, tag=True):
    """Child to parent: the job is done."""

    job: int


class Failed(msgspec.Struct, frozen=True, tag=True):
    """From the pool itself: the child was lost over this file; why, for people.

    ``killed`` from outside, as when memory is short: another time the file may be read.
    """

    reason: str
    killed: bool = False


FromChild = Ready | Reached | Part | Finished
Event = Reached | Result | Finished | Failed


@dataclass(frozen=True)
class Task:
    """A file for the pool: an identity of the caller's, an open descriptor, its name and size.

    ``resume`` is handed to the child with it.
    """

    identity: int
    descriptor: int
    name: str
    size: int
    resume: tuple[int, ...] = ()


@dataclass(eq=False)
class _Child:
    """A process and what it was given: the job it is at, and maybe one to go on with."""

    process: Forked
    jobs: deque[tuple[int, Task]] = field(default_factory=deque)
    incoming: bytearray = field(default_factory=bytearray)
    started: float = 0.0
    heard: float = 0.0
    received: int = 0
    given: int = 0

    def begin(self) -> None:
        """The first of its jobs begins now; what came in after the last one is about it."""
        self.started = self.heard = time.monotonic()
        self.received = len(self.incoming)

    def has_room(self, task: Task) -> bool:
        """Whether it can take a task: always when idle, else a small one behind a small one."""
        if not self.jobs:
            return True
        return len(self.jobs) == 1 and max(task.size, self.jobs[0][1].size) <= _SMALL


class ConfinedPool:
    """Runs a task on many files in confined processes.

    Args:
        task: ``module:function`` in the child; the function takes (file, job, sender, limits).
            The module also has ``rehearse()``, which uses once whatever the task will use.
        workers: how many processes.
        limits: what one file may cost.
        accept: turns a part of a file's result, still encoded, into what is yielded for it (None
            for nothing); raises ValueError or msgspec's errors when no sound child says that.

    Use as a context manager; leaving it ends the children.
    """

    def __init__(
        self,
        task: str,
        workers: int,
        limits: Limits | None = None,
        *,
        accept: Callable[[Task, bytes], Any],
    ) -> None:
        self._task = task
        self._accept = accept
        self._limits = limits or Limits()
        self._selector = selectors.DefaultSelector()
        self._decoder = msgspec.msgpack.Decoder(FromChild)
        self.layers: list[str] = []
        self._children: list[_Child] = []
        self._again: deque[Task] = deque()
        self._nursery = Nursery(task, self._limits)
        try:
            # All are forked before the first is waited for: they confine themselves at once.
            forked = [self._nursery.fork() for _ in range(workers)]
            self._children = [self._await_ready(process) for process in forked]
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> ConfinedPool:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End all children."""
        for child in self._children:
            self._end(child)
        self._children = []
        self._nursery.close()
        self._selector.close()

    def run(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Event]]:
        """Do all tasks; yields what happens, each task ending in Finished or Failed.

        Descriptors are closed here. Tasks are taken from the iterable only as processes have room
        for them; none waits for the next small file while it is fetched.
        """
        waiting = iter(tasks)
        held: Task | None = None
        exhausted = False
        try:
            while True:
                while any(len(child.jobs) < _MOST_JOBS for child in self._children):
                    if held is None and self._again:
                        held = self._again.popleft()
                    elif held is None and not exhausted:
                        held = next(waiting, None)
                        exhausted = held is None
                    child = self._room_for(held) if held is not None else None
                    if held is None or child is None:
                        break
                    task, held = held, None
                    yield from self._hand_over(child, task)
                if held is None and exhausted and not self._busy():
                    return
                for key, _ in self._selector.select(timeout=0.5):
                    yield from self._hear(key.data)
                yield from self._stop_overdue()
        finally:
            for task in [*([held] if held else []), *self._again, *self._given()]:
                os.close(task.descriptor)
            self._again.clear()

    def _busy(self) -> bool:
        return bool(self._again) or any(child.jobs for child in self._children)

    def _given(self) -> Iterator[Task]:
        return (task for child in self._children for _, task in child.jobs)

    def _room_for(self, task: Task) -> _Child | None:
        """The process with the least to do that can take a task."""
        free = [child for child in self._children if child.has_room(task)]
        return min(free, key=lambda child: len(child.jobs), default=None)

    def _await_ready(self, process: Forked) -> _Child:
        """Wait until a process is confined."""
        process.channel.settimeout(_START_SECONDS)
        try:
            ready = self._decoder.decode(receive_exactly(process.channel))
        except (OSError, EOFError, msgspec.DecodeError) as error:
            process.end()
            raise ConfinementError(self._nursery.why(str(error))) from error
        assert isinstance(ready, Ready)
        self.layers = ready.layers
        # It is read when there is something; what is sent fits, unless the child does not listen.
        process.channel.settimeout(_PATIENCE_SECONDS)
        child = _Child(process)
        self._selector.register(process.channel, selectors.EVENT_READ, child)
        return child

    def _hand_over(self, child: _Child, task: Task) -> Iterator[tuple[Task, Event]]:
        child.given += 1
        child.jobs.append((child.given, task))
        if len(child.jobs) == 1:
            child.begin()
        message = msgspec.msgpack.encode(
            Job(child.given, task.name[:_MOST_NAME], task.size, task.resume)
        )
        try:
            frame = HEADER.pack(len(message)) + message
            socket.send_fds(child.process.channel, [frame], [task.descriptor])
        except OSError:
            yield from self._lost(child, None)

    def _hear(self, child: _Child) -> Iterator[tuple[Task, Event]]:
        try:
            data = child.process.channel.recv(1 << 20)
        except OSError:
            data = b""
        if not data or not child.jobs:
            yield from self._lost(child, None)
            return
        child.heard = time.monotonic()
        child.incoming += data
        child.received += len(data)
        while child.jobs:
            number, task = child.jobs[0]
            try:
                event = self._next_event(child, number, task)
            except (msgspec.MsgspecError, ValueError, RecursionError):
                yield from self._lost(child, _NONSENSE)
                return
            if event is None:
                return
            if isinstance(event, Finished):
                child.jobs.popleft()
                os.close(task.descriptor)
                child.begin()
            if not (isinstance(event, Result) and event.content is None):
                yield task, event
        if child.incoming:  # nothing was asked
            yield from self._lost(child, None)

    def _next_event(self, child: _Child, number: int, task: Task) -> Event | None:
        """The next event in what has come in; None when it is not complete yet."""
        incoming = child.incoming
        if child.received > _MOST_BYTES_IN_ALL + 4 * task.size:
            raise ValueError("too much in all")
        if len(incoming) < HEADER.size:
            return None
        (length,) = HEADER.unpack_from(incoming)
        if length > _MOST_BYTES:
            raise ValueError("message too long")
        end = HEADER.size + length
        if len(incoming) < end:
            return None
        message: FromChild = self._decoder.decode(memoryview(incoming)[HEADER.size : end].tobytes())
        del incoming[:end]
        if isinstance(message, Ready):
            raise ValueError("ready twice")
        if isinstance(message, Part | Finished) and message.job != number:
            raise ValueError("about another file")
        if isinstance(message, Part):
            return Result(self._accept(task, bytes(message.content)))
        return message

    def _stop_overdue(self) -> Iterator[tuple[Task, Event]]:
        now = time.monotonic()
        for child in list(self._children):
            if not child.jobs:
                continue
            _, task = child.jobs[0]
            silent, total = now - child.heard, now - child.started
            if silent > self._limits.seconds_without_progress:
                reason = f"stopped: the decoder made no progress for {silent:.0f} seconds"
            elif total > self._limits.seconds_for(task.size):
                reason = f"stopped: reading it took more than {total:.0f} seconds"
            else:
                continue
            yield from self._lost(child, reason)

    def _lost(self, child: _Child, reason: str | None) -> Iterator[tuple[Task, Event]]:
        """Replace a process that crashed or was stopped, and report the file it was at.

        What it had not begun is given to another.
        """
        self._end(child)
        self._children.remove(child)
        self._children.append(self._await_ready(self._nursery.fork()))
        if not child.jobs:
            return
        (_, task), *rest = child.jobs
        for _, later in rest:
            # Who was lost may have begun with it: the place in a file is shared.
            with contextlib.suppress(OSError):
                os.lseek(later.descriptor, 0, os.SEEK_SET)
            self._again.append(later)
        os.close(task.descriptor)
        code = child.process.code
        killed = reason is None and code == -signal.SIGKILL
        yield task, Failed(reason or _cause_of_death(code), killed)

    def _end(self, child: _Child) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(child.process.channel)
        child.process.end()


def _cause_of_death(code: int | None) -> str:
    if code is not None and code < 0:
        if -code == signal.SIGSEGV:
            return "the decoder crashed on it (segmentation fault)"
        if -code == signal.SIGKILL:
            return "the decoding process was killed (out of memory?)"
        return f"the decoder crashed on it ({signal.strsignal(-code) or f'signal {-code}'})"
    if code is None:
        return "the decoding process does not answer; the drive may be stuck"
    return f"the decoding process ended unexpectedly (exit code {code})"
