"""Originals and derivatives: write-once and content-addressed. See README.md here."""

from clew.vault.errors import (
    AlreadyStoredError,
    ContentChangedError,
    DamagedError,
    NotStoredError,
    SourceError,
    UnavailableError,
    VaultError,
)
from clew.vault.store import StoredObject, Vault

__all__ = [
    "AlreadyStoredError",
    "ContentChangedError",
    "DamagedError",
    "NotStoredError",
    "SourceError",
    "StoredObject",
    "UnavailableError",
    "Vault",
    "VaultError",
]
