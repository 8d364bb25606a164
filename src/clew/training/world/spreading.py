"""What people do with what was taken: copy, change, join, collect, rename, and put it elsewhere."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pillow_heif
from PIL import Image as Picture

from clew.training import footage as film
from clew.training.clips import make_clip
from clew.training.edits.clips import CLIP_EDITS, ClipEdit, Span
from clew.training.edits.encodings import JPEG
from clew.training.edits.hard import HARD_CLIP_EDITS, HARD_PICTURE_EDITS, collage
from clew.training.edits.pictures import PICTURE_EDITS, PictureEdit
from clew.training.footage import Footage
from clew.training.pictures import Pixels
from clew.training.truth import Part
from clew.training.world.chance import source

COLLAGE = "collage"
IN_CORNER = "in a corner"


@dataclass(frozen=True)
class Changed:
    """A copy: the ending of its name, its bytes, what was done, what it holds of which origin."""

    suffix: str
    content: bytes
    edit: str
    parameters: dict[str, Any]
    parts: tuple[Part, ...]
    kind: str = "picture"


PictureTurn = PictureEdit | str
"""An edit of pictures, or the name of one that takes several pictures."""


def picture_turns() -> list[PictureTurn]:
    """All edits of pictures in the order in which they come up, hard ones among the others."""
    return _among(list(PICTURE_EDITS.values()), [*HARD_PICTURE_EDITS.values(), COLLAGE])


def clip_turns() -> list[ClipEdit]:
    """All edits of clips in the order in which they come up."""
    return _among(list(CLIP_EDITS.values()), list(HARD_CLIP_EDITS.values()))


T = TypeVar("T")
U = TypeVar("U")


def _among(usual: Sequence[T], hard: Sequence[U]) -> list[T | U]:
    """The hard ones strewn evenly among the usual; the first is a usual one."""
    placed = [
        *((place / len(usual), 0, place) for place in range(len(usual))),
        *(((place + 0.5) / len(hard), 1, place) for place in range(len(hard))),
    ]
    return [hard[place] if which else usual[place] for _, which, place in sorted(placed)]


def change_picture(
    number: int, again: bool, origin: str, pixels: Pixels, others: Sequence[tuple[str, Pixels]]
) -> Changed:
    """The copy that the edit of this turn makes.

    Args:
        number: which turn it is; they come round.
        again: whether the edit of the turn after it comes on top.
        origin: name of the picture.
        pixels: of its file.
        others: names and pixels of three more of the case, for a collage.
    """
    turns = picture_turns()
    edit = turns[number % len(turns)]
    if isinstance(edit, str):
        parts = tuple(Part(name) for name in (origin, *(name for name, _ in others[:3])))
        sheet = collage(pixels, [other for _, other in others])
        return Changed(JPEG.suffix, JPEG.encode(sheet), COLLAGE, {}, parts)
    content, name, parameters = edit.file(pixels), edit.name, dict(edit.parameters)
    following = turns[(number + 1) % len(turns)]
    if again and not isinstance(following, str):
        edit, name = following, f"{name} + {following.name}"
        parameters = {}
        content = following.file(edited_pixels(content))
    return Changed(edit.encoding.suffix, content, name, parameters, (Part(origin),))


def edited_pixels(content: bytes) -> Pixels:
    """The pixels of a picture file, as they are stored."""
    if content[4:8] == b"ftyp" and b"avif" not in content[:32]:
        return np.asarray(pillow_heif.open_heif(content).to_pillow().convert("RGB"))
    with Picture.open(io.BytesIO(content)) as picture:
        return np.asarray(picture.convert("RGB"))


def change_clip(
    number: int,
    origin: str,
    source_file: Path,
    scratch: Path,
    foreign: tuple[str, Callable[[], Footage]],
) -> Changed:
    """The copy of a clip that the edit of this turn makes.

    Args:
        number: which turn it is; they come round.
        origin: name of the clip.
        source_file: where it lies.
        scratch: a folder to write into.
        foreign: name of another clip, and what reads it, for edits that bring one in.
    """
    turns = clip_turns()
    edit = turns[number % len(turns)]
    original = film.read(source_file)
    around = foreign[1]() if edit.needs_foreign else None
    target = scratch / f"copy{edit.suffix}"
    copy = edit.write(source_file, target, original, around)
    parts = [Part(origin, _rounded(copy.spans))]
    if copy.foreign_spans:
        parts.append(Part(foreign[0], _rounded(copy.foreign_spans)))
    content = target.read_bytes()
    target.unlink()
    kind = "picture" if edit.picture == "JPEG" else "clip"
    return Changed(edit.suffix, content, edit.name, dict(edit.parameters), tuple(parts), kind)


def _rounded(spans: Sequence[Span]) -> list[Span]:
    return [
        Span(*(round(v, 3) for v in (s.original_start, s.original_end, s.copy_start, s.copy_end)))
        for s in spans
    ]


def stranger(seed: int, number: int) -> tuple[str, Callable[[], Footage]]:
    """A clip from somewhere else, into which clips of a case are joined or put in a corner."""
    name = f"clip from elsewhere {number}"
    random = source(seed, name)
    seconds = float(random.uniform(5, 7))
    return name, lambda: make_clip(seed, 5000 + number, seconds, shots=2)


__all__ = ["Changed", "change_clip", "change_picture", "stranger"]
