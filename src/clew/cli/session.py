"""Where the command line keeps who is signed in, and how its commands act for them."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from clew.workspace import Workspace


def secret_file(opened: Workspace) -> Path:
    """Where the secret of the session is kept: one for each workspace and user."""
    name = hashlib.sha256(os.fsencode(os.path.realpath(opened.folder))).hexdigest()[:32]
    return opened.settings.state / "sessions" / name


def keep_secret(opened: Workspace, secret: str) -> None:
    """Keep a session's secret, readable for this user alone."""
    file = secret_file(opened)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(fresh, flags, 0o600), "w", encoding="ascii") as out:
        out.write(secret)
    fresh.replace(file)


def forget_secret(opened: Workspace) -> None:
    """Forget it."""
    secret_file(opened).unlink(missing_ok=True)


@contextmanager
def opened_for_officer(folder: Path | None) -> Iterator[Workspace]:
    """Open a workspace as the officer who is signed in; use :func:`clew.access.acting.acting`.

    What the officer is refused within is in the log.

    Raises:
        clew.access.errors.SignedOutError: nobody is.
    """
    from clew.access.acting import signed_in
    from clew.access.connections import Connection
    from clew.access.errors import SignedOutError
    from clew.audit.log import refusals_recorded
    from clew.workspace import Workspace

    with Workspace.open(folder, create=False, default=Connection.APPLICATION) as opened:
        try:
            secret = secret_file(opened).read_text(encoding="ascii").strip()
        except FileNotFoundError:
            raise SignedOutError("You are not signed in. Sign in with: clew login") from None
        with signed_in(secret), refusals_recorded():
            yield opened


class Typed:
    """What is asked of a person at the terminal, or of a script line by line.

    Args:
        lines: take them from standard input, one answer a line; nothing secret is ever an
            argument, which every process on the machine could read.
    """

    def __init__(self, lines: bool) -> None:
        self._lines = lines

    def ask(self, what: str, *, hidden: bool = False, twice: bool = False) -> str:
        """One answer."""
        if self._lines:
            return sys.stdin.readline().rstrip("\n")
        return str(typer.prompt(what, hide_input=hidden, confirmation_prompt=twice, err=True))


def day(text: str) -> datetime:
    """The end of a day in UTC, from ``YYYY-MM-DD``."""
    try:
        return datetime.strptime(f"{text} 23:59:59", "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day; expected is YYYY-MM-DD") from None
