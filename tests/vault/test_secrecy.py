"""What lies in the vault tells nothing to who has no key, and cannot be passed off as another."""

import hashlib
import io
import os
import shutil
from pathlib import Path

import pytest

from clew.vault import DamagedError, KeyFile, KeyFileError, Kind, Vault
from clew.vault.streams import CHUNK_BYTES

MARKER = b"a harmless marker that is easy to find"


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def put(vault, data):
    return vault.put_original(io.BytesIO(data)).sha256


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "vault"


def test_neither_content_nor_hash_is_found_in_it(folder_vault, folder):
    data = MARKER * 1000
    name = put(folder_vault, data)
    folder_vault.put_derivative("preview", name, MARKER)
    folder_vault.destroy(Kind.DERIVATIVE, f"preview/{name}", "a secret reason")
    for path, content in files(folder).items():
        assert MARKER not in content, path
        assert b"secret reason" not in content, path
        for text in (path, path.upper(), content.hex()):
            assert name not in text, path


def test_the_same_content_has_another_name_in_another_vault(tmp_path):
    vaults = [Vault.in_folder(tmp_path / n, KeyFile(tmp_path / f"{n}.key")) for n in ("a", "b")]
    names = {vault.address(put(vault, MARKER)).name for vault in vaults}
    assert len(names) == 2


def test_every_object_has_a_key_of_its_own(folder_vault, folder):
    """Exchanged with the key of another, each is unreadable."""
    one, other = put(folder_vault, b"one"), put(folder_vault, b"other")
    keys = [folder / folder_vault.address(name).key for name in (one, other)]
    contents = [key.read_bytes() for key in keys]
    assert contents[0] != contents[1]
    keys[0].write_bytes(contents[1])
    with pytest.raises(DamagedError, match="key record"):
        folder_vault.verify(one)


def test_one_object_cannot_be_passed_off_as_another(folder_vault, folder):
    """Also together with its key."""
    one, other = (folder_vault.address(put(folder_vault, data)) for data in (b"one", b"other"))
    shutil.copyfile(folder / other.object, folder / one.object)
    shutil.copyfile(folder / other.key, folder / one.key)
    with pytest.raises(DamagedError):
        folder_vault.verify(sha256(b"one"))


@pytest.mark.parametrize("size", [20, 3 * CHUNK_BYTES])
@pytest.mark.parametrize("left", [0.3, 0.5, 0.999])
def test_a_shortened_object_is_damaged(folder_vault, folder, size, left):
    data = os.urandom(size)
    file = folder / folder_vault.address(put(folder_vault, data)).object
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * left)])
    with pytest.raises(DamagedError):
        folder_vault.verify(sha256(data))


def test_the_key_is_made_with_the_vault_private_and_elsewhere(tmp_path):
    key = tmp_path / "keys" / "vault.key"
    before = os.umask(0)
    try:
        put(Vault.in_folder(tmp_path / "vault", KeyFile(key)), MARKER)
    finally:
        os.umask(before)
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.parent.stat().st_mode & 0o777 == 0o700
    assert list(key.parent.iterdir()) == [key], "nothing is left of making it"


def test_without_its_key_a_vault_is_not_begun_anew(tmp_path, folder_vault):
    put(folder_vault, MARKER)
    (tmp_path / "vault.key").unlink()
    again = Vault.in_folder(tmp_path / "vault", KeyFile(tmp_path / "vault.key"))
    for attempt in (lambda: put(again, b"other"), lambda: again.verify(sha256(MARKER))):
        with pytest.raises(KeyFileError, match=r"vault\.key is missing.*Put the copy"):
            attempt()
    assert not (tmp_path / "vault.key").exists()


def test_another_key_is_told_from_damage(tmp_path, folder_vault):
    put(folder_vault, MARKER)
    KeyFile(tmp_path / "other.key").make()
    wrong = Vault.in_folder(tmp_path / "vault", KeyFile(tmp_path / "other.key"))
    with pytest.raises(KeyFileError, match="wrapped by another key"):
        wrong.verify(sha256(MARKER))


def test_without_the_key_of_names_a_vault_is_not_begun_anew(tmp_path, folder_vault):
    put(folder_vault, MARKER)
    (tmp_path / "vault" / "keys" / "vault" / "names").unlink()
    again = Vault.in_folder(tmp_path / "vault", KeyFile(tmp_path / "vault.key"))
    with pytest.raises(DamagedError, match="keys/vault/names"):
        put(again, MARKER)


@pytest.mark.parametrize("content", [b"", b"no key", b"{}", b"[1]", b"\xff\xfe"])
def test_what_is_no_key_file_is_refused(tmp_path, content):
    key = tmp_path / "vault.key"
    key.write_bytes(content)
    key.chmod(0o600)
    with pytest.raises(KeyFileError, match=r"vault\.key"):
        put(Vault.in_folder(tmp_path / "vault", KeyFile(key)), MARKER)


def test_a_key_that_others_may_read_is_refused(tmp_path, folder_vault):
    put(folder_vault, MARKER)
    (tmp_path / "vault.key").chmod(0o644)
    again = Vault.in_folder(tmp_path / "vault", KeyFile(tmp_path / "vault.key"))
    with pytest.raises(KeyFileError, match="chmod 600"):
        again.verify(sha256(MARKER))


@pytest.mark.parametrize(
    ("url", "package"),
    [
        ("gcp-kms://projects/p/locations/l/keyRings/r/cryptoKeys/k", "clew[gcpkms]"),
        ("aws-kms://arn:aws:kms:eu-central-1:111122223333:key/1", "clew[awskms]"),
        ("hcvault://vault.example/transit/keys/clew", "clew[hcvault]"),
    ],
)
def test_a_service_that_nothing_here_speaks_to_says_what_to_install(tmp_path, url, package):
    vault = Vault.in_folder(tmp_path / "vault", KeyFile(tmp_path / "vault.key", url))
    with pytest.raises(KeyFileError) as caught:
        put(vault, MARKER)
    assert f"pip install '{package}'" in str(caught.value)
    assert not (tmp_path / "vault.key").exists()


def test_a_service_that_does_not_exist(tmp_path):
    vault = Vault.in_folder(tmp_path / "vault", KeyFile(tmp_path / "vault.key", "ftp://x/y"))
    with pytest.raises(KeyFileError, match="gcp-kms://, aws-kms://, hcvault://"):
        put(vault, MARKER)


def test_a_key_encrypted_by_a_service_is_of_no_use_without_it(tmp_path, monkeypatch):
    """The service here is a key of Tink's that stands for one far away."""
    import tink
    from tink import aead

    far_away = tink.new_keyset_handle(aead.aead_key_templates.AES256_GCM).primitive(aead.Aead)
    monkeypatch.setattr("clew.vault.keys.service", lambda url: far_away)
    folder, key = tmp_path / "vault", tmp_path / "vault.key"
    name = put(Vault.in_folder(folder, KeyFile(key, "gcp-kms://a/b")), MARKER)
    Vault.in_folder(folder, KeyFile(key, "gcp-kms://a/b")).verify(name)
    with pytest.raises(KeyFileError, match="CLEW_VAULT_KMS"):
        Vault.in_folder(folder, KeyFile(key)).verify(name)
    other = tink.new_keyset_handle(aead.aead_key_templates.AES256_GCM).primitive(aead.Aead)
    monkeypatch.setattr("clew.vault.keys.service", lambda url: other)
    with pytest.raises(KeyFileError, match="cannot be used"):
        Vault.in_folder(folder, KeyFile(key, "gcp-kms://a/b")).verify(name)
