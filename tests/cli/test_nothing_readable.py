"""Nothing readable outside the vault: private files, no content in clear, no core dumps."""

from __future__ import annotations

import os
import re
import resource
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from clew.postgres import Server

CLEW = Path(sys.executable).parent / "clew"


@pytest.fixture(scope="module")
def marker() -> bytes:
    return secrets.token_hex(24).encode()


@pytest.fixture(scope="module")
def used(make_place, collection, clew, marker) -> Iterator[Path]:
    """A workspace with a scan, and two files contributed, as left by whoever has no umask."""
    place = make_place()
    letter, evidence = place / "letter.txt", place / "evidence"
    evidence.mkdir()
    for kind in ("picture", "clip"):
        shutil.copy(collection.first(kind), evidence)
    letter.write_bytes(b"Dear Sir or Madam, " + marker)
    before = os.umask(0)
    try:
        assert clew("setup", "--demo", "-w", place / "workspace").code == 0
        done = clew("scan", evidence, "-w", place / "workspace")
        assert done.code == 0, done.err
        done = clew("contribute", letter, collection.first("picture"), "-w", place / "workspace")
        assert done.code == 0, done.err
        server = Server.open(place / "workspace" / "database")
    finally:
        os.umask(before)
    with server:  # one that stops takes files away while they are looked at
        yield place / "workspace"


def files(workspace: Path) -> list[Path]:
    return [path for path in workspace.rglob("*") if path.is_file()]


def test_every_file_is_for_its_owner_alone(used):
    open_to_others = [
        path for path in (used, *used.rglob("*")) if path.lstat().st_mode & 0o077 != 0
    ]
    assert open_to_others == []
    kept = {path.relative_to(used).parts[0] for path in files(used)}
    assert kept >= {"vault", "vault.key", "database", "log", "workspace.json"}


def test_no_file_holds_what_was_contributed(used, marker, collection):
    picture = collection.first("picture").read_bytes()
    pieces = [marker, picture[len(picture) // 2 :][:64]]
    holding = [path for path in files(used) if any(p in path.read_bytes() for p in pieces)]
    assert holding == []


def test_no_file_holds_a_preview(used):
    from clew.records.models import Media
    from clew.settings import Settings
    from clew.workspace import Workspace

    with Workspace.open(used, Settings.from_environment({}), create=False) as opened:
        hashes = [bytes(sha256).hex() for sha256 in Media.objects.values_list("sha256", flat=True)]
        previews = [opened.vault.get_derivative("preview", sha256) for sha256 in hashes]
        assert len(previews) == 2
        beginnings = {preview[-80:-16] for preview in previews}
        for path in files(used):
            content = path.read_bytes()
            assert not any(piece in content for piece in beginnings), path


def test_no_process_of_a_scan_may_leave_a_core_dump(collection, make_place, clew):
    """Looked at while it works: the command, its decoders, the keeper, PostgreSQL."""
    workspace = make_place() / "workspace"
    assert clew("setup", "--demo", "-w", workspace).code == 0
    limits = resource.getrlimit(resource.RLIMIT_CORE)
    scan = subprocess.Popen(
        [CLEW, "scan", collection.folder, "-w", workspace],
        stdout=subprocess.DEVNULL,
        env=os.environ | {"CLEW_WORKERS": "1"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (limits[1], limits[1])),
    )
    log, deadline = workspace / "log" / "clew.log", time.monotonic() + 60
    while not (log.exists() and "decoders confined" in log.read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.kill(scan.pid, signal.SIGSTOP)
    try:
        seen = {}
        for process in Path("/proc").glob("[0-9]*"):
            try:
                command = (process / "cmdline").read_bytes()
                limit = (process / "limits").read_text()
                parent = int((process / "stat").read_text().rpartition(") ")[2].split()[1])
            except OSError:
                continue
            of_ours = os.fsencode(workspace) in command or parent == scan.pid
            if of_ours:
                found = re.search(r"^Max core file size +(\S+) +(\S+)", limit, re.MULTILINE)
                seen[command] = found.groups() if found else None
        assert any(b"clew.media.child" in command for command in seen)
        assert any(b"clew.postgres" in command for command in seen)
        assert any(b"bin/postgres" in command for command in seen)
        assert set(seen.values()) == {("0", "0")}
    finally:
        scan.kill()
        scan.wait(60)


def test_neither_the_command_nor_a_decoder_can_be_looked_into():
    """What the kernel dumps into a program instead of a file, it dumps only of the dumpable."""
    code = (
        "import ctypes\n"
        "from clew.dumps import refuse_dumps\n"
        "refuse_dumps()\n"
        "print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout.strip() == b"0"
