"""All commands. Each is a thin face over the layers below."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated

import typer

from clew import __version__
from clew.cli import ask, audit, authority, doctor, keep, officer, scan, show, signing
from clew.cli.output import people

app = typer.Typer(
    name="clew",
    help="Find who and where, by connecting media that share a trace.\n\n"
    "Start with `clew scan FOLDER`. This version has no case database yet: use it on harmless "
    "material only.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        people.print(f"clew {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    pass


def _help(command: Callable[..., None]) -> str:
    """What a command's docstring says, its examples line by line instead of filled."""
    says, heading, examples = (inspect.getdoc(command) or "").partition("Examples:\n")
    lines = [f"  {line.strip()}" for line in examples.splitlines() if line.strip()]
    # \b tells the formatter to leave a paragraph as it is.
    return says + "\n".join(["\b", heading.strip(), *lines])


for _command in (
    scan.scan,
    ask.compare,
    ask.find,
    show.status,
    show.report,
    show.export,
    keep.contribute,
    keep.sample,
    doctor.doctor,
    signing.enrol,
    signing.login,
    signing.logout,
    signing.whoami,
):
    app.command(help=_help(_command))(_command)


def _group(name: str, says: str, example: str, *commands: Callable[..., None]) -> None:
    says = f"{says}\n\n\b\nExamples:\n  {example}"
    group = typer.Typer(help=says, no_args_is_help=True, rich_markup_mode=None)
    for command in commands:
        group.command(command.__name__.rstrip("_"), help=_help(command))(command)
    app.add_typer(group, name=name)


_group(
    "officer",
    "Who works here: for administrators, and `first` for the owner of the workspace.",
    "clew officer list",
    *(officer.first, officer.add, officer.list_, officer.lock, officer.unlock, officer.leave),
    *(officer.certify, officer.roles, officer.invite),
)
_group(
    "authority",
    "Under which legal basis work is done.",
    'clew authority use "Az 12/26"',
    *(authority.add, authority.list_, authority.use, authority.revoke),
)
_group(
    "audit",
    "The log nobody can alter: what was done, by whom, under which authority.",
    "clew audit verify log.jsonl --witness checkpoints.jsonl",
    *(audit.show, audit.export, audit.verify, audit.checkpoint, audit.key),
)
