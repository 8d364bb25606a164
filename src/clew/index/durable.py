"""Writing small files so that after a crash there is the old one or the new one, never half."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WRITING_SUFFIX = ".writing"


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def replace_file(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Put ``content`` in place of a file in one step; durable means it survives a power cut."""
    writing = path.with_name(f"{path.name}.{secrets.token_hex(6)}{WRITING_SUFFIX}")
    try:
        # Hashes are case data like the media they are of: for the owner alone.
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(writing, flags, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        writing.replace(path)
    except BaseException:
        writing.unlink(missing_ok=True)
        raise
    if durable:
        sync_folder(path.parent)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock that only one holder at a time has; waits for it.

    The kernel frees the lock when its holder dies. It holds between processes and between
    threads.
    """
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)
