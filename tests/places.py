"""Folders of tests, and the databases of the workspaces in them."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

FINISHED = "finished"
"""In a folder that its test needs no longer."""


def stop_database(workspace: Path) -> None:
    """Stop the server of a workspace at once; it would by itself, after a grace."""
    database = os.fsencode(workspace / "database")
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        keepers = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                arguments = (process / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if b"clew.postgres" in arguments and database in arguments:
                keepers.append(int(process.name))
        if not keepers:
            return
        for keeper in keepers:
            try:
                os.kill(keeper, signal.SIGTERM)
            except ProcessLookupError:
                continue
        time.sleep(0.05)
    raise AssertionError(f"the database of {workspace} does not stop")
