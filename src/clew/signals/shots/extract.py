"""From a film's frames to its shots, each with its keyframe."""

from __future__ import annotations

import struct

import cv2
import numpy as np
from numpy.typing import NDArray

from clew.media.borders import luma
from clew.media.sampling import Frame
from clew.media.storyboard import Keyframe, Keyframes
from clew.signals.base import Feature

_SIDE = 8
_TIME = struct.Struct(">d")


class ShotsExtractor:
    """One feature a shot: its span, the time of its keyframe, and what that looks like in small.

    The quality says how good the keyframe is: 0 for a shot in which nothing is to be seen.
    """

    def __init__(self) -> None:
        self._keyframes = Keyframes()
        self._features: list[Feature] = []

    def take(self, item: Frame) -> None:
        """Take the next frame in order of time."""
        self._add(self._keyframes.take(item))

    def finish(self) -> list[Feature]:
        """The shots in order of time."""
        self._add(self._keyframes.finish())
        return self._features

    def _add(self, found: Keyframe | None) -> None:
        if found is None:
            return
        frame = found.frame
        small = cv2.resize(luma(frame.picture.pixels), (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
        self._features.append(
            Feature(
                variant="shot",
                value=_TIME.pack(frame.time) + np.asarray(small, np.uint8).tobytes(),
                quality=round(100 * frame.worth),
                start=found.start,
                end=max(found.end, found.start),
            )
        )


def keyframe_time(shot: Feature) -> float:
    """Seconds from the start of the film at which a shot's keyframe is."""
    (time,) = _TIME.unpack_from(shot.value)
    return float(time)


def keyframe_miniature(shot: Feature) -> NDArray[np.uint8]:
    """What the keyframe looks like: luma, uint8 of shape (8, 8)."""
    return np.frombuffer(shot.value, np.uint8, _SIDE * _SIDE, _TIME.size).reshape(_SIDE, _SIDE)
