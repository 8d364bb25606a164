"""The keeper: a small process that owns PostgreSQL and stops it when nobody needs it."""

import json
import os
import re
import resource
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from clew.postgres.cluster import SOCKET_PORT, Cluster
from clew.postgres.errors import PostgresError, StartError, explained
from clew.postgres.files import FileLock, Layout, write_private
from clew.postgres.privileges import adopt_orphans, become_ordinary, check_reach

CHECK_SECONDS = 0.5
GRACE_SECONDS = 2.0
"""How long PostgreSQL stays for the next of several commands in a row."""

START_SECONDS = 110.0
"""Recovering after a crash can take long; a little less than a client waits."""

STOP_SECONDS = 60.0
PREDECESSOR_SECONDS = 60.0
ORPHAN_SECONDS = 2.0
RESTARTS_ALLOWED = 5
RESTARTS_WITHIN_SECONDS = 60.0
SOCKET_NAME = f".s.PGSQL.{SOCKET_PORT}"
LONGEST_SOCKET_PATH = 107
"""Linux keeps 108 bytes for the path of a socket, the closing zero included."""

SIGNALS = [signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP]


class Keeper:
    """Runs PostgreSQL in one folder until no client is left."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._clients = FileLock(layout.clients_lock)
        self._server_lock = FileLock(layout.server_lock)
        self._cluster: Cluster
        self._process: subprocess.Popen[bytes]
        self._socket_folder: Path
        self._idle_since: float | None = None
        self._restarts: list[float] = []

    def run(self, report_ready: Callable[[], None]) -> None:
        """Start PostgreSQL, report it, keep it running, stop it; returns when all is done.

        Raises:
            PostgresError: it could not be started, or not be kept running.
        """
        if not self._server_lock.wait_exclusive(PREDECESSOR_SECONDS):
            raise StartError(
                f"PostgreSQL processes of an earlier run still work in {self._layout.folder}. "
                "Wait for them to end (ps -ef | grep postgres) and try again."
            )
        self._cluster = Cluster(self._layout, self._server_lock.descriptor)
        self._cluster.prepare()
        self._socket_folder = self._find_socket_folder()
        self._start()
        report_ready()
        while True:
            received = signal.sigtimedwait(SIGNALS, CHECK_SECONDS)
            if received is not None and received.si_signo != signal.SIGCHLD:
                self._stop(f"received signal {received.si_signo}")
                # Clients that are left keep their address, for `ensure_running`.
                if self._clients.try_exclusive():
                    self._remove_socket_folder()
                return
            if self._process.poll() is not None:
                self._restart()
            self._layout.limit_log()
            if self._nobody_left():
                self._stop("no client is left")
                self._remove_socket_folder()
                return

    def _start(self) -> None:
        log_position = self._layout.log_size()
        self._process = self._cluster.start(self._socket_folder)
        deadline = time.monotonic() + START_SECONDS
        while not self._cluster.ready():
            if self._process.poll() is not None:
                raise self._cluster.failure("did not start", log_position)
            if time.monotonic() > deadline:
                self._stop("it took too long to start")
                raise self._cluster.failure("did not start in time", log_position)
            time.sleep(0.01)

    def _restart(self) -> None:
        """Start PostgreSQL again after it ended by itself; give up when that repeats."""
        while True:
            note(f"PostgreSQL ended by itself ({self._process.returncode})")
            now = time.monotonic()
            self._restarts = [t for t in self._restarts if now - t < RESTARTS_WITHIN_SECONDS]
            if len(self._restarts) >= RESTARTS_ALLOWED:
                raise StartError(
                    f"PostgreSQL ended {RESTARTS_ALLOWED + 1} times within "
                    f"{RESTARTS_WITHIN_SECONDS:.0f} s in {self._layout.folder}; giving up."
                )
            self._restarts.append(now)
            end_orphans()
            try:
                self._start()
            except StartError as problem:
                note(str(problem))
                time.sleep(CHECK_SECONDS)
            else:
                return

    def _nobody_left(self) -> bool:
        """Whether no client was seen for the grace; then the lock stays ours.

        A client that comes now waits for the lock, and so for the end of this process,
        and starts a new one.
        """
        if not self._clients.try_exclusive():
            self._idle_since = None
            return False
        now = time.monotonic()
        self._idle_since = now if self._idle_since is None else self._idle_since
        if now - self._idle_since >= GRACE_SECONDS:
            return True
        self._clients.release()
        return False

    def _stop(self, reason: str) -> None:
        note(f"stopping PostgreSQL: {reason}")
        # Fast shutdown; then without a checkpoint; then not asking any more.
        for last_signal in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            self._process.send_signal(last_signal)
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                note(f"PostgreSQL did not stop within {STOP_SECONDS:.0f} s")
            else:
                return

    def _find_socket_folder(self) -> Path:
        """The recorded folder when it is still ours, so that clients' addresses stay valid."""
        with suppress(FileNotFoundError):
            recorded = Path(self._layout.socket.read_text(encoding="utf-8"))
            found = recorded.lstat()
            private = stat.S_ISDIR(found.st_mode) and stat.S_IMODE(found.st_mode) == 0o700
            if private and found.st_uid == os.geteuid():
                # As with postmaster.pid: its number may by now belong to a living process.
                (recorded / f"{SOCKET_NAME}.lock").unlink(missing_ok=True)
                return recorded
        base = tempfile.gettempdir()
        usable = re.fullmatch(r"[\w./-]+", base, re.ASCII)
        if not usable or len(f"{base}/clew-12345678/{SOCKET_NAME}") > LONGEST_SOCKET_PATH:
            base = "/tmp"  # noqa: S108 - the folder made in it is new and private
        fresh = Path(tempfile.mkdtemp(prefix="clew-", dir=base))
        write_private(self._layout.socket, str(fresh))
        return fresh

    def _remove_socket_folder(self) -> None:
        self._layout.socket.unlink(missing_ok=True)
        with suppress(OSError):
            self._socket_folder.rmdir()


def end_orphans() -> None:
    """Wait for PostgreSQL processes whose server was killed, and end those that stay.

    They are our children now. A new server cannot start while one of them works.
    """
    deadline = time.monotonic() + ORPHAN_SECONDS
    while True:
        try:
            number, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if number == 0:
            if time.monotonic() > deadline:
                children = Path(f"/proc/self/task/{os.getpid()}/children")
                for child in children.read_text(encoding="utf-8").split():
                    os.kill(int(child), signal.SIGKILL)
            time.sleep(0.01)


def note(text: str) -> None:
    """Write a line into the log; the client that started us made it our standard error."""
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    sys.stderr.write(f"{when} UTC [{os.getpid()}] KEEPER:  {text}\n")
    sys.stderr.flush()


def report(content: dict[str, str]) -> None:
    """Tell the waiting client how the start went and close the pipe to it."""
    with suppress(BrokenPipeError):
        os.write(1, json.dumps(content).encode())
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.close(nothing)


def keep(folder: Path, *, namespace: bool) -> int:
    """Be the keeper of a folder; returns the exit code."""
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    # PostgreSQL's memory is case data and must not be left in a core dump.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        with explained(folder):
            become_ordinary(folder, namespace=namespace)
            check_reach(folder)
            adopt_orphans()
            Keeper(Layout(folder)).run(lambda: report({}))
    except PostgresError as problem:
        note(str(problem))
        report({"error": type(problem).__name__, "message": str(problem)})
        return 1
    except Exception as problem:
        unforeseen = (
            f"The database in {folder} did not start: {problem!r}. More in server.log there"
        )
        report({"error": StartError.__name__, "message": unforeseen})
        raise
    return 0
