"""The time of a film's frames, whatever its own clock says."""

from __future__ import annotations

_LONGEST_STEP = 86_400.0  # seconds


class FilmClock:
    """Times that always grow, from 0 on.

    Where a film's own clock is missing, stands still, jumps back (recordings joined end to end,
    counters that wrapped) or leaps ahead by more than a day, it goes on at the frame rate.

    Args:
        rate: frames a second, where nothing else tells.

    Attributes:
        time: of the last frame, seconds from the first; 0 before it.
    """

    def __init__(self, rate: float) -> None:
        self.time = 0.0
        self._step = 1 / rate
        self._shift: float | None = None

    def ahead(self, told: float) -> float | None:
        """The time of a frame that is still to come, if nothing is wrong until then.

        Args:
            told: what the film says of it; before the first frame nothing is known.
        """
        return None if self._shift is None else told + self._shift

    def tick(self, told: float | None) -> float:
        """The time of the next frame.

        Args:
            told: what the film says of it, seconds by its own clock; None when it says nothing.
        """
        if self._shift is None:
            self._shift = -(told or 0.0)
            return self.time
        following = self.time + self._step
        if told is not None:
            step = told + self._shift - self.time
            if 0 < step <= _LONGEST_STEP:
                following = self.time + step
            else:
                self._shift = following - told
        self.time = following
        return following
