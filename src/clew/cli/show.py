"""``clew status``, ``clew export``, ``clew report``: what a workspace holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from clew.casework.gather import gather
from clew.cli.output import JsonOption, WorkspaceOption, answer, clean, explained, fail, people

from clew.cli.scan import print_findings
from clew.records.models import Media
from clew.vault.errors import VaultError
from clew.workspace import Workspace


def status(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """What does the workspace hold?

    Examples:
      clew status

      clew status --workspace ./case-17 --json
    """
    with explained(), Workspace.open(workspace, create=False) as opened:
        findings = gather()
        waiting = Media.objects.filter(compared=False).count()
        if json:
            answer(
                {
                    "workspace": opened.folder,
                    "folders": findings.folders,
                    "figures": findings.figures,
                    "waiting for comparison": waiting,
                }
            )
            return
        people.print(f"[bold]{clean(str(opened.folder))}[/bold]")
        for folder in findings.folders:
            people.print(f"  scanned: {clean(folder)}", markup=False, soft_wrap=True)
        print_findings(findings, most=0)
        if waiting:
            people.print(f"{waiting} media wait for comparison: run the scan again to go on.")


def export(
    workspace: WorkspaceOption = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON (the only form so far).")] = True,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file instead.")
    ] = None,
) -> None:
    """Everything found, for other programs.

    Examples:
      clew export --json > findings.json

      clew export --json --output findings.json
    """
    if not json:
        fail("JSON is the only form so far: use `clew export --json`")
    with explained(), Workspace.open(workspace, create=False):
        findings = gather()
    if output is None:
        answer(findings)
        return
    import msgspec

    fresh = output.with_name(output.name + ".part")
    fresh.write_bytes(msgspec.json.format(msgspec.json.encode(findings), indent=2) + b"\n")
    fresh.replace(output)


def report(
    workspace: WorkspaceOption = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the page.")] = Path(
        "clew-report.html"
    ),
    with_pictures: Annotated[
        bool,
        typer.Option(
            "--with-pictures", help="Put in small previews, blurred until they are clicked."
        ),
    ] = False,
) -> None:
    """Write what was found as one HTML page that opens without a network.

    Examples:
      clew report

      clew report --with-pictures --output findings.html
    """
    from clew.cli.report import write_report

    with explained(), Workspace.open(workspace, create=False) as opened:
        findings = gather()
        pictures = _previews(opened) if with_pictures else None
        try:
            write_report(findings, output, pictures)
        except OSError as error:
            fail(f"{output} cannot be written ({error.strerror}); name another with --output")
    people.print(f"Report: {clean(str(output.absolute()))}", soft_wrap=True, markup=False)


def _previews(workspace: Workspace) -> Callable[[int], bytes | None]:
    def preview(media: int) -> bytes | None:
        sha256 = Media.objects.values_list("sha256", flat=True).get(pk=media)
        try:
            return workspace.vault.get_derivative("preview", bytes(sha256).hex())
        except VaultError:
            return None

    return preview
