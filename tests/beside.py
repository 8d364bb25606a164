"""Work beside a browser that a test drives."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context

from django.db import connections


def beside(work: Callable[[], object]) -> None:
    """Work in a thread: Playwright keeps an event loop in this one."""

    def to_the_end() -> None:
        try:
            work()
        finally:
            connections.close_all()

    run = copy_context().run
    working = threading.Thread(target=lambda: run(to_the_end))
    working.start()
    working.join()
