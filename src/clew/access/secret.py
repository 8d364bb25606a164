"""Random secrets that prove something, and what the database keeps of them."""

from __future__ import annotations

import hashlib
import secrets

_BYTES = 32


def new_secret() -> str:
    """256 random bits, to be put into a cookie, a file or a header."""
    return secrets.token_urlsafe(_BYTES)


def digest(secret: str) -> bytes:
    """SHA-256: enough for what is random, and the database can compute it at every statement."""
    return hashlib.sha256(secret.encode()).digest()
