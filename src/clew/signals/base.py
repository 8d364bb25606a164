"""What a signal is: one kind of trace a file can carry.

A signal is one folder below ``clew.signals`` that declares one :class:`Signal`. It takes items of
one kind as they are decoded (chunks of bytes, a picture, frames) and gives features: small values
that can be stored, searched and compared. ``signals/README.md`` walks through the smallest one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

import msgspec

from clew.media.image import Picture
from clew.media.kind import MediaType
from clew.signals.space import Space


class Need(StrEnum):
    """What a signal is fed while a file is read."""

    BYTES = "bytes"
    """Every byte of the file in order, as ``bytes`` chunks."""
    PICTURE = "picture"
    """Each page of a picture as :class:`clew.media.image.Picture`."""
    FRAMES = "frames"
    """Frames of a film as :class:`clew.media.video.Frame`, about two a second."""
    SOUND = "sound"
    """Sound of films and sound files as :class:`clew.media.sound.Stretch`, all tracks."""


class Feature(msgspec.Struct, frozen=True, kw_only=True):
    """One value that a signal read from one media.

    Attributes:
        variant: which part or treatment of the media it describes, such as ``whole``.
        value: what is stored and compared; its layout belongs to the signal.
        quality: 0 to 100; below the signal's ``usable_quality`` it is kept but proposes nothing.
        start: seconds from the start of the film, None for what has no time.
        end: likewise its end.
    """

    variant: str
    value: bytes
    quality: int = 100
    start: float | None = None
    end: float | None = None


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """How alike two features are, and why.

    Attributes:
        distance: 0 is the same; what larger means belongs to the signal's space.
        orientation: how the first must be turned or mirrored to lie on the second.
        first_variant: variant of the first feature; and
        second_variant: of the second.
    """

    distance: int
    orientation: str = "as it is"
    first_variant: str = "whole"
    second_variant: str = "whole"


class Extractor(Protocol):
    """Reads one media. Made anew for each."""

    def take(self, item: Any) -> None:
        """Take the next item of the kind that the signal needs."""

    def finish(self) -> list[Feature]:
        """Everything read, in a fixed order; empty when there was nothing to read."""


@dataclass(frozen=True)
class Signal:
    """The declaration of one kind of trace.

    Attributes:
        name: stored with every feature; equal to the folder's name.
        version: raise it whenever the same media would give another value.
        title: what an officer calls it.
        media: the kinds of media it reads.
        need: what it is fed.
        extractor: makes an :class:`Extractor` for one media.
        compare: two features of this signal (or of two that share a space) to a score.
        space: where its features are searched, or None when only equal values agree.
        usable_quality: features below this are not indexed.
        asked_quality: features from this on are asked for and stand behind a match, indexed or
            not; None for the usable ones alone.
        asked: the values that a feature which is kept stands for: these are asked for, too, without
            being kept or searched themselves. None where every feature stands for itself alone.
        symmetric: whether ``compare(a, b)`` and ``compare(b, a)`` give the same distance.
        describe: one picture to one feature, for signals that look at many pictures.
        connects: whether what agrees is something two files have in common; otherwise it is only
            told.
        missing: what to install when a needed package is absent; empty when all is there.
    """

    name: str
    version: int
    title: str
    media: frozenset[MediaType]
    need: Need
    extractor: Callable[[], Extractor]
    compare: Callable[[Feature, Feature], Score]
    space: Space | None = None
    usable_quality: int = 0
    asked_quality: int | None = None
    asked: Callable[[Feature], list[bytes]] | None = None
    symmetric: bool = True
    describe: Callable[[Picture], Feature] | None = None
    connects: bool = True
    missing: str = ""
