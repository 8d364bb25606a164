"""What may be put on a screen: veils, and previews with a mark.

A *veil* is a picture of so few grey dots that nothing in it can be made out; it stands where a
media will be seen once somebody asks. Previews were made by processes that saw hostile files, so
they are opened in a confined one.
"""

from __future__ import annotations

import os
import threading
from io import BytesIO
from typing import BinaryIO

import msgspec
from PIL import Image

from clew.media.child import Sender
from clew.media.limits import Limits
from clew.media.marking import marked
from clew.media.pool import ConfinedPool, Job, Result, Task

SIDE = 16
"""Dots of a veil on each side."""
_MOST_BYTES = 1024 * 1024
_MOST_LETTERS = 120
_JPEG = b"\xff\xd8\xff"


def veil(picture: bytes) -> bytes:
    """A JPEG as SIDE × SIDE grey dots, row by row; for confined processes."""
    with Image.open(BytesIO(picture), formats=["JPEG"]) as opened:
        grey = opened.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX)
    return grey.tobytes()


def serve(source: BinaryIO, job: Job, sender: Sender, _limits: Limits) -> None:
    """The task that runs in the confined process: the mark is the job's name, none for a veil."""
    picture = source.read()
    sender.part(marked(picture, job.name) if job.name else veil(picture))


def rehearse() -> None:
    """Do both with a tiny picture made on the spot."""
    out = BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG")
    veil(out.getvalue())
    marked(out.getvalue(), "rehearsal, 2026-01-01 00:00 UTC · é")


class Screen:
    """Makes veils and marked previews, in a confined process of its own; threads may share it.

    Raises:
        clew.media.nursery.ConfinementError: when no process can be started.
    """

    def __init__(self) -> None:
        self._pool = ConfinedPool(f"{__name__}:serve", 1, accept=_accept)
        self._lock = threading.Lock()

    def __enter__(self) -> Screen:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        self._pool.close()

    def veils(self, pictures: list[bytes]) -> list[bytes | None]:
        """The veil of each JPEG; None for one that cannot be opened."""
        return self._made(pictures, "")

    def marked(self, picture: bytes, text: str) -> bytes | None:
        """A JPEG with a mark; None when it cannot be opened, never one without."""
        return self._made([picture], text[:_MOST_LETTERS] or " ")[0]

    def _made(self, pictures: list[bytes], text: str) -> list[bytes | None]:
        made: list[bytes | None] = [None] * len(pictures)
        with self._lock:
            tasks = (_task(n, picture, text) for n, picture in enumerate(pictures))
            for task, event in self._pool.run(tasks):
                if isinstance(event, Result):
                    made[task.identity] = event.content
        return made


def _task(number: int, picture: bytes, text: str) -> Task:
    descriptor = os.memfd_create("picture", os.MFD_CLOEXEC)
    with os.fdopen(os.dup(descriptor), "wb") as file:
        file.write(picture)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return Task(number, descriptor, text, len(picture))


def _accept(task: Task, part: bytes) -> bytes:
    picture = msgspec.msgpack.decode(part, type=bytes)
    sound = (
        picture.startswith(_JPEG) and len(picture) <= _MOST_BYTES
        if task.name
        else len(picture) == SIDE * SIDE
    )
    if not sound:
        raise ValueError("no picture")
    return picture
