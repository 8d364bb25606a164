"""What can go wrong with a backup, said so that a person can act on it."""


class BackupError(Exception):
    """A backup cannot be made or restored; the message says why and what to do."""
