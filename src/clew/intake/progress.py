"""How long work tells how far it is. Faces draw it; nothing here prints."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Phase(StrEnum):
    """What a scan is doing."""

    LOOKING = "looking for files"
    READING = "reading"
    COMPARING = "comparing"
    DONE = "done"


@dataclass
class Progress:
    """How far a scan is. Counts only what is safely stored.

    Attributes:
        phase: what is being done.
        files: files of this scan in all, as far as known; ``files_done`` of them are stored.
        bytes: likewise bytes.
        already: files that an earlier scan had read and that have not changed.
        media: distinct media to compare, ``media_done`` of them are.
        matches: matches found so far in this scan.
        troubled: files of this scan that were unreadable or read only in part.
        file: name of the file that was last heard of, while it is being read.
        seconds: how far into it, when it is a film; 0 otherwise.
        warning: what whoever started it should know before it goes on; empty for nothing.
    """

    phase: Phase = Phase.LOOKING
    files: int = 0
    files_done: int = 0
    bytes: int = 0
    bytes_done: int = 0
    already: int = 0
    media: int = 0
    media_done: int = 0
    matches: int = 0
    troubled: int = 0
    file: str = ""
    seconds: float = 0.0
    warning: str = ""


class Watcher(Protocol):
    """Who is shown progress."""

    def __call__(self, progress: Progress) -> None:
        """Called often; must be quick."""


def unwatched(progress: Progress) -> None:
    """Show progress to nobody."""
