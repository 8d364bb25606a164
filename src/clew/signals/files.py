"""Reading files that somebody named, by the same confined way as whole folders."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from clew.media.limits import Limits
from clew.media.pool import Reached
from clew.signals.confined import ConfinedReader, Opened, open_untouched
from clew.signals.reading import Outcome, Reading


class Listener(Protocol):
    """Who is told how far the reading of a file is."""

    def __call__(self, path: Path, reached: Reached) -> None:
        """Called often; must be quick."""


def open_file(path: Path) -> int:
    """Open a file that somebody named, following links, leaving its times alone.

    Raises:
        OSError: when it cannot be opened, or is a folder, a pipe or a device.
    """
    real = path.resolve(strict=True)
    if real.is_dir():
        raise IsADirectoryError(errno.EISDIR, "it is a folder; name the files in it")
    return open_untouched(os.fsencode(real))


def read_files(
    paths: Sequence[Path],
    limits: Limits | None = None,
    workers: int = 1,
    listener: Listener | None = None,
) -> list[Reading]:
    """Read files, each to one reading; what is wrong with one is in its notes.

    Members of archives are not told; scan an archive to see inside.

    Args:
        paths: the files.
        limits: what reading one may cost.
        workers: how many are read at once, at most.
        listener: told how far each is.

    Raises:
        clew.media.nursery.ConfinementError: when no decoding process can be started.
    """
    readings: dict[int, Reading] = {}
    opened = []
    for number, path in enumerate(paths):
        try:
            descriptor = open_file(path)
            size = os.fstat(descriptor).st_size
            name = os.fsencode(path.name).decode("utf-8", "replace")
            opened.append(Opened(number, descriptor, name, size))
        except OSError as error:
            note = f"it cannot be opened ({error.strerror or error})"
            readings[number] = Reading(size=0, outcome=Outcome.UNREADABLE, notes=[note])
    if opened:
        _read(opened, paths, limits, workers, listener, readings)
    return [readings[number] for number in range(len(paths))]


def read_descriptor(descriptor: int, name: str, limits: Limits | None = None) -> Reading:
    """Read what somebody holds open, such as a file in memory; it is closed then.

    Args:
        descriptor: open for reading, seekable.
        name: what it is called, only to tell that name and content disagree.
        limits: what reading it may cost.

    Raises:
        clew.media.nursery.ConfinementError: when no decoding process can be started.
    """
    opened = [Opened(0, descriptor, name, os.fstat(descriptor).st_size)]
    readings: dict[int, Reading] = {}
    _read(opened, [], limits, 1, None, readings)
    return readings[0]


def _read(
    opened: list[Opened],
    paths: Sequence[Path],
    limits: Limits | None,
    workers: int,
    listener: Listener | None,
    readings: dict[int, Reading],
) -> None:
    with ConfinedReader(min(workers, len(opened)), limits) as reader:
        for number, event in reader.read(opened):
            if not isinstance(event, Reached):
                if not event.member:
                    readings[number] = event
            elif listener is not None:
                listener(paths[number], event)
