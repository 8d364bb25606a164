"""``clew world``: the harmless world with known answers, and how well it was searched."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
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
    fail,
    path_text,
    people,
    size_in_words,
)

if TYPE_CHECKING:
    from clew.training.world import making
    from clew.training.world.score import KindScore, Rate, WorldScore

FolderArgument = Annotated[Path, typer.Argument(help="Of the world.", show_default=False)]


class _Bar:
    """Draws how far a world is."""

    def __init__(self) -> None:
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("making"),
            BarColumn(),
            TextColumn("{task.fields[detail]}"),
            TimeRemainingColumn(),
            console=aside,
            transient=True,
            disable=not aside.is_terminal,
        )
        self._task = self._bar.add_task("making", total=None, detail="the first cases")

    def __enter__(self) -> _Bar:
        self._bar.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._bar.stop()

    def __call__(self, made: making.Progress) -> None:
        """Show how far it is."""
        of = f" of {made.of}" if made.of is not None else ""
        detail = f"{made.cases}{of} cases · {made.files} files · {size_in_words(made.bytes)}"
        self._bar.update(self._task, total=made.of, completed=made.cases, detail=detail)


def make(
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.", show_default=False)],
    seed: Annotated[int, typer.Option(help="The same seed makes the same world.")] = 7,
    size: Annotated[
        str,
        typer.Option(
            help="tiny (30 files), demo (150), small (500), medium (10,000) or large (no end)."
        ),
    ] = "small",
    cases: Annotated[
        int | None, typer.Option(min=1, help="So many cases of 50 files instead.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that draw.")] = 2,
) -> None:
    """Make a world: rooms, cameras, sounds, copies, and the truth about all of it.

    Everything in it is made up and nobody is depicted: where a case needs somebody, a numbered
    block stands in the room. The files lie in FOLDER/files, by agency and exhibit; the truth in
    FOLDER/truth.jsonl (docs/world.md). Stop it whenever you like: the same command goes on. A large
    world goes on until you stop it or the disk is nearly full.

    Examples:
      clew world make ./world

      clew world make --seed 7 --size medium ./world-7

      clew world make --size large --workers 8 /data/world
    """
    with explained():
        from clew.training.world.making import FILES, SIZES, WorldError, make_world

        if size not in SIZES:
            fail(f"there is no size {size}. There are: {', '.join(SIZES)}")
        with _Bar() as bar:
            try:
                made = make_world(folder, seed, size, cases=cases, workers=workers, watcher=bar)
            except WorldError as error:
                bar.__exit__()
                fail(str(error))
            except KeyboardInterrupt:
                bar.__exit__()
                aside.print("Stopped. Whole cases are kept; the same command goes on from there.")
                raise typer.Exit(Exit.STOPPED) from None
    told = f"{counted(made.cases, 'case')}, {counted(made.files, 'file')}: "
    people.print(told + clean(path_text(folder / FILES)), markup=False, soft_wrap=True)
    if made.why:
        people.print(f"Not at its end: {made.why}.", markup=False)


def fill(
    folder: FolderArgument,
    workspace: WorkspaceOption = None,
) -> None:
    """Let three agencies of three countries hand a world in, and begin to work on it.

    Makes a workspace for practice, with an officer of each agency at work: exhibits, contributions
    under an authority, sharing, a first series. Everything else waits as proposals.

    Examples:
      clew world fill ./world --workspace ./practice
    """
    with explained():
        from clew.access.connections import Connection
        from clew.cli.logging import start_log
        from clew.training.world.filling import fill_workspace
        from clew.training.world.making import TRUTH
        from clew.training.world.truth import TruthError
        from clew.workspace import Workspace

        if not (folder / TRUTH).is_file():
            fail(f"{folder} holds no world. Make one with: clew world make {folder}")
        default = Connection.APPLICATION
        with (
            Workspace.open(workspace, default=default, demo=True) as opened,
            people.status("handing in …") as status,
        ):
            start_log(opened.folder, opened.settings.log_level)
            try:
                filled = fill_workspace(opened, folder, status.update)
            except TruthError as error:
                status.stop()
                fail(str(error))
    people.print(
        f"{counted(filled.contributions, 'contribution')} of {counted(filled.files, 'file')}, "
        f"{counted(filled.series, 'series', 'series')}, "
        f"{counted(filled.waiting, 'proposal')} waiting.",
        soft_wrap=True,
    )


def score(
    folder: FolderArgument,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Compare what a workspace for practice found in a world with the truth.

    Precision and false-match rate by kind of match, recall by edit and by what media have in
    common, with 95 % intervals, and the time to the first right match. Only media that are in the
    workspace count as expected.

    Examples:
      clew world score ./world --workspace ./practice

      clew world score ./world --json | jq .edits
    """
    with explained():
        from clew.training.practice import practice
        from clew.training.world.reading import score_workspace
        from clew.training.world.truth import TruthError

        with practice(workspace, create=False):
            try:
                scored = score_workspace(folder)
            except TruthError as error:
                fail(str(error))
    if json:
        answer(scored)
    else:
        _print(scored)


def _print(scored: WorldScore) -> None:
    people.print(f"{scored.media.count} of the world's {scored.media.of} media are here.")
    if scored.first_right is not None:
        people.print(f"First right match after {scored.first_right:.1f} s.")
    people.print(_kinds("match", scored.kinds))
    if scored.decided:
        people.print(_kinds("confirmed by people", scored.decided))
    people.print(_edits(scored))
    table = Table("in common", "found", "share", "95 %")
    for one in scored.relations:
        unsought = ("nothing looks for it yet", "", "")
        table.add_row(one.relation, *(_cells(one.recall) if one.sought else unsought))
    people.print(table)


def _edits(scored: WorldScore) -> Table:
    """Those of which some copy was missed, one by one; the others in one line."""
    table = Table("copies made by", "", "connected with the original", "share", "95 %")
    missed = [one for one in scored.edits if one.recall.count < one.recall.of]
    for edit in missed:
        table.add_row(edit.edit, "hard" if edit.hard else "", *_cells(edit.recall))
    if len(missed) < len(scored.edits):
        whole = [one.recall.of for one in scored.edits if one not in missed]
        name = f"each of the {'others' if missed else 'edits'}, {len(whole)} in all"
        table.add_row(name, "", f"{sum(whole)} of {sum(whole)}")
    return table


def _kinds(name: str, kinds: tuple[KindScore, ...]) -> Table:
    table = Table(name, "right", "share", "95 %", "wrong among unrelated pairs", "they are")
    for kind in kinds:
        false = f"{kind.false.count} of {kind.false.of:,}"
        if kind.false.high:
            false += f"; below 1 in {int(1 / kind.false.high):,}"
        between = ", ".join(f"{number} {what}" for what, number in kind.between.items())
        table.add_row(kind.kind, *_cells(kind.precision), false, between)
    return table


def _cells(rate: Rate) -> tuple[str, str, str]:
    share = f"{rate.share:.3f}" if rate.of else "-"
    return f"{rate.count} of {rate.of}", share, f"{rate.low:.3f} to {rate.high:.3f}"
