"""Named edits of clips, in one registry: `CLIP_EDITS`. Each says which part of the copy is what.

An edit takes the footage and, where it brings something foreign in, other footage; it gives new
footage and the spans that original and copy share. Only the changes of container work on files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Any

from PIL import Image

from clew.training import footage as film
from clew.training.edits import pictures
from clew.training.footage import Codec, Footage
from clew.training.pictures import Pixels


@dataclass(frozen=True)
class Span:
    """A stretch that original and copy share; all times in seconds from the start of each."""

    original_start: float
    original_end: float
    copy_start: float
    copy_end: float


@dataclass(frozen=True)
class ClipCopy:
    """Edited footage, what it shares with the original, and with the foreign footage if any."""

    footage: Footage
    spans: list[Span]
    foreign_spans: list[Span] = field(default_factory=list)


Change = Callable[..., ClipCopy]


@dataclass(frozen=True)
class ClipEdit:
    """One way to make a copy of a clip: the change with its parameters, and the file format.

    `rewrapped` names a container into which the encoded streams are copied untouched. A `picture`
    edit gives an animation or a single picture rather than a video file.
    """

    name: str
    change: Change
    parameters: Mapping[str, Any] = field(default_factory=dict)
    codec: Codec = film.MP4
    rewrapped: str | None = None
    picture: str | None = None
    suffix: str = ".mp4"
    needs_foreign: bool = False

    def apply(self, original: Footage, foreign: Footage | None = None) -> ClipCopy:
        """The copy in memory, before any encoding."""
        if not self.needs_foreign:
            return self.change(original, **self.parameters)
        if foreign is None:
            raise ValueError(f"the edit {self.name!r} needs a second clip")
        return self.change(original, foreign, **self.parameters)

    def write(
        self, source: Path, target: Path, original: Footage, foreign: Footage | None = None
    ) -> ClipCopy:
        """Write the copy of the clip in `source`, whose decoded footage is `original`."""
        copy = self.apply(original, foreign)
        if self.rewrapped is not None:
            film.rewrap(source, target, self.rewrapped)
        elif self.picture == "JPEG":
            Image.fromarray(copy.footage.frames[0]).save(target, "JPEG", quality=88)
        elif self.picture is not None:
            film.write_animation(copy.footage, target, self.picture)
        else:
            film.write(copy.footage, target, self.codec)
        return copy


def _whole(original: Footage, changed: Footage) -> ClipCopy:
    """A copy that shares everything, moment by moment."""
    return ClipCopy(changed, [Span(0.0, original.duration, 0.0, changed.duration)])


def same(original: Footage) -> ClipCopy:
    """No change: only the encoding differs."""
    return _whole(original, original)


def each_frame(original: Footage, change: str, **parameters: Any) -> ClipCopy:
    """Change every frame by the picture edit function of this name."""
    function: Callable[..., Pixels] = getattr(pictures, change)
    frames = [function(frame, **parameters) for frame in original.frames]
    return _whole(original, Footage(frames, original.rate, original.sound))


def frame_rate(original: Footage, rate: int) -> ClipCopy:
    """Drop frames to reach a lower rate."""
    return _whole(original, film.at_rate(original, Fraction(rate)))


def trim(original: Footage, start: float, end: float) -> ClipCopy:
    """Keep from one share of the length to another (0..1)."""
    first, last = _moment(original, start), _moment(original, end)
    kept = original.part(first, last)
    return ClipCopy(kept, [Span(first, last, 0.0, kept.duration)])


def _moment(footage: Footage, share: float) -> float:
    """The time of the frame boundary nearest to this share of the length."""
    return float(round(len(footage.frames) * share) / footage.rate)


def insert(original: Footage, foreign: Footage, at: float, seconds: float) -> ClipCopy:
    """Put the start of the foreign clip into the middle."""
    cut = _moment(original, at)
    piece = film.at_rate(foreign.part(0, min(seconds, foreign.duration)), original.rate)
    length = piece.duration
    before, after = original.part(0, cut), original.part(cut, original.duration)
    spans = [
        Span(0.0, cut, 0.0, cut),
        Span(cut, original.duration, cut + length, original.duration + length),
    ]
    return ClipCopy(
        film.join([before, piece, after]), spans, [Span(0.0, length, cut, cut + length)]
    )


def cut_out(original: Footage, start: float, end: float) -> ClipCopy:
    """Leave out the middle, from one share of the length to another."""
    first, last = _moment(original, start), _moment(original, end)
    kept = film.join([original.part(0, first), original.part(last, original.duration)])
    spans = [
        Span(0.0, first, 0.0, first),
        Span(last, original.duration, first, first + original.duration - last),
    ]
    return ClipCopy(kept, spans)


def joined(original: Footage, foreign: Footage) -> ClipCopy:
    """The clip, then the whole foreign clip."""
    result = film.join([original, foreign])
    here, there = original.duration, foreign.duration
    return ClipCopy(result, [Span(0.0, here, 0.0, here)], [Span(0.0, there, here, result.duration)])


def still(original: Footage, at: float) -> ClipCopy:
    """One frame, at this share of the length."""
    index = min(round(len(original.frames) * at), len(original.frames) - 1)
    moment = float(index / original.rate)
    alone = Footage([original.frames[index]], original.rate)
    return ClipCopy(alone, [Span(moment, moment, 0.0, 0.0)])


def animation(original: Footage, start: float, end: float, rate: int, factor: float) -> ClipCopy:
    """A short, small, silent excerpt at a low frame rate."""
    first, last = _moment(original, start), _moment(original, end)
    slow = film.at_rate(original.part(first, last), Fraction(rate))
    frames = [pictures.resize(frame, factor) for frame in slow.frames]
    shown = Footage(frames, slow.rate)
    return ClipCopy(shown, [Span(first, last, 0.0, shown.duration)])


def _registry(*edits: ClipEdit) -> Mapping[str, ClipEdit]:
    return MappingProxyType({edit.name: edit for edit in edits})


_EXCERPT = {"start": 0.1, "end": 0.45, "rate": 10, "factor": 0.5}

CLIP_EDITS: Mapping[str, ClipEdit] = _registry(
    ClipEdit("low bitrate", same, codec=film.MP4_LOW),
    ClipEdit("trim start", trim, {"start": 0.3, "end": 1.0}),
    ClipEdit("still", still, {"at": 0.42}, picture="JPEG", suffix=".jpg"),
    ClipEdit("letterbox", each_frame, {"change": "bars", "rows": 0.16, "columns": 0.0}),
    ClipEdit("insert", insert, {"at": 0.5, "seconds": 2.0}, needs_foreign=True),
    ClipEdit("mirror", each_frame, {"change": "mirror"}),
    ClipEdit("to MKV", same, rewrapped="matroska", suffix=".mkv"),
    ClipEdit("smaller", each_frame, {"change": "resize", "factor": 0.5}),
    ClipEdit("joined", joined, needs_foreign=True),
    ClipEdit("logo 10 %", each_frame, {"change": "logo", "area": 0.10}),
    ClipEdit("frame rate 15", frame_rate, {"rate": 15}),
    ClipEdit("logo 25 %", each_frame, {"change": "logo", "area": 0.25}),
    ClipEdit("cut out", cut_out, {"start": 0.35, "end": 0.65}),
    ClipEdit("pillarbox", each_frame, {"change": "bars", "rows": 0.0, "columns": 0.16}),
    ClipEdit("greyscale", each_frame, {"change": "greyscale"}),
    ClipEdit("trim end", trim, {"start": 0.0, "end": 0.6}),
    ClipEdit("sepia", each_frame, {"change": "sepia"}),
    ClipEdit("to MOV", same, rewrapped="mov", suffix=".mov"),
    ClipEdit("animated GIF", animation, _EXCERPT, picture="GIF", suffix=".gif"),
    ClipEdit("animated WebP", animation, _EXCERPT, picture="WEBP", suffix=".webp"),
    ClipEdit("to AVI", same, codec=film.AVI, suffix=".avi"),
    ClipEdit("to WebM", same, codec=film.WEBM, suffix=".webm"),
)
