"""What is left of what was deleted: that it was, when and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec
import tink
from tink import aead

from clew.vault.errors import DamagedError, DeletedError
from clew.vault.names import Address, Kind
from clew.vault.objects import Objects


class Tombstone(msgspec.Struct, frozen=True):
    """Says that an object was deleted. Its reason is case data and encrypted like it."""

    deleted: datetime
    reason: str


@dataclass(frozen=True)
class Tombstones:
    """The tombstones of a vault.

    Args:
        objects: where they lie.
        cipher: what their content is encrypted with.
    """

    objects: Objects
    cipher: aead.Aead

    def of(self, address: Address) -> Tombstone | None:
        """That of an object, when it was deleted.

        Raises:
            DamagedError: there is one, and it cannot be read.
        """
        if not self.objects.has(address.tombstone):
            return None
        return self.read(address, self.objects.get(address.tombstone))

    def read(self, address: Address, sealed: bytes) -> Tombstone:
        """What a tombstone says, from its content.

        Raises:
            DamagedError: it was damaged, or is not of this vault.
        """
        try:
            content = self.cipher.decrypt(sealed, address.tombstone.encode())
        except tink.TinkError:
            raise DamagedError(
                f"{address.tombstone} says that something was deleted from the vault "
                f"{self.objects.location}, and was damaged, or is of another vault. Take that file "
                "from a backup."
            ) from None
        return msgspec.json.decode(content, type=Tombstone)

    def refuse(self, address: Address) -> None:
        """Refuse what was deleted, and what was made from it.

        Raises:
            DeletedError: with when and why.
        """
        for one in {address, address.media}:
            if tombstone := self.of(one):
                what = "This content" if one.kind is Kind.ORIGINAL else "This derivative"
                raise DeletedError(
                    f"{what} was deleted from the vault on {tombstone.deleted:%Y-%m-%d}: "
                    f"{tombstone.reason}. It is not stored again."
                )

    def set(self, address: Address, tombstone: Tombstone) -> None:
        """Set one, unless there is one.

        Raises:
            clew.vault.errors.AlreadyStoredError: there is one.
        """
        content = msgspec.json.encode(tombstone)
        sealed: bytes = self.cipher.encrypt(content, address.tombstone.encode())
        self.objects.put(address.tombstone, [sealed], "create")
