"""Triage: everything is found, nothing is changed, nothing counts twice, nothing is forgotten."""

from __future__ import annotations

import io
import json
import os
import shutil
import socket
import zipfile
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from left import connected, everything, pairs, places

from clew.casework.gather import gather
from clew.intake.progress import Phase, Progress
from clew.intake.triage import Scan, ScanError
from clew.records.models import Folder, Media, Sighting, StoredTrace
from clew.settings import Settings
from clew.training.practice import practice
from clew.training.score import score
from clew.workspace import Workspace


def opened(folder: Path) -> AbstractContextManager[Workspace]:
    return practice(folder, Settings.from_environment({"CLEW_WORKERS": "1"}))


def state(folder: Path) -> dict[Path, tuple[int, ...]]:
    """Everything below a folder that reading it might change."""
    found = {}
    for path in [folder, *folder.rglob("*")]:
        s = path.lstat()
        found[path] = (s.st_ino, s.st_mode, s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_atime_ns)
    return found


def test_a_collection_is_understood(collection, scanned):
    with opened(scanned):
        result = score(collection.truth, pairs())
        assert result.false_pairs == []
        assert result.recall >= 0.95, result.missed
        known = {f.path: f for f in collection.truth.files}
        assert set(places()) == set(known), "every file and member is a place, nothing else is"
        for path, (outcome, _) in places().items():
            expected = {"whole": ("read",), "partly": ("partly",), "no": ("unreadable", "other")}
            assert outcome in expected[known[path].readable], path
        figures = gather().figures
        assert figures.files == len(known)
        assert figures.read + figures.partly + figures.unreadable + figures.other == figures.files
        assert figures.bytes == sum(f.stat().st_size for f in collection.folder.rglob("*.*"))


def test_films_are_kept_with_their_shots_and_a_storyboard(scanned):
    with opened(scanned) as workspace:
        several = StoredTrace.objects.filter(signal="shots", ordinal=1).values("media")
        films = Media.objects.filter(type="video", pk__in=several)
        assert films
        for film in films:
            spans = StoredTrace.objects.filter(media=film, signal="shots").order_by("ordinal")
            assert spans[0].start == 0.0
            assert spans[0].end == spans[1].start
            sheet = workspace.vault.get_derivative("storyboard", bytes(film.sha256).hex())
            assert sheet.startswith(b"\xff\xd8\xff")


def test_nothing_in_the_scanned_folder_is_changed(evidence, scan):
    for path in [*evidence.rglob("*"), evidence]:
        os.utime(path, ns=(10**18, 10**18))  # read so long ago that reading now would show
    before = state(evidence)
    scan(evidence)
    assert {p: s for p, s in state(evidence).items() if p.is_file()} == {
        p: s for p, s in before.items() if p.is_file()
    }
    # Listing a folder is noted by the file system itself; all else about it stays.
    assert {p: s[:-1] for p, s in state(evidence).items()} == {p: s[:-1] for p, s in before.items()}


def test_originals_stay_out_of_the_workspace(evidence, workspace, scan):
    scan(evidence)
    kept = [f.read_bytes() for f in workspace.rglob("*") if f.is_file()]
    assert len(kept) > 100, "the workspace holds a database"
    for original in evidence.rglob("*.jpg"):
        content = original.read_bytes()
        sample = content[len(content) // 2 :][:64]  # of the picture itself, beyond all headers
        assert not any(sample in file for file in kept), original.name


def test_a_second_scan_reads_nothing_twice_and_doubles_nothing(evidence, workspace, scan):
    (evidence / "letter.txt").write_text("Dear Sir or Madam")
    (evidence / "noise.jpg").write_bytes(bytes(range(1, 256)) * 20)
    scan(evidence)
    before = everything(workspace)
    done = scan(evidence)
    assert (done.phase, done.files, done.already) == (Phase.DONE, 5, 5)
    assert (done.media, done.matches) == (0, 0)
    assert everything(workspace) == before
    assert len(before["connected"]) == 1


def test_a_changed_file_is_read_again(evidence, workspace, scan, picture):
    scan(evidence)
    (evidence / "two.jpg").write_bytes(picture(1, quality=60))
    done = scan(evidence)
    assert (done.files, done.already, done.matches) == (3, 2, 2)
    with opened(workspace):
        assert len(places()) == 3
        (group,) = [group for group in gather().groups if group.links]
        assert len(group.items) == 3


def test_a_file_changed_behind_its_old_time_is_noticed_by_its_size(evidence, scan, picture):
    scan(evidence)
    path = evidence / "two.jpg"
    time = path.stat().st_mtime_ns
    path.write_bytes(picture(3))
    os.utime(path, ns=(time, time))
    assert scan(evidence).already == 2


def test_another_folder_connects_to_the_first(evidence, place, workspace, scan, picture):
    scan(evidence)
    other = place / "other"
    other.mkdir()
    (other / "from the web.jpg").write_bytes(picture(2, quality=50))
    assert scan(other).matches == 1
    with opened(workspace):
        assert len(connected()) == 2
        assert [len(group.items) for group in gather().groups] == [2, 2]
        assert len(gather(os.fsencode(other)).groups) == 1, "only what touches that folder"


def test_a_vanished_file_is_kept_as_seen(evidence, workspace, scan):
    scan(evidence)
    (evidence / "one.jpg").unlink()
    assert scan(evidence).files == 2
    with opened(workspace):
        assert places()["one.jpg"][0] == "read"
        assert len(connected()) == 1


def test_content_that_was_replaced_is_told_as_no_longer_there(evidence, workspace, scan, picture):
    scan(evidence)
    (evidence / "one.jpg").write_bytes(picture(7))
    scan(evidence)
    with opened(workspace):
        (group,) = gather().groups
        (gone,) = [item for item in group.items if not item.places]
        assert "no longer where it was found" in gone.notes[-1]


def test_a_workspace_in_the_scanned_folder_is_left_out(evidence):
    inside = evidence / "case" / "workspace"
    inside.parent.mkdir()
    with practice(inside, Settings.from_environment({"CLEW_WORKERS": "1"})) as workspace:
        for _ in range(2):  # with nothing in it yet, and with previews
            assert Scan(workspace, evidence).run().files == 3
        with pytest.raises(ScanError, match="part of the workspace"):
            Scan(workspace, inside)
        with pytest.raises(ScanError, match="part of the workspace"):
            Scan(workspace, inside / "vault")


def test_a_folder_around_a_scanned_one_counts_its_files_once(evidence, workspace, scan):
    scan(evidence / "DCIM")
    done = scan(evidence)
    assert (done.files, done.already) == (3, 1), "what was read in the inner folder is known"
    with opened(workspace):
        assert set(places()) == {"one.jpg", "two.jpg", "DCIM/one-again.jpg"}
        assert gather().figures.repeated == 0


def test_a_folder_inside_a_scanned_one_counts_its_files_once(evidence, workspace, scan):
    scan(evidence)
    done = scan(evidence / "DCIM")
    assert (done.files, done.already) == (1, 1)
    done = scan(evidence)
    assert (done.files, done.already) == (3, 3)
    with opened(workspace):
        assert Sighting.objects.count() == 3
        assert gather().figures.repeated == 0


def test_a_folder_with_a_name_that_begins_like_another_is_another(evidence, workspace, scan):
    scan(evidence)
    twin = evidence.with_name("evidence2")
    shutil.copytree(evidence, twin)
    assert scan(twin).already == 0
    with opened(workspace):
        assert Sighting.objects.count() == 6
        assert gather().figures.repeated == 3


def test_what_cannot_be_read_as_a_file_is_listed_with_its_reason(evidence, workspace, scan):
    os.mkfifo(evidence / "pipe")
    (evidence / "loop").symlink_to(evidence)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(evidence / "socket"))
    odd = os.fsencode(evidence) + b"/caf\xe9.jpg"
    shutil.copy(evidence / "one.jpg", odd)
    (evidence / "empty.jpg").touch()
    for _ in range(2):
        scan(evidence)
        with opened(workspace):
            assert Sighting.objects.count() == 8
            reasons = {p.place.path: p.reason for p in gather().problems}
            assert "pipe" in reasons["pipe"]
            assert "link" in reasons["loop"]
            assert "socket" in reasons["socket"]
            assert "empty" in reasons["empty.jpg"]
            assert len(reasons) == 4
            assert Sighting.objects.get(path=b"caf\xe9.jpg").outcome == "read"


def test_a_folder_of_nothing(place, workspace, scan):
    (place / "empty").mkdir()
    done = scan(place / "empty")
    assert (done.phase, done.files) == (Phase.DONE, 0)
    with opened(workspace):
        assert gather().figures.files == 0


def test_a_folder_that_disappears_loses_nothing_that_was_read(evidence, place, workspace, picture):
    """As when a drive is unplugged: no file may be noted as unreadable, the next scan goes on."""
    for number in range(20):
        (evidence / f"{number}.jpg").write_bytes(picture(number, 70))
    away = place / "unplugged"
    with practice(workspace, Settings.from_environment({"CLEW_WORKERS": "1"})) as ours:
        told = 0

        def unplug(progress: Progress) -> None:
            nonlocal told
            told += progress.phase is Phase.READING
            if told == 8 and evidence.exists():
                evidence.rename(away)

        with pytest.raises(ScanError, match="disappeared"):
            Scan(ours, evidence, unplug).run()
        stored = Sighting.objects.count()
        assert 0 < stored < 23
        assert not Sighting.objects.exclude(outcome="read").exists()
        assert Folder.objects.get().finished_at is None
        away.rename(evidence)
        done = Scan(ours, evidence).run()
        assert (done.files, done.already, done.troubled) == (23, stored, 0)


def test_what_was_not_permitted_is_tried_again(evidence, workspace, clew, practised):
    practised(workspace)
    shut = [evidence / "one.jpg", evidence / "DCIM"]
    for path in shut:
        path.chmod(0)
    first = clew("scan", evidence, "-w", workspace, "--json", powerless=True)
    problems = {p["place"]["path"]: p["reason"] for p in json.loads(first.out)["problems"]}
    assert set(problems) == {"one.jpg", "DCIM"}
    assert all("Permission denied" in reason for reason in problems.values())
    for path in shut:
        path.chmod(0o700)
    second = json.loads(clew("scan", evidence, "-w", workspace, "--json", powerless=True).out)
    assert second["problems"] == []
    assert second["figures"]["files"] == second["figures"]["read"] == 3


def zip_of(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_members_that_left_an_archive_are_forgotten(place, workspace, scan, picture):
    folder = place / "archives"
    folder.mkdir()
    archive = folder / "a.zip"
    inner = zip_of(p=picture(1), q=picture(2))
    archive.write_bytes(zip_of(one=picture(1), two=picture(2), inner=inner))
    (folder / "a.zip.jpg").write_bytes(picture(3))
    scan(folder)

    def members() -> set[bytes]:
        with opened(workspace):
            return {bytes(s.path) for s in Sighting.objects.all()}

    both = {b"a.zip", b"a.zip.jpg", b"a.zip\0one", b"a.zip\0inner"}
    inside = {b"a.zip\0inner\0p", b"a.zip\0inner\0q"}
    assert members() == {*both, *inside, b"a.zip\0two"}
    archive.write_bytes(zip_of(one=picture(1), inner=inner[: len(inner) // 2]))
    scan(folder)
    assert members() == both | inside, "an archive that is damaged now takes nothing away"
    archive.write_bytes(archive.read_bytes()[:-30])
    scan(folder)
    assert members() == both | inside
    archive.write_bytes(picture(4))
    scan(folder)
    assert members() == {b"a.zip", b"a.zip.jpg"}
