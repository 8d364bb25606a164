"""All commands. Each is a thin face over the layers below."""

from __future__ import annotations

import inspect
from collections import UserDict
from collections.abc import Callable
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from clew import __version__
from clew.cli import (
    ask,
    audit,
    authority,
    backup,
    connect,
    contribution,
    credential,
    doctor,
    entity,
    exhibit,
    exporting,
    grade,
    hypothesis,
    keep,
    observe,
    officer,
    person,
    proposals,
    retention,
    scan,
    series,
    setup,
    show,
    signing,
    task,
    token,
    up,
    upload,
    vault,
    watch,
    worker,
    world,
)
from clew.cli.output import people


class _Commands(UserDict[str, Any]):
    """Commands and groups of them by name, each made of its functions when it is asked for.

    Reading the options of all of them would be most of the time in which a command starts.
    """

    def __getitem__(self, name: str) -> Any:
        command = self.data[name]
        if isinstance(command, typer.Typer):
            command = self.data[name] = get_command(command)
            command.name = name
        return command


class _Group(TyperGroup):
    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = _COMMANDS


_COMMANDS = _Commands()

app = typer.Typer(
    name="clew",
    cls=_Group,
    help="Find who and where, by connecting media that share a trace.\n\n"
    "Start with `clew setup`, then `clew scan FOLDER`. This version is for practice: use it on "
    "harmless material only.",
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
    setup.setup,
    scan.scan,
    ask.compare,
    ask.find,
    observe.search,
    observe.note,
    observe.concerned,
    show.status,
    show.report,
    keep.contribute,
    worker.worker,
    upload.upload,
    keep.share,
    keep.sample,
    up.up,
    backup.backup,
    backup.restore,
    doctor.doctor,
    signing.enrol,
    signing.login,
    signing.logout,
    signing.whoami,
):
    _alone = typer.Typer(add_completion=False, rich_markup_mode=None)
    _alone.command(help=_help(_command))(_command)
    _COMMANDS[_command.__name__] = _alone


def _group(name: str, says: str, example: str, *commands: Callable[..., None]) -> None:
    says = f"{says}\n\n\b\nExamples:\n  {example}"
    group = typer.Typer(
        help=says, no_args_is_help=True, add_completion=False, rich_markup_mode=None
    )
    _group_of(name, group, *commands)


def _group_of(name: str, group: typer.Typer, *commands: Callable[..., None]) -> None:
    for command in commands:
        group.command(command.__name__.rstrip("_"), help=_help(command))(command)
    _COMMANDS[name] = group


_export = typer.Typer(invoke_without_command=True, add_completion=False, rich_markup_mode=None)
_export.callback(help=_help(exporting.export))(exporting.export)
_group_of(
    "export",
    _export,
    *(exporting.ask, exporting.requests, exporting.agree, exporting.refuse, exporting.withdraw),
    exporting.list_,
)
_group(
    "officer",
    "Who works here: for administrators, and `first` for the owner of the workspace.",
    "clew officer list",
    *(officer.first, officer.add, officer.list_, officer.lock, officer.unlock, officer.leave),
    *(officer.certify, officer.roles, officer.invite),
)
_group(
    "credential",
    "What officers sign in with beside a password, for administrators.",
    "clew credential show ben",
    *(credential.show, credential.identity, credential.certificate, credential.machine),
    credential.release,
)
_group(
    "authority",
    "Under which legal basis work is done.",
    'clew authority use "Az 12/26"',
    *(authority.add, authority.list_, authority.use, authority.revoke),
)
_group(
    "contribution",
    "What your agency has handed in.",
    "clew contribution list",
    *(contribution.list_, contribution.show, contribution.watch, contribution.cancel),
    contribution.retry,
)
_group(
    "exhibit",
    "What was seized, and through whose hands it went.",
    "clew exhibit show 17-4",
    *(exhibit.add, exhibit.list_, exhibit.show, exhibit.custody),
)
_group(
    "token",
    "Programs that work on your behalf.",
    "clew token list",
    *(token.create, token.list_, token.revoke),
)
_group(
    "vault",
    "The encrypted vault: looking after it and its keys, as the owner of the workspace.",
    "clew vault sweep",
    *(vault.sweep, vault.rotate, vault.encrypt, vault.tombstones),
)
_group(
    "audit",
    "The log nobody can alter: what was done, by whom, under which authority.",
    "clew audit verify log.jsonl --witness checkpoints.jsonl",
    *(audit.show, audit.export, audit.verify, audit.checkpoint, audit.key),
)
_group(
    "proposals",
    "What matches propose, for people to decide.",
    "clew proposals list",
    *(proposals.list_, proposals.show, proposals.accept, proposals.reject, proposals.undo),
)
_group(
    "connect",
    "Connections between any two things.",
    'clew connect add media:12 place:4 --as shows --why "the green sofa"',
    *(connect.add, connect.list_, connect.show, connect.confirm, connect.reject, connect.types),
)
_group(
    "series",
    "Media believed to show the same victim or victims.",
    'clew series new "blue room"',
    *(series.new, series.list_, series.show, series.add, series.remove, series.merge),
    series.split,
)
_group(
    "person",
    "Victims, suspects, witnesses, and a victim's way to be identified and safe.",
    'clew person new "girl with red scarf" --category victim',
    *(person.new, person.list_, person.show, person.name, person.find, person.confirm),
    *(person.merge, person.count),
)
_group(
    "entity",
    "Places, cameras, voices, objects and online identities; and sharing any record.",
    'clew entity new place "attic with the round window"',
    *(entity.new, entity.list_, entity.merge, entity.share, entity.offer, entity.answer),
    entity.leads,
)
_group(
    "grade",
    "One officer's vote for one media under one named scheme.",
    "clew grade give media:12 1 --scheme US",
    *(grade.give, grade.show, grade.differ, grade.schemes),
)
_group(
    "observe",
    "What is seen, heard or concluded.",
    'clew observe add media:12 "plug type" G',
    *(observe.add, observe.list_, observe.replace, observe.types),
)
_group(
    "hypothesis",
    "What could be so, what speaks for it and against it, and how it stands.",
    "clew hypothesis new series:3 country Estonia",
    *(hypothesis.new, hypothesis.list_, hypothesis.argue, hypothesis.retract, hypothesis.weigh),
)
_group(
    "task",
    "What is to be done for a series or anything else, within your agency.",
    'clew task new series:3 "call the swimming club"',
    *(task.new, task.list_, task.step),
)
_group(
    "retention",
    "How long things are kept, and deleting by two people.",
    "clew retention due",
    *(retention.due, retention.keep, retention.hold, retention.lift, retention.delete),
    *(retention.requests, retention.agree, retention.refuse, retention.withdraw),
    retention.destroy,
)
_group(
    "watch",
    "Against insiders: what alerts silently, what is unusual, how much may be asked.",
    "clew watch report",
    *(watch.notices, watch.read, watch.add, watch.end, watch.list_, watch.alerts, watch.report),
    watch.quota,
)
_group(
    "protection",
    "What a person may ask for, for data-protection officers.",
    'clew protection find "Mia Muster"',
    *(retention.find, retention.restrict, retention.free),
)
_group(
    "world",
    "A harmless made-up case load with known answers: to measure, to practise, to show.",
    "clew world make ./world && clew world fill ./world --workspace ./practice",
    *(world.make, world.fill, world.score),
)
