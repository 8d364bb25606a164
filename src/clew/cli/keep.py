"""``clew contribute``, ``clew share`` and ``clew sample``: what is put in, and made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli.contribution import Bar
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
    size_in_words,
)
from clew.cli.session import ExhibitOption, exhibit_of, opened_for_work

if TYPE_CHECKING:
    from clew.casework.held import HeldAs
    from clew.intake.contribute import Contributed, HandedIn
    from clew.intake.sharing import Shared

SHARINGS = {
    "own-agency": "own agency",
    "named": "named agencies",
    "members": "all members",
    "all-except": "all except",
    "hit-only": "hit only",
}
SHARINGS_HELP = (
    "own-agency; named or all-except (with --agency); members; or hit-only: others learn that "
    "there is a match and whom to call, never the media."
)
AgencyOption = Annotated[
    list[str] | None,
    typer.Option("--agency", help="With named or all-except: LKA, or DE/LKA; several times."),
]


def contribute(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="The files in scope.")],
    exhibit: ExhibitOption = None,
    share: Annotated[
        str | None,
        typer.Option(help=f"With whom (at first own-agency): {SHARINGS_HELP}", show_default=False),
    ] = None,
    agency: AgencyOption = None,
    wait: Annotated[
        bool,
        typer.Option("--wait/--no-wait", help="Work on it here, or leave it to `clew worker`."),
    ] = True,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Copy chosen files into the vault, verify them there, and tell how each stands.

    Originals are kept under their SHA-256, written once, never changed. Held: the same bytes were
    handed in before, or somebody shares them with you; whether victims it shows are identified is
    told where you may know it. Nearly held: another version was. What is earlier, larger or less
    compressed than all that was held, or has signs of a camera's original that nothing held of it
    has, is pointed out: this device may be nearer to where it was taken. Cut short, `clew
    contribution retry` goes on. Exit code 2 when any of the files could not be stored; the others
    are.

    Examples:
      clew contribute /media/evidence/DCIM/IMG_0417.JPG --exhibit 17-4

      clew contribute clip.mp4 still.jpg --share named --agency NL/Politie --json

      clew contribute --no-wait /media/evidence/DCIM/*
    """
    with explained():
        from clew.access.acting import acting
        from clew.casework.held import held_as
        from clew.intake.contribute import contribute as put_in
        from clew.intake.contribute import hand_in
        from clew.records.models import Standing

        with opened_for_work(workspace) as opened, Bar() as bar:
            found_on, wanted = exhibit_of(exhibit), _shared(share, agency)
            if not wait:
                _print_begun(hand_in(files, exhibit=found_on, shared=wanted), json)
                return
            done = put_in(opened, files, exhibit=found_on, shared=wanted, watcher=bar)
            held = {one.sha256 for one in done.files if one.standing is Standing.HELD}
            with acting():
                known = held_as(held)
    if json:
        told = [vars(one) | {"held as": known.get(one.sha256)} for one in done.files]
        answer({"contribution": done.number, "counts": done.counts(), "files": told})
    else:
        _print(done, known)
    if any(one.problem for one in done.files):
        raise typer.Exit(Exit.CANNOT_TELL)


def _print_begun(number: int, json: bool) -> None:
    if json:
        answer({"contribution": number})
    else:
        people.print(f"Contribution {number} is handed in. See: clew contribution watch {number}")


def _print(done: HandedIn, known: Mapping[str, HeldAs]) -> None:
    for one in done.files:
        people.print(_line(one, known.get(one.sha256)), soft_wrap=True, markup=False)
    counts = ", ".join(f"{number} {name}" for name, number in done.counts().items() if number)
    people.print(f"Contribution {done.number}: {counts}.")
    for held, number in Counter(known.values()).items():
        people.print(f"Of what is held: {number} {held}.")


def _line(one: Contributed, held: HeldAs | None) -> str:
    name = clean(path_text(one.path))
    if one.problem:
        return f"NOT stored: {name}: {clean(one.problem)}"
    kept = "handed in before, verified" if one.again else "stored and verified"
    told = f" ({held})" if held is not None else ""
    standing = f"; {one.standing.value}{told}" if one.standing is not None else ""
    compared = [word for word in one.better if word != "camera-original"]
    better = f", and {', '.join(compared)} than what was" if compared else ""
    if len(compared) < len(one.better):
        better += f"; it may be a camera's original: {clean('; '.join(one.signs))}"
    return (
        f"{kept}: {name} ({size_in_words(one.size)}, SHA-256 {one.sha256[:16]}…{standing}{better})"
    )


def _shared(name: str | None, agencies: list[str] | None) -> Shared | None:
    from clew.access.acting import acting
    from clew.intake.sharing import shared_with
    from clew.records.models import Sharing

    if name is None:
        if agencies:
            fail("--agency goes with --share named or --share all-except")
        return None
    if name not in SHARINGS:
        fail(f"there is no sharing {name}. There are: {', '.join(SHARINGS)}")
    with acting():
        return shared_with(Sharing(SHARINGS[name]), agencies or [])


def share(
    how: Annotated[str, typer.Argument(help=SHARINGS_HELP, show_default=False)],
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]", help="Contributed files.")
    ] = None,
    contribution: Annotated[
        int | None, typer.Option(help="All files of this contribution.", show_default=False)
    ] = None,
    agency: AgencyOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Say with whom what was contributed is shared. Only your agency decides for its own.

    What was scanned and not contributed stays with your agency.

    Examples:
      clew share members --contribution 12

      clew share named /media/evidence/DCIM/IMG_0417.JPG --agency NL/Politie --agency FR/OCRVP

      clew share own-agency --contribution 12
    """
    with explained():
        from clew.access.acting import acting
        from clew.intake.sharing import share as set_sharing
        from clew.intake.sharing import sightings_of

        if bool(files) == (contribution is not None):
            fail("name files, or a contribution with --contribution, and not both")
        with opened_for_work(workspace):
            shared = _shared(how, agency)
            if shared is None:  # never: how is not optional
                return
            with acting():
                number = set_sharing(sightings_of(files or [], contribution), shared)
    if not number:
        fail("nothing of your agency's that was contributed lies there; see: clew contribute")
    people.print(f"{counted(number, 'sighting')} shared: {SHARINGS[how]}")


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
