"""What is known about a world, in one file: who, where, which camera, which copy of which.

The file is JSON Lines, so that a world of any size can be written and read as a stream: an
:class:`Opening`, one :class:`CaseTruth` a line, and an :class:`End` once it is whole. Field by
field it is described in docs/world.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from clew.training.edits.clips import Span
from clew.training.truth import ORIGINAL, Part

VERSION = 1

__all__ = ["ORIGINAL", "Part", "Span"]


class Opening(msgspec.Struct, frozen=True, kw_only=True, tag="world", tag_field="line"):
    """The first line.

    Attributes:
        version: of this format.
        seed: of the world.
        size: as it was asked for.
        cases: how many there will be; null for a stream without an end.
        voices: what speech was made with, ``formants`` or ``espeak-ng``.
    """

    version: int
    seed: int
    size: str
    cases: int | None
    voices: str


class View(msgspec.Struct, frozen=True, kw_only=True):
    """From where a picture was taken: place in metres, direction in degrees, angle of view."""

    x: float
    y: float
    z: float
    turn: float
    angle: float


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """One taking: a photo, a clip or a recording, before anything was done to it.

    Attributes:
        name: unique in the world.
        kind: ``picture``, ``clip`` or ``sound``.
        event: at which it was taken; empty for pictures of no event.
        place: where; empty where nobody knows.
        device: with what.
        subjects: numbers of the tokens that stood there, seen in the picture or not.
        products: names of mass-produced things that stood there.
        look: rooms of the same look are furnished alike though they are different rooms.
        voices: who is to be heard.
        tune: which recorded music plays.
        words: what is written there.
        taken: when, truly (UTC); cameras with wrong clocks write something else.
        views: from where, one for each shot of a clip.
        seconds: of a clip or recording; 0 for a picture.
    """

    name: str
    kind: str
    device: str
    taken: datetime
    event: str = ""
    place: str = ""
    subjects: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    look: str = ""
    voices: tuple[str, ...] = ()
    tune: str = ""
    words: tuple[str, ...] = ()
    views: tuple[View, ...] = ()
    seconds: float = 0.0


class Copied(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the world.

    Attributes:
        path: below the folder ``files``, with forward slashes: agency, exhibit, then as found.
        sha256: of its content, in hexadecimal.
        agency: whose contribution it is in.
        exhibit: number of what it was found on.
        kind: ``picture``, ``clip`` or ``sound``.
        edit: what was done, ``original`` for nothing; several steps are joined by ``" + "``.
        parameters: of the edit.
        parts: what it holds of which origin; the first is what it was made from.
        identity: online name under which it was spread; empty if none.
        found: when it was put where it was found.
    """

    path: str
    sha256: str
    agency: str
    exhibit: str
    kind: str
    found: datetime
    edit: str = ORIGINAL
    parameters: dict[str, Any] = {}
    parts: tuple[Part, ...] = ()
    identity: str = ""


class KnownDevice(msgspec.Struct, frozen=True, kw_only=True):
    """A camera or phone: make, model, serial number if it writes one, seconds its clock is off."""

    name: str
    maker: str
    model: str
    serial: str
    clock_off: float


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened once: where, when, who was there."""

    name: str
    place: str
    at: datetime
    night: bool
    subjects: tuple[str, ...]


class CaseTruth(msgspec.Struct, frozen=True, kw_only=True, tag="case", tag_field="line"):
    """One case.

    Attributes:
        number: from 0.
        agency: which leads it.
        subjects: the tokens that stand for who is shown.
        offender: the made-up person behind the camera.
        identity: their name online.
        follows: numbers of earlier cases with the same place, camera or look, and which it is.
    """

    number: int
    agency: str
    subjects: tuple[str, ...]
    offender: str
    identity: str
    devices: tuple[KnownDevice, ...]
    events: tuple[Event, ...]
    origins: tuple[Origin, ...]
    files: tuple[Copied, ...]
    follows: dict[str, int] = {}


class End(msgspec.Struct, frozen=True, kw_only=True, tag="end", tag_field="line"):
    """The last line: so many cases and files, and the world is whole."""

    cases: int
    files: int


Line: TypeAlias = Opening | CaseTruth | End

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)


class TruthError(Exception):
    """A truth file is missing or is none; ``str(error)`` names it and says what to do."""


def line(what: Line) -> bytes:
    """One line of the file, with its end."""
    return _encoder.encode(what) + b"\n"


def read_lines(file: Path) -> Iterator[Line]:
    """The lines of a truth file; one that a crash cut short is left out.

    Raises:
        TruthError: there is no such file, or it is none.
    """
    try:
        opened = file.open("rb")
    except OSError as error:
        raise TruthError(
            f"{file}: {error.strerror}. `clew world make` writes it beside the folder of files."
        ) from error
    with opened:
        for number, text in enumerate(opened, 1):
            if not text.endswith(b"\n"):
                return
            try:
                yield _decoder.decode(text)
            except msgspec.MsgspecError as error:
                raise TruthError(f"{file}, line {number}: no truth of a world: {error}") from error


def cases(file: Path) -> Iterator[CaseTruth]:
    """The cases of a truth file, in their order; raises as :func:`read_lines`."""
    return (one for one in read_lines(file) if isinstance(one, CaseTruth))
