"""What waits for decisions in the workspace that is served, in an order that all requests share."""

from __future__ import annotations

import threading

from clew.casework.queue import Queue
from clew.serving.served import served

_lock = threading.Lock()
_made: dict[int, Queue] = {}


def waiting() -> Queue:
    """The queue of the workspace that is served."""
    with _lock:
        return _made.setdefault(id(served()), Queue())
