"""``clew backup`` and ``clew restore``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clew.cli.output import (
    Exit,
    JsonOption,
    WorkspaceOption,
    answer,
    clean,
    counted,
    explained,
    fail,
    path_text,
    people,
    plain,
    size_in_words,
)
from clew.cli.vault import bar, print_swept


def backup(
    folder: Annotated[
        Path,
        typer.Argument(
            help="A new folder, or one with an older backup of the same workspace.",
            show_default=False,
        ),
    ],
    workspace: WorkspaceOption = None,
    with_key: Annotated[
        Path | None,
        typer.Option(
            "--with-key",
            help="Also copy the key-encryption key to this new file, which must not lie in FOLDER.",
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Back up database and vault into a folder; only what is new is copied.

    Work may go on meanwhile. The folder always holds one complete backup: the one before counts
    until the new one is whole. All of it is encrypted. The key-encryption key is NOT in it: without
    a copy of it, kept elsewhere, a backup cannot be read.

    Examples:
      clew backup /mnt/backup/case-17

      clew backup /mnt/backup/case-17 --with-key /mnt/safe/vault.key
    """
    with explained():
        from clew.audit.events import Event
        from clew.audit.log import record_unattended
        from clew.backup import back_up
        from clew.cli.logging import start_log
        from clew.workspace import Workspace

        if with_key is not None and with_key.resolve().is_relative_to(folder.resolve()):
            fail("The key must not lie beside what it opens: name a file outside the backup.")
        with Workspace.open(workspace, create=False) as opened, bar() as show:
            start_log(opened.folder, opened.settings.log_level)
            made = back_up(opened, folder, show)
            key = opened.vault.key
            if with_key is not None:
                key.copy_to(with_key)
                record_unattended(Event.EXPORT, about="vault key")
    if json:
        answer(vars(made) | {"key": key.path, "key copied to": with_key})
        return
    people.print(
        f"Backed up into {plain(path_text(folder.absolute()))}: the database, "
        f"{counted(made.objects, 'object')} of the vault ({size_in_words(made.bytes)}; "
        f"{made.copied} copied now), {counted(made.keys, 'wrapped key')}, "
        f"{counted(made.deleted, 'tombstone')}.",
        soft_wrap=True,
    )
    if made.uploads:
        whose = ", ".join(map(str, made.uploads))
        people.print(
            f"[yellow]Not in it:[/yellow] uploads that are on their way (contribution {whose}). "
            "After a restore they begin anew.",
            soft_wrap=True,
        )
    if with_key is not None:
        people.print(
            f"The key-encryption key: {plain(path_text(with_key.absolute()))}. Keep it apart.",
            soft_wrap=True,
        )
    else:
        people.print(
            f"[yellow]The key-encryption key is not in it.[/yellow] Keep a copy of "
            f"{plain(path_text(key.path))} elsewhere: without it the backup cannot be read.",
            soft_wrap=True,
        )


def restore(
    folder: Annotated[Path, typer.Argument(help="The folder of a backup.", show_default=False)],
    workspace: Annotated[
        Path,
        typer.Option(
            "--workspace", "-w", help="A new folder for the workspace.", show_default=False
        ),
    ],
    key: Annotated[
        Path | None,
        typer.Option(
            "--key",
            help="Copy of the key-encryption key, copied to where the workspace keeps it; by "
            "default the one that CLEW_VAULT_KEY names.",
        ),
    ] = None,
    tombstones: Annotated[
        list[Path] | None,
        typer.Option(
            "--tombstones",
            help="What was deleted since: a newer backup, or a file of `clew vault tombstones`; "
            "may be given several times.",
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Make a new workspace from a backup, check all of it, and delete again what was deleted.

    Nothing that exists is overwritten. Nobody is signed in afterwards. Cut short, run it again.
    Exit code 1 when something was damaged or is missing; all else is restored.

    Examples:
      clew restore /mnt/backup/case-17 --workspace ./case-17 --key /mnt/safe/vault.key

      clew restore /mnt/backup/old -w ./old --key k --tombstones /mnt/backup/case-17
    """
    with explained():
        import structlog

        from clew.backup import restore as restore_all
        from clew.cli.logging import start_log
        from clew.settings import Settings

        settings = Settings.from_environment()
        with bar() as show:
            done = restore_all(
                folder,
                workspace.expanduser().absolute(),
                settings,
                key=key,
                tombstones=tombstones or (),
                watcher=show,
            )
        start_log(workspace.expanduser().absolute(), settings.log_level)
        structlog.get_logger().info("restored", objects=done.objects, damaged=len(done.damaged))
    faulty = bool(done.damaged or done.swept.findings)
    if json:
        swept = vars(done.swept) | {"findings": [vars(one) for one in done.swept.findings]}
        answer(vars(done) | {"swept": swept})
    else:
        people.print(
            f"Restored into {plain(path_text(workspace.absolute()))}: the database and "
            f"{counted(done.objects, 'object')} of the vault; {done.deleted} deleted again.",
            soft_wrap=True,
        )
        for path in done.damaged:
            people.print(f"damaged in the backup: {clean(path)}", markup=False, soft_wrap=True)
        print_swept(done.swept)
    if faulty:
        raise typer.Exit(Exit.FAULTY)
