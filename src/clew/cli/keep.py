"""``clew contribute`` and ``clew sample``: putting files in, and making harmless ones."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clew.cli.output import (
    Exit,
    JsonOption,
    WorkspaceOption,
    answer,
    aside,
    clean,
    explained,
    fail,
    path_text,
    people,
    size_in_words,
)


def contribute(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="The files in scope.")],
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Copy chosen files into the vault and verify them there.

    Originals are kept under their SHA-256, written once, never changed. Exit code 2 when any of
    the files could not be stored; the others are.

    Examples:
      clew contribute /media/evidence/DCIM/IMG_0417.JPG

      clew contribute clip.mp4 still.jpg --json
    """
    with explained():
        from clew.cli.logging import start_log
        from clew.intake.contribute import contribute as put_in
        from clew.workspace import Workspace

        with Workspace.open(workspace) as opened, aside.status("storing and verifying …"):
            start_log(opened.folder, opened.settings.log_level)
            done = put_in(opened, files)
    if json:
        answer([vars(one) for one in done])
    for one in [] if json else done:
        name = clean(path_text(one.path))
        if one.problem:
            line = f"NOT stored: {name}: {clean(one.problem)}"
        else:
            kept = "stored and verified" if one.fresh else "was in the vault already, verified"
            line = f"{kept}: {name} ({size_in_words(one.size)}, SHA-256 {one.sha256[:16]}…)"
        people.print(line, soft_wrap=True, markup=False)
    if any(one.problem for one in done):
        raise typer.Exit(Exit.CANNOT_TELL)


def sample(
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.", show_default=False)],
    truth: Annotated[
        Path | None,
        typer.Option("--truth", help="Also write what is a copy of what, as JSON, to this file."),
    ] = None,
    pictures: Annotated[int, typer.Option(min=4, max=500, help="Distinct pictures.")] = 24,
    clips: Annotated[int, typer.Option(min=0, max=100, help="Distinct clips.")] = 6,
    seed: Annotated[int, typer.Option(help="The same seed makes the same pictures.")] = 7,
) -> None:
    """Make a small harmless collection to try Clew on.

    Made-up rooms and landscapes, clips of them, and edited copies of both; no people.

    Examples:
      clew sample ./practice --truth ./practice-truth.json

      clew sample ./tiny --pictures 6 --clips 2
    """
    from clew.training.collection import make_collection

    try:
        with people.status("making pictures and clips …"):
            made = make_collection(folder, seed, pictures, clips, truth_file=truth)
    except (OSError, ValueError) as error:
        fail(str(error))
    people.print(f"{len(made.files)} files in {clean(path_text(folder))}", markup=False)
