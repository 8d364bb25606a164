"""What can go wrong with the vault, said so that a person can act on it."""


class VaultError(Exception):
    """The vault cannot do what was asked; the message says where, why and what to do."""


class NotStoredError(VaultError):
    """The vault does not have this object."""


class ContentChangedError(VaultError):
    """The source is not what it was said or first seen to be; nothing was stored."""


class DamagedError(VaultError):
    """A stored object is not what its name says any more."""


class AlreadyStoredError(VaultError):
    """Another content is stored under this name, and nothing is ever overwritten."""


class UnavailableError(VaultError):
    """The store behind the vault refuses or does not answer."""


class SourceError(VaultError):
    """The source could not be read to its end; nothing was stored."""


class DeletedError(NotStoredError):
    """It was deleted, for a reason that was kept, and is not stored again."""


class KeyFileError(VaultError):
    """The key-encryption key is missing, is another one, or cannot be reached."""
