"""Digests of a file's bytes, computed in one pass."""

from __future__ import annotations

import hashlib

from clew.signals.base import Feature

SHA256 = slice(0, 32)
SHA1 = slice(32, 52)
MD5 = slice(52, 68)
"""Where each digest lies in the value of the feature."""


class ExactExtractor:
    """Reads SHA-256, SHA-1 and MD5 (FIPS 180-4, RFC 1321) of the bytes it is fed.

    SHA-256 alone decides whether two files are the same. The other two are only for looking up
    lists from elsewhere: files with equal MD5 and different content can be made at will
    (Stevens, Lenstra, de Weger 2007).
    """

    def __init__(self) -> None:
        self._digests = (
            hashlib.sha256(),
            hashlib.sha1(usedforsecurity=False),
            hashlib.md5(usedforsecurity=False),
        )

    def take(self, item: bytes) -> None:
        """Take the next chunk."""
        for digest in self._digests:
            digest.update(item)

    def finish(self) -> list[Feature]:
        """One feature of 68 bytes: SHA-256, SHA-1, MD5."""
        return [Feature(variant="whole", value=b"".join(d.digest() for d in self._digests))]
