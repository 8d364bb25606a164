"""``clew status``, ``clew report``: what a workspace holds."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from clew.cli.exporting import handed_out
from clew.cli.findings import print_figures
from clew.cli.output import (
    JsonOption,
    WorkspaceOption,
    answer,
    aside,
    clean,
    explained,
    fail,
    path_text,
    people,
    plain,
)


def status(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """What does the workspace hold?

    Examples:
      clew status

      clew status --workspace ./case-17 --json
    """
    with explained():
        from clew.casework.gather import gather
        from clew.cli.session import opened_for_work

        with opened_for_work(workspace) as opened:
            findings = gather()
        if json:
            answer(
                {
                    "workspace": opened.folder,
                    "folders": findings.folders,
                    "figures": findings.figures,
                    "waiting for comparison": findings.waiting,
                }
            )
            return
        people.print(f"[bold]{plain(path_text(opened.folder))}[/bold]", soft_wrap=True)
        for folder in findings.folders:
            people.print(f"  holds files of {clean(folder)}", markup=False, soft_wrap=True)
        print_figures(findings)
        if findings.waiting:
            people.print(
                f"{findings.waiting} media wait for comparison: run the scan again to go on."
            )
        if not findings.folders:
            people.print("Nothing yet. Start with: clew scan FOLDER")


def report(
    workspace: WorkspaceOption = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the page.")] = Path(
        "clew-report.html"
    ),
    with_pictures: Annotated[
        bool,
        typer.Option(
            "--with-pictures",
            help="Put in small previews, storyboards of films and the frames in which films agree "
            "best, blurred until they are clicked.",
        ),
    ] = False,
) -> None:
    """Write what was found as one HTML page that opens without a network.

    It takes two people: ask for it with `clew export ask report`, and a supervisor agrees. Each
    picture in it is marked with your sign-in name and the time.

    Examples:
      clew report

      clew report --with-pictures --output findings.html
    """
    with explained():
        from clew.casework.marked import marked_pictures, marked_spectrograms, marked_stills
        from clew.cli.report import write_report
        from clew.cli.session import opened_for_work
        from clew.records.models import ExportKind

        with opened_for_work(workspace) as opened:
            findings = handed_out(opened, ExportKind.REPORT, pictures=with_pictures)
            marking = marked_pictures(opened, findings) if with_pictures else nullcontext()
            seen = marked_stills(findings) if with_pictures else nullcontext()
            heard = marked_spectrograms(findings) if with_pictures else nullcontext()
            try:
                with (
                    aside.status("writing the report …"),
                    marking as pictures,
                    seen as stills,
                    heard as spectrograms,
                ):
                    again = (stills, spectrograms) if stills and spectrograms else None
                    write_report(findings, output, pictures, again)
            except OSError as error:
                fail(
                    f"{path_text(output)} cannot be written ({error.strerror}); "
                    "name another with --output"
                )
    people.print(f"Report: {clean(path_text(output.absolute()))}", soft_wrap=True, markup=False)
