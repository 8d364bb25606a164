"""``clew doctor``: what is installed, what is missing, and how to get it."""

from __future__ import annotations

import dataclasses
import platform
from pathlib import Path

import typer
from rich.table import Table

from clew import __version__
from clew.cli.output import Exit, JsonOption, WorkspaceOption, answer, clean, people, plain


def doctor(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """Look whether all that Clew needs is here; say how to get what is missing.

    Exit code 2 when something needed is missing.

    Examples:
      clew doctor

      clew doctor --json
    """
    # Not before: the command's help must not wait for what is looked at.
    from clew import health

    with health.trial_database() as database:
        checks = [database, *(health.guarded(name, check) for name, check in health.INSTALLED)]
        checks += health.own_database() + health.confinement() + health.signals_there()
        checks += health.checkpoints_of(workspace)
    settings = _settings(workspace)
    if json:
        answer({"version": __version__, "checks": [vars(c) for c in checks], "settings": settings})
    else:
        table = Table(box=None, show_header=False, padding=(0, 2))
        for check in checks:
            lack = "[red]missing[/red]" if check.needed else "[yellow]without[/yellow]"
            mark = "[green]ok[/green]" if check.fine else lack
            table.add_row(mark, check.name, plain(check.says))
        people.print(f"Clew {__version__}, Python {platform.python_version()}")
        people.print(table)
        people.print("\nSettings")
        for name, value in settings.items():
            people.print(f"  {name} = {clean(value)}", markup=False, soft_wrap=True)
    if any(check.needed and not check.fine for check in checks):
        raise typer.Exit(Exit.CANNOT_TELL)


def _settings(workspace: Path | None) -> dict[str, str]:
    from clew.settings import Settings, SettingsError, without_password

    try:
        settings = Settings.from_environment()
    except SettingsError as error:
        return {"wrong": str(error)}
    values = {}
    for field in dataclasses.fields(settings):
        declaration, value = field.metadata["declaration"], getattr(settings, field.name)
        said = declaration.default if value is None else without_password(str(value))
        if declaration.secret and value is not None:
            said = "set, not shown"
        values[declaration.name] = said.replace("`", "")
    if workspace is not None:
        values["CLEW_WORKSPACE"] = f"{workspace} (by --workspace)"
    return values
