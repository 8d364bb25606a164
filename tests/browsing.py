"""A real browser for the tests of pages, and what Django must forget with it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections
from playwright.sync_api import Browser, sync_playwright


@contextmanager
def browsing() -> Iterator[Browser]:
    """A browser, for a module and no longer.

    The event loop that Playwright keeps in this thread would be in the way of whatever runs one of
    its own, as contributing does. Django speaks to no database beside a loop unless it is told
    that nothing else runs there, and keeps connections of their own for that time: left open,
    they would lead the next module to a database that has ended since.
    """
    # The first never has windows, and opens a page in half the time of the others.
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=found,  # or what `playwright install` got
            # The sandbox cannot start under root, as in most containers.
            args=["--no-sandbox", "--disable-dev-shm-usage"],
        )
        yield started
        started.close()
        for connection in connections.all(initialized_only=True):
            connection.close()
            del connections[connection.alias]
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
