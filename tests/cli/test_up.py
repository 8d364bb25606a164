"""Serving from the command line, as far as the officer at this machine sees it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from functools import partial
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


def _workers_of(process: int) -> list[int]:
    told = subprocess.run(
        ["ps", "-ww", "--ppid", str(process), "-o", "pid=,args="], capture_output=True
    )
    lines = told.stdout.decode().splitlines()
    return [int(line.split()[0]) for line in lines if " worker --workspace" in line]


def _ended(process: int) -> bool:
    return not Path(f"/proc/{process}").exists()


def _until(done) -> bool:
    deadline = time.monotonic() + 60
    while not done() and time.monotonic() < deadline:
        time.sleep(0.2)
    return bool(done())


def test_what_is_handed_in_is_read_beside_serving_and_no_worker_is_left_behind(place, practised):
    workspace = practised(place / "workspace")
    command = [Path(sys.executable).parent / "clew", "up", "--port", "0", "-w", workspace]
    served = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert "Serving" in served.stdout.readline()
        (worker,) = _workers_of(served.pid)
    finally:
        served.kill()
        served.communicate(timeout=30)
    assert _until(partial(_ended, worker))
    served = subprocess.Popen([*command, "--no-worker"], stdout=subprocess.PIPE, text=True)
    try:
        assert "Serving" in served.stdout.readline()
        assert _workers_of(served.pid) == []
    finally:
        served.terminate()
        served.communicate(timeout=30)
