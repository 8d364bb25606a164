"""Several at work in one workspace, and what happens when storing fails."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from django.db import DatabaseError, connection
from left import connected, everything, places

from clew.intake import storing
from clew.intake.matching import compare_waiting
from clew.intake.progress import Progress
from clew.intake.triage import Scan
from clew.records.models import Media, Sighting, StoredMatch
from clew.settings import Settings
from clew.training.practice import practice
from clew.workspace import Workspace

CLEW = Path(sys.executable).parent / "clew"


def opened(folder: Path) -> AbstractContextManager[Workspace]:
    return practice(folder, Settings.from_environment({"CLEW_WORKERS": "1"}))


@pytest.mark.soak
def test_two_scans_of_two_folders_at_once(place, workspace, picture, practised):
    """Each picture lies in both folders, as other bytes: all connections are across."""
    practised(workspace)
    count = 12
    for name, quality in (("left", 90), ("right", 45)):
        (place / name).mkdir()
        for number in range(count):
            (place / name / f"{number}.jpg").write_bytes(picture(number, quality))
        # One file that both have: both will want to store the same media.
        (place / name / "same.jpg").write_bytes(picture(99))
    scans = [
        subprocess.Popen(
            [CLEW, "scan", place / name, "-w", workspace],
            env=os.environ | {"CLEW_WORKERS": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        for name in ("left", "right")
    ]
    for scan in scans:
        _, said = scan.communicate(timeout=120)
        assert scan.returncode == 0, said.decode()
    left = everything(workspace)
    assert len(left["connected"]) == count  # type: ignore[arg-type]
    assert len(left["media"]) == 2 * count + 1  # type: ignore[arg-type]
    with opened(workspace):
        assert Sighting.objects.count() == 2 * (count + 1)


def test_each_pair_is_compared_once_whatever_the_order(evidence, workspace, picture):
    """Media numbers need not come in order: one written long ago may be committed only now."""
    for number, quality in enumerate((80, 70, 60, 50)):
        (evidence / f"more-{number}.jpg").write_bytes(picture(1, quality))
    with opened(workspace) as ours:
        Scan(ours, evidence).run()
        everyone = connected()
        assert len(everyone) == 15, "six versions of one picture, each with each"
        numbers = list(Media.objects.order_by("pk").values_list("pk", flat=True))
        for late in (numbers[:1], numbers[2:4], numbers[-1:], numbers[::2], numbers):
            StoredMatch.objects.filter(first__in=late).delete()
            StoredMatch.objects.filter(second__in=late).delete()
            Media.objects.filter(pk__in=late).update(compared=False)
            progress = Progress()
            compare_waiting(ours, progress)
            assert connected() == everyone
            assert progress.media_done == len(late)
        assert StoredMatch.objects.count() == 15


def test_one_after_the_other_finds_the_same_as_all_at_once(evidence, place, workspace, picture):
    for number in range(3):
        (evidence / f"more-{number}.jpg").write_bytes(picture(2, 50 + 10 * number))
    with opened(workspace) as ours:
        Scan(ours, evidence).run()
        at_once = connected()
    one_by_one = place / "one by one"
    with opened(place / "another") as ours:
        for file in sorted(evidence.rglob("*.jpg"), key=lambda f: f.name):
            folder = one_by_one / file.name
            folder.mkdir(parents=True)
            (folder / file.name).write_bytes(file.read_bytes())
            Scan(ours, folder).run()
        assert connected() == at_once


def test_after_a_batch_that_cannot_be_stored_none_is(place, workspace, picture, monkeypatch):
    """Else an archive would be noted as read to its end without some of its members."""
    monkeypatch.setattr(storing, "_BATCH_SECONDS", 3600.0)  # one batch, however slow the machine
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        for number in range(100):
            packed.writestr(f"{number:03}.txt", f"text {number}")
        packed.writestr("picture.jpg", picture(1))
    (place / "evidence").mkdir()
    (place / "evidence" / "all.zip").write_bytes(archive.getvalue())
    with opened(workspace) as ours:
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE 'no space left, says the test'; END $$"
            )
            cursor.execute(
                "CREATE TRIGGER refuse BEFORE INSERT ON records_sighting FOR EACH ROW "
                "WHEN (position('007.txt'::bytea IN NEW.path) > 0) EXECUTE FUNCTION refuse()"
            )
        with pytest.raises(DatabaseError, match="no space left"):
            Scan(ours, place / "evidence").run()
        assert places() == {}
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER refuse ON records_sighting")
        done = Scan(ours, place / "evidence").run()
        assert (done.files, done.already) == (1, 0)
        assert len(places()) == 102
