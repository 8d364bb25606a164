"""How often one session may ask: evenly, with some at once."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Hashable

from clew.api.problems import ProblemError

_MOST_REMEMBERED = 50_000


class Rate:
    """Lets so many through a minute for each asker (the generic cell rate algorithm).

    Args:
        a_minute: how many.
        at_once: how many of them may come together.
        clock: seconds.
    """

    def __init__(
        self, a_minute: int, at_once: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._each, self._clock = 60 / a_minute, clock
        self._tolerated = self._each * at_once
        self._due: dict[Hashable, float] = {}  # when each has used up nothing
        self._lock = threading.Lock()

    def take(self, who: Hashable) -> None:
        """One more.

        Raises:
            ProblemError: too many; it says when to ask again.
        """
        with self._lock:
            now = self._clock()
            due = max(self._due.get(who, 0.0), now) + self._each
            wait = due - now - self._tolerated
            if wait > 0:
                raise _too_many(wait)
            if len(self._due) >= _MOST_REMEMBERED:
                self._due = {one: at for one, at in self._due.items() if at > now}
            self._due[who] = due


def _too_many(wait: float) -> ProblemError:
    seconds = math.ceil(wait)
    return ProblemError(
        429,
        "too-many",
        f"Too many requests. Ask again after {seconds} s.",
        {"Retry-After": str(seconds)},
    )
