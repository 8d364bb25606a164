"""Serving from the command line, as far as the officer at this machine sees it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path


def test_the_browser_of_this_machine_is_sent_to_the_address(place, practised):
    workspace = practised(place / "workspace")
    browser, came = place / "browser", place / "came"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {came}.half && mv {came}.half {came}\n')
    browser.chmod(0o755)
    served = subprocess.Popen(
        [Path(sys.executable).parent / "clew", "up", "--open", "--port", "0", "-w", workspace],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"BROWSER": str(browser)},
    )
    try:
        said = re.search(r"http://\S+$", served.stdout.readline())
        deadline = time.monotonic() + 30
        while not came.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert came.read_text() == said[0]
    finally:
        served.terminate()
        served.communicate(timeout=30)
