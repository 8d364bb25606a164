"""From a film's frames to views, one a second, and to the few regions that are asked for."""

from __future__ import annotations

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from clew.media.sampling import Frame
from clew.signals.base import Feature
from clew.signals.regions.describe import looked_at, regions_in
from clew.signals.regions.view import asked_of, packed

VIEW = "view"
REGION = "region"
KEPT = 128
"""Regions in a view."""
INDEXED = 7
"""Regions of a view in four seconds that are searched among many."""
ASKED = 32
"""Regions of a view that are asked for."""
USABLE = 50
"""Quality of those that are searched; views have less."""

MOST_VIEWS = 12_000
"""Views of one film, over three hours if something moves all the time; what comes later has none.
With the frames they must fit into what a confined process may answer: they take 54 MiB of 128."""

_VIEW_SECONDS = 0.9
_SEARCH_SECONDS = 3.9
_SHOT_SECONDS = 1.2
_STILL = 2.0
_FEW = 5


class RegionsExtractor:
    """Looks at one frame a second and at the first of every shot.

    While nothing moves, the view before is said to last longer. Of every view a few regions are
    asked for; the first of these of one view in four seconds are searched among those of all
    films, and therefore are features by themselves; of a view that lasts, more every four seconds.
    All others are only compared.
    """

    def __init__(self) -> None:
        self._features: list[Feature] = []
        self._view: int | None = None
        self._views = 0
        self._waiting: list[bytes] = []
        self._shot = -1
        self._looked = self._searched = -np.inf
        self._miniature: NDArray[np.uint8] | None = None

    def take(self, item: Frame) -> None:
        """Take the next frame in order of time."""
        cut = item.shot != self._shot
        if not cut and item.time - self._looked < _VIEW_SECONDS:
            self._last(item)
            return
        small = looked_at(item.picture.luma)
        tiny = np.asarray(cv2.resize(small, (32, 32), interpolation=cv2.INTER_AREA), np.uint8)
        still = not cut and self._miniature is not None and _still(self._miniature, tiny)
        self._looked, self._shot = item.time, item.shot
        if still:
            self._last(item)
            return
        self._miniature = tiny
        self._describe(item, small, cut)

    def finish(self) -> list[Feature]:
        """Views in order of time, each followed by the regions of it that are searched."""
        return self._features

    def _last(self, frame: Frame) -> None:
        """The view goes on until this frame ends."""
        if self._view is not None:
            view = self._features[self._view]
            self._features[self._view] = msgspec.structs.replace(view, end=frame.until)
            if frame.time - self._searched >= _SEARCH_SECONDS and self._waiting:
                self._search(frame.time, view.start, frame.until)

    def _describe(self, frame: Frame, small: NDArray[np.uint8], cut: bool) -> None:
        picture = frame.picture
        found = regions_in(frame.picture.luma, small, KEPT)
        if len(found) < _FEW or self._views == MOST_VIEWS:
            self._view = None
            return
        self._views += 1
        self._view = len(self._features)
        short = min(picture.width, picture.height)
        asked = found.scattered((picture.height / short, picture.width / short), ASKED)
        view = packed(found, picture.width, picture.height, asked)
        self._features.append(
            Feature(variant=VIEW, value=view, quality=0, start=frame.time, end=frame.until)
        )
        self._waiting = [found.bits[row].tobytes() for row in asked]
        if frame.time - self._searched >= (_SHOT_SECONDS if cut else _SEARCH_SECONDS):
            self._search(frame.time, frame.time, frame.until)

    def _search(self, now: float, start: float | None, end: float) -> None:
        """Have some more of the regions that are asked for searched among many."""
        self._searched = now
        self._features.extend(
            Feature(variant=REGION, value=bits, quality=USABLE, start=start, end=end)
            for bits in self._waiting[:INDEXED]
        )
        del self._waiting[:INDEXED]


def asked(view: Feature) -> list[bytes]:
    """The bits of the regions of a view that are asked for; none of what is no view."""
    return asked_of(view.value) if view.variant == VIEW else []


def _still(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> bool:
    return float(cv2.norm(one, other, cv2.NORM_L1)) / one.size < _STILL
