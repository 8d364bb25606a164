"""What a match says: how two media agree, by how much, and where to look."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class MatchKind(StrEnum):
    """How two media can agree."""

    SAME_FILE = "same file"
    PICTURE = "picture"
    STILL = "still in film"
    FILM = "film"
    SOUND = "sound"

    @property
    def unit(self) -> str:
        """What its distances count: bits, or percent of landmarks that have no counterpart."""
        return "%" if self is MatchKind.SOUND else "bits"


class FramePair(msgspec.Struct, frozen=True, kw_only=True):
    """The frames in which a shared stretch is best seen: where to look first.

    Attributes:
        first: when, in seconds of the first media; 0 for a picture.
        second: when, of the second.
        distance: bits between the two; of regions, between those that agree, on average.
        first_variant: the part or treatment of the first's frame that agrees; and
        second_variant: of the second's.
        regions: how many regions agree in place, where those were compared.
    """

    first: float
    second: float
    distance: int
    first_variant: str = "whole"
    second_variant: str = "whole"
    regions: int | None = None

    def swapped(self) -> FramePair:
        """The same pair seen from the second media."""
        return msgspec.structs.replace(
            self,
            first=self.second,
            second=self.first,
            first_variant=self.second_variant,
            second_variant=self.first_variant,
        )


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch that two media share, in seconds; a picture's own times are both 0.

    Attributes:
        first_start: where it begins in the first media; the other three likewise.
        distance: mean distance in bits of the frames, or landmarks of sound, that agree in it.
        frames: how many distinct frames, or landmarks, of the first agree.
        speed: how much faster the second runs than the first.
        share: of the distinct frames that the one with fewer has in it, how many agree; 0 to 1.
        regions: how many regions of frames agree in place, where those were compared.
        best: the frames in which it is best seen; None for sound, and in matches of before this
            was kept.
    """

    first_start: float
    first_end: float
    second_start: float
    second_end: float
    distance: float
    frames: int
    speed: float = 1.0
    share: float | None = None
    regions: int | None = None
    best: FramePair | None = None

    @property
    def seconds(self) -> float:
        """Length, the shorter of both sides."""
        return min(self.first_end - self.first_start, self.second_end - self.second_start)

    def swapped(self) -> Span:
        """The same stretch seen from the second media."""
        return msgspec.structs.replace(
            self,
            first_start=self.second_start,
            first_end=self.second_end,
            second_start=self.first_start,
            second_end=self.first_end,
            speed=round(1 / self.speed, 3),
            best=None if self.best is None else self.best.swapped(),
        )


_BACK = {"turned by 90°": "turned by 270°", "turned by 270°": "turned by 90°"}


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """A compared pair that may belong together: a lead, never a finding.

    Attributes:
        kind: how they agree.
        distance: the best distance, in the kind's unit (0 for the same file).
        threshold: the largest distance that counted.
        orientation: how the first must be turned or mirrored to lie on the second.
        first_variant: the part or treatment of the first that agrees; and
        second_variant: of the second.
        quality: the lower quality of the two features, 0 to 100.
        spans: where they agree in time; empty between two pictures.
        versions: signal name to the version that read the traces.
    """

    kind: MatchKind
    distance: int
    threshold: int
    orientation: str = "as it is"
    first_variant: str = "whole"
    second_variant: str = "whole"
    quality: int = 100
    spans: tuple[Span, ...] = ()
    versions: dict[str, int] = {}

    @property
    def seconds(self) -> float:
        """Seconds shared in all."""
        return sum(span.seconds for span in self.spans)

    def swapped(self) -> Match:
        """The same match from the second media: mirrorings undo themselves, turns turn back."""
        return msgspec.structs.replace(
            self,
            orientation=_BACK.get(self.orientation, self.orientation),
            first_variant=self.second_variant,
            second_variant=self.first_variant,
            spans=tuple(span.swapped() for span in self.spans),
        )
