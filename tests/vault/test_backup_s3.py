"""A workspace whose vault is at an S3 is backed up into a folder, and restored at another place."""

from __future__ import annotations

import pytest

from clew.backup import BackupError, back_up, restore
from clew.intake.contribute import contribute
from clew.settings import Settings
from clew.training.practice import practice
from clew.vault import DeletedError, Kind
from clew.workspace import Workspace


@pytest.mark.soak
def test_from_one_bucket_to_another_place(s3_vault, place, tmp_path):
    def at(name: str) -> Settings:
        url = f"s3://vault/{tmp_path.name}/{name}"
        return Settings.from_environment({"CLEW_WORKERS": "1", "CLEW_VAULT_URL": url})

    letters = []
    for number in range(3):
        letters.append(place / f"letter-{number}.txt")
        letters[-1].write_text(f"Dear Sir or Madam {number}")
    with practice(place / "workspace", at("one")) as opened:
        names = [one.sha256 for one in contribute(opened, letters).files]
        opened.vault.destroy(Kind.ORIGINAL, names[0], "a reason")
        assert back_up(opened, place / "backup").copied == 2
        opened.vault.key.copy_to(place / "key")
    done = restore(place / "backup", place / "new", at("two"), key=place / "key")
    assert (done.objects, done.damaged) == (2, [])
    assert done.swept.findings == []
    with Workspace.open(place / "new", at("two"), create=False) as restored:
        restored.vault.verify(names[1])
        with pytest.raises(DeletedError):
            restored.vault.verify(names[0])
    with practice(place / "third", at("three")) as other:
        contribute(other, letters[:1])
    with pytest.raises(BackupError, match="holds another vault"):
        restore(place / "backup", place / "fourth", at("three"), key=place / "key")
