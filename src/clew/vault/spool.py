"""What is on its way into the vault: pieces of uploads, encrypted from the moment they are kept.

Each upload has a key of its own, wrapped like those of the vault's objects, and destroyed with it.
The pieces are under the vault's store, so that every worker reaches them and none needs a disk.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import tink
from tink import streaming_aead

from clew.vault.errors import AlreadyStoredError, DamagedError, NotStoredError
from clew.vault.names import KEYS
from clew.vault.sealing import opened, sealed
from clew.vault.store import Vault

SPOOL = "spool"
SPOOL_KEYS = f"{KEYS}/{SPOOL}/"


class Spool:
    """Pieces of uploads.

    Args:
        vault: beside which they are kept, under its key-encryption key.
    """

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def put(self, upload: str, offset: int, piece: bytes) -> None:
        """Keep a piece; once this returns, neither a kill nor a power cut takes it away.

        A piece at the same place is replaced: it was not acknowledged, or it would not come again.
        """
        path = _piece_path(upload, offset)
        content = b"".join(sealed(self._key_to_write_with(upload), path, iter([piece])))
        self._vault.objects.put(path, [content], "overwrite")

    def read(self, upload: str, offsets: list[int]) -> Iterator[bytes]:
        """What was uploaded, decrypted, in pieces.

        Raises:
            DamagedError: a piece is not what was kept.
            NotStoredError: it is not there any more.
        """
        for offset in offsets:
            key = self._key(upload)
            path = _piece_path(upload, offset)
            damaged = DamagedError(f"{path} is not what was uploaded. Upload the file again.")
            yield from opened(key, path, self._vault.objects.read(path), damaged)

    def offsets(self, upload: str) -> list[int]:
        """Where the pieces that are kept begin, in their order."""
        entries = self._vault.objects.list(f"{SPOOL}/{upload}")
        return sorted(int(entry.path.rpartition("/")[2]) for entry in entries)

    def erase(self, upload: str) -> None:
        """Destroy the key, then the pieces; nothing happens when they are gone."""
        self._vault.objects.delete(_key_path(upload))
        for entry in list(self._vault.objects.list(f"{SPOOL}/{upload}")):
            self._vault.objects.delete(entry.path)

    def _key_to_write_with(self, upload: str) -> streaming_aead.StreamingAead:
        """The key of an upload, made with its first piece."""
        with suppress(NotStoredError):
            return self._key(upload)
        _ = self._vault.keyring.identity  # a vault that was never used is made now
        template = streaming_aead.streaming_aead_key_templates.AES256_GCM_HKDF_1MB
        handle = tink.new_keyset_handle(template)
        path = _key_path(upload)
        with self._vault.key.held() as wrapping, suppress(AlreadyStoredError):
            self._vault.objects.put(path, [wrapping.wrap(handle, path)], "create")
        return self._key(upload)

    def _key(self, upload: str) -> streaming_aead.StreamingAead:
        path = _key_path(upload)
        handle = self._vault.key.unwrap(self._vault.objects.get(path), path)
        return handle.primitive(streaming_aead.StreamingAead)


def _key_path(upload: str) -> str:
    return f"{SPOOL_KEYS}{upload}"


def _piece_path(upload: str, offset: int) -> str:
    return f"{SPOOL}/{upload}/{offset:020d}"
