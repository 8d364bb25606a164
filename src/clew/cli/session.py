"""Where the command line keeps who is signed in, and how its commands act for them."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from clew.records.models import Exhibit
    from clew.workspace import Workspace

ExhibitOption = Annotated[
    str | None,
    typer.Option("--exhibit", help="Number of what it was found on.", show_default=False),
]


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


def kept_secret(opened: Workspace) -> str | None:
    """The secret of whoever signed in here; None for nobody."""
    try:
        return secret_file(opened).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None


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
    from clew.access.demonstration import refuse_practice_account
    from clew.audit.log import refusals_recorded
    from clew.workspace import Workspace

    with (
        Workspace.open(folder, create=False, default=Connection.APPLICATION) as opened,
        signed_in(_secret(opened)),
        refusals_recorded(),
    ):
        if not opened.demo:
            refuse_practice_account()
        yield opened


@contextmanager
def opened_for_work(folder: Path | None) -> Iterator[Workspace]:
    """Open a workspace for work on cases: by an officer, under an authority that holds now.

    Raises:
        clew.access.errors.SignedOutError: nobody is signed in.
        clew.access.errors.AuthorityError: no authority was chosen, or it does not hold.
    """
    from clew.access.acting import acting, require_authority
    from clew.cli.logging import start_log

    with opened_for_officer(folder) as opened:
        # Told before any work is done; whatever acts asks again.
        with acting():
            require_authority()
        start_log(opened.folder, opened.settings.log_level)
        yield opened


def _secret(opened: Workspace) -> str:
    """Of the session to act in: a token's, that of who signed in, or a new one in a demo."""
    from clew.access.demonstration import sign_in_for_practice
    from clew.access.errors import SignedOutError

    settings = opened.settings
    if settings.token is not None:
        return settings.token
    if settings.token_file is not None:
        return settings.token_file.read_text(encoding="ascii").strip()
    if (kept := kept_secret(opened)) is not None:
        return kept
    if opened.demo:
        return sign_in_for_practice()
    raise SignedOutError("You are not signed in. Sign in with: clew login")


def exhibit_of(number: str | None) -> Exhibit | None:
    """The exhibit that was named, if one was.

    Raises:
        clew.intake.exhibits.ExhibitRefusedError: there is none of that number.
    """
    from clew.access.acting import acting
    from clew.intake.exhibits import exhibit_by_number

    if number is None:
        return None
    with acting():
        return exhibit_by_number(number)


class Typed:
    """What is asked of a person at the terminal, or of a script line by line.

    Args:
        lines: take them from standard input, one answer a line; nothing secret is ever an
            argument, which every process on the machine could read.
    """

    def __init__(self, lines: bool) -> None:
        self._lines = lines

    def ask(
        self, what: str, *, hidden: bool = False, twice: bool = False, default: str | None = None
    ) -> str:
        """One answer."""
        if self._lines:
            return sys.stdin.readline().rstrip("\n") or default or ""
        return str(
            typer.prompt(
                what, default=default, hide_input=hidden, confirmation_prompt=twice, err=True
            )
        )

    def ask_unless_typed(self) -> str:
        """What only a script says; empty at a terminal."""
        return self.ask("").strip() if self._lines else ""


def moment(text: str) -> datetime:
    """A time in UTC, from ``YYYY-MM-DD HH:MM``; of a day alone its beginning."""
    for form in ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d"):
        try:
            return datetime.strptime(text.strip(), form).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise typer.BadParameter(f"{text!r} is no time; expected is YYYY-MM-DD HH:MM (UTC)")


def day(text: str) -> datetime:
    """The end of a day in UTC, from ``YYYY-MM-DD``."""
    try:
        return datetime.strptime(f"{text} 23:59:59", "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day; expected is YYYY-MM-DD") from None
