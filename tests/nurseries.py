"""Nurseries of decoding processes that go on to the next test.

One takes half a second of a processor to begin, and each scan or contribution begins one. Decoding
processes themselves are forked for each as always.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import clew.media.pool
from clew.media.limits import Limits
from clew.media.nursery import Nursery


@contextmanager
def kept_nurseries() -> Iterator[None]:
    """Let pools of this process take over what others have closed, until the end of this."""
    idle: dict[tuple[str, Limits], Nursery] = {}

    class Kept:
        def __init__(self, task: str, limits: Limits) -> None:
            self._kind = task, limits
            self._nursery = idle.pop(self._kind, None) or Nursery(task, limits)
            self.fork, self.why = self._nursery.fork, self._nursery.why

        def close(self) -> None:
            if self._kind in idle:
                self._nursery.close()
            else:
                idle[self._kind] = self._nursery

    clew.media.pool.Nursery = Kept  # type: ignore[assignment, misc]
    try:
        yield
    finally:
        clew.media.pool.Nursery = Nursery  # type: ignore[misc]
        for nursery in idle.values():
            nursery.close()
