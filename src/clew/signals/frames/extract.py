"""From a film's frames to hashes with time spans."""

from __future__ import annotations

import msgspec
import numpy as np

from clew.media.borders import Box, content_box
from clew.media.image import Picture
from clew.media.sampling import Frame
from clew.signals.base import Feature
from clew.signals.frames.panels import panels
from clew.signals.registry import signals

WHOLE = "whole"
INSIDE = "inside its border"
PANEL = "panel"
_SAME_BITS = 8
_MOST_IN_GROUP = 64


class FramesExtractor:
    """Hashes frames as the picture signal does, shot by shot.

    Bars and borders are looked for over a whole shot at once: what is dark in one frame shows
    something in another, the bars of a letterboxed film never do. Neighbours within a shot that
    differ in at most 8 bits become one feature with a longer time span. Panels, pictures in the
    picture or side by side, are looked for over a shot in the same way and hashed each by itself.
    """

    def __init__(self) -> None:
        self._picture = signals()["picture"]
        self._group: list[Frame] = []
        self._panels: list[Box] = []
        self._panels_in: tuple[int, ...] = ()
        self._features: list[Feature] = []

    def take(self, item: Frame) -> None:
        """Take the next frame in order of time."""
        if self._group and (item.shot != self._group[0].shot or len(self._group) == _MOST_IN_GROUP):
            self._close_group()
        self._group.append(item)

    def finish(self) -> list[Feature]:
        """All features in order of time; of each span first the whole frame's."""
        if self._group:
            self._close_group()
        return sorted(self._features, key=lambda f: (f.start or 0.0, f.variant != WHOLE))

    def _close_group(self) -> None:
        box = self._common_box()
        self._collapse([self._hash(frame, None, WHOLE) for frame in self._group])
        if box is not None:
            self._collapse([self._hash(frame, box, INSIDE) for frame in self._group])
        pixels = [frame.picture.pixels for frame in self._group]
        if self._panels and self._panels_in != pixels[0].shape:
            self._panels = []
        found = panels(pixels, self._panels)
        self._panels, self._panels_in = found or self._panels, pixels[0].shape
        for number, panel in enumerate(found, 1):
            name = f"{PANEL} {number}"
            self._collapse([self._hash(frame, panel, name) for frame in self._group])
        self._group = []

    def _common_box(self) -> Box | None:
        """What lies inside the bars of every frame of the group."""
        common: Box | None = None
        for frame in self._group:
            pixels = frame.picture.pixels
            box = content_box(pixels)
            if box is None and _is_flat(frame.picture):
                continue  # a black frame says nothing about bars
            if box is None:
                return None
            common = box if common is None else common.union(box)
        return common

    def _hash(self, frame: Frame, box: Box | None, variant: str) -> Feature:
        picture = frame.picture if box is None else frame.picture.inside(box)
        assert self._picture.describe is not None
        whole = self._picture.describe(picture)
        return msgspec.structs.replace(
            whole,
            variant=variant,
            start=frame.time,
            end=frame.until,
        )

    def _collapse(self, features: list[Feature]) -> None:
        """Append features, runs of near-identical neighbours as one with a longer span."""
        first: Feature | None = None
        for feature in features:
            if first is not None and self._picture.compare(first, feature).distance <= _SAME_BITS:
                first = msgspec.structs.replace(first, end=feature.end)
                self._features[-1] = first
            else:
                first = feature
                self._features.append(first)


def _is_flat(picture: Picture) -> bool:
    """Whether a picture shows next to nothing, as during a fade."""
    return float(np.std(picture.pixels[::4, ::4])) < 6.0
