"""A backup holds all that was there, and a new workspace made from it is that workspace."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connections
from PIL import Image

from clew.access.acting import acting, signed_in
from clew.access.demonstration import sign_in_for_practice
from clew.access.models import Session
from clew.audit.models import Entry
from clew.backup import BackupError, back_up, restore
from clew.backup.making import pack_tombstones
from clew.casework.gather import gather
from clew.intake.contribute import contribute
from clew.intake.contributions import cancel
from clew.intake.uploads import Announced, announce, expected, take_piece
from clew.postgres import Server
from clew.records.models import Media, StoredMatch, StoredTrace, Upload
from clew.settings import Settings
from clew.training.pictures import make_picture
from clew.training.practice import practice
from clew.vault import DamagedError, DeletedError, KeyFile, Kind, Vault
from clew.vault.rotation import rotate
from clew.vault.sweep import Fault
from clew.workspace import Workspace, WorkspaceError

SETTINGS = Settings.from_environment({"CLEW_WORKERS": "1"})
CLEW = Path(sys.executable).parent / "clew"


def everything() -> dict[str, object]:
    """What the database of the open workspace holds."""
    return {
        "media": sorted(bytes(m).hex() for m in Media.objects.values_list("sha256", flat=True)),
        "traces": sorted(StoredTrace.objects.values_list("media__sha256", "signal", "value")),
        "matches": StoredMatch.objects.count(),
        "figures": gather().figures,
    }


def jpeg(folder: Path, number: int, quality: int) -> Path:
    """A made-up picture; the same number is the same picture, the quality makes other bytes."""
    file = folder / f"{number}-{quality}.jpg"
    Image.fromarray(make_picture(5, number, 240, 320).pixels).save(file, quality=quality)
    return file


@pytest.fixture(scope="module")
def workspace(make_place) -> Path:
    """A workspace with three contributed pictures, two of them connected. Tests may add to it."""
    place = make_place()
    folder = place / "workspace"
    with practice(folder, SETTINGS) as opened:
        pictures = [jpeg(place, 1, 90), jpeg(place, 1, 40), jpeg(place, 2, 90)]
        assert [one.problem for one in contribute(opened, pictures).files] == [""] * 3
        assert StoredMatch.objects.count() == 1
    return folder


@pytest.fixture
def opened(workspace):
    with practice(workspace, SETTINGS) as opened:
        yield opened


@pytest.fixture
def key(workspace, place) -> Path:
    shutil.copy(workspace / "vault.key", place / "key-copy")
    return place / "key-copy"


@pytest.fixture(scope="module")
def backup(workspace, make_place) -> Path:
    """A backup of it that nobody may change; beside it the key that belongs to it."""
    folder = make_place() / "backup"
    with practice(workspace, SETTINGS) as opened:
        back_up(opened, folder)
        opened.vault.key.copy_to(folder.parent / "key")
    return folder


@pytest.fixture
def backup_copy(backup, place) -> Path:
    return shutil.copytree(backup, place / "backup")


def letter(opened, place) -> str:
    """Contributes a file that no other test has; returns its SHA-256."""
    file = place / f"{secrets.token_hex(8)}.txt"
    file.write_text(f"Dear Sir or Madam {file.name}")
    (done,) = contribute(opened, [file]).files
    assert not done.problem
    return done.sha256


def files(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def test_uploads_on_their_way_are_told_and_begin_anew(opened, place, key):
    contents = {"/a.bin": b"abcd", "/b.bin": b"ef"}
    number = announce(
        [Announced(n, len(c), hashlib.sha256(c).hexdigest()) for n, c in contents.items()], 2**30
    )
    with acting():
        half, whole = expected(number)
    take_piece(opened, half.upload, 0, b"ab")
    take_piece(opened, whole.upload, 0, b"ef")
    assert back_up(opened, place / "backup").uploads == [number]
    assert not any("spool" in one for one in files(place / "backup"))
    cancel(number)
    restore(place / "backup", place / "new", SETTINGS, key=key)
    with Workspace.open(place / "new"):
        rows = Upload.objects.filter(file__contribution=number)
        assert list(rows.values_list("offset", "file__state")) == [(0, "arriving")] * 2


def test_restored_it_is_the_same_workspace(opened, place, key):
    before = everything()
    made = back_up(opened, place / "backup")
    assert (made.objects, made.copied) == (6, 6)
    assert Entry.objects.latest("number").event == "backup"
    new = place / "new"
    done = restore(place / "backup", new, SETTINGS, key=key)
    assert (done.objects, done.damaged, done.deleted) == (6, [], 0)
    assert (done.swept.findings, done.swept.read) == ([], 6)
    with (
        Workspace.open(new, SETTINGS, create=False) as restored,
        signed_in(sign_in_for_practice()),  # all sessions are over
    ):
        assert everything() == before
        assert Entry.objects.filter(event="restore", officer=None).count() == 1
        (again,) = contribute(restored, [jpeg(place, 2, 90)]).files
        assert again.again
        with restored.vault.open_original(again.sha256, actor="test", purpose="test") as stored:
            assert stored.read() == (place / "2-90.jpg").read_bytes()
        # What looks alike is found in the index, which was made anew.
        (other,) = contribute(restored, [jpeg(place, 1, 60)]).files
        assert not other.problem
        assert StoredMatch.objects.count() == 3
    assert [p for p in (new, *new.rglob("*")) if p.lstat().st_mode & 0o077] == []


def test_the_key_is_not_in_it_and_it_is_private(workspace, backup):
    held = json.loads((workspace / "vault.key").read_text())["key"][0]["keyData"]["value"]
    for path in (backup, *backup.rglob("*")):
        assert path.lstat().st_mode & 0o077 == 0
        assert not path.is_file() or held.encode() not in path.read_bytes()


def test_nobody_is_signed_in_afterwards(opened, place, key):
    assert Session.objects.filter(ended_at=None).exists()
    back_up(opened, place / "backup")
    restore(place / "backup", place / "new", SETTINGS, key=key)
    with Workspace.open(place / "new", SETTINGS, create=False):
        assert Session.objects.exists()
        assert not Session.objects.filter(ended_at=None).exists()


def test_the_next_one_copies_only_what_is_new_and_forgets_what_was_deleted(opened, place):
    one, folder = letter(opened, place), place / "backup"
    back_up(opened, folder)
    address = opened.vault.address(one)
    generations = [p for p in folder.iterdir() if p.name.startswith("generation-")]
    assert address.object in files(folder)
    letter(opened, place)
    opened.vault.destroy(Kind.ORIGINAL, one, "a reason")
    made = back_up(opened, folder)
    assert (made.copied, made.deleted) == (1, 1)
    assert address.object not in files(folder)
    assert not any(generation.exists() for generation in generations)
    (keys,) = folder.glob("generation-*/keys.tar")
    assert address.name.encode() not in keys.read_bytes()


def test_a_repaired_object_is_copied_again(opened, place):
    folder = place / "backup"
    one = letter(opened, place)
    file = opened.vault.folder / opened.vault.address(one).object
    good = file.read_bytes()
    file.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    back_up(opened, folder)
    file.write_bytes(good)
    assert back_up(opened, folder).copied == 1
    assert (folder / opened.vault.address(one).object).read_bytes() == good


def test_what_was_deleted_since_is_deleted_again(opened, place, key):
    one = contribute(opened, [jpeg(place, 7, 90)]).files[0].sha256
    back_up(opened, place / "older")
    opened.vault.destroy(Kind.ORIGINAL, one, "ordered by court")
    back_up(opened, place / "newer")
    pack_tombstones(opened.vault, place / "tombstones.tar")
    for name, newer in (("a", place / "newer"), ("b", place / "tombstones.tar")):
        done = restore(place / "older", place / name, SETTINGS, key=key, tombstones=[newer])
        assert done.deleted == 2, "the original and its preview"
        assert done.swept.findings == []
        with Workspace.open(place / name, SETTINGS, create=False) as restored:
            with pytest.raises(DeletedError, match="ordered by court"):
                restored.vault.verify(one)
            address = restored.vault.address(one)
            assert not restored.vault.objects.has(address.key)
            assert not restored.vault.objects.has(address.object)
            assert not StoredTrace.objects.filter(media__sha256=bytes.fromhex(one)).exists()


def test_one_from_before_a_rotation_wants_the_older_copy_of_the_key(opened, place, key):
    back_up(opened, place / "backup")
    rotate(opened.vault)
    newer = opened.folder / "vault.key"
    with pytest.raises(BackupError, match="older or newer copy of it: it lacks version"):
        restore(place / "backup", place / "new", SETTINGS, key=newer)
    assert not (place / "new").exists(), "told before anything is done"
    assert restore(place / "backup", place / "new", SETTINGS, key=key).swept.findings == []


def test_without_the_key_it_cannot_be_read(backup, place):
    with pytest.raises(BackupError, match="can be read with its key-encryption key only"):
        restore(backup, place / "new", SETTINGS)
    assert not (place / "new").exists()
    # What is in every dump: its own mark, names of tables; and the hash of a picture.
    digest = hashlib.sha256(jpeg(place, 1, 90).read_bytes())
    held = [b"PGDMP", b"records_media", digest.digest(), digest.hexdigest().encode()]
    for name in files(backup):
        content = (backup / name).read_bytes()
        assert not any(one in content for one in held), name


@pytest.mark.parametrize("part", ["database.sealed", "objects.jsonl", "keys.tar", "tombstones.tar"])
@pytest.mark.parametrize("how", ["damaged", "missing"])
def test_a_damaged_part_is_told_before_anything_is_done(backup_copy, place, part, how):
    (file,) = backup_copy.glob(f"generation-*/{part}")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.unlink() if how == "missing" else file.write_bytes(content)
    with pytest.raises(BackupError, match=rf"{part} is {how}"):
        restore(backup_copy, place / "new", SETTINGS)
    assert not (place / "new").exists()


@pytest.mark.soak
def test_a_damaged_object_is_told_and_all_else_restored(backup, backup_copy, place, clew):
    damaged, missing = sorted(backup_copy.glob("objects/originals/*/*/*"))[:2]
    damaged.write_bytes(b"\0" * damaged.stat().st_size)
    missing.unlink()
    key = backup.parent / "key"
    done = clew("restore", backup_copy, "-w", place / "new", "--key", key, "--json")
    assert done.code == 1, done.err
    told = json.loads(done.out)
    paths = {file.relative_to(backup_copy).as_posix() for file in (damaged, missing)}
    assert set(told["damaged"]) == paths
    faults = {(f["fault"], f["path"]) for f in told["swept"]["findings"] if f["kind"] == "original"}
    assert {(Fault.OBJECT_MISSING.value, path) for path in paths} <= faults


def test_a_half_made_one_is_no_backup(backup_copy, place):
    (backup_copy / "manifest.json").unlink()
    with pytest.raises(BackupError, match="not complete: it was cut short"):
        restore(backup_copy, place / "new", SETTINGS)
    with pytest.raises(BackupError, match="There is no backup"):
        restore(place / "nowhere", place / "new", SETTINGS)


def test_nothing_that_exists_is_restored_over_or_backed_up_over(opened, backup, place):
    full = place / "letters"
    full.mkdir()
    (full / "to-mother.txt").write_text("Dear mother")
    with pytest.raises(WorkspaceError, match="never over what is there"):
        restore(backup, full, SETTINGS)
    with pytest.raises(WorkspaceError, match="never over what is there"):
        restore(backup, opened.folder, SETTINGS)
    with pytest.raises(BackupError, match="holds other files"):
        back_up(opened, full)
    with pytest.raises(BackupError, match="lie in one another"):
        back_up(opened, opened.folder / "backup")
    assert files(full) == {"to-mother.txt"}


def test_the_backup_of_another_workspace_is_not_replaced(backup_copy, place):
    before = files(backup_copy)
    with (
        Workspace.open(place / "other", SETTINGS) as other,
        pytest.raises(BackupError, match="of another workspace"),
    ):
        back_up(other, backup_copy)
    assert files(backup_copy) == before


def test_tombstones_of_another_vault_are_refused(backup, place):
    other = Vault.in_folder(place / "other", KeyFile(place / "other.key"))
    other.put_derivative("preview", "a" * 64, b"of another vault")
    other.destroy(Kind.ORIGINAL, "a" * 64, "a reason")
    pack_tombstones(other, place / "theirs.tar")
    key, theirs = backup.parent / "key", [place / "theirs.tar"]
    with pytest.raises(DamagedError, match="or is of another vault"):
        restore(backup, place / "new", SETTINGS, key=key, tombstones=theirs)
    with pytest.raises(WorkspaceError, match="cut short"):
        Workspace.open(place / "new", SETTINGS)
    assert restore(backup, place / "new", SETTINGS, key=key).swept.findings == []


def test_into_a_database_of_ones_own(backup, place):
    """Another PostgreSQL; here an embedded one, which stands alone and is reached by addresses."""
    with Server.open(place / "server") as server:
        for name in ("application", "worker", "sign_in"):
            server.keep_password(f"clew_{name}", "unused")
        addresses = {
            f"CLEW_{name.upper()}_DATABASE_URL": server.url_of(f"clew_{name}") or ""
            for name in ("application", "worker", "sign_in")
        }
        settings = Settings.from_environment({"CLEW_DATABASE_URL": server.url} | addresses)
        done = restore(backup, place / "new", settings, key=backup.parent / "key")
        assert done.swept.findings == []
        assert not (place / "new" / "database").exists()
        with Workspace.open(place / "new", settings, create=False) as restored:
            assert Media.objects.count() == 3
            assert back_up(restored, place / "again").objects == 6
        with pytest.raises(WorkspaceError, match=r"is not empty\. Make a new one"):
            restore(backup, place / "second", settings, key=backup.parent / "key")
        connections.close_all()


@contextlib.contextmanager
def running(*arguments: object):
    with subprocess.Popen(
        [CLEW, *map(str, arguments)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=os.environ | {"CLEW_WORKERS": "1"},
    ) as process:
        yield process
        process.kill()


def killed(begins: Callable[[], bool], seconds: float, *arguments: object) -> bool:
    """Kill a command some seconds after it has begun; whether it was not through by then."""
    with running(*arguments) as process:
        deadline = time.monotonic() + 60
        while not begins() and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.005)
        try:
            assert process.wait(seconds) == 0
        except subprocess.TimeoutExpired:
            process.kill()
            return True
    return False


def test_killed_a_backup_leaves_the_older_one_and_goes_on(opened, place, key):
    folder = place / "backup"
    back_up(opened, folder)
    manifest = (folder / "manifest.json").read_bytes()
    letter(opened, place)
    for seconds in (0.03, 0.01, 0):
        known = set(folder.glob("generation-*"))
        command = ("backup", folder, "-w", opened.folder)
        if killed(lambda: set(folder.glob("generation-*")) > known, seconds, *command):  # noqa: B023
            break
    assert (folder / "manifest.json").read_bytes() == manifest, "none was killed on the way"
    assert len(list(folder.glob("generation-*"))) == 2
    assert restore(folder, place / "from-half", SETTINGS, key=key).damaged == []
    with Workspace.open(opened.folder, SETTINGS) as again:
        made = back_up(again, folder)
    assert len(list(folder.glob("generation-*"))) == 1
    done = restore(folder, place / "new", SETTINGS, key=key)
    assert (done.objects, done.damaged) == (made.objects, [])
    assert done.swept.findings == []


def test_killed_restoring_makes_no_workspace_and_goes_on(backup, place):
    new, kills = place / "new", 0
    command = ("restore", backup, "-w", new, "--key", backup.parent / "key")
    for seconds in (0.3, 1.1, 1.5):
        if not killed((new / "restoring.json").exists, seconds, *command):
            break
        kills += 1
        if (new / "workspace.json").exists():
            break
        if new.exists():
            with pytest.raises(WorkspaceError, match="cut short"):
                Workspace.open(new, SETTINGS)
    assert kills > 0
    if not (new / "workspace.json").exists():
        with running(*command) as process:
            _, said = process.communicate(timeout=60)
            assert process.returncode == 0, said.decode()
    with Workspace.open(new, SETTINGS, create=False) as restored:
        assert Media.objects.count() == 3
        for sha256 in Media.objects.values_list("sha256", flat=True):
            restored.vault.verify(bytes(sha256).hex())
