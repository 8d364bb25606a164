"""A scan of a folder in which nothing is as it should be tells every name, and ends."""

import io
import os
import random
import socket
import string
import subprocess
import tarfile
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from clew.intake.triage import Scan
from clew.intake.walk import walk
from clew.records.models import Sighting
from clew.settings import Settings
from clew.training.pictures import make_picture
from clew.training.practice import practice


@pytest.fixture(scope="module")
def picture():
    out = io.BytesIO()
    Image.fromarray(make_picture(5, 1, 240, 320).pixels).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def folder(place):
    (place / "odd").mkdir()
    return place / "odd"


def walked(folder):
    return {entry.path: entry for entry in walk(os.fsencode(folder))}


@contextmanager
def scanned(place, folder):
    with practice(
        place / "workspace", Settings.from_environment({"CLEW_WORKERS": "1"})
    ) as workspace:
        Scan(workspace, folder).run()
        yield {bytes(s.path): s for s in Sighting.objects.all()}


ODD_NAMES = [
    b"not-text-\xff\xfe\x80.jpg",
    b"two\nlines.jpg",
    b"\x1b[2J\x1b]0;owned\x07.jpg",
    "\u202egpj.exe".encode(),
    b" .jpg",
    b"-rf.jpg",
    b"%s%n{0}.jpg",
    b"'; drop table sighting; --.jpg",
    b"\\\\server\\share.jpg",
    b"x" * 251 + b".jpg",
]


def random_name(length, chance):
    return "".join(chance.choices(string.ascii_letters + string.digits, k=length))


def deep_path(folder, length):
    """A path longer than what an index of the database takes, and not compressible."""
    chance = random.Random(7)
    path = Path("/".join(random_name(200, chance) for _ in range(length // 200)))
    (folder / path).mkdir(parents=True)
    return path / "deep.jpg"


def test_every_name_is_found_as_the_file_system_spells_it(folder, picture):
    for name in ODD_NAMES:
        (folder / os.fsdecode(name)).write_bytes(picture)
    assert set(walked(folder)) == set(ODD_NAMES)


def test_what_is_no_file_is_told_and_not_opened(folder):
    os.mkfifo(folder / "pipe")
    (folder / "loop").symlink_to("loop")
    (folder / "up").symlink_to("..")
    (folder / "away").symlink_to("/etc")
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(folder)  # the path of a socket must be short
        server.bind("socket")
        os.chdir(here)
        begun = time.monotonic()
        found = walked(folder)
    assert time.monotonic() - begun < 5.0
    assert found[b"pipe"].problem == "a named pipe, not a file"
    assert found[b"socket"].problem == "a socket, not a file"
    for link in (b"loop", b"up", b"away"):
        assert found[link].problem.startswith("a symbolic link: ")
    assert len(found) == 5


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make devices")
def test_devices_are_told_and_not_opened(folder):
    os.mknod(folder / "zero", 0o020666, os.makedev(1, 5))
    assert walked(folder)[b"zero"].problem == "a character device, not a file"


def test_a_folder_too_deep_to_be_listed_is_told(folder):
    """Deeper than the system's longest path, as programs can make it step by step."""
    here = Path.cwd()
    os.chdir(folder)
    try:
        for _ in range(30):
            Path("d" * 200).mkdir()
            os.chdir("d" * 200)
        os.chdir(here)
        (problem,) = {entry.problem for entry in walked(folder).values()}
    finally:
        os.chdir(here)
        subprocess.run(["rm", "-rf", folder / ("d" * 200)], check=True)  # it goes step by step
    assert problem.endswith("(File name too long)")


def test_a_scan_lists_everything_however_it_is_called(place, folder, picture):
    for name in ODD_NAMES:
        (folder / os.fsdecode(name)).write_bytes(picture)
    os.mkfifo(folder / "pipe")
    (folder / "loop").symlink_to("loop")
    with scanned(place, folder) as sightings:
        assert set(sightings) == {*ODD_NAMES, b"pipe", b"loop"}
        assert {sightings[name].outcome for name in ODD_NAMES} == {"read"}
        assert sightings[b"pipe"].notes == ["a named pipe, not a file"]


def test_a_scan_keeps_paths_of_any_length(place, folder, picture):
    deep = deep_path(folder, 3000)
    (folder / deep).write_bytes(picture)
    member = "/".join(random_name(100, random.Random(i)) for i in range(40))
    with tarfile.open(folder / "long.tar", "w", format=tarfile.PAX_FORMAT) as archive:
        entry = tarfile.TarInfo(member)
        entry.size = len(picture)
        archive.addfile(entry, io.BytesIO(picture))
    with scanned(place, folder) as sightings:
        assert sightings[os.fsencode(deep)].outcome == "read"
        assert len(sightings) == 3
        assert {s.outcome for s in sightings.values()} == {"read"}
