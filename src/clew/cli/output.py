"""What the commands share: the two consoles, machine answers, and how errors end."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import IntEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import msgspec
import typer
from rich.console import Console

from clew.intake.triage import ScanError
from clew.media.pool import ConfinementError
from clew.postgres import PostgresError
from clew.settings import SettingsError
from clew.vault.errors import VaultError
from clew.workspace import WorkspaceError

people = Console(highlight=False)
"""For what people read on standard output."""
aside = Console(stderr=True, highlight=False)
"""For progress and complaints, so that standard output can be piped."""


class Exit(IntEnum):
    """What the exit codes mean, for every command."""

    FOUND = 0
    """Done; for questions: there is a lead."""
    NONE_FOUND = 1
    """The question was answered: no lead was found, which proves nothing."""
    CANNOT_TELL = 2
    """It could not be done, or a file could not be read; the message says why."""
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
    """Print something for machines: JSON on standard output."""
    json.dump(
        msgspec.to_builtins(content, enc_hook=_as_text), sys.stdout, ensure_ascii=False, indent=2
    )
    sys.stdout.write("\n")


def _as_text(value: object) -> str:
    if isinstance(value, (Path, datetime)):
        return str(value)
    raise TypeError(type(value).__name__)


def fail(message: str) -> NoReturn:
    """End with a complaint that says what to do."""
    aside.print(f"[red]clew:[/red] {_plain(message)}", soft_wrap=True)
    raise typer.Exit(Exit.CANNOT_TELL)


@contextmanager
def explained() -> Iterator[None]:
    """Turn the errors that people can do something about into complaints."""
    try:
        yield
    except (
        WorkspaceError,
        PostgresError,
        ConfinementError,
        ScanError,
        SettingsError,
        VaultError,
    ) as error:
        fail(str(error))


def _plain(text: str) -> str:
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
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02d}:{rest:02.0f}" if hours else f"{minutes}:{rest:04.1f}"
