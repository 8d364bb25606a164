"""Where one shot of a film ends and the next begins: cuts, fades, dissolves.

A film is looked at frame by frame, at very small scale.

A *cut* is a change both large in itself and several times the median of the last second, the
adaptive rule of PySceneDetect's ``AdaptiveDetector`` looking only backwards, after which the old
picture does not come back: that tells it from flashes and from light that is switched on.

A *dissolve* mixes two pictures in shares that run from none to all, so that every frame between
lies on the straight line between the first and the last (the model of Fernando, Canagarajah and
Bull, "Fade and Dissolve Detection in Uncompressed and Compressed Video Sequences", ICIP 1999).
Whatever moves does not: half way through a pan the picture is like neither end. So for windows of
several lengths it is measured how far the frames lie beside that line. All inner products of the
last frames are at hand, one product of a matrix and a vector for each new one.

A *fade* leaves the picture blank for a moment; the next shot begins where it is blank no more.
"""

from __future__ import annotations

import statistics
from collections import deque
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

MINIATURE = (36, 64)
"""Rows and columns of what is looked at."""

LATENCY = 2.6
"""Seconds after which it is known of every moment whether a shot begins there."""

_USUAL_SECONDS = 1.0
_CUT_FLOOR = 10.0
_CUT_FACTOR = 2.0
_CUT_ALIKE = 0.65
_CONFIRM_SECONDS = 0.15
_CONFIRM_FRAMES = 3
_CONFIRM_LATEST = 0.5  # seconds
_BLANK_SPREAD = 6.0

_STEP_SECONDS = 0.07
_WINDOWS = (0.45, 0.7, 1.0, 1.5, 2.2)  # seconds
_DISSOLVE_SPREAD = 9.0
_DISSOLVE_ALIKE = 0.3
_BESIDE, _MOST_BESIDE = 0.36, 0.54  # of the line's length
_LONGEST_STEP, _LONGEST_STEP_BACK = 0.62, 0.15  # likewise
_MOST_KEPT = 48
_PIXELS = MINIATURE[0] * MINIATURE[1]


class ShotFinder:
    """Finds the boundaries between shots, each some frames later.

    Attributes:
        candidate: whether a shot may begin with the frame taken last; decided later.
    """

    def __init__(self) -> None:
        self.candidate = False
        self._last: NDArray[np.uint8] | None = None
        self._usual: deque[tuple[float, float]] = deque()
        self._cut: _Cut | None = None
        self._blank = self._shown = False
        self._line = _Line()

    def take(self, time: float, miniature: NDArray[np.uint8]) -> list[float]:
        """Look at the next frame.

        Args:
            time: of the frame, seconds.
            miniature: its luma, uint8 of shape :data:`MINIATURE`.

        Returns:
            Times at which a shot is now known to have begun: none earlier than the frame before
            this one, or :data:`LATENCY` ago.
        """
        self.candidate = False
        last, self._last = self._last, miniature
        was_blank, self._blank = self._blank, _spread(miniature) < _BLANK_SPREAD
        found = []
        if self._blank:
            # What became blank was no cut: the next shot begins behind it.
            self._cut, self._line = None, _Line()
        elif was_blank or not self._shown:
            found = [time] if self._shown else []
            self.candidate = self._shown = True
            self._cut, self._line = None, _Line()
        if last is None or self._blank:
            return found
        change = float(cv2.norm(last, miniature, cv2.NORM_L1)) / _PIXELS
        if self._cut is not None:
            found += self._decided(self._cut, time, miniature, change)
        while self._usual and self._usual[0][0] < time - _USUAL_SECONDS:
            self._usual.popleft()
        if (
            self._cut is None
            and change > _CUT_FLOOR
            and change > _CUT_FACTOR * self._usual_change()
        ):
            self._cut = _Cut(last, time, change)
            self.candidate = True
        self._usual.append((time, change))
        if self._cut is None:
            found += self._line.take(time, miniature)
        if found:
            self._line = _Line()
        return found

    def finish(self) -> list[float]:
        """The film is over: the last boundary, if that was still open."""
        if self._cut is None or self._last is None:
            return []
        return [self._cut.time] if _alike(self._cut.before, self._last) < _CUT_ALIKE else []

    def _usual_change(self) -> float:
        """The change from frame to frame during the last second, 0 where there is none."""
        return statistics.median(change for _, change in self._usual) if self._usual else 0.0

    def _decided(
        self, cut: _Cut, time: float, miniature: NDArray[np.uint8], change: float
    ) -> list[float]:
        """Whether it was a cut, once some frames behind it have been seen."""
        behind = time - cut.time
        if behind <= _CONFIRM_LATEST:
            cut.since.append(change)
            if len(cut.since) < _CONFIRM_FRAMES or behind < _CONFIRM_SECONDS:
                return []
        self._cut = None
        if cut.since and cut.change < _CUT_FACTOR * statistics.median(cut.since):
            return []
        return [cut.time] if _alike(cut.before, miniature) < _CUT_ALIKE else []


@dataclass
class _Cut:
    """What may be a cut.

    Attributes:
        before: the last frame before it.
        time: of the first frame behind it, seconds.
        change: between the two, mean difference in levels of brightness.
        since: the changes that followed.
    """

    before: NDArray[np.uint8]
    time: float
    change: float
    since: list[float] = field(default_factory=list)


class _Line:
    """The last frames of a shot, and whether they lie on a line between two pictures."""

    def __init__(self) -> None:
        self._vectors = np.zeros((_MOST_KEPT, _PIXELS), np.float32)
        self._products = np.zeros((_MOST_KEPT, _MOST_KEPT))
        self._times: list[float] = []

    def take(self, time: float, miniature: NDArray[np.uint8]) -> list[float]:
        """Add a frame; the middle of the dissolve that ends with it, if one does."""
        if self._times and time - self._times[-1] < _STEP_SECONDS:
            return []
        if len(self._times) == _MOST_KEPT:
            self._forget()
        count = len(self._times)
        vector = miniature.ravel().astype(np.float32)
        self._vectors[count] = vector - vector.mean()
        self._times.append(time)
        count += 1
        row = self._vectors[:count] @ self._vectors[count - 1]
        self._products[count - 1, :count] = self._products[:count, count - 1] = row / _PIXELS
        for window in _WINDOWS:
            first = int(np.searchsorted(self._times, time - window, "right")) - 1
            if first < 0:
                break
            if count - first >= 5 and (middle := self._dissolve(first)) is not None:
                return [middle]
        return []

    def _forget(self) -> None:
        half = _MOST_KEPT // 2 + 8
        drop = _MOST_KEPT - half
        self._vectors[:half] = self._vectors[drop:].copy()
        self._products[:half, :half] = self._products[drop:, drop:].copy()
        del self._times[:drop]

    def _dissolve(self, first: int) -> float | None:
        """The middle of a dissolve from a frame to the last; None where there is none."""
        last = len(self._times) - 1
        products = self._products[first : last + 1, first : last + 1]
        a, b, ab = products[0, 0], products[-1, -1], products[0, -1]
        if min(a, b) < _DISSOLVE_SPREAD**2 or ab > _DISSOLVE_ALIKE * np.sqrt(a * b):
            return None
        length = a + b - 2 * ab
        between = np.diagonal(products)
        from_a = between - 2 * products[0] + a
        share = (products[:, -1] - products[:, 0] - ab + a) / length
        beside = np.sqrt(np.maximum(from_a - share**2 * length, 0) / length)
        steps = np.diff(share)
        if np.median(beside[1:-1]) > _BESIDE or beside.max() > _MOST_BESIDE:
            return None
        if steps.max() > _LONGEST_STEP or steps.min() < -_LONGEST_STEP_BACK:
            return None
        middle = int(np.argmax(share >= 0.5))
        return self._times[first + middle]


def _spread(miniature: NDArray[np.uint8]) -> float:
    _, ((spread,),) = cv2.meanStdDev(miniature)
    return float(spread)


def _alike(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """How much of the structure of two miniatures agrees, whatever their brightness; up to 1."""
    first, second = one.astype(np.float32), other.astype(np.float32)
    first -= first.mean()
    second -= second.mean()
    scale = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float((first * second).sum()) / scale if scale else 0.0
