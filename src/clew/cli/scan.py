"""``clew scan``: triage of a folder, with progress and a summary."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from clew.cli.findings import print_findings
from clew.cli.output import (
    Exit,
    JsonOption,
    WorkspaceOption,
    answer,
    aside,
    clock,
    counted,
    explained,
    path_text,
    people,
    plain,
    size_in_words,
)
from clew.cli.session import ExhibitOption, exhibit_of
from clew.intake import progress as told

if TYPE_CHECKING:
    from clew.casework.findings import Findings

_PATIENCE = 3.0
"""Seconds without a finished file after which the bar tells which one is being read."""


class _Bar:
    """Draws a scan's progress: files, bytes, rate, time left, phase."""

    def __init__(self) -> None:
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[detail]}"),
            TimeRemainingColumn(),
            console=aside,
            transient=True,
            disable=not aside.is_terminal,
        )
        self._task = self._bar.add_task("starting", total=None, detail="")
        self._phase: told.Phase | None = None
        self._started = time.monotonic()
        self._from = 0
        self._moved = (0.0, -1)
        self._warned = ""

    def __enter__(self) -> _Bar:
        self._bar.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._bar.stop()

    def __call__(self, progress: told.Progress) -> None:
        """Show where the scan is."""
        if progress.warning != self._warned:
            self._warned = progress.warning
            aside.print(f"[yellow]Warning:[/yellow] {plain(self._warned)}.", soft_wrap=True)
        if progress.phase is not self._phase:
            self._phase = progress.phase
            self._bar.reset(self._task, total=None)
            self._started, self._from = time.monotonic(), progress.bytes_done
        total, done, detail = self._reading(progress)
        if progress.phase is told.Phase.LOOKING:
            total, detail = None, f"{progress.files} files"
        elif progress.phase is told.Phase.COMPARING:
            total, done = max(1, progress.media), progress.media_done
            detail = f"{done} of {progress.media} media · {progress.matches} matches"
        self._bar.update(
            self._task, description=progress.phase, total=total, completed=done, detail=detail
        )

    def _reading(self, progress: told.Progress) -> tuple[float | None, float, str]:
        seconds = max(0.1, time.monotonic() - self._started)
        rate = (progress.bytes_done - self._from) / seconds
        detail = (
            f"{progress.files_done} of {progress.files} files · "
            f"{size_in_words(progress.bytes_done)} of {size_in_words(progress.bytes)} · "
            f"{size_in_words(rate)}/s"
        )
        if progress.files_done != self._moved[1]:
            self._moved = (time.monotonic(), progress.files_done)
        elif progress.file and time.monotonic() - self._moved[0] > _PATIENCE:
            # A long film: show that something happens, and where.
            at = f", {clock(progress.seconds)} of film" if progress.seconds else ""
            detail = (
                f"{progress.files_done} of {progress.files} files · in {plain(progress.file)}{at}"
            )
        return max(1, progress.bytes), progress.bytes_done, detail


def scan(
    folder: Annotated[Path, typer.Argument(help="The folder to look through.", show_default=False)],
    exhibit: ExhibitOption = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Look through a folder: what is in it, what repeats, what belongs together.

    Every file is read where it lies and nothing there is changed. Traces, paths and small
    previews go into the workspace, originals do not. Stop it whenever you like: run again, it
    goes on where it stopped.

    Examples:
      clew scan /media/evidence

      clew scan /media/evidence --exhibit 17-4

      clew scan ~/Downloads --workspace ./case-17

      clew scan ~/Pictures --json | jq .figures
    """
    with explained():
        from clew.cli.session import opened_for_work
        from clew.intake.triage import Scan, check_folder

        folder = folder.expanduser()  # a quoted ~ is still meant as one
        check_folder(folder)
        with opened_for_work(workspace) as opened:
            found_on = exhibit_of(exhibit)
            started = time.monotonic()
            with _Bar() as bar:
                scanning = Scan(opened, folder, bar, found_on)
                try:
                    done = scanning.run()
                except KeyboardInterrupt:
                    bar.__exit__()
                    kept = scanning.progress
                    aside.print(
                        f"Stopped. {kept.files_done} of {counted(kept.files, 'file')} are stored; "
                        "the same command goes on from there."
                    )
                    raise typer.Exit(Exit.STOPPED) from None
            findings = _gathered(done.files)
            if json:
                answer(findings)
                return
            seconds = time.monotonic() - started
            people.print(
                f"[bold]{plain(path_text(folder))}[/bold]: {counted(done.files, 'file')}, "
                f"{size_in_words(done.bytes)}, in {seconds:.1f} s"
                + (f" ({done.already} unchanged since an earlier scan)" if done.already else ""),
                soft_wrap=True,
            )
            print_findings(findings)
            people.print(
                "\nMore: [bold]clew report[/bold] (a page to look at), "
                "[bold]clew export --json[/bold], [bold]clew find FILE[/bold]. "
                f"Workspace: {plain(str(opened.folder))}",
                soft_wrap=True,
            )


def _gathered(files: int) -> Findings:
    """What was found; the session may have ended while the scan went on."""
    from clew.access.errors import AccessError
    from clew.casework.gather import gather

    try:
        return gather()
    except AccessError:
        aside.print(f"The scan is at its end: {counted(files, 'file')} are stored.")
        raise
