"""A workspace that is served by a process of its own."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

CLEW = Path(sys.executable).parent / "clew"


class Served:
    """A workspace that is served by a process, which may be killed and comes back."""

    def __init__(self, workspace: Path) -> None:
        self._workspace = workspace
        self.port = 0
        self.start()

    def start(self) -> None:
        asked = [CLEW, "up", "--no-worker", "--port", str(self.port), "-w", self._workspace]
        deadline = time.monotonic() + 60
        said = None
        while said is None:  # the database may be away
            assert time.monotonic() < deadline
            self.process = subprocess.Popen(
                asked, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
            assert self.process.stdout is not None
            said = re.search(r":(\d+)$", self.process.stdout.readline().decode().strip())
            if said is None:
                self.kill()
        self.port = int(said[1])

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()  # type: ignore[union-attr]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"
