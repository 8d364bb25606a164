"""On a kernel, or in a container, that has neither seccomp nor Landlock, people are told so."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

# As strict containers do it: the calls that would confine are refused to this and all it starts.
REFUSING = """
import errno, os, sys
import pyseccomp as s

rules = s.SyscallFilter(s.ALLOW)
rules.add_rule(s.ERRNO(errno.EPERM), "seccomp")
rules.add_rule(s.ERRNO(errno.EPERM), "prctl", s.Arg(0, s.EQ, 22))
rules.add_rule(s.ERRNO(errno.ENOSYS), "landlock_create_ruleset")
rules.load()
os.execv(sys.argv[1], sys.argv[1:])
"""
WARNING = "neither seccomp nor Landlock is in force"


@pytest.fixture
def clew_without():
    """Runs the command where nothing can be confined."""

    def run(*arguments):
        command = Path(sys.executable).parent / "clew"
        return subprocess.run(
            [sys.executable, "-c", REFUSING, command, *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=120,
            env=os.environ | {"CLEW_WORKERS": "1", "COLUMNS": "300"},
        )

    return run


def test_doctor_misses_confinement(clew_without):
    done = clew_without("doctor", "--json")
    assert done.returncode == 2, done.stderr
    checks = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    assert WARNING in checks["confined decoding"]["says"]
    assert checks["confined decoding"]["needed"]
    assert not checks["confinement: seccomp"]["fine"]
    assert not checks["confinement: landlock"]["fine"]


@pytest.mark.soak
def test_a_scan_warns_aside_and_goes_on(clew_without, collection, place, practised):
    workspace = practised(place / "workspace")
    done = clew_without("scan", collection.folder, "--workspace", workspace, "--json")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count(WARNING) == 1
    assert json.loads(done.stdout)["figures"]["pictures"] > 0


def test_nobody_is_warned_where_decoding_is_confined(clew, collection, place, practised):
    done = clew("scan", collection.folder, "--workspace", practised(place / "workspace"))
    assert done.code == 0
    assert "Warning" not in done.err
