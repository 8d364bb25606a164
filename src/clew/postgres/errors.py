"""What can go wrong with the embedded PostgreSQL, said so that a person can act on it."""

import errno
import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class PostgresError(Exception):
    """The embedded PostgreSQL cannot be used; the message says where, why and what to do."""


class PostgresMissingError(PostgresError):
    """The PostgreSQL programs are not installed."""


class DiskFullError(PostgresError):
    """Too little space for the database."""


class WrongVersionError(PostgresError):
    """The data folder was written by another PostgreSQL version."""


class FolderPermissionError(PostgresError):
    """This user may not use the folder."""


class StartError(PostgresError):
    """PostgreSQL did not start, or not in time."""


class DumpError(PostgresError):
    """A database could not be dumped, or not be restored from a dump."""


ERRORS = {
    kind.__name__: kind
    for kind in (
        PostgresError,
        PostgresMissingError,
        DiskFullError,
        WrongVersionError,
        FolderPermissionError,
        StartError,
    )
}
"""By name, because the keeper's errors travel to the client through a pipe."""


def user_name(number: int) -> str:
    """The name of a user, or its number where it has none."""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Turn the operating system's refusals inside the block into typed errors.

    Raises:
        DiskFullError: no space or quota left.
        FolderPermissionError: forbidden, or the file system is read-only.
    """
    try:
        yield
    except OSError as problem:
        subject = problem.filename or folder
        if problem.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFullError(
                f"No space left for the database in {folder}. "
                "Free some space or choose another workspace."
            ) from problem
        if problem.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise FolderPermissionError(
                f"The database folder {folder} cannot be used by {user_name(os.geteuid())}: "
                f"{problem.strerror} ({subject}). "
                "Run Clew as the folder's owner or choose another workspace."
            ) from problem
        raise
