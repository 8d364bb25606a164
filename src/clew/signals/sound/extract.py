"""From sound to landmarks with times, and to stretches where there is nothing to compare."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from clew.media.sound import RATE, Stretch
from clew.signals.base import Feature
from clew.signals.sound.landmarks import BITS, COLUMN, EDGE, STEP, Loudness, landmarks, loudness
from clew.signals.sound.value import packed

INDEXED = 2
"""So many of the most prominent landmarks within half a second are searched among many."""
ASKED = 8
"""So many are asked for, and stand behind a match."""
USABLE, PRESENT = 50, 10
"""Quality of those that are searched, and of the others; 0 proposes nothing."""
SILENCE = "silence"
TONES = "only tones"
HEARD = "heard"
"""Variants of features that say what a stretch was like; behind a track's name for the second
and further tracks."""

_BLOCK = 40.0  # seconds looked at together
_LEAST = 1.0  # seconds of silence or tones that are worth telling
_NOTHING = packed(np.zeros(BITS // 8, np.uint8), 0)


class SoundExtractor:
    """Finds the landmarks of every track, block by block, whatever the length."""

    def __init__(self) -> None:
        self._tracks: dict[int, _Track] = {}

    def take(self, item: Stretch) -> None:
        """Take the next stretch of any track."""
        self._tracks.setdefault(item.track, _Track(item.track)).take(item)

    def finish(self) -> list[Feature]:
        """All features, track by track: what is compared in order of time, then what is marked."""
        return [
            feature
            for _, track in sorted(self._tracks.items())
            for feature in sorted(
                track.finish(), key=lambda f: (f.quality == 0, f.start or 0.0, f.value)
            )
        ]


class _Track:
    """Collects one track's samples into blocks that overlap, and their landmarks."""

    def __init__(self, number: int) -> None:
        self._name = "" if number == 0 else f"sound track {number + 1}"
        self._parts: list[NDArray[np.float32]] = []
        self._start = 0.0
        self._end = 0.0
        self._from = 0.0  # what lies before was told
        self._features: list[Feature] = []
        self._dull: list[tuple[str, float, float]] = []
        self._begin: float | None = None

    def take(self, stretch: Stretch) -> None:
        if not self._parts or abs(stretch.start - self._end) > 0.05:
            self._close()
            self._start = self._from = stretch.start
            self._begin = stretch.start if self._begin is None else self._begin
        self._parts.append(stretch.samples)
        self._end = stretch.end
        if self._end - self._start >= _BLOCK:
            self._look(self._end - EDGE)
            whole = np.concatenate(self._parts)
            # Blocks begin at whole columns, so that what is read does not depend on them.
            keep = whole[(len(whole) - round(3 * EDGE * RATE)) // COLUMN * COLUMN :]
            self._parts, self._start = [keep], self._end - len(keep) / RATE

    def _close(self) -> None:
        if self._parts:
            self._look(self._end + 1)
        self._parts = []

    def _look(self, until: float) -> None:
        """Read what lies from where it was read to so far up to ``until``."""
        heard = loudness(np.concatenate(self._parts))
        found = landmarks(heard, ASKED)
        time = found.time + self._start
        for row in np.flatnonzero((time >= self._from) & (time < until)):
            quality = USABLE if found.rank[row] < INDEXED else PRESENT
            at = round(float(time[row]), 3)
            self._features.append(
                Feature(
                    variant=self._name or "whole",
                    value=packed(found.hash[row], int(found.band[row])),
                    quality=0 if found.tonal[row] else quality,
                    start=at,
                    end=at,
                )
            )
        for words, first, last in _dull(heard):
            start, end = max(self._start + first, self._from), min(self._start + last, until)
            if end > start:
                self._note_dull(words, start, min(end, self._end))
        self._from = until

    def _note_dull(self, words: str, start: float, end: float) -> None:
        if self._dull and self._dull[-1][0] == words and start - self._dull[-1][2] < 0.2:
            self._dull[-1] = (words, self._dull[-1][1], end)
        else:
            self._dull.append((words, start, end))

    def finish(self) -> list[Feature]:
        self._close()
        told = [dull for dull in self._dull if dull[2] - dull[1] >= _LEAST]
        return self._features + [
            Feature(
                variant=f"{self._name}: {words}" if self._name else words,
                value=_NOTHING,
                quality=0,
                start=round(start, 3),
                end=round(end, 3),
            )
            for words, start, end in [(HEARD, self._begin or 0.0, self._end), *told]
        ]


def _dull(heard: Loudness) -> Iterator[tuple[str, float, float]]:
    """Stretches of silence and of tones: which, and seconds from and to within the block."""
    kinds = np.where(heard.tonal, 2, 0)
    at = 0
    for silent, group in groupby(heard.silent.tolist()):
        count = len(list(group))
        if silent and (count * STEP >= _LEAST or not kinds[at : at + count].all()):
            kinds[at : at + count] = 1  # else it is what lies between the beats of a busy tone
        at += count
    at = 0
    for kind, group in groupby(kinds.tolist()):
        count = len(list(group))
        if kind:
            # The window of the last column reaches further; that of the first begins at it.
            yield (SILENCE, TONES)[kind - 1], at * STEP, (at + count) * STEP + 0.1
        at += count
