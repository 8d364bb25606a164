"""Contributing: chosen originals in the vault, verified; every file gets an answer."""

from __future__ import annotations

import hashlib
import os
import zipfile
from pathlib import Path

import pytest
from left import connected, places

from clew.casework.gather import gather
from clew.intake.contribute import contribute
from clew.intake.triage import Scan
from clew.records.models import Media, Original, Sighting
from clew.settings import Settings
from clew.training.practice import practice


@pytest.fixture
def ours(workspace):
    settings = Settings.from_environment({"CLEW_WORKERS": "1"})
    with practice(workspace, settings) as opened:
        yield opened


def test_an_original_is_stored_verified_and_connected(ours, evidence):
    files = [evidence / "one.jpg", evidence / "DCIM" / "one-again.jpg"]
    done = contribute(ours, files).files
    assert [(one.path, one.again, one.problem) for one in done] == [(f, False, "") for f in files]
    for file, one in zip(files, done, strict=True):
        content = file.read_bytes()
        assert one.sha256 == hashlib.sha256(content).hexdigest()
        with ours.vault.open_original(one.sha256, actor="test", purpose="test") as stored:
            assert stored.read() == content
    assert Original.objects.count() == 2
    assert len(connected()) == 1
    assert gather().figures.in_vault == 2


def test_the_second_time_it_was_there_already(ours, evidence):
    contribute(ours, [evidence / "one.jpg"])
    (again,) = contribute(ours, [evidence / "one.jpg"]).files
    assert (again.again, again.problem) == (True, "")
    assert Original.objects.count() == Sighting.objects.count() == 1


def test_nothing_is_refused_in_silence(ours, evidence, place):
    """One that fails gets its reason and does not stop the others."""
    os.mkfifo(place / "pipe")
    (evidence / "link.jpg").symlink_to(evidence / "two.jpg")
    (evidence / "dangling.jpg").symlink_to(place / "nowhere")
    (place / "letter.txt").write_text("Dear Sir or Madam")
    wanted = {
        place / "missing.jpg": "No such file",
        place: "it is a folder",
        place / "pipe": "not a regular file",
        evidence / "dangling.jpg": "No such file",
        evidence / "link.jpg": "",
        place / "letter.txt": "",
        evidence / "one.jpg": "",
    }
    done = contribute(ours, list(wanted)).files
    assert [one.path for one in done] == list(wanted)
    for one, problem in zip(done, wanted.values(), strict=True):
        assert problem in one.problem
        assert bool(one.problem) == bool(problem), one
        assert ours.vault.has_original(one.sha256) if not problem else not one.sha256


def test_what_was_scanned_before_counts_once(ours, evidence, monkeypatch):
    Scan(ours, evidence).run()
    before = places()
    monkeypatch.chdir(evidence / "DCIM")
    contribute(ours, [Path("one-again.jpg"), Path("../one.jpg")])
    assert places() == before
    assert gather().figures.repeated == 0
    assert [len(group.items) for group in gather().groups] == [2]
    assert all(item.in_vault for item in gather().groups[0].items)


def test_what_is_scanned_afterwards_counts_once(ours, evidence):
    contribute(ours, [evidence / "DCIM" / "one-again.jpg"])
    done = Scan(ours, evidence).run()
    assert (done.files, done.already) == (3, 1)
    assert Sighting.objects.count() == Media.objects.count() == 3


def test_an_archive_that_was_handed_in_is_still_looked_into_by_a_scan(ours, place, picture):
    (place / "drive").mkdir()
    with zipfile.ZipFile(place / "drive" / "all.zip", "w") as archive:
        archive.writestr("inside.jpg", picture(1))
    contribute(ours, [place / "drive" / "all.zip"])
    Scan(ours, place / "drive").run()
    assert set(places()) == {"all.zip", "all.zip!/inside.jpg"}


def test_a_name_that_is_no_text(ours, evidence):
    name = os.fsdecode(b"caf\xe9.jpg")
    (evidence / name).write_bytes((evidence / "one.jpg").read_bytes())
    (done,) = contribute(ours, [evidence / name]).files
    assert done.problem == ""
    assert bytes(Sighting.objects.get().path) == b"caf\xe9.jpg"
