"""Reading single files, for comparing and asking, by the same confined way as whole folders."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from clew.media.limits import Limits
from clew.media.pool import Reached
from clew.settings import Settings
from clew.signals.confined import ConfinedReader, Opened, open_untouched
from clew.signals.reading import Outcome, Reading
from clew.workspace import Workspace


def limits_of(settings: Settings) -> Limits:
    """What reading one file may cost, as the operator set it."""
    return Limits(memory=settings.memory_limit, seconds_without_progress=settings.time_limit)


def read_files(settings: Settings, paths: Sequence[Path]) -> list[Reading]:
    """Read files, each to one reading; what is wrong with one is in its notes.

    Members of archives are not told; scan an archive to see inside.
    """
    readings: dict[int, Reading] = {}
    opened = []
    for number, path in enumerate(paths):
        try:
            descriptor = open_untouched(os.fsencode(path.absolute().resolve()))
            size = os.fstat(descriptor).st_size
            name = os.fsencode(path.name).decode("utf-8", "replace")
            opened.append(Opened(number, descriptor, name, size))
        except OSError as error:
            note = f"it cannot be opened ({error.strerror})"
            readings[number] = Reading(size=0, outcome=Outcome.UNREADABLE, notes=[note])
    if opened:
        workers = min(settings.workers, len(opened))
        with ConfinedReader(workers, limits_of(settings)) as reader:
            readings |= {
                number: event
                for number, event in reader.read(opened)
                if not isinstance(event, Reached) and not event.member
            }
    return [readings[number] for number in range(len(paths))]


def read_one(workspace: Workspace, path: Path) -> Reading:
    """Read one file."""
    return read_files(workspace.settings, [path])[0]
