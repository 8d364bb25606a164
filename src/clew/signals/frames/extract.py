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
USABLE, COMPARED = 20, 19
"""Quality from which a hash is searched among many, and that of those only asked for and compared.

A single picture counts from 50 only: of a film several frames must agree, or one be very near.
"""
_SAME_BITS = 8
_MOST_IN_GROUP = 64
_SEARCHED_SECONDS = 5.9


class FramesExtractor:
    """Hashes frames as the picture signal does, shot by shot.

    Bars and borders are looked for over a whole shot at once: what is dark in one frame shows
    something in another, the bars of a letterboxed film never do. Neighbours within a shot that
    differ in at most 8 bits become one feature with a longer time span. Panels, pictures in the
    picture or side by side, are looked for over a shot in the same way and hashed each by itself.

    One hash of each frame is searched: of what lies inside its border, or else of the whole. Of the
    others, one in six seconds is: all hashes of a film are compared once one of them is near.
    """

    def __init__(self) -> None:
        self._picture = signals()["picture"]
        self._group: list[Frame] = []
        self._panels: list[Box] = []
        self._panels_in: tuple[int, ...] = ()
        self._features: list[Feature] = []
        self._searched: dict[str, float] = {}

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
        whole = self._hashed(None, WHOLE)
        box = self._common_box()
        inside = None if box is None else self._hashed(box, INSIDE)
        greys = [frame.picture.luma for frame in self._group]
        if self._panels and self._panels_in != greys[0].shape:
            self._panels = []
        found = panels(greys, self._panels)
        self._panels, self._panels_in = found or self._panels, greys[0].shape
        within = [self._hashed(panel, f"{PANEL} {n}") for n, panel in enumerate(found, 1)]
        if inside is None:
            self._collapse(whole)
        else:
            self._collapse(self._thinned(whole, inside))
            self._collapse(inside)
        for panel in within:
            self._collapse(self._thinned(panel, inside or whole))
        self._group = []

    def _thinned(self, features: list[Feature], searched: list[Feature]) -> list[Feature]:
        """Those of which few are searched, because others of the same frames are."""
        thinned = []
        for feature, other in zip(features, searched, strict=True):
            time = feature.start or 0.0
            last = self._searched.get(feature.variant, -np.inf)
            if min(feature.quality, other.quality) < USABLE:
                thinned.append(feature)
            elif time - last >= _SEARCHED_SECONDS:
                self._searched[feature.variant] = time
                thinned.append(feature)
            else:
                thinned.append(msgspec.structs.replace(feature, quality=COMPARED))
        return thinned

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

    def _hashed(self, box: Box | None, variant: str) -> list[Feature]:
        """All of each frame of the group, or what of it lies in a box."""
        return [self._hash(frame, box, variant) for frame in self._group]

    def _hash(self, frame: Frame, box: Box | None, variant: str) -> Feature:
        picture = frame.picture if box is None else frame.picture.inside(box)
        assert self._picture.describe is not None
        found = self._picture.describe(picture)
        return msgspec.structs.replace(
            found,
            variant=variant,
            # What is too flat to be searched is not compared either.
            quality=found.quality if found.quality >= USABLE else min(found.quality, COMPARED - 1),
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
