"""What things are called inside the vault, so that a name tells nothing to who has no key.

A name computed from the content alone would answer "do they hold this file?" for whoever can list
the bucket or reads a backup, with any list of known hashes. So names are a keyed function of the
SHA-256, and the key is kept in the vault, wrapped like all others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class Kind(StrEnum):
    """What is kept."""

    ORIGINAL = "original"
    DERIVATIVE = "derivative"


OBJECTS, KEYS, TOMBSTONES = "objects", "keys", "tombstones"
"""Ciphertexts, their wrapped keys, and what is left of deleted ones; each under its own folder."""

_DERIVATIVE = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_PATH = re.compile(
    rf"(?:{OBJECTS}|{KEYS}|{TOMBSTONES})/(original|derivative)s/(?:[0-9a-f]{{2}}/)?"
    r"([0-9a-f]{64}(?:\.[a-z0-9][a-z0-9._-]{0,99})?)",
    re.ASCII,
)


@dataclass(frozen=True, order=True)
class Address:
    """Where one object, its key and its tombstone are.

    Attributes:
        kind: what it is.
        name: the keyed name of its media; for derivatives a dot and what it is follow.
    """

    kind: Kind
    name: str

    @classmethod
    def at(cls, path: str) -> Self | None:
        """The address that a path in the vault belongs to; None when it belongs to none."""
        found = _PATH.fullmatch(path)
        return cls(Kind(found[1]), found[2]) if found else None

    @property
    def object(self) -> str:
        """Where the ciphertext is."""
        # One level: tens of thousands of entries are nothing to a folder, but every new folder is
        # one more for the disk to settle, and with two each original would bring its own.
        return f"{OBJECTS}/{self.kind}s/{self.name[:2]}/{self.name}"

    @property
    def key(self) -> str:
        """Where its wrapped key is."""
        return f"{KEYS}/{self.kind}s/{self.name[:2]}/{self.name}"

    @property
    def tombstone(self) -> str:
        """Where it is said that it was deleted."""
        return f"{TOMBSTONES}/{self.kind}s/{self.name}"

    @property
    def media(self) -> Address:
        """The original that this is, or is made from."""
        return Address(Kind.ORIGINAL, self.name.partition(".")[0])


def checked_hash(sha256: str) -> str:
    """A SHA-256 as it must be written.

    Raises:
        ValueError: it is none.
    """
    if not _SHA256.fullmatch(sha256):
        raise ValueError(f"Not a SHA-256 in lower-case hexadecimal: {sha256!r}")
    return sha256


def checked_derivative(name: str) -> str:
    """What a derivative is, such as ``preview``, as it must be written.

    Raises:
        ValueError: it is not.
    """
    if not _DERIVATIVE.fullmatch(name):
        raise ValueError(f"Not a derivative's name (a-z 0-9 . _ -): {name!r}")
    return name
