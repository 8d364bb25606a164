"""Looking after the vault at the command line: what is said, and what the exit codes mean."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from clew.vault import KeyFile, Vault


@pytest.fixture(scope="module")
def workspace(make_place, clew) -> Path:
    place = make_place()
    (place / "letter.txt").write_text("Dear Sir or Madam")
    assert clew("setup", "--demo", "-w", place / "workspace").code == 0
    done = clew("contribute", place / "letter.txt", "-w", place / "workspace")
    assert done.code == 0, done.err
    return place / "workspace"


def test_sweep_rotate_and_encrypt_answer_people_and_machines(clew, workspace):
    swept = clew("vault", "sweep", "-w", workspace)
    assert (swept.code, swept.err) == (0, "")
    assert "1 original, 0 derivatives; 1 object read" in swept.out
    assert "Nothing is wrong" in swept.out

    before = (workspace / "vault.key").read_bytes()
    rotated = clew("vault", "rotate", "-w", workspace, "--json")
    assert rotated.code == 0
    told = json.loads(rotated.out)
    assert (told["keys"], told["retired"], told["damaged"]) == (3, 1, [])
    assert told["key"] == str(workspace / "vault.key")
    assert (workspace / "vault.key").read_bytes() != before

    assert "Nothing in the vault is unencrypted" in clew("vault", "encrypt", "-w", workspace).out


def test_a_sweep_that_finds_something_ends_with_1_and_says_what_to_do(clew, workspace):
    (file,) = (workspace / "vault" / "objects").rglob("[0-9a-f]" * 64)
    content = file.read_bytes()
    file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    try:
        for_people = clew("vault", "sweep", "-w", workspace)
        for_machines = clew("vault", "sweep", "-w", workspace, "--json")
    finally:
        file.write_bytes(content)
    assert (for_people.code, for_machines.code) == (1, 1)
    assert "restore it from a backup, or contribute the file again" in for_people.out
    path = file.relative_to(workspace / "vault").as_posix()
    assert f"damaged: {path}" in for_people.out
    (finding,) = json.loads(for_machines.out)["findings"]
    assert finding == {"kind": "original", "path": path, "fault": "damaged", "says": ""}


def test_a_backup_says_where_the_key_is_and_is_not(clew, workspace, place):
    folder = place / "backup"
    beside = clew("backup", folder, "-w", workspace, "--with-key", folder / "key")
    assert beside.code == 2
    assert "must not lie beside what it opens" in beside.err
    done = clew("backup", folder, "-w", workspace, "--with-key", place / "key")
    assert done.code == 0, done.err
    assert (place / "key").read_bytes() == (workspace / "vault.key").read_bytes()
    assert (place / "key").stat().st_mode & 0o777 == 0o600
    done = clew("backup", folder, "-w", workspace)
    assert "The key-encryption key is not in it" in done.out
    assert f"Keep a copy of {workspace / 'vault.key'} elsewhere" in done.out


def test_tombstones_go_into_a_new_file(clew, workspace, place):
    (place / "letter").write_text("Dear mother")
    done = clew("vault", "tombstones", place / "letter", "-w", workspace)
    assert done.code == 2
    assert "Name a new file" in done.err
    done = clew("vault", "tombstones", place / "deleted.tar", "-w", workspace)
    assert done.code == 0, done.err
    assert done.out.startswith("0 tombstones: ")


def test_what_operators_do_is_in_the_log(clew, workspace, place):
    assert clew("vault", "rotate", "-w", workspace).code == 0
    assert clew("vault", "tombstones", place / "deleted.tar", "-w", workspace).code == 0
    assert clew("backup", place / "b", "-w", workspace, "--with-key", place / "key").code == 0
    assert clew("audit", "export", place / "log.jsonl", "--whole", "-w", workspace).code == 0
    entries = map(json.loads, (place / "log.jsonl").read_text().splitlines())
    told = [(one["event"], one["about"]) for one in entries if one["kind"] == "entry"]
    assert told[-5:] == [
        ("decision", "vault"),
        ("export", "tombstones"),
        ("backup", "workspace"),
        ("export", "vault key"),
        ("export", "log"),
    ]


def test_what_lies_unencrypted_from_before_is_encrypted_by_the_command(clew, workspace):
    vault = workspace / "vault"
    content, other = b"from before vaults were encrypted", b"something else"
    name, changed = hashlib.sha256(content).hexdigest(), "00" * 32
    for sha256, data in ((name, content), (changed, other)):
        plain = vault / "originals" / sha256[:2] / sha256[2:4] / sha256
        plain.parent.mkdir(parents=True)
        plain.write_bytes(data)
    said = clew("vault", "encrypt", "-w", workspace)
    assert said.code == 1
    assert "1 object encrypted (" in said.out
    assert f"left: originals/00/00/{changed}: " in said.out
    assert [one for one in vault.rglob("*") if one.is_file() and content in one.read_bytes()] == []
    opened = Vault.in_folder(vault, KeyFile(workspace / "vault.key"))
    with opened.open_original(name, actor="t", purpose="t") as kept:
        assert kept.read() == content
    told = json.loads(clew("vault", "encrypt", "-w", workspace, "--json").out)
    assert (told["objects"], list(told["left"])) == (0, [f"originals/00/00/{changed}"])
    plain.unlink()
    assert clew("vault", "encrypt", "-w", workspace).code == 0
