"""Which frames of a film are handed on: about two a second, and the first and last of a shot."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial

import cv2
import numpy as np
from numpy.typing import NDArray

from clew.media.borders import luma
from clew.media.image import Picture
from clew.media.keyframe import worth
from clew.media.shots import LATENCY, MINIATURE, ShotFinder

SAMPLE_SECONDS = 0.5
"""A frame at least this often is handed on, in seconds."""

_LAST_APART = 0.25  # seconds


@dataclass(frozen=True)
class Frame:
    """One frame handed on from a film.

    Attributes:
        picture: the frame, upright and reduced.
        time: seconds from the start of the film.
        until: seconds at which the next frame of the film begins (an estimate at the end).
        shot: number of the shot it belongs to, from 0.
        shot_start: seconds at which that shot begins.
    """

    picture: Picture
    time: float
    until: float
    shot: int
    shot_start: float = 0.0

    @cached_property
    def worth(self) -> float:
        """How good a picture of its shot it would be, from 0 to 1."""
        return worth(self.picture)


@dataclass(frozen=True)
class Moment:
    """One frame as it is decoded, before anybody asked for its picture.

    Attributes:
        time: seconds from the start.
        miniature: luma, uint8 of shape :data:`clew.media.shots.MINIATURE`.
        picture: makes the picture; called before the frame after the next is decoded, or never.
    """

    time: float
    miniature: NDArray[np.uint8]
    picture: Callable[[], Picture]


@dataclass
class Pace:
    """Which frames are handed on, for who wants to know beforehand.

    Attributes:
        taken: time of the last one, seconds.
    """

    taken: float = -SAMPLE_SECONDS

    @staticmethod
    def is_due(time: float, taken: float) -> bool:
        """Whether a frame is handed on whatever it shows, when one was at the time before."""
        return time - taken >= SAMPLE_SECONDS


@dataclass(frozen=True)
class _Taken:
    """A frame whose shot is not known yet.

    Attributes:
        closing: whether it is of use only as the last of a shot.
    """

    picture: Picture
    time: float
    closing: bool = False


def sampled(
    moments: Iterable[Moment | float], usual_step: float, pace: Pace | None = None
) -> Iterator[Frame]:
    """About two frames a second, and the first and last of every shot.

    Frames come out some seconds of film later than they went in: only then is it known to which
    shot they belong.

    Args:
        moments: all frames in order of time; of those that were left out the time alone.
        usual_step: seconds a frame lasts when nothing else tells (the last one).
        pace: is told which are handed on.
    """
    shots = ShotFinder()
    numbering = _Numbering()
    waiting: deque[_Taken] = deque()
    before: Moment | None = None
    end: float | None = None
    steps = 0
    pace = pace or Pace()
    for moment in moments:
        time = moment if isinstance(moment, float) else moment.time
        if end is not None:
            usual_step = time - end if time > end else usual_step
        end = time
        steps += 1
        if isinstance(moment, float):
            continue
        numbering.begun(shots.take(time, moment.miniature, steps))
        steps = 0
        if before is not None and shots.candidate and before.time - pace.taken >= _LAST_APART:
            waiting.append(_Taken(before.picture(), before.time, closing=True))
        if shots.candidate or pace.is_due(time, pace.taken):
            waiting.append(_Taken(moment.picture(), time))
            pace.taken = time
        while waiting and waiting[0].time < time - LATENCY:
            yield from numbering.number(waiting.popleft(), waiting[0].time if waiting else time)
        before = moment
    if before is None or end is None:
        return
    if before.time - pace.taken >= _LAST_APART:
        waiting.append(_Taken(before.picture(), before.time))
    numbering.begun(shots.finish())
    while waiting:
        one = waiting.popleft()
        yield from numbering.number(one, waiting[0].time if waiting else None)
    yield from numbering.last(end + usual_step)


class _Numbering:
    """Gives frames their shots, and to each the time at which the next begins."""

    def __init__(self) -> None:
        self._boundaries: deque[float] = deque()
        self._shot = 0
        self._start = 0.0
        self._pending: Frame | None = None

    def begun(self, times: list[float]) -> None:
        """Shots are now known to have begun at these times."""
        self._boundaries = deque(sorted([*self._boundaries, *times]))

    def number(self, one: _Taken, following: float | None) -> Iterator[Frame]:
        """The frame before this one, now that it is known where that ends.

        Args:
            one: the next frame.
            following: time of the one after it; None at the end.
        """
        boundary = self._boundaries[0] if self._boundaries else None
        if one.closing and (boundary is None or following is None or following < boundary):
            return
        while self._boundaries and self._boundaries[0] <= one.time:
            self._shot += 1
            self._start = self._boundaries.popleft()
        frame = Frame(one.picture, one.time, one.time, self._shot, self._start)
        yield from self.last(one.time)
        self._pending = frame

    def last(self, until: float) -> Iterator[Frame]:
        """The frame before ``until``, if there is one."""
        if self._pending is not None:
            yield replace(self._pending, until=until)
            self._pending = None


def moments_of(pictures: Iterable[tuple[float, Picture]]) -> Iterator[Moment]:
    """An animation's decoded frames, each with its start time in seconds, as moments."""
    rows, columns = MINIATURE
    for time, picture in pictures:
        gray = luma(picture.pixels)
        small = cv2.resize(gray, (columns, rows), interpolation=cv2.INTER_AREA)
        yield Moment(time, np.asarray(small, np.uint8), partial(_given, picture))


def _given(picture: Picture) -> Picture:
    return picture
