"""``clew vault``: looking after the vault and its keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from clew.cli.output import (
    Exit,
    JsonOption,
    WorkspaceOption,
    answer,
    aside,
    clean,
    counted,
    explained,
    path_text,
    people,
    plain,
    size_in_words,
)

if TYPE_CHECKING:
    from clew.vault.sweep import Swept

_MOST_SHOWN = 50


@contextmanager
def bar() -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on standard error: what is being done, how many bytes, of how many."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[detail]}"))
    progress = Progress(
        *columns,
        TimeRemainingColumn(),
        console=aside,
        transient=True,
        disable=not aside.is_terminal,
    )
    task = progress.add_task("", total=None, detail="")

    def show(what: str, done: int, total: int) -> None:
        detail = f"{size_in_words(done)} of {size_in_words(total)}" if total > 1 else ""
        progress.update(task, description=what, completed=done, total=max(1, total), detail=detail)

    with progress:
        yield show


def sweep(
    workspace: WorkspaceOption = None,
    sample: Annotated[
        float,
        typer.Option(
            min=0.01,
            max=100,
            help="Read only this percentage of the objects, chosen by chance. Names and keys are "
            "looked at for all.",
        ),
    ] = 100,
    finish_deletions: Annotated[
        bool, typer.Option("--finish-deletions", help="Complete deletions that were cut short.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Read what is in the vault and tell all that is not as it must be.

    Damaged and missing objects and keys, what the database does not know, deletions and writings
    that were cut short, what is not encrypted. Exit code 1 when anything is wrong.

    Examples:
      clew vault sweep

      clew vault sweep --sample 5 --json
    """
    with explained():
        from clew.audit.events import Event
        from clew.audit.log import record_unattended
        from clew.cli.logging import start_log
        from clew.records import kept
        from clew.vault.sweep import Sweep
        from clew.workspace import Workspace

        with Workspace.open(workspace, create=False) as opened, bar() as show:
            start_log(opened.folder, opened.settings.log_level)
            expected = (kept.originals(), kept.media())
            look = Sweep(opened.vault, expected, sample / 100, finish=finish_deletions)
            swept = look.run(lambda done, total: show("reading the vault", done, total))
            if finish_deletions:
                record_unattended(Event.DELETION, about="vault", details={"act": "finished"})
    if json:
        answer(vars(swept) | {"findings": [vars(finding) for finding in swept.findings]})
    else:
        print_swept(swept)
    if swept.findings:
        raise typer.Exit(Exit.FAULTY)


def print_swept(swept: Swept) -> None:
    """What a sweep found, for people."""
    held = ", ".join(counted(number, kind) for kind, number in swept.objects.items())
    people.print(
        f"{held}; {counted(swept.read, 'object')} read ({size_in_words(swept.bytes)}), "
        f"{counted(swept.deleted, 'tombstone')}"
    )
    if not swept.findings:
        people.print("[green]Nothing is wrong with what was looked at.[/green]")
        return
    table = Table(box=None, padding=(0, 2))
    for column in ("kind", "what is wrong", "how many", "what to do"):
        table.add_column(column)
    found = Counter((finding.kind, finding.fault) for finding in swept.findings)
    for (kind, fault), number in sorted(found.items()):
        table.add_row(kind, f"[red]{fault}[/red]", str(number), fault.advice)
    people.print(table)
    for finding in swept.findings[:_MOST_SHOWN]:
        said = f"  {finding.fault}: {finding.path}" + (f" ({finding.says})" if finding.says else "")
        people.print(clean(said), markup=False, soft_wrap=True)
    if (more := len(swept.findings) - _MOST_SHOWN) > 0:
        people.print(f"  and {more} more: --json shows all")


def rotate(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """Make a new key-encryption key and wrap the keys of all objects with it.

    No content is encrypted anew. At the end the older key is taken out of the key file: copies of
    keys that were deleted, in backups or elsewhere, are worthless from then on. Keep a copy of the
    new key file, and make a backup: older ones need the older copy. Cut short, run it again. Exit
    code 1 when keys are damaged and the older key had to stay.

    Examples:
      clew vault rotate

      clew vault rotate --workspace ./case-17
    """
    with explained():
        from clew.audit.events import Event
        from clew.audit.log import record_unattended
        from clew.cli.logging import start_log
        from clew.vault.rotation import rotate as rotate_keys
        from clew.workspace import Workspace

        with Workspace.open(workspace, create=False) as opened, aside.status("wrapping …") as says:
            start_log(opened.folder, opened.settings.log_level)
            done = rotate_keys(
                opened.vault, lambda number: says.update(f"wrapping … {counted(number, 'key')}")
            )
            key = opened.vault.key.path
            told = {"act": "keys rotated", "keys": done.keys, "damaged": len(done.damaged)}
            record_unattended(Event.DECISION, about="vault", details=told)
    if json:
        answer(vars(done) | {"key": key})
    else:
        people.print(
            f"{counted(done.keys, 'key')} wrapped by the new key-encryption key in "
            f"{plain(path_text(key))}. Keep a new copy of that file, apart from backups, and make "
            "a new backup.",
            soft_wrap=True,
        )
        if done.damaged:
            people.print(
                f"[red]{counted(len(done.damaged), 'key')} cannot be unwrapped[/red], so the older "
                "key-encryption key stays. See `clew vault sweep`, then rotate again.",
                soft_wrap=True,
            )
    if done.damaged:
        raise typer.Exit(Exit.FAULTY)


def encrypt(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """Encrypt a vault from before Clew encrypted vaults.

    Each plain copy is deleted only after the encrypted one was read back. Cut short, run it again.
    Exit code 1 when something had to be left as it is.

    Examples:
      clew vault encrypt

      clew vault encrypt --workspace ./case-17
    """
    with explained():
        from clew.audit.events import Event
        from clew.audit.log import record_unattended
        from clew.cli.logging import start_log
        from clew.vault.encrypting import encrypt as encrypt_all
        from clew.workspace import Workspace

        with Workspace.open(workspace, create=False) as opened, bar() as show:
            start_log(opened.folder, opened.settings.log_level)
            done = encrypt_all(
                opened.vault, lambda number, total: show("encrypting", number, total)
            )
            told = {"act": "encrypted", "objects": done.objects, "left": len(done.left)}
            record_unattended(Event.DECISION, about="vault", details=told)
    if json:
        answer(vars(done))
    else:
        people.print(
            f"{counted(done.objects, 'object')} encrypted ({size_in_words(done.bytes)})"
            if done.objects or done.left
            else "Nothing in the vault is unencrypted."
        )
        for path, why in done.left.items():
            people.print(f"left: {clean(path)}: {why}", markup=False, soft_wrap=True)
    if done.left:
        raise typer.Exit(Exit.FAULTY)


def tombstones(
    file: Annotated[Path, typer.Argument(help="A new file.", show_default=False)],
    workspace: WorkspaceOption = None,
) -> None:
    """Write the tombstones into a file, to be kept beside backups that are older than them.

    `clew restore --tombstones FILE` then deletes again what was deleted after the backup was made.

    Examples:
      clew vault tombstones ./deleted-2026-11.tar

      clew vault tombstones /mnt/backup-notes/deleted.tar --workspace ./case-17
    """
    with explained():
        from clew.audit.events import Event
        from clew.audit.log import record_unattended
        from clew.backup.making import pack_tombstones
        from clew.cli.logging import start_log
        from clew.workspace import Workspace

        with Workspace.open(workspace, create=False) as opened:
            start_log(opened.folder, opened.settings.log_level)
            number = pack_tombstones(opened.vault, file)
            record_unattended(Event.EXPORT, about="tombstones", details={"entries": number})
    people.print(
        f"{counted(number, 'tombstone')}: {clean(path_text(file.absolute()))}",
        markup=False,
        soft_wrap=True,
    )
