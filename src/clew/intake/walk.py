"""Every file below a folder, told with what stands in the way of reading it.

Nothing is followed out of the folder and nothing is waited for: links, pipes, sockets and devices
are reported, not opened. Names are bytes; the file system need not hold valid text.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One name below the scanned folder.

    Attributes:
        path: below the folder, as the file system spells it.
        size: bytes, 0 when unknown.
        modified_ns: last change, nanoseconds since 1970; None when unknown.
        problem: why it cannot be read, for people; empty for a regular file.
    """

    path: bytes
    size: int = 0
    modified_ns: int | None = None
    problem: str = ""


_SPECIAL = (
    (stat.S_ISLNK, "a symbolic link: what it points to is read where it lies, if that is scanned"),
    (stat.S_ISFIFO, "a named pipe, not a file"),
    (stat.S_ISSOCK, "a socket, not a file"),
    (stat.S_ISBLK, "a block device, not a file; mount it and scan what is on it"),
    (stat.S_ISCHR, "a character device, not a file"),
)


def walk(folder: bytes, leave_out: frozenset[tuple[int, int]] = frozenset()) -> Iterator[Entry]:
    """Every entry below a folder, in a fixed order, folders themselves excepted.

    Args:
        folder: absolute path; may itself be reached through a link.
        leave_out: (device, inode) of folders that are not entered, such as the workspace.
    """
    waiting = [b""]
    while waiting:
        below = waiting.pop()
        inner: list[bytes] = []
        try:
            with os.scandir(os.path.join(folder, below)) as listing:
                names = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            yield Entry(below or b".", problem=f"the folder cannot be listed ({error.strerror})")
            continue
        for found in names:
            path = os.path.join(below, found.name)
            try:
                status = found.stat(follow_symlinks=False)
            except OSError as error:
                yield Entry(path, problem=f"it cannot be looked at ({error.strerror})")
                continue
            if stat.S_ISDIR(status.st_mode):
                if (status.st_dev, status.st_ino) not in leave_out:
                    inner.append(path)
                continue
            yield Entry(path, status.st_size, status.st_mtime_ns, _problem(status.st_mode))
        waiting.extend(reversed(inner))


def _problem(mode: int) -> str:
    if stat.S_ISREG(mode):
        return ""
    return next((text for test, text in _SPECIAL if test(mode)), "not a regular file")
