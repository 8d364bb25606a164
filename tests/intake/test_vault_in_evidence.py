"""A vault that lies in the folder that is scanned is no evidence."""

import io
import os

import pytest

from clew.intake.triage import Scan, ScanError
from clew.settings import Settings
from clew.training.practice import practice
from clew.vault import KeyFile, KeyFileError, Vault


@pytest.mark.parametrize("name", ["vault", "my vault"])
def test_a_vault_in_the_scanned_folder_is_left_out(place, evidence, workspace, picture, name):
    folder = evidence / name
    url = folder.as_uri()
    stored = Vault.at(url, KeyFile(place / "vault.key")).put_original(io.BytesIO(picture(3)))
    assert stored.created
    settings = Settings.from_environment(
        {
            "CLEW_WORKERS": "1",
            "CLEW_VAULT_URL": url,
            "CLEW_VAULT_KEY": str(place / "vault.key"),
        }
    )
    with practice(workspace, settings) as opened:
        assert Scan(opened, evidence).run().files == 3
        for inside in (folder, next(path for path in folder.iterdir() if path.is_dir())):
            with pytest.raises(ScanError, match="part of the vault"):
                Scan(opened, os.fsencode(inside))


def test_another_vault_is_a_folder_like_any_other(place, evidence, workspace, picture):
    """Only the vault in use is known to be one: of others each file is one like any other."""
    vault = Vault.at((evidence / "old").as_uri(), KeyFile(place / "vault.key"))
    vault.put_original(io.BytesIO(picture(3)))
    # Its two keys, the picture, and that one's key.
    with practice(workspace, Settings.from_environment({"CLEW_WORKERS": "1"})) as opened:
        assert Scan(opened, evidence).run().files == 3 + 4


def test_without_the_key_a_scan_does_not_begin(evidence, workspace, scan):
    scan(evidence)
    (workspace / "vault.key").rename(workspace / "vault.key.away")
    (evidence / "two.jpg").write_bytes((evidence / "one.jpg").read_bytes() + b"another file")
    with pytest.raises(KeyFileError, match=r"vault\.key is missing"):
        scan(evidence)
    (workspace / "vault.key.away").rename(workspace / "vault.key")
    assert scan(evidence).files == 3
