"""How entries become bytes, and bytes a chain. The database computes the same (migration 0002).

An entry's digest is the SHA-256 of its fields in the order of :class:`Content`, after the words
``clew entry 1``. Each field is the number of its bytes (four of them, the highest first), and then
the field itself in UTF-8; one that is missing is the number -1 and nothing else. So no two entries
have the same encoding, whatever is in their fields.

The chain's hash at a position is the SHA-256 of the hash before it (32 zero bytes at the first),
the position (eight bytes) and the digest. Whoever knows only digests can check it too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec

BEFORE_THE_FIRST = bytes(32)
_ENTRY = "clew entry 1"


class Content(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is hashed of an entry; :class:`clew.audit.models.Entry` explains the fields.

    Attributes:
        written_at: in UTC with six decimals, ``2026-11-29T03:31:57.123456Z``.
    """

    number: int
    written_at: str
    event: str
    officer: int | None
    agency: int | None
    concerns: int | None
    session: int | None
    authority: int | None
    role: str
    about: str
    details: str
    blind: str


def encoded(fields: Iterable[str | int | None]) -> bytes:
    """Fields as bytes, such that different fields never are the same bytes."""
    parts = []
    for field in fields:
        if field is None:
            parts.append((-1).to_bytes(4, signed=True))
        else:
            text = str(field).encode()
            parts += [len(text).to_bytes(4), text]
    return b"".join(parts)


def digest(content: Content) -> bytes:
    """SHA-256 of an entry's encoding."""
    fields = (getattr(content, name) for name in Content.__struct_fields__)
    return hashlib.sha256(encoded([_ENTRY, *fields])).digest()


def chained(before: bytes, position: int, fingerprint: bytes) -> bytes:
    """The chain's hash at a position."""
    return hashlib.sha256(before + position.to_bytes(8) + fingerprint).digest()
