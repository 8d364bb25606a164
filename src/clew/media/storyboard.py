"""A film on one sheet: a still of every shot with its time beneath, for people to look at.

Nothing moves and nothing sounds. A shot that lasts long has several stills; a film with more shots
than there is room for is thinned out evenly.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from clew.media.image import Picture
from clew.media.sampling import Frame
from clew.media.thumbnail import thumbnail

MOST_STILLS = 40
"""Stills on one sheet, at most."""

MOST_SHEET_BYTES = 512 * 1024
"""A sheet is compressed until it is no larger."""

_LONGEST = 10.0  # seconds for which one still stands
_STILL_SIDE = 160
_COLUMNS = 5
_GAP = 4
_LETTERS, _LINE = 11, 16
_QUALITIES = (70, 50, 25)
_PAPER, _INK = (24, 26, 29), (225, 228, 232)


@dataclass(frozen=True)
class Keyframe:
    """The best frame of a stretch of film.

    Attributes:
        frame: the frame; its ``time`` says where it is.
        start: seconds at which the stretch begins, and
        end: at which it ends.
    """

    frame: Frame
    start: float
    end: float


class Keyframes:
    """The best frame of each shot.

    Args:
        longest: seconds after which a shot that goes on counts as another; None for never.
    """

    def __init__(self, longest: float | None = None) -> None:
        self._longest = longest
        self._best: Frame | None = None
        self._start = 0.0
        self._last: Frame | None = None

    def take(self, frame: Frame) -> Keyframe | None:
        """Take the next frame; the keyframe of the stretch that ended before it, if one did."""
        done = None
        last = self._last
        if last is not None and frame.shot != last.shot:
            done = self._done(max(self._start, frame.shot_start))
            self._start = max(self._start, frame.shot_start)
        elif self._longest is not None and frame.time - self._start >= self._longest:
            done = self._done(frame.time)
            self._start = frame.time
        if self._best is None or frame.worth > self._best.worth:
            self._best = frame
        self._last = frame
        return done

    def finish(self) -> Keyframe | None:
        """The keyframe of the last stretch; None when there was no frame."""
        return None if self._last is None else self._done(max(self._start, self._last.until))

    def _done(self, end: float) -> Keyframe | None:
        best, self._best = self._best, None
        return None if best is None else Keyframe(best, self._start, end)


@dataclass(frozen=True)
class _Still:
    pixels: NDArray[np.uint8]
    time: float
    worth: float


class Storyboard:
    """Gathers stills of a film while it is read."""

    def __init__(self) -> None:
        self._keyframes = Keyframes(_LONGEST)
        self._stills: list[_Still] = []
        self._best: Keyframe | None = None

    def take(self, frame: Frame) -> None:
        """Take the next frame in order of time."""
        self._keep(self._keyframes.take(frame))

    def finish(self) -> None:
        """There are no more frames."""
        self._keep(self._keyframes.finish())

    def _keep(self, found: Keyframe | None) -> None:
        if found is None:
            return
        if self._best is None or _rank(found) > _rank(self._best):
            self._best = found
        if found.frame.worth > 0.0:
            still = _still(found.frame.picture)
            self._stills.append(_Still(still, found.frame.time, found.frame.worth))
        if len(self._stills) == 2 * MOST_STILLS:  # of two neighbours the better one
            pairs = zip(self._stills[::2], self._stills[1::2], strict=True)
            self._stills = [max(pair, key=lambda still: still.worth) for pair in pairs]

    def preview(self) -> bytes | None:
        """A small JPEG of the best keyframe of all; None when there was no frame."""
        return None if self._best is None else thumbnail(self._best.frame.picture)

    def sheet(self) -> bytes | None:
        """All stills as one JPEG; None when there are fewer than two, which the preview shows."""
        stills = self._stills
        if len(stills) > MOST_STILLS:
            chosen = np.linspace(0, len(stills) - 1, MOST_STILLS).round().astype(int)
            stills = [stills[number] for number in chosen]
        if len(stills) < 2:
            return None
        rows, columns = (max(s.pixels.shape[axis] for s in stills) for axis in (0, 1))
        across = min(_COLUMNS, len(stills))
        down = -(-len(stills) // across)
        width, height = columns + _GAP, rows + _LINE + _GAP
        image = Image.new("RGB", (across * width + _GAP, down * height + _GAP), _PAPER)
        drawing, font = ImageDraw.Draw(image), ImageFont.load_default(_LETTERS)
        for number, still in enumerate(stills):
            left, top = number % across * width + _GAP, number // across * height + _GAP
            image.paste(Image.fromarray(still.pixels), (left, top))
            below = (left + 1, top + still.pixels.shape[0] + 1)
            drawing.text(below, clock(still.time), _INK, font)
        return _compressed(image)


def clock(seconds: float) -> str:
    """A time as people read it, to a tenth of a second: ``1:02:03.4``."""
    tenths = round(seconds * 10)
    minutes, tenths = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    lead = f"{hours}:{minutes:02}" if hours else f"{minutes}"
    return f"{lead}:{tenths // 10:02}.{tenths % 10}"


def _rank(one: Keyframe) -> tuple[float, float]:
    """Good stills first; among about equally good ones that of the longer shot."""
    return round(one.frame.worth, 1), one.end - one.start


def _compressed(image: Image.Image) -> bytes | None:
    for quality in _QUALITIES:
        out = BytesIO()
        image.save(out, "JPEG", quality=quality)
        if out.tell() <= MOST_SHEET_BYTES:
            return out.getvalue()
    return None


def _still(picture: Picture) -> NDArray[np.uint8]:
    rows, columns = picture.pixels.shape[:2]
    scale = min(1.0, _STILL_SIDE / max(rows, columns))
    size = max(1, round(columns * scale)), max(1, round(rows * scale))
    return np.asarray(cv2.resize(picture.pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
