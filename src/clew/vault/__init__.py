"""Originals and derivatives: write-once, content-addressed, encrypted. See README.md here."""

from clew.vault.errors import (
    AlreadyStoredError,
    ContentChangedError,
    DamagedError,
    DeletedError,
    KeyFileError,
    NotStoredError,
    SourceError,
    UnavailableError,
    VaultError,
)
from clew.vault.keys import KeyFile
from clew.vault.names import Kind
from clew.vault.store import StoredObject, Vault

__all__ = [
    "AlreadyStoredError",
    "ContentChangedError",
    "DamagedError",
    "DeletedError",
    "KeyFile",
    "KeyFileError",
    "Kind",
    "NotStoredError",
    "SourceError",
    "StoredObject",
    "UnavailableError",
    "Vault",
    "VaultError",
]
