"""Contributing: chosen files copied into the vault, verified, and read like any other."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import structlog

from clew.intake.matching import compare_waiting
from clew.intake.progress import Progress
from clew.intake.reading import read_one
from clew.records.folders import place_of
from clew.records.models import Media, Original
from clew.records.readings import Seen, store
from clew.signals.files import open_file
from clew.signals.reading import Outcome, Reading
from clew.vault.errors import AlreadyStoredError, VaultError
from clew.workspace import Workspace

log = structlog.get_logger()


@dataclass(frozen=True)
class Contributed:
    """What became of one file.

    Attributes:
        path: as given.
        sha256: hexadecimal; empty when it could not be read.
        size: bytes.
        fresh: whether the vault did not have it before.
        problem: why it was not stored; empty when it was.
    """

    path: Path
    sha256: str = ""
    size: int = 0
    fresh: bool = False
    problem: str = ""


def contribute(workspace: Workspace, files: Iterable[Path]) -> list[Contributed]:
    """Copy files into the vault, verify each, and connect them with what is there.

    Every file gets an answer; one that fails does not stop the others.
    """
    done = [_contribute_one(workspace, path) for path in files]
    compare_waiting(workspace, Progress())
    return done


def _contribute_one(workspace: Workspace, path: Path) -> Contributed:
    try:
        real = path.resolve(strict=True)
        with os.fdopen(open_file(real), "rb") as source:
            modified = os.fstat(source.fileno()).st_mtime_ns
            reading = read_one(workspace, real)
            # What is plainly no media was not hashed; somebody chose it all the same.
            if reading.sha256 is None and reading.outcome is not Outcome.OTHER:
                return Contributed(path, problem="; ".join(reading.notes) or "it cannot be read")
            known = reading.sha256.hex() if reading.sha256 is not None else None
            stored = workspace.vault.put_original(source, known)
    except OSError as error:
        return Contributed(path, problem=f"it cannot be opened ({error.strerror or error})")
    except VaultError as error:
        return Contributed(path, problem=str(error))
    media = _record(workspace, real, modified, reading)
    if media is not None:
        Original.objects.get_or_create(media=media, defaults={"size": stored.size})
    log.info("contributed", sha256=stored.sha256, size=stored.size)
    return Contributed(path, stored.sha256, stored.size, stored.created)


def _record(workspace: Workspace, path: Path, modified: int, reading: Reading) -> Media | None:
    """Record the sighting, and what it holds as media when Clew can tell what it is."""
    folder, place = place_of(os.fsencode(path))
    if reading.preview is not None and reading.sha256 is not None:
        with contextlib.suppress(AlreadyStoredError):
            workspace.vault.put_derivative("preview", reading.sha256.hex(), reading.preview)
    media = store(folder, [Seen(place, modified, reading)])
    return media[0] if media else None
