"""The files beside the data: locks, password, log, and where the socket is."""

import fcntl
import os
import time
from pathlib import Path
from typing import IO

LOCK_RETRY_SECONDS = 0.01
LOG_LIMIT_BYTES = 4 * 1024 * 1024


def open_private(path: Path, flags: int) -> int:
    """Open a file that only its folder's owner may read, creating it when missing.

    Root may work in another user's folder; what it creates there is given to that user,
    who could not open it again otherwise.
    """
    flags |= os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        descriptor = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return os.open(path, flags)
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
    return descriptor


def write_private(path: Path, text: str) -> None:
    """Write a small private file so that readers see all of it or nothing."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(open_private(fresh, os.O_WRONLY), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


class FileLock:
    """A flock on a file: given back by the kernel when its last descriptor is closed.

    Descriptors made by Python are closed when another program is executed, but forked
    children share them and with them the lock.
    """

    def __init__(self, path: Path) -> None:
        self.descriptor = open_private(path, os.O_RDWR)

    def try_exclusive(self) -> bool:
        """Take the lock alone; False when anyone else has it."""
        return self._try(fcntl.LOCK_EX)

    def try_shared(self) -> bool:
        """Take the lock beside other sharers; False when someone has it alone."""
        return self._try(fcntl.LOCK_SH)

    def wait_exclusive(self, seconds: float) -> bool:
        """Take the lock alone as soon as it is free; False when that took too long."""
        return self._wait(fcntl.LOCK_EX, seconds)

    def wait_shared(self, seconds: float) -> bool:
        """Share the lock as soon as nobody has it alone; False when that took too long."""
        return self._wait(fcntl.LOCK_SH, seconds)

    def release(self) -> None:
        """Give the lock back and keep the file open."""
        fcntl.flock(self.descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close the file; forked copies of the descriptor keep the lock."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1

    def _try(self, kind: int) -> bool:
        try:
            fcntl.flock(self.descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _wait(self, kind: int, seconds: float) -> bool:
        # Polling, because a blocking flock knows no time limit.
        deadline = time.monotonic() + seconds
        while not self._try(kind):
            if time.monotonic() > deadline:
                return False
            time.sleep(LOCK_RETRY_SECONDS)
        return True


class Layout:
    """The names inside one database folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.unfinished_data = folder / "data.new"
        self.password = folder / "password"
        self.socket = folder / "socket"
        self.log = folder / "server.log"
        self.older_log = folder / "server.log.1"
        self.start_lock = folder / "start.lock"
        self.clients_lock = folder / "clients.lock"
        self.server_lock = folder / "server.lock"

    def password_of(self, role: str) -> Path:
        """Where the password of a further role is kept."""
        return self.folder / f"password.{role}"

    def open_log(self) -> IO[bytes]:
        """The log of keeper and PostgreSQL, for appending."""
        return os.fdopen(open_private(self.log, os.O_WRONLY | os.O_APPEND), "ab", buffering=0)

    def limit_log(self) -> None:
        """Keep the log small: one older part beside the current one.

        Copied and emptied rather than renamed, because PostgreSQL keeps the file open;
        it appends, so it goes on at the new end.
        """
        if self.log.stat().st_size <= LOG_LIMIT_BYTES:
            return
        write_private(self.older_log, self.log.read_text(encoding="utf-8", errors="replace"))
        os.truncate(self.log, 0)

    def log_size(self) -> int:
        """Where the next log line will start."""
        return self.log.stat().st_size

    def complaints(self, since: int) -> str:
        """The last errors in the log after a position, for a message to a person."""
        with self.log.open("rb") as file:
            file.seek(since)
            lines = file.read(LOG_LIMIT_BYTES).decode("utf-8", "replace").splitlines()
        marks = ("FATAL:", "PANIC:", "ERROR:", "error:", "Error:")
        found = [line for line in lines if any(mark in line for mark in marks)]
        return " / ".join(found[-3:] or lines[-3:])
