"""Contributing: what is in scope is handed in, and read by workers wherever they are."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path

import structlog
from django.db import connection

from clew.access import acting
from clew.intake.contributions import PORTION, ContributionError, State, begin, state_of
from clew.intake.queues import enqueue_reading, enqueue_standing, on_this_machine
from clew.intake.sharing import Shared
from clew.intake.workers import DatabaseLostError, work_until
from clew.records.models import ContributedFile, Exhibit, FileState, Standing
from clew.records.rows import insert
from clew.workspace import Workspace

log = structlog.get_logger()


@dataclass(frozen=True)
class Contributed:
    """What became of one file.

    Attributes:
        path: as given.
        sha256: hexadecimal; empty when it was not stored.
        size: bytes.
        again: whether the agency had handed in the same bytes before.
        problem: why it was not stored; empty when it was.
        standing: how it stands to what was held.
        better: in what it is nearer to how it was taken than what was held.
        signs: that it is as a camera wrote it, each a reason.
    """

    path: Path
    sha256: str = ""
    size: int = 0
    again: bool = False
    problem: str = ""
    standing: Standing | None = None
    better: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()


@dataclass(frozen=True)
class HandedIn:
    """A contribution that came to its end.

    Attributes:
        number: of the contribution.
        files: an answer for every file, in the order in which they were named.
    """

    number: int
    files: tuple[Contributed, ...]

    def counts(self) -> dict[str, int]:
        """How many files stand how, each counted once."""
        distinct = {os.path.realpath(one.path): one.standing for one in self.files}
        found = Counter(standing.value for standing in distinct.values() if standing is not None)
        return {standing.value: found[standing.value] for standing in Standing}


Watching = Callable[[State], None]


def contribute(
    workspace: Workspace,
    files: Iterable[Path],
    *,
    exhibit: Exhibit | None = None,
    shared: Shared | None = None,
    watcher: Watching = lambda _state: None,
) -> HandedIn:
    """Copy files into the vault, verify each, connect them with what is there, and record it all.

    They are handed in like any others; this process works as well, until they have their answers.
    Every file gets one; one that fails does not stop the others. Contributing a file again is
    recorded as such; the vault has it once.

    Args:
        workspace: where to.
        files: what is in scope.
        exhibit: what they were found on, if that is said.
        shared: with whom their sightings are shared; None leaves each as it is, at first with the
            own agency alone.
        watcher: shown how far it is.

    Raises:
        clew.access.errors.AccessError: nobody is signed in, or under no authority that holds.
        ContributionError: nothing goes on; the message says why.
    """
    files = list(files)
    number = hand_in(files, exhibit=exhibit, shared=shared)
    watcher(State(number))  # whoever stops it now must know what to go on with
    finish(workspace, number, watcher)
    with acting.acting():
        rows = {bytes(row.path): row for row in ContributedFile.objects.filter(contribution=number)}
    return HandedIn(number, tuple(_told(path, rows[_key(path)]) for path in files))


def hand_in(
    files: Sequence[Path], *, exhibit: Exhibit | None = None, shared: Shared | None = None
) -> int:
    """Hand in files that lie on this machine, for its workers to read; the contribution's number.

    Raises:
        clew.access.errors.AccessError: nobody is signed in, or under no authority that holds.
    """
    wanted = list(dict.fromkeys(map(_key, files)))
    with acting.acting():
        contribution = begin(exhibit, shared, len(wanted))
        insert(
            "records_contributedfile",
            _HANDED_IN,
            [
                (contribution.pk, path, place // PORTION, *_WAITING)
                for place, path in enumerate(wanted)
            ],
            through=connection,
        )
        for portion in range(-(-len(wanted) // PORTION)):
            enqueue_reading(contribution.pk, portion, on_this_machine())
        if not wanted:
            enqueue_standing(contribution.pk)
    log.info("contribution begun", contribution=contribution.pk, files=len(wanted))
    return int(contribution.pk)


_HANDED_IN = {
    "contribution_id": "bigint",
    "path": "bytea",
    "portion": "int",
    "state": "text",
    "size": "bigint",
    "again": "boolean",
    "problem": "text",
}
_WAITING = (FileState.WAITING.value, 0, False, "")
"""A file of which nothing is known yet but its path."""


def finish(workspace: Workspace, number: int, watcher: Watching = lambda _state: None) -> State:
    """Work in this process until a contribution has come to its end.

    Raises:
        clew.access.errors.AccessError: nobody is signed in, or under no authority that holds.
        ContributionError: nothing goes on; the message says why.
    """
    last = State(number)

    def look() -> bool:
        nonlocal last
        with acting.acting():
            acting.require_authority()
            last = state_of(number)
        watcher(last)
        return last.over

    # Asked in another thread, for the same officer.
    officer = copy_context()
    try:
        work_until(workspace, lambda: officer.run(look))
    except DatabaseLostError as error:
        raise ContributionError(
            f"The database went away. What contribution {number} was told is stored stays so; once "
            f"it is back, go on with: clew contribution retry {number}"
        ) from error
    if last.halted:
        raise ContributionError(
            f"Contribution {number} is not at its end: {last.halted} Once that is put right, go "
            f"on with: clew contribution retry {number}"
        )
    return last


def _key(path: Path) -> bytes:
    """What a file is known by: where it really lies."""
    return os.path.realpath(os.fsencode(path))


def _told(path: Path, row: ContributedFile) -> Contributed:
    return Contributed(
        path,
        bytes(row.sha256).hex() if row.sha256 is not None else "",
        row.size,
        row.again,
        row.problem,
        Standing(row.standing) if row.standing is not None else None,
        tuple(row.better),
        tuple(row.signs),
    )
