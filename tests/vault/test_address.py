"""What is said of a vault's address never tells the secret in it."""

import pytest

from clew.vault.errors import UnavailableError
from clew.vault.keys import KeyFile
from clew.vault.store import Vault


@pytest.mark.parametrize(
    "url", ["strange://key:geheim@host/vault", "s4://key:ge/geheim@bucket", "x://h/v?secret=geheim"]
)
def test_a_complaint_about_an_address_keeps_its_secret(url, tmp_path):
    with pytest.raises(UnavailableError) as caught:
        Vault.at(url, KeyFile(tmp_path / "vault.key"))
    assert "geheim" not in str(caught.value)
    assert "***" in str(caught.value)
