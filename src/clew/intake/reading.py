"""Reading single files, for comparing and asking, within what the operator set."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from clew.media.limits import Limits
from clew.settings import Settings
from clew.signals import files
from clew.signals.reading import Reading
from clew.workspace import Workspace


def limits_of(settings: Settings) -> Limits:
    """What reading one file may cost, as the operator set it."""
    return Limits(memory=settings.memory_limit, seconds_without_progress=settings.time_limit)


def read_files(
    settings: Settings, paths: Sequence[Path], listener: files.Listener | None = None
) -> list[Reading]:
    """Read files as :func:`clew.signals.files.read_files` does, within the settings."""
    return files.read_files(paths, limits_of(settings), settings.workers, listener)


def read_held(workspace: Workspace, content: Iterable[bytes], name: str) -> Reading:
    """Read a file that is sent, in memory alone: nothing is left of it, and no path leads to it."""
    held = os.memfd_create("held", os.MFD_CLOEXEC)
    try:
        with os.fdopen(os.dup(held), "wb") as out:
            for chunk in content:
                out.write(chunk)
    except BaseException:
        os.close(held)
        raise
    os.lseek(held, 0, os.SEEK_SET)
    return files.read_descriptor(held, name, limits_of(workspace.settings))


def read_one(workspace: Workspace, path: Path) -> Reading:
    """Read one file."""
    return read_files(workspace.settings, [path])[0]
