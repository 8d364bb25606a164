"""Reading files in confined processes: the way every file goes, hostile or not."""

from __future__ import annotations

import dataclasses
import errno
import io
import os
import stat
import zipfile
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

import av
import msgspec
import numpy as np
import py7zr
from PIL import Image

from clew.media.child import Sender
from clew.media.limits import Limits
from clew.media.pool import ConfinedPool, Failed, Finished, Job, Reached, Result, Task
from clew.signals.reading import Outcome, Reading, read
from clew.signals.registry import signals
from clew.signals.salvage import Work
from clew.signals.vetting import vetted

signals()  # found on disk now: once confined, a process cannot look any more


class Digested(msgspec.Struct, frozen=True, tag=True):
    """A file or member is begun; with its digests as soon as they are known."""

    reading: Reading


class Done(msgspec.Struct, frozen=True, tag=True):
    """A file or member has been read."""

    reading: Reading


class _Sending:
    """Passes what :func:`clew.signals.reading.read` tells on to the parent process."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def reached(self, phase: str, position: float) -> None:
        self._sender.reached(phase, position)

    def digested(self, reading: Reading) -> None:
        self._sender.part(Digested(reading))

    def finished(self, reading: Reading) -> None:
        self._sender.part(Done(reading))


def serve(source: BinaryIO, job: Job, sender: Sender, limits: Limits) -> None:
    """The task that runs in the confined process."""
    read(source, job.size, job.name, _Sending(sender), limits, job.resume)


class _Silent:
    """Listens to a reading that nobody asked for."""

    def reached(self, phase: str, position: float) -> None:
        pass

    def digested(self, reading: Reading) -> None:
        pass

    def finished(self, reading: Reading) -> None:
        if reading.outcome is not Outcome.READ:
            raise RuntimeError(f"the rehearsal could not be read: {reading.notes}")


def rehearse() -> None:
    """Read tiny archives with a picture and a film with sound in them, made on the spot.

    Raises:
        RuntimeError: when this installation cannot read even that.
    """
    noise = np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)
    picture, film, archive = io.BytesIO(), io.BytesIO(), io.BytesIO()
    Image.fromarray(noise).save(picture, "JPEG")
    with av.open(film, "w", "avi") as container:
        stream = container.add_stream("mjpeg", rate=1, options={"strict": "unofficial"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuvj420p"
        track = container.add_stream("pcm_s16le", rate=8000, layout="mono")
        for shade in (noise, 255 - noise, noise, noise // 2):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(shade, "rgb24")))
            hiss = np.resize(noise.reshape(1, -1), (1, 8000)).astype(np.int16) << 6
            sound = av.AudioFrame.from_ndarray(hiss, "s16", "mono")
            sound.sample_rate = 8000
            container.mux(track.encode(sound))
        container.mux(stream.encode())
    inner = io.BytesIO()
    with py7zr.SevenZipFile(inner, "w") as packed:
        packed.writestr(picture.getvalue(), "picture.jpg")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("inner.7z", inner.getvalue())
        packed.writestr("film.avi", film.getvalue())
    read(archive, archive.tell(), "rehearsal.zip", _Silent())


@dataclass(frozen=True)
class Opened:
    """A file ready to be read: any identity of the caller's, and an open descriptor.

    The descriptor is closed by the reader.
    """

    identity: int
    descriptor: int
    name: str
    size: int


class ConfinedReader:
    """Reads many files at once in confined processes.

    Args:
        workers: how many processes.
        limits: what one file may cost.
        task: what runs in them, as :class:`clew.media.pool.ConfinedPool` names it.

    Raises:
        clew.media.nursery.ConfinementError: when no process can be started.
    """

    def __init__(
        self, workers: int = 1, limits: Limits | None = None, task: str = f"{__name__}:serve"
    ) -> None:
        self._limits = limits or Limits()
        self._decoder = msgspec.msgpack.Decoder(Digested | Done)
        self._works: dict[int, Work] = {}
        self._pool = ConfinedPool(task, workers, self._limits, accept=self._accept)

    def __enter__(self) -> ConfinedReader:
        return self

    def __exit__(self, *exception: object) -> None:
        self._pool.close()
        for work in self._works.values():
            os.close(work.descriptor)
        self._works.clear()

    @property
    def layers(self) -> list[str]:
        """The layers of confinement in force."""
        return self._pool.layers

    def read(self, files: Iterable[Opened]) -> Iterator[tuple[int, Reading | Reached]]:
        """Read all files; every one ends with exactly one reading whose ``member`` is empty.

        Yields:
            the file's identity with a reading (its own or a member's), or with how far it is.
        """
        again: deque[Task] = deque()
        tasks: Iterator[Task] = self._tasks(files, again)
        while True:
            for task, event in self._pool.run(tasks):
                match event:
                    case Reached():
                        yield task.identity, event
                    case Result(content):
                        yield task.identity, content
                    case Finished():
                        lost = Failed("the decoding process gave no result")
                        yield from self._end(task, lost, again)
                    case Failed():
                        yield from self._end(task, event, again)
            if not again:
                return
            # The pool takes no more once it has been told that there are none.
            tasks = self._tasks((), again)

    def _tasks(self, files: Iterable[Opened], again: deque[Task]) -> Iterator[Task]:
        """Files to read, and those to go on with before further ones."""
        for file in files:
            while again:
                yield again.popleft()
            # The pool closes what it is given; this one is for going on after a loss.
            self._works[file.identity] = Work(file.size, os.dup(file.descriptor))
            yield Task(file.identity, file.descriptor, file.name, file.size)
        while again:
            yield again.popleft()

    def _accept(self, task: Task, part: bytes) -> Reading | None:
        """Check what a process says of a file; the reading when it is one to pass on.

        Raises:
            ValueError: when no honest process says that.
        """
        message = self._decoder.decode(part)
        reading = vetted(message.reading, self._limits)
        reading.passing = False  # not for the process to say
        work = self._works[task.identity]
        if work.whole:
            raise ValueError("more after the end")
        if isinstance(message, Digested):
            work.begin(reading)
            # Only what is around a member can be begun and not done.
            if len(work.begun) > self._limits.container_depth + 1:
                raise ValueError("too much at once")
            return None
        work.finish(reading)
        if work.told > self._limits.container_members + 1:
            raise ValueError("more than there can be")
        return reading

    def _end(self, task: Task, lost: Failed, again: deque[Task]) -> Iterator[tuple[int, Reading]]:
        """See that a file had its reading; go on behind a loss, or salvage what is known of it."""
        work = self._works[task.identity]
        if not work.whole:
            for reading in work.lose(lost.reason, passing=lost.killed):
                yield task.identity, reading
        if work.whole:
            os.close(self._works.pop(task.identity).descriptor)
        else:
            again.append(
                dataclasses.replace(task, descriptor=os.dup(work.descriptor), resume=work.resume)
            )


def open_untouched(path: bytes | str) -> int:
    """Open a regular file for reading without waiting and, where allowed, without a trace.

    Access times stay as they are when the file is ours or we are root (``O_NOATIME``).

    Raises:
        OSError: when it cannot be opened, or is not a regular file any more.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        descriptor = os.open(path, flags | os.O_NOATIME)
    except PermissionError:
        descriptor = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is not a regular file any more")
    return descriptor
