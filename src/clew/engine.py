"""The engine for notebooks and other programs: what files hold, and what two have in common.

    from clew import matches, read

    one, other = read("a.jpg", "b.mp4")
    print(matches(one, other))

Neither a database nor a web framework is loaded. Looking a file up among many needs both, in a
workspace: see :class:`clew.workspace.Workspace` and :func:`clew.casework.find.find_file`.
"""

from __future__ import annotations

import os
from pathlib import Path

from clew.compare.evidence import Match
from clew.compare.pair import compare
from clew.compare.subject import Subject
from clew.media.limits import Limits
from clew.signals.files import read_files
from clew.signals.reading import Reading


def read(*paths: str | Path, limits: Limits | None = None) -> list[Reading]:
    """Read files in confined processes, each to one reading with its traces.

    What is wrong with a file is in its reading's ``notes``; a missing one is no error here.

    Args:
        paths: pictures, films or any other files.
        limits: what reading one may cost.

    Raises:
        clew.media.nursery.ConfinementError: when no decoding process can be started.
    """
    return read_files([Path(path) for path in paths], limits, len(os.sched_getaffinity(0)))


def matches(one: Reading, other: Reading) -> list[Match]:
    """Every way in which two files agree, the surest first; an empty answer proves nothing."""
    return compare(Subject.of(one.type, one.traces), Subject.of(other.type, other.traces))
