"""Single pictures of a film, for people to look at, found by seeking in confined processes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import BinaryIO

import av
import msgspec
import numpy as np

from clew.media.child import Sender
from clew.media.errors import NotMediaError, UnreadableError
from clew.media.limits import Limits
from clew.media.pool import ConfinedPool, Job, Result, Task
from clew.media.thumbnail import thumbnail
from clew.media.video import FilmReader

_JPEG = b"\xff\xd8\xff"
_MOST_BYTES = 512 * 1024
_MOST_STILLS = 64


class _Stills(msgspec.Struct, frozen=True):
    """Child to parent: a JPEG for each time asked for, or None."""

    pictures: tuple[bytes | None, ...]


class StillMaker:
    """Makes stills of films in a confined process of its own. Use as a context manager.

    Args:
        limits: what reading one film may cost.

    Raises:
        clew.media.nursery.ConfinementError: when no process can be started.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._pool = ConfinedPool(f"{__name__}:serve", 1, limits, accept=_accept)

    def __enter__(self) -> StillMaker:
        return self

    def __exit__(self, *exception: object) -> None:
        self._pool.close()

    def make(
        self, descriptor: int, name: str, size: int, times: Sequence[float]
    ) -> list[bytes | None]:
        """A small JPEG of a film at each time; None where there is none to be had.

        Args:
            descriptor: open for reading, seekable; it is closed then.
            name: of the film.
            size: of it, in bytes.
            times: in seconds, at most 64; more are not looked at.
        """
        wanted = tuple(round(1000 * time) for time in times[:_MOST_STILLS])
        found: tuple[bytes | None, ...] = ()
        for _, event in self._pool.run([Task(0, descriptor, name, size, wanted)]):
            if isinstance(event, Result) and len(event.content) == len(wanted):
                found = event.content
        return [*found, *[None] * (len(times) - len(found))]


def _accept(_task: Task, part: bytes) -> tuple[bytes | None, ...]:
    pictures = msgspec.msgpack.decode(part, type=_Stills).pictures
    for picture in pictures:
        if picture is not None and not (picture.startswith(_JPEG) and len(picture) <= _MOST_BYTES):
            raise ValueError("no picture")
    return pictures


def serve(source: BinaryIO, job: Job, sender: Sender, limits: Limits) -> None:
    """The task that runs in the confined process."""
    sender.part(_Stills(_made(source, job.resume, limits, sender)))


def _made(
    source: BinaryIO, times: Sequence[int], limits: Limits, sender: Sender | None = None
) -> tuple[bytes | None, ...]:
    try:
        reader = FilmReader(source, limits)
    except (NotMediaError, UnreadableError):
        return (None,) * len(times)
    made = []
    for time in times:
        picture = reader.at(
            time / 1000, lambda at: sender.reached("film", at) if sender is not None else None
        )
        made.append(None if picture is None else thumbnail(picture))
    reader.close()
    return tuple(made)


def rehearse() -> None:
    """Make a still of a tiny film, made on the spot."""
    noise = np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)
    film = io.BytesIO()
    with av.open(film, "w", "avi") as container:
        stream = container.add_stream("mjpeg", rate=1, options={"strict": "unofficial"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuvj420p"
        for shade in (noise, 255 - noise):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(shade, "rgb24")))
        container.mux(stream.encode())
    _made(film, (0, 1000), Limits())
