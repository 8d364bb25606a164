"""The vault in a folder: private, and whole after kills."""

import hashlib
import io
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from clew.vault import KeyFile, UnavailableError, Vault, settling

PUT = """
import sys
from pathlib import Path
from clew.vault import KeyFile, Vault
vault = Vault.in_folder(Path(sys.argv[1]), KeyFile(Path(sys.argv[1] + ".key")))
print("begins", flush=True)
with open(sys.argv[2], "rb") as source:
    vault.put_original(source, sys.argv[3])
"""

MEASURED_PUT = (
    PUT
    + """
# Not ru_maxrss: that begins with the size of the process that started this one.
peak = [line for line in open("/proc/self/status") if line.startswith("VmHWM")][0]
print(int(peak.split()[1]) // 1024)
"""
)


@pytest.fixture
def large_file(tmp_path: Path) -> tuple[Path, str]:
    path, found = tmp_path / "large", hashlib.sha256()
    with path.open("wb") as file:
        for _ in range(25):
            block = os.urandom(1 << 20) * 10
            file.write(block)
            found.update(block)
    return path, found.hexdigest()


def test_everything_is_private(tmp_path):
    previous = os.umask(0)
    try:
        vault = Vault.in_folder(tmp_path / "vault", KeyFile(tmp_path / "vault.key"))
        vault.put_original(io.BytesIO(bytes(20_000_000)))
        vault.put_derivative("thumbnail-1.jpg", "a" * 64, b"x")
    finally:
        os.umask(previous)
    for path in [tmp_path / "vault", *(tmp_path / "vault").rglob("*")]:
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


def test_address_of_a_folder(tmp_path):
    key = KeyFile(tmp_path / "vault.key")
    Vault.at((tmp_path / "a vault").as_uri(), key).put_original(io.BytesIO(b"x"))
    name = hashlib.sha256(b"x").hexdigest()
    assert Vault.in_folder(tmp_path / "a vault", key).has_original(name)


def test_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UnavailableError, match="file/vault cannot be used: Not a directory"):
        Vault.in_folder(tmp_path / "file" / "vault", KeyFile(tmp_path / "vault.key"))


def test_memory_does_not_grow_with_the_content(tmp_path, large_file):
    path, name = large_file
    command = [sys.executable, "-c", MEASURED_PUT, str(tmp_path / "vault"), str(path), name]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    mebibytes = int(done.stdout.split()[-1])
    assert mebibytes < 180, "250 MB were stored; they must not have been in memory at once"


def test_killed_writers_leave_all_or_nothing(tmp_path, large_file):
    path, name = large_file
    vault = Vault.in_folder(tmp_path / "vault", KeyFile(tmp_path / "vault.key"))
    dice = random.Random(5)
    halves = 0
    for _ in range(8):
        command = [sys.executable, "-c", PUT, str(tmp_path / "vault"), str(path), name]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"begins\n"
            time.sleep(dice.uniform(0, 0.4))
            writer.kill()
        if vault.has_original(name):
            vault.verify(name)
            (tmp_path / "vault" / vault.address(name).object).unlink()
        else:
            halves += 1
    assert halves > 0, "no writer was killed on the way"
    with path.open("rb") as source:
        assert vault.put_original(source, name).created
    vault.verify(name)


@pytest.fixture
def unplugged(monkeypatch: pytest.MonkeyPatch) -> set[Path]:
    """The files and folders that are on the disk for good."""
    safe: set[Path] = set()

    def sync(path: Path) -> None:
        safe.add(path)
        original(path)

    original = settling.sync
    monkeypatch.setattr(settling, "sync", sync)
    return safe


def test_what_is_told_is_on_the_disk_with_all_folders_to_it(folder_vault, unplugged):
    vault, top = folder_vault, folder_vault.folder
    _ = vault.keyring.identity
    contents = [bytes([n]) * 100 for n in range(5)]
    names = [hashlib.sha256(content).hexdigest() for content in contents]

    def on_the_way(name: str) -> set[Path]:
        addresses = [vault.address(name), vault.address(name, "preview")]
        files = {top / path for one in addresses for path in (one.object, one.key)}
        return files | {
            folder for file in files for folder in file.parents if top in folder.parents
        }

    together = vault.settling()
    for name, content in zip(names, contents, strict=True):
        vault.put_original(io.BytesIO(content), name, together)
        vault.put_derivative("preview", name, content, together)
    assert top / vault.address(names[0]).object not in unplugged
    # Somebody who is told that it is there must not be told before it is safe.
    assert not vault.put_original(io.BytesIO(contents[0]), names[0]).created
    vault.put_derivative("preview", names[0], contents[0])
    assert on_the_way(names[0]) <= unplugged
    together.settle()
    for name in names:
        assert on_the_way(name) <= unplugged
    unplugged.clear()
    vault.put_original(io.BytesIO(b"another"))
    assert unplugged, "alone it is settled at once"


@pytest.mark.parametrize("left", ["half a key", "half an object", "no key"])
def test_what_a_power_cut_left_is_stored_anew(folder_vault, left):
    vault, content = folder_vault, b"content" * 100
    name = hashlib.sha256(content).hexdigest()
    vault.put_original(io.BytesIO(content), name)
    vault.put_derivative("preview", name, content)
    for address in (vault.address(name), vault.address(name, "preview")):
        file, key = vault.folder / address.object, vault.folder / address.key
        if left == "half a key":
            file.unlink()
            key.write_bytes(b"")
        elif left == "no key":
            key.unlink()
        else:
            file.write_bytes(file.read_bytes()[:50])
    assert vault.put_original(io.BytesIO(content), name).created
    assert vault.put_derivative("preview", name, content)
    vault.verify(name)
    assert vault.get_derivative("preview", name) == content


def test_a_disk_that_takes_nothing_is_told(folder_vault, monkeypatch):
    def sync(_path: Path) -> None:
        raise OSError(5, "Input/output error")

    _ = folder_vault.keyring.identity
    monkeypatch.setattr(settling, "sync", sync)
    with pytest.raises(UnavailableError, match="Input/output error"):
        folder_vault.put_original(io.BytesIO(b"content"))
