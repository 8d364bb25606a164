"""Where one shot of a film ends and the next begins: cuts, fades, dissolves.

A film is looked at frame by frame, at very small scale. Where frames are left out, a change from
one to the next is shared among them.

A *cut* is a change both large in itself and several times the median of the last second, the
adaptive rule of PySceneDetect's ``AdaptiveDetector`` looking only backwards, after which the old
picture does not come back: that tells it from flashes and from light that is switched on.

A *dissolve* mixes two pictures in shares that run from none to all, so that every frame between
lies on the straight line between the first and the last (the model of Fernando, Canagarajah and
Bull, "Fade and Dissolve Detection in Uncompressed and Compressed Video Sequences", ICIP 1999).
Whatever moves does not: half way through a pan the picture is like neither end. So for windows of
several lengths it is measured how far the frames lie beside that line. All inner products of the
last frames are at hand, one product of a matrix and a vector for each new one.

A *fade* leaves the picture black or white for a moment; the next shot begins where that ends.
"""

from __future__ import annotations

import math
import statistics
from bisect import bisect_right
from collections import deque
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

MINIATURE = (36, 64)
"""Rows and columns of what is looked at."""

LATENCY = 3.8
"""Seconds after which it is known of every moment whether a shot begins there."""

_USUAL_SECONDS = 1.0
_CUT_FLOOR = 10.0
_CUT_FACTOR = 2.0
_CUT_ALIKE = 0.65
_CONFIRM_SECONDS = 0.15
_CONFIRM_FRAMES = 3
_CONFIRM_LATEST = 0.5  # seconds
_BLANK_SPREAD = 6.0  # levels; and
_DARK, _BRIGHT = 45, 210
_BLANK_SHARE = 0.15  # of what was usual before
_FORGETTING = 0.98  # a frame

_STEP_SECONDS = 0.07
_WINDOWS = (0.45, 0.7, 1.0, 1.5, 2.2)  # seconds
_DISSOLVE_SPREAD = 9.0
_DISSOLVE_ALIKE = 0.3
_BESIDE = 0.36  # of the line's length
_LONGEST_STEP, _LONGEST_STEP_BACK = 0.62, 0.15  # likewise
_SETTLED = 0.5  # of the squared length
_LEAST_AROUND = 0.3  # seconds
_MOST_KEPT = 64
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
        self._contrast = 0.0
        self._seen: NDArray[np.uint8] | None = None
        self._line = _Line()

    def take(self, time: float, miniature: NDArray[np.uint8], steps: int = 1) -> list[float]:
        """Look at the next frame.

        Args:
            time: of the frame, seconds.
            miniature: its luma, uint8 of shape :data:`MINIATURE`.
            steps: frames from the one before to it; those between are not looked at.

        Returns:
            Times at which a shot is now known to have begun: none earlier than the frame before
            this one, or :data:`LATENCY` ago.
        """
        self.candidate = False
        last, self._last = self._last, miniature
        seen = self._seen
        was_blank, self._blank = self._blank, self._is_blank(miniature)
        if self._blank or was_blank or not self._shown:
            return self._around_blank(time, miniature, seen)
        assert last is not None
        found = []
        change = float(cv2.norm(last, miniature, cv2.NORM_L1)) / _PIXELS
        if self._cut is not None:
            found += self._decided(self._cut, time, miniature, [change / steps] * steps)
        while self._usual and self._usual[0][0] < time - _USUAL_SECONDS:
            self._usual.popleft()
        factor = _CUT_FACTOR * steps  # what moves, moves farther meanwhile
        floor = _CUT_FLOOR * (1 + steps) / 2
        large = change > floor and change > factor * self._usual_change()
        if self._cut is None and large and _alike(last, miniature) < _CUT_ALIKE:
            self._cut = _Cut(last, time, change / factor)
            self.candidate = True
        self._usual.extend([(time, change / steps)] * steps)
        if self._cut is None:
            found += self._line.take(time, miniature)
        if found:
            found = self._line.close() + found
            self._line = _Line()
        return found

    def finish(self) -> list[float]:
        """The film is over: the last boundary, if that was still open."""
        found = self._line.close()
        if self._cut is None or self._last is None:
            return found
        if _alike(self._cut.before, self._last) < _CUT_ALIKE:
            found.append(self._cut.time)
        return found

    def _is_blank(self, miniature: NDArray[np.uint8]) -> bool:
        """Whether black or white is left of what was to be seen; a plain wall is not blank."""
        mean, spread = (float(value[0, 0]) for value in cv2.meanStdDev(miniature))
        if not self._shown:
            return bool(spread < _BLANK_SPREAD / 2)
        grey = _DARK < mean < _BRIGHT
        if not grey and spread < min(_BLANK_SPREAD, _BLANK_SHARE * self._contrast):
            return True
        self._contrast = max(spread, _FORGETTING * self._contrast)
        if spread > self._contrast / 2:
            self._seen = miniature
        return False

    def _around_blank(
        self, time: float, miniature: NDArray[np.uint8], seen: NDArray[np.uint8] | None
    ) -> list[float]:
        """What became blank was no cut: the next shot begins behind it, if it shows another."""
        found = self._line.close()
        self._cut, self._line = None, _Line()
        if self._blank:
            return found
        self.candidate = True
        if seen is not None and _alike(seen, miniature) < _CUT_ALIKE:
            found.append(time)
        self._shown = True
        return found

    def _usual_change(self) -> float:
        """The change from frame to frame during the last second, 0 where there is none."""
        return statistics.median(change for _, change in self._usual) if self._usual else 0.0

    def _decided(
        self, cut: _Cut, time: float, miniature: NDArray[np.uint8], changes: list[float]
    ) -> list[float]:
        """Whether it was a cut, once some frames behind it have been seen."""
        behind = time - cut.time
        if behind <= _CONFIRM_LATEST:
            cut.since += changes
            if len(cut.since) < _CONFIRM_FRAMES or behind < _CONFIRM_SECONDS:
                return []
        self._cut = None
        if cut.since and cut.most_usual < statistics.median(cut.since):
            return []
        return [cut.time] if _alike(cut.before, miniature) < _CUT_ALIKE else []


@dataclass
class _Cut:
    """What may be a cut.

    Attributes:
        before: the last frame before it.
        time: of the first frame behind it, seconds.
        most_usual: change from frame to frame with which it would be no cut, mean difference in
            levels of brightness.
        since: the changes that followed.
    """

    before: NDArray[np.uint8]
    time: float
    most_usual: float
    since: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class _Dissolve:
    """What may be a dissolve, until it is seen whether the picture stays as it is behind it.

    Attributes:
        middle: seconds at which both pictures show equally.
        end: the frame it ends with.
        length: squared distance from its first frame to its last.
        due: seconds at which it is decided. Whatever moved on as fast before and behind is a
            camera that moves.
    """

    middle: float
    end: NDArray[np.float32]
    length: float
    due: float

    def goes_on_to(self, later: NDArray[np.float32]) -> float:
        """How far a later frame is from its end, as a share of its squared length."""
        return float(np.square(later - self.end).sum()) / _PIXELS / self.length


class _Line:
    """The last frames of a shot, and whether they lie on a line between two pictures."""

    def __init__(self) -> None:
        self._vectors = np.zeros((_MOST_KEPT, _PIXELS), np.float32)
        self._products = np.zeros((_MOST_KEPT, _MOST_KEPT))
        self._times: list[float] = []
        self._pending: _Dissolve | None = None

    def close(self) -> list[float]:
        """The shot ends here: the middle of a dissolve behind which nothing more is seen."""
        pending, self._pending = self._pending, None
        return [] if pending is None else [pending.middle]

    def take(self, time: float, miniature: NDArray[np.uint8]) -> list[float]:
        """Add a frame; the middle of a dissolve behind which the picture has settled."""
        if self._times and time - self._times[-1] < _STEP_SECONDS:
            return []
        if len(self._times) == _MOST_KEPT:
            self._forget()
        count = len(self._times)
        vector = miniature.ravel().astype(np.float32)
        self._vectors[count] = vector - cv2.mean(miniature)[0]  # far quicker than NumPy's
        self._times.append(time)
        count += 1
        row = self._vectors[:count] @ self._vectors[count - 1]
        self._products[count - 1, :count] = self._products[:count, count - 1] = row / _PIXELS
        if self._pending is not None:
            if time < self._pending.due:
                return []
            pending, self._pending = self._pending, None
            if pending.goes_on_to(self._vectors[count - 1]) < _SETTLED:
                return [pending.middle]
        for window in _WINDOWS:
            first = self._before(time - window)
            if first is None:
                break
            if count - first >= 5 and (middle := self._dissolve(first)) is not None:
                around = max(_LEAST_AROUND, window / 2)
                length = self._apart(first, count - 1)
                earlier = self._before(self._times[first] - around)
                if earlier is None or self._apart(earlier, first) < _SETTLED * length:
                    end = self._vectors[count - 1].copy()
                    self._pending = _Dissolve(middle, end, length, time + around)
                    break
        return []

    def _before(self, time: float) -> int | None:
        """Number of the last frame not later than a time."""
        number = bisect_right(self._times, time) - 1
        return number if number >= 0 else None

    def _apart(self, one: int, other: int) -> float:
        """Squared distance of two frames."""
        products = self._products
        return float(products[one, one] + products[other, other] - 2 * products[one, other])

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
        a, b, ab = products.item(0, 0), products.item(-1, -1), products.item(0, -1)
        if min(a, b) < _DISSOLVE_SPREAD**2 or ab > _DISSOLVE_ALIKE * math.sqrt(a * b):
            return None
        length = a + b - 2 * ab
        between = np.diagonal(products)
        from_a = between - 2 * products[0] + a
        share = (products[:, -1] - products[:, 0] - ab + a) / length
        beside = np.sqrt(np.maximum(from_a - share**2 * length, 0) / length)
        steps = np.diff(share)
        # NumPy's own median would import more, which a confined process cannot.
        if statistics.median(beside[1:-1].tolist()) > _BESIDE or beside.max() > 1.5 * _BESIDE:
            return None
        if steps.max() > _LONGEST_STEP or steps.min() < -_LONGEST_STEP_BACK:
            return None
        middle = int(np.argmax(share >= 0.5))
        return self._times[first + middle]


def _alike(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """How much of the structure of two miniatures agrees, whatever their brightness; up to 1."""
    first, second = one.astype(np.float32), other.astype(np.float32)
    first -= first.mean()
    second -= second.mean()
    scale = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float((first * second).sum()) / scale if scale else 0.0
