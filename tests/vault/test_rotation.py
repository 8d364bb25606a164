"""A new key-encryption key: everything stays readable, and the older one is of no use any more."""

import hashlib
import io
import random
import shutil
import subprocess
import sys
import time

import pytest

from clew.vault import DeletedError, KeyFile, KeyFileError, Kind, Vault
from clew.vault.keys import wrapped_by
from clew.vault.rotation import rotate

DATA = [bytes([number]) * 1000 for number in range(12)]
NAMES = [hashlib.sha256(data).hexdigest() for data in DATA]


@pytest.fixture
def filled(folder_vault):
    for data, name in zip(DATA, NAMES, strict=True):
        folder_vault.put_original(io.BytesIO(data))
        folder_vault.put_derivative("preview", name, data[:10])
    return folder_vault


@pytest.fixture
def again(tmp_path):
    """The same vault as another process would open it, by any copy of its key."""

    def opened(key: str = "vault.key") -> Vault:
        return Vault.in_folder(tmp_path / "vault", KeyFile(tmp_path / key))

    return opened


def all_read(vault) -> None:
    for data, name in zip(DATA, NAMES, strict=True):
        vault.verify(name)
        assert vault.get_derivative("preview", name) == data[:10]


def test_everything_stays_readable_and_no_content_is_touched(filled, again, tmp_path):
    contents = {e.path: e.modified for e in filled.objects.list("objects")}
    done = rotate(filled)
    assert (done.keys, done.rewrapped, done.retired, done.damaged) == (26, 26, 1, [])
    all_read(filled)
    all_read(again())
    assert {e.path: e.modified for e in filled.objects.list("objects")} == contents
    assert (tmp_path / "vault.key").stat().st_mode & 0o777 == 0o600


def test_a_vault_opened_before_goes_on(filled, again):
    before = again()
    all_read(before)
    rotate(filled)
    before.put_original(io.BytesIO(b"after the rotation"))
    all_read(before)
    again().verify(hashlib.sha256(b"after the rotation").hexdigest())


def test_the_older_key_opens_nothing_any_more(filled, again, tmp_path):
    shutil.copyfile(tmp_path / "vault.key", tmp_path / "older.key")
    (tmp_path / "older.key").chmod(0o600)
    rotate(filled)
    with pytest.raises(KeyFileError, match="newest copy if keys were rotated"):
        again("older.key").verify(NAMES[0])


def test_copies_of_deleted_keys_are_of_no_use_afterwards(filled, tmp_path):
    """As in a bucket that keeps versions, or in a backup."""
    address = filled.address(NAMES[3])
    kept = {path: filled.objects.get(path) for path in (address.key, address.object)}
    filled.destroy(Kind.ORIGINAL, NAMES[3], "a reason")
    rotate(filled)
    filled.objects.delete(address.tombstone)
    for path, content in kept.items():
        filled.objects.put(path, [content], "create")
    with pytest.raises(KeyFileError, match="wrapped by another key"):
        filled.verify(NAMES[3])


def test_a_key_deleted_while_it_is_wrapped_anew_does_not_come_back(filled, again, monkeypatch):
    address, other = filled.address(NAMES[5]), again()
    real = filled.objects.put

    def slowly(path, content, mode, *more):
        if path == address.key:
            other.destroy(Kind.ORIGINAL, NAMES[5], "a reason")
        real(path, content, mode, *more)

    monkeypatch.setattr(filled.objects, "put", slowly)
    rotate(filled)
    assert not filled.objects.has(address.key)
    with pytest.raises(DeletedError):
        filled.verify(NAMES[5])


def test_while_a_key_is_damaged_the_older_one_is_kept(filled, again, tmp_path):
    damaged = filled.address(NAMES[7]).key
    (tmp_path / "vault" / damaged).write_bytes(b"bit rot")
    done = rotate(filled)
    assert (done.retired, done.damaged) == (0, [damaged])
    # Contributed again, it has a good one; then the same rotation comes to its end.
    again().put_original(io.BytesIO(DATA[7]))
    done = rotate(again())
    assert (done.retired, done.damaged) == (1, [])
    all_read(again())


def test_on_s3(s3_vault):
    for data in DATA[:3]:
        s3_vault.put_original(io.BytesIO(data))
    assert rotate(s3_vault).rewrapped == 5
    for name in NAMES[:3]:
        s3_vault.verify(name)


ROTATE = """
import sys
from pathlib import Path
from clew.vault import KeyFile, Vault
from clew.vault.rotation import rotate
vault = Vault.in_folder(Path(sys.argv[1]), KeyFile(Path(sys.argv[2])))
vault.keyring.name("0" * 64)
print("begins", flush=True)
rotate(vault)
"""


def test_killed_at_any_moment_it_loses_nothing_and_goes_on(filled, again, tmp_path):
    dice, halves = random.Random(3), 0
    command = [sys.executable, "-c", ROTATE, tmp_path / "vault", tmp_path / "vault.key"]
    for _ in range(6):
        with subprocess.Popen(command, stdout=subprocess.PIPE) as rotation:
            assert rotation.stdout is not None
            assert rotation.stdout.readline() == b"begins\n"
            time.sleep(dice.uniform(0, 0.03))
            rotation.kill()
        vault = again()
        all_read(vault)
        with vault.key.held() as wrapping:
            halves += len(wrapping.versions) == 2
            assert len(wrapping.versions) <= 2, "one rotation after the other"
    assert halves > 0, "no rotation was killed on the way"
    vault = again()
    assert rotate(vault).retired == 1
    with vault.key.held() as wrapping:
        used = {wrapped_by(vault.objects.get(e.path)) for e in vault.objects.list("keys")}
        assert used == {wrapping.primary} == set(wrapping.versions)
    all_read(again())
