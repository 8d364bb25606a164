"""The client's side: joining the server of a folder, starting it when there is none."""

import json
import os
import subprocess
import sys
import time
import weakref
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote, urlencode

from clew.postgres.cluster import DATABASE, ROLE, SOCKET_PORT
from clew.postgres.errors import ERRORS, FolderPermissionError, StartError, explained, user_name
from clew.postgres.files import FileLock, Layout, write_private

WAIT_SECONDS = 120.0
RETRY_SECONDS = 0.02


class Server:
    """A share in the PostgreSQL server of one folder, held until closed.

    Forked children do not take part in the share (it is closed in them), so a worker that
    outlives its parent does not keep the server running; it opens the folder itself.
    """

    def __init__(self, folder: Path, *, namespace: bool) -> None:
        self.folder = folder
        self._layout = Layout(folder)
        self._namespace = namespace
        self._share = FileLock(self._layout.clients_lock)
        _open_servers.add(self)

    @classmethod
    def open(cls, folder: Path, *, namespace: bool = True) -> Self:
        """Join the server of a folder; start it, and create the database, when needed.

        Args:
            folder: the database's own folder; created with mode 0700 when missing.
            namespace: as root, False never uses a user namespace but gives the folder to an
                unprivileged user, as happens by itself where namespaces are refused.

        Raises:
            PostgresError: one of its kinds, with a message that says what to do.
        """
        folder = Path(os.path.realpath(folder))
        with explained(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _check_owner(folder)
            server = cls(folder, namespace=namespace)
            try:
                server.ensure_running()
            except BaseException:
                server.close()
                raise
        return server

    @property
    def url(self) -> str:
        """The address with the password in it; the same until the last client has left."""
        return self._url(ROLE, self._layout.password.read_text(encoding="utf-8"))

    def url_of(self, role: str) -> str | None:
        """The address for a role whose password was kept; None when none was."""
        try:
            password = self._layout.password_of(role).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        return self._url(role, password)

    def keep_password(self, role: str, password: str) -> None:
        """Keep the password of a role beside the owner's, readable for nobody else."""
        write_private(self._layout.password_of(role), password)

    def _url(self, role: str, password: str) -> str:
        socket = self._layout.socket.read_text(encoding="utf-8")
        # The port names the socket; left out, it would come from the environment.
        place = urlencode({"host": socket, "port": SOCKET_PORT})
        return f"postgresql://{role}:{quote(password, safe='')}@/{DATABASE}?{place}"

    def ensure_running(self) -> None:
        """Return when the server takes connections; start it again when it is gone.

        For processes that live long: should someone kill the keeper, the next call repairs it.

        Raises:
            PostgresError: it does not start.
        """
        deadline = time.monotonic() + WAIT_SECONDS
        turn = FileLock(self._layout.start_lock)
        try:
            # A keeper that is stopping holds the clients' lock alone until it is gone.
            if not (turn.wait_exclusive(WAIT_SECONDS) and self._share.wait_shared(WAIT_SECONDS)):
                raise self._too_late()
            while not self._answers():
                if self._nobody_runs():
                    self._start_keeper()
                elif time.monotonic() > deadline:
                    raise self._too_late()
                else:
                    time.sleep(RETRY_SECONDS)
        finally:
            turn.close()

    def close(self) -> None:
        """Give back the share; the server stops by itself soon after the last one."""
        _open_servers.discard(self)
        self._share.close()

    def wait_until_gone(self, seconds: float = WAIT_SECONDS) -> bool:
        """After closing: wait until no process works in the folder, so that it may be deleted.

        Returns:
            Whether all have ended; others may have opened the folder, and keep it running.
        """
        probe = FileLock(self._layout.server_lock)
        try:
            return probe.wait_shared(seconds)
        finally:
            probe.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _answers(self) -> bool:
        # Here, not at the top: the keeper comes by this module and needs no database driver.
        from psycopg import pq

        try:
            return bool(pq.PGconn.ping(self.url.encode()) == pq.Ping.OK)
        except FileNotFoundError:
            return False

    def _nobody_runs(self) -> bool:
        probe = FileLock(self._layout.server_lock)
        try:
            return probe.try_shared()
        finally:
            probe.close()

    def _start_keeper(self) -> None:
        # -P, because the current folder may be evidence, and Python would import from it.
        command = [sys.executable, "-P", "-m", "clew.postgres", str(self.folder)]
        if not self._namespace:
            command.append("--no-namespace")
        # The locale and PG* variables of whoever comes first must not shape the server.
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_", "LANG"))}
        with (
            self._layout.open_log() as log,
            subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd="/",
                env=inherited | {"LC_ALL": "C.UTF-8"},
            ) as starter,
        ):
            try:
                answer, _ = starter.communicate(timeout=WAIT_SECONDS)
            except subprocess.TimeoutExpired:
                starter.kill()
                raise self._too_late() from None
        if not answer:
            raise StartError(
                f"The keeper of {self.folder} ended without a word. More in {self._layout.log}"
            )
        content = json.loads(answer)
        if "error" in content:
            raise ERRORS[content["error"]](content["message"])

    def _too_late(self) -> StartError:
        return StartError(
            f"The database in {self.folder} was not ready after {WAIT_SECONDS:.0f} s. "
            f"See {self._layout.log} for the reason and try again."
        )


_open_servers: "weakref.WeakSet[Server]" = weakref.WeakSet()


def _close_in_forked_child() -> None:
    # Closing a copied descriptor leaves the parent's lock alone; keeping it would share it.
    for server in list(_open_servers):
        server.close()


os.register_at_fork(after_in_child=_close_in_forked_child)


def _check_owner(folder: Path) -> None:
    owner, us = folder.stat().st_uid, os.geteuid()
    if us not in (0, owner):
        raise FolderPermissionError(
            f"The database folder {folder} belongs to {user_name(owner)}, and Clew runs as "
            f"{user_name(us)}. Run Clew as {user_name(owner)} or choose another workspace."
        )
