"""What the commands share: the two consoles, machine answers, and how errors end."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import msgspec
import typer
from rich.console import Console


class _Console(Console):
    """A console that leaves it to the command what a closed pipe means."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


people = _Console(highlight=False, emoji=False)
"""For what people read on standard output."""
aside = Console(stderr=True, highlight=False, emoji=False)
"""For progress and complaints, so that standard output can be piped."""


class Exit(IntEnum):
    """What the exit codes mean, for every command."""

    FOUND = 0
    """Done; for questions: there is a lead."""
    NONE_FOUND = 1
    """The question was answered: no lead was found, which proves nothing."""
    FAULTY = 1
    """It was looked at, and something is wrong: `vault`, `restore`."""
    CANNOT_TELL = 2
    """It could not be done, or a file could not be read; the message says why."""
    SIGNED_OUT = 3
    """Nobody is signed in, or the session is over: `clew login`."""
    NO_AUTHORITY = 4
    """No authority was chosen, or it does not hold now: `clew authority use`."""
    ASKED_ENOUGH = 5
    """The officer may ask no more for now; the message says from when on."""
    UNHEARD = 141
    """Whoever read the output went away before its end (as the shell says it of SIGPIPE)."""
    STOPPED = 130
    """Stopped by Ctrl-C; what was reported done is stored."""


WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        "-w",
        help="Folder of the workspace (default: CLEW_WORKSPACE, or one in your home).",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer in JSON, for machines.")]


def answer(content: Any) -> None:
    """Print something for machines: JSON on standard output.

    In ASCII: file names may hold what turns text around on a terminal.
    """
    try:
        json.dump(msgspec.to_builtins(content, enc_hook=_as_text), sys.stdout, indent=2)
        sys.stdout.write("\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # Typer ends by itself, with 1, what has a number; 1 would mean "no lead".
        raise BrokenPipeError from None


def _as_text(value: object) -> str:
    if isinstance(value, Path):
        return path_text(value)
    raise TypeError(type(value).__name__)


def path_text(path: Path) -> str:
    """A path as text; bytes in it that are no text come out as the replacement character."""
    return os.fsencode(path).decode("utf-8", "replace")


def fail(message: str, code: Exit = Exit.CANNOT_TELL) -> NoReturn:
    """End with a complaint that says what to do."""
    aside.print(f"[red]clew:[/red] {plain(message)}", soft_wrap=True)
    raise typer.Exit(code)


@contextmanager
def explained() -> Iterator[None]:
    """Turn the errors that people can do something about into complaints."""
    try:
        yield
    except (BrokenPipeError, typer.Exit):
        raise  # what the first means is the same everywhere: see clew.cli.main
    except KeyboardInterrupt:
        aside.print("Stopped.")
        raise typer.Exit(Exit.STOPPED) from None
    except Exception as error:
        if isinstance(error, _expected()):
            fail(_in_words(error), _code(error))
        # A fault of Clew's own must not end like an answer: 1 would mean "no lead".
        aside.print_exception()
        fail("this is a fault in Clew; nothing that was reported done is lost. Please report it.")


def _expected() -> tuple[type[Exception], ...]:
    # Imported only once something went wrong: the commands' help must not wait for decoders.
    from django.db import DatabaseError, InterfaceError

    from clew.access.errors import AccessError
    from clew.audit.signing import KeyFileError
    from clew.audit.verify import UnreadableError
    from clew.backup import BackupError
    from clew.casework.errors import CaseworkError
    from clew.intake.contributions import ContributionError
    from clew.intake.exhibits import ExhibitRefusedError
    from clew.intake.sharing import SharingError
    from clew.intake.triage import ScanError
    from clew.media.nursery import ConfinementError
    from clew.postgres import PostgresError
    from clew.settings import SettingsError
    from clew.vault.errors import VaultError
    from clew.workspace import WorkspaceError

    return (
        AccessError,
        BackupError,
        CaseworkError,
        KeyFileError,
        UnreadableError,
        WorkspaceError,
        PostgresError,
        ConfinementError,
        ContributionError,
        ScanError,
        ExhibitRefusedError,
        SharingError,
        SettingsError,
        VaultError,
        DatabaseError,
        InterfaceError,
        OSError,
    )


def _code(error: Exception) -> Exit:
    from clew.access.errors import AuthorityError, QuotaError, SignedOutError

    if isinstance(error, SignedOutError):
        return Exit.SIGNED_OUT
    if isinstance(error, QuotaError):
        return Exit.ASKED_ENOUGH
    return Exit.NO_AUTHORITY if isinstance(error, AuthorityError) else Exit.CANNOT_TELL


def _in_words(error: Exception) -> str:
    from django.db import DatabaseError, InterfaceError

    if getattr(error.__cause__, "sqlstate", None) == "42501":
        return (
            "you may not do that: your roles, or the scopes of your token, do not allow it. "
            "`clew whoami` tells what you may do"
        )
    if isinstance(error, (DatabaseError, InterfaceError)):
        said = str(error).strip().splitlines() or [type(error).__name__]
        full = "No space left" in str(error)
        return (
            f"the database gave up: {said[0]}. "
            + ("Free some space, then run" if full else "Run")
            + " the same command again: what was reported done is stored"
        )
    if isinstance(error, OSError):
        return f"{error.filename or 'the disk'}: {error.strerror or error}"
    return str(error)


def plain(text: str) -> str:
    """Text that rich must not take for markup, nor a terminal for commands."""
    from rich.markup import escape

    return escape(clean(text))


def clean(text: str) -> str:
    """File names and decoders' words without control characters, for the terminal."""
    return "".join(c if c.isprintable() else "�" for c in text)


def size_in_words(count: float) -> str:
    """Bytes for people, in powers of 1000 as file managers show them."""
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if count < 1000 or unit == "TB":
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    raise AssertionError


def clock(seconds: float) -> str:
    """Seconds for people: 3:05.2 or 1:02:03."""
    tenths = round(seconds * 10)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest // 10:02d}" if hours else f"{minutes}:{rest / 10:04.1f}"


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun: 1 file, 2 files."""
    return f"{number} {one if number == 1 else many or one + 's'}"
