"""The two keys that belong to a vault as a whole: the one of its names, and the one of tombstones.

They are made with the vault, stored in it wrapped by the key-encryption key, and never change:
another key of names would be another vault.
"""

from __future__ import annotations

from functools import cached_property

import tink
from tink import aead, prf

from clew.vault.errors import AlreadyStoredError, DamagedError, NotStoredError
from clew.vault.keys import KeyFile
from clew.vault.names import KEYS, OBJECTS, TOMBSTONES
from clew.vault.objects import Objects
from clew.vault.tombstones import Tombstones

NAMES_KEY = f"{KEYS}/vault/names"
TOMBSTONES_KEY = f"{KEYS}/vault/tombstones"
_NAME_BYTES = 32


class Keyring:
    """The keys of one vault, read or made when they are first needed."""

    def __init__(self, objects: Objects, key: KeyFile) -> None:
        self._objects = objects
        self._key = key

    def name(self, sha256: str) -> str:
        """What a content is called here."""
        computed: bytes = self._names.compute(bytes.fromhex(sha256), _NAME_BYTES)
        return computed.hex()

    @property
    def identity(self) -> str:
        """What no other vault has, and this one keeps when keys are rotated."""
        return self.name("00" * 32)

    @cached_property
    def tombstones(self) -> Tombstones:
        """The tombstones, which can be read with the key of this vault only."""
        return Tombstones(self._objects, self._opened[1].primitive(aead.Aead))

    @cached_property
    def _names(self) -> prf.Prf:
        return self._opened[0].primitive(prf.PrfSet).primary()

    @cached_property
    def _opened(self) -> tuple[tink.KeysetHandle, tink.KeysetHandle]:
        try:
            names = self._objects.get(NAMES_KEY)
        except NotStoredError:
            self._make()
            names = self._objects.get(NAMES_KEY)
        try:
            tombstones = self._objects.get(TOMBSTONES_KEY)
        except NotStoredError:
            raise self._lost(TOMBSTONES_KEY) from None
        return (
            self._key.unwrap(names, NAMES_KEY),
            self._key.unwrap(tombstones, TOMBSTONES_KEY),
        )

    def _make(self) -> None:
        """Begin a new vault. The key of names is stored last: it says that the vault is made."""
        for folder in (OBJECTS, f"{KEYS}/originals", f"{KEYS}/derivatives", TOMBSTONES):
            if next(iter(self._objects.list(folder)), None) is not None:
                raise self._lost(NAMES_KEY)
        self._key.make()
        for place, template in (
            (TOMBSTONES_KEY, aead.aead_key_templates.AES256_GCM),
            (NAMES_KEY, prf.prf_key_templates.HMAC_SHA256),
        ):
            with self._key.held() as wrapping:
                wrapped = wrapping.wrap(tink.new_keyset_handle(template), place)
                try:
                    self._objects.put(place, [wrapped], "create")
                except AlreadyStoredError:
                    continue  # another process begins the same vault

    def _lost(self, place: str) -> DamagedError:
        return DamagedError(
            f"The vault {self._objects.location} has objects, but not {place}, and without it "
            "none can be found. Restore that file from a backup."
        )
