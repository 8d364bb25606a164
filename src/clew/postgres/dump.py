"""Dumping a database and restoring it, with PostgreSQL's own programs, through pipes.

A dump is case data in clear: it goes from one program to the next and is in no file in between.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import IO

from clew.postgres.cluster import Programs
from clew.postgres.errors import DumpError

_CHUNK_BYTES = 1024 * 1024


def dump(url: str) -> Iterator[bytes]:
    """A consistent copy of a database, whatever is written to it meanwhile, in pieces.

    Args:
        url: the owner's address.

    Raises:
        DumpError: it could not be dumped to its end; what came before is of no use.
    """
    # Row-level security holds for the owner as well, whose policies let it read everything.
    with _running("pg_dump", url, "--format=custom", "--enable-row-security") as process:
        assert process.stdout is not None
        while piece := process.stdout.read(_CHUNK_BYTES):
            yield piece


def restore(url: str, content: Iterable[bytes]) -> None:
    """Fill an empty database from a dump: with all of it, or with nothing.

    Args:
        url: the owner's address.
        content: what :func:`dump` gave. When it raises, nothing is restored.

    Raises:
        DumpError: it could not be restored; the database is as empty as before.
    """
    # Comments belong to extensions, which belong to the superuser.
    with _running("pg_restore", url, "--single-transaction", "--no-comments") as process:
        assert process.stdin is not None
        with suppress(BrokenPipeError):  # it gave up, and says why
            for piece in content:
                process.stdin.write(piece)
            process.stdin.close()


@contextmanager
def _running(program: str, url: str, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """One of the programs; killed when the block is left by an exception."""
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    try:
        address = conninfo_to_dict(url)
    except ProgrammingError as problem:
        raise DumpError("The address of the database cannot be understood") from problem
    # By the environment: other users of the machine can read arguments.
    password = str(address.pop("password", None) or "")
    inherited = {name: text for name, text in os.environ.items() if not name.startswith("PG")}
    with os.fdopen(os.memfd_create("errors"), "rb") as errors:
        process = subprocess.Popen(
            [
                *(Programs().folder / program, "--dbname", make_conninfo("", **address)),
                *("--no-owner", "--no-password", *options),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=inherited | {"PGPASSWORD": password, "LC_ALL": "C.UTF-8"},
        )
        try:
            yield process
            code = process.wait()
        finally:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with suppress(BrokenPipeError):
                    _close(pipe)
        if code != 0:
            errors.seek(0)
            said = errors.read().decode("utf-8", "replace").strip().splitlines()
            raise DumpError(f"{program} failed: {' / '.join(said[-3:]) or code}")


def _close(pipe: IO[bytes] | None) -> None:
    if pipe is not None:
        pipe.close()
