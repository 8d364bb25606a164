"""The sweep finds all that is not as it must be, and says of each what and where."""

import hashlib
import io
import os
import time

import pytest

from clew.vault import Kind
from clew.vault.encrypting import encrypt
from clew.vault.sweep import Fault, Sweep

DATA = [bytes([number]) * 1000 for number in range(6)]
NAMES = [hashlib.sha256(data).hexdigest() for data in DATA]


@pytest.fixture
def filled(folder_vault):
    for data, name in zip(DATA, NAMES, strict=True):
        folder_vault.put_original(io.BytesIO(data))
        folder_vault.put_derivative("preview", name, data[:10])
    return folder_vault


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "vault"


def found(vault, *arguments, **named):
    swept = Sweep(vault, *arguments, **named).run()
    return {(finding.kind, finding.path, finding.fault) for finding in swept.findings}


def test_nothing_is_wrong_with_a_whole_vault(vault):
    for data, name in zip(DATA, NAMES, strict=True):
        vault.put_original(io.BytesIO(data))
        vault.put_derivative("preview", name, data[:10])
    vault.destroy(Kind.ORIGINAL, NAMES[0], "a reason")
    seen = []
    swept = Sweep(vault, (NAMES[1:], NAMES)).run(lambda done, total: seen.append((done, total)))
    assert swept.findings == []
    assert (swept.objects, swept.read, swept.deleted) == ({"original": 5, "derivative": 5}, 10, 1)
    assert seen[-1] == (swept.bytes, swept.bytes)


def test_one_changed_bit_of_any_object(filled, folder):
    one, other = filled.address(NAMES[1]), filled.address(NAMES[2], "preview")
    for path in (one.object, other.object):
        content = bytearray((folder / path).read_bytes())
        content[-3] ^= 1
        (folder / path).write_bytes(content)
    assert found(filled) == {
        ("original", one.object, Fault.DAMAGED),
        ("derivative", other.object, Fault.DAMAGED),
    }


def test_lost_and_damaged_keys(filled, folder):
    lost, damaged = filled.address(NAMES[1]), filled.address(NAMES[2])
    (folder / lost.key).unlink()
    (folder / damaged.key).write_bytes(b"bit rot")
    assert found(filled) == {
        ("original", lost.key, Fault.KEY_MISSING),
        ("original", damaged.key, Fault.KEY_DAMAGED),
    }
    for data in DATA[1:3]:
        filled.put_original(io.BytesIO(data))
    assert found(filled) == set(), "contributing them again repairs both"


def test_what_the_database_says_is_there(filled, folder):
    missing = filled.address(NAMES[1])
    (folder / missing.object).unlink()
    (folder / missing.key).unlink()
    unrecorded = filled.address(NAMES[2])
    orphan = filled.address(NAMES[5], "preview")
    originals = [name for name in NAMES[:5] if name != NAMES[2]]
    expected = (originals, NAMES[:5])
    assert {fault for _, _, fault in found(filled, expected)} == {Fault.OBJECT_MISSING}, (
        "what is new may not be recorded yet"
    )
    for path in (folder / unrecorded.object, folder / orphan.object):
        os.utime(path, (time.time() - 7200,) * 2)
    assert found(filled, expected) == {
        ("original", missing.object, Fault.OBJECT_MISSING),
        ("original", unrecorded.object, Fault.NOT_RECORDED),
        ("derivative", orphan.object, Fault.NOT_RECORDED),
    }


def test_what_writers_left_that_were_cut_short(filled, folder):
    address = filled.address(NAMES[1])
    (folder / address.object).unlink()
    half = (folder / address.object).with_name(f"{address.name}#1")
    half.write_bytes(b"half of it")
    fresh = found(filled)
    assert fresh == set(), "it may still be on its way in"
    for path in (half, folder / address.key):
        os.utime(path, (time.time() - 7200,) * 2)
    assert {fault for _, _, fault in found(filled)} == {Fault.LEFT_OVER}
    assert len(found(filled)) == 2


def test_a_deletion_that_was_cut_short_is_told_and_completed(filled, folder):
    address = filled.address(NAMES[1])
    kept = {path: (folder / path).read_bytes() for path in (address.key, address.object)}
    filled.destroy(Kind.ORIGINAL, NAMES[1], "a reason")
    for path, content in kept.items():
        (folder / path).write_bytes(content)
    assert found(filled) == {("original", address.object, Fault.DELETION_UNFINISHED)}
    assert found(filled, finish=True) == set()
    assert not (folder / address.key).exists()
    assert not (folder / address.object).exists()


def test_what_is_not_clews(filled, folder):
    (folder / "objects" / "notes.txt").write_text("hello")
    assert found(filled) == {("unknown", "objects/notes.txt", Fault.UNKNOWN)}


def test_a_sample_reads_a_share_and_still_counts_all(filled, folder):
    swept = Sweep(filled, share=0.25).run()
    assert (swept.read, swept.objects) == (3, {"original": 6, "derivative": 6})
    (folder / filled.address(NAMES[0]).key).unlink()
    assert len(found(filled, share=0.01)) == 1, "what is missing is seen without reading"


def plain(folder, sha256, data, derivative=""):
    """As vaults kept it before they were encrypted."""
    path = (
        folder / "derivatives" / sha256[:2] / f"{sha256}.{derivative}"
        if derivative
        else folder / "originals" / sha256[:2] / sha256[2:4] / sha256
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_a_vault_from_before_encryption_loses_nothing(folder_vault, folder):
    for data, name in zip(DATA, NAMES, strict=True):
        plain(folder, name, data)
        plain(folder, name, data[:10], "preview")
    assert {fault for _, _, fault in found(folder_vault)} == {Fault.UNENCRYPTED}
    done = encrypt(folder_vault)
    assert (done.objects, done.left) == (12, {})
    for data, name in zip(DATA, NAMES, strict=True):
        folder_vault.verify(name)
        assert folder_vault.get_derivative("preview", name) == data[:10]
    assert found(folder_vault) == set()
    assert {path.name for path in folder.iterdir()} == {"objects", "keys"}
    assert encrypt(folder_vault).objects == 0


def test_what_cannot_be_encrypted_is_left_and_told(folder_vault, folder):
    damaged = plain(folder, NAMES[0], b"something else")
    strange = plain(folder, "no-hash", b"?")
    folder_vault.put_derivative("preview", NAMES[1], b"the encrypted one")
    other = plain(folder, NAMES[1], b"another one", "preview")
    done = encrypt(folder_vault)
    left = {folder / path: why for path, why in done.left.items()}
    assert left.keys() == {damaged, strange, other}
    assert all(path.exists() for path in left)
    assert "damaged" in left[damaged]
    assert not folder_vault.has_original(NAMES[0])


def test_cut_short_encrypting_goes_on(folder_vault, folder, monkeypatch):
    for data, name in zip(DATA, NAMES, strict=True):
        plain(folder, name, data)

    def dying(done, total):
        if done >= 3000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        encrypt(folder_vault, dying)
    assert encrypt(folder_vault).left == {}
    for name in NAMES:
        folder_vault.verify(name)
    assert found(folder_vault) == set()
