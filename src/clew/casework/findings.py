"""What a scan found, gathered for people: figures, groups of connected files, what was unreadable.

One gathering serves the table on the terminal, the JSON export and the report.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from clew.compare.evidence import Match


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """One place where a media was found.

    Attributes:
        folder: the scanned folder, as given.
        path: path below it; members of archives follow behind `` › ``.
        modified: time of last change as the file system says, None inside archives.
    """

    folder: str
    path: str
    modified: datetime | None = None


class Spoken(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch in which somebody speaks, in seconds."""

    start: float
    end: float


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One media with every place where it was found.

    Attributes:
        id: number of the media in this workspace.
        sha256: hexadecimal.
        type: image, video or sound.
        format: such as ``jpeg``.
        size: bytes.
        width: pixels, 0 for sounds; height likewise.
        duration: seconds, None for pictures.
        quality: of its whole picture, 0 to 100, None where that does not apply; below 50 it is
            flat and proposes no connection.
        partly: whether only part of it could be read; ``notes`` say which.
        notes: what was damaged, left out or odd, for people.
        in_vault: whether its original has been contributed.
        places: where it was found; none when all of them hold other content now.
        left_out: matches beyond the most that are kept for one media.
        spoken: where somebody speaks in it, on any of its sound tracks, so that an officer can
            jump there; in order of time.
    """

    id: int
    sha256: str
    type: str
    format: str
    size: int
    width: int = 0
    height: int = 0
    duration: float | None = None
    quality: int | None = None
    partly: bool = False
    notes: tuple[str, ...] = ()
    in_vault: bool = False
    places: tuple[Place, ...] = ()
    left_out: int = 0
    spoken: tuple[Spoken, ...] = ()


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """Two media of a group that were compared and agree.

    Attributes:
        first: id of one media; second: of the other.
        match: how they agree, with the evidence.
        trust: how often such a match is wrong, one sentence for people.
    """

    first: int
    second: int
    match: Match
    trust: str


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Media that are connected, directly or through others.

    Attributes:
        number: from 1, largest groups first.
        items: its media, the one with most to offer (largest picture, longest film) first.
        links: every direct agreement, nearest first.
    """

    number: int
    items: tuple[Item, ...]
    links: tuple[Link, ...]


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """That another agency holds something that matches, and whom to call; never the media.

    Attributes:
        media: number of the own media that matches; None for a file that was only asked about.
        agency: who holds it, and in which country.
        contact: whom to call there, as they say.
        kind: how it agrees.
        distance: in bits.
    """

    media: int | None = None
    agency: str
    country: str
    contact: str
    kind: str
    distance: int


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """A file that could not be read, or only in part.

    Attributes:
        place: where it lies.
        size: bytes.
        outcome: ``unreadable`` or ``partly``.
        reason: why, for people.
    """

    place: Place
    size: int
    outcome: str
    reason: str


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """The summary: every file seen is in exactly one of read, partly, unreadable and other.

    Attributes:
        files: files and members of archives seen.
        bytes: their size in all (members of archives count as part of their archive only).
        read: read completely: pictures, films, sounds and archives.
        partly: damaged, but something was read.
        unreadable: kept and listed with a reason.
        other: neither picture, film, sound nor archive.
        pictures: distinct pictures (by SHA-256); films and sounds likewise.
        repeated: files that are byte for byte the same as another one here.
        connected: distinct media that agree with at least one other.
        flat: pictures too flat to compare by look.
        groups: groups of connected or repeated media.
        in_vault: originals contributed.
    """

    files: int = 0
    bytes: int = 0
    read: int = 0
    partly: int = 0
    unreadable: int = 0
    other: int = 0
    pictures: int = 0
    films: int = 0
    sounds: int = 0
    repeated: int = 0
    connected: int = 0
    flat: int = 0
    groups: int = 0
    in_vault: int = 0


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known about a workspace, for people.

    Attributes:
        made: when it was gathered (with time zone).
        version: of Clew.
        folders: the scanned folders.
        figures: the summary.
        groups: connected media, largest group first; a media found in several places and
            connected to nothing else is a group of one item.
        problems: what could not be read, or only in part.
        hits: what other agencies hold that matches, where they let only that be told.
        waiting: media that wait for comparison; scanning again goes on with it.
        thresholds: what counted as agreeing, by name, in bits.
    """

    made: datetime
    version: str
    folders: tuple[str, ...]
    figures: Figures
    groups: tuple[Group, ...]
    problems: tuple[Problem, ...]
    thresholds: dict[str, int]
    hits: tuple[Hit, ...] = ()
    waiting: int = 0
