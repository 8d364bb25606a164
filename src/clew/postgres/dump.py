"""Dumping a database into one file and restoring it, with PostgreSQL's own programs."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from clew.postgres.cluster import Programs
from clew.postgres.errors import DumpError


def dump(url: str, target: Path) -> None:
    """Write a consistent copy of a database, whatever is written to it meanwhile.

    Args:
        url: the owner's address.
        target: a file that does not exist; readable for its owner alone.

    Raises:
        DumpError: it could not be dumped; the file is of no use then.
    """
    file = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        # Row-level security holds for the owner as well, whose policies let it read everything.
        _run("pg_dump", url, "--format=custom", "--enable-row-security", stdout=file)
        os.fsync(file)
    finally:
        os.close(file)


def restore(url: str, source: Path) -> None:
    """Fill an empty database from a dump: with all of it, or with nothing.

    Args:
        url: the owner's address.
        source: what :func:`dump` wrote.

    Raises:
        DumpError: it could not be restored; the database is as empty as before.
    """
    # Comments belong to extensions, which belong to the superuser.
    _run("pg_restore", url, "--single-transaction", "--no-comments", str(source))


def _run(program: str, url: str, *options: str, stdout: int = subprocess.DEVNULL) -> None:
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    try:
        address = conninfo_to_dict(url)
    except ProgrammingError as problem:
        raise DumpError("The address of the database cannot be understood") from problem
    # By the environment: other users of the machine can read arguments.
    password = str(address.pop("password", None) or "")
    inherited = {name: text for name, text in os.environ.items() if not name.startswith("PG")}
    done = subprocess.run(
        [
            *(Programs().folder / program, "--dbname", make_conninfo("", **address)),
            *("--no-owner", "--no-password", *options),
        ],
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env=inherited | {"PGPASSWORD": password, "LC_ALL": "C.UTF-8"},
        check=False,
    )
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise DumpError(f"{program} failed: {' / '.join(said[-3:]) or done.returncode}")
