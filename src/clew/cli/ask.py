"""``clew compare`` and ``clew find``: questions about single files."""

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
    path_text,
    people,
)

BitsOption = Annotated[
    int | None,
    typer.Option(
        "--bits",
        min=0,
        max=128,
        help="Largest distance that counts, in bits, for this question (default: by kind).",
        show_default=False,
    ),
]


def compare(
    first: Annotated[Path, typer.Argument(help="A file.", show_default=False)],
    second: Annotated[Path, typer.Argument(help="Another file.", show_default=False)],
    bits: BitsOption = None,
    picture: Annotated[
        Path | None,
        typer.Option(
            "--picture",
            help="Where to write a picture of the sound that both share, as PNG.",
            show_default=False,
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Is there a lead between these two files, how, and why?

    Exit code 0: there is a lead. 1: none was found, which proves nothing. 2: could not tell.

    Examples:
      clew compare photo.jpg photo-from-the-web.png

      clew compare clip.mp4 still.jpg --json

      clew compare clip.mp4 call.opus --picture heard.png
    """
    with explained():
        from clew.cli.matches import (
            comparable,
            draw_heard,
            print_match,
            print_speech,
            read_with_progress,
            thresholds,
            told,
            untold,
        )
        from clew.compare.pair import compare as compare_subjects
        from clew.compare.subject import Subject
        from clew.settings import Settings

        paths = (first, second)
        readings = read_with_progress(Settings.from_environment(), paths)
        hashes = [reading.sha256 for reading in readings]
        same = hashes[0] is not None and hashes[0] == hashes[1] and readings[0].size > 0
        both = all(comparable(reading) for reading in readings)
        matches = []
        if same or both:
            one, other = (Subject.of(r.type, r.traces) for r in readings)
            matches = compare_subjects(one, other, thresholds(bits))
        unfound = Exit.NONE_FOUND if both else Exit.CANNOT_TELL
        code = Exit.FOUND if matches else unfound
        if picture is not None:
            draw_heard(picture, paths, readings, matches)
        troubles = {
            path_text(path): reading.notes
            for path, reading in zip(paths, readings, strict=True)
            if reading.notes
        }
        if json:
            answer(
                {
                    "lead": bool(matches) if code is not Exit.CANNOT_TELL else None,
                    "matches": [told(match) for match in matches],
                    "notes": troubles,
                }
            )
            raise typer.Exit(code)
        for name, notes in troubles.items():
            aside.print(f"{clean(name)}: {clean('; '.join(notes))}", soft_wrap=True, markup=False)
        for match in matches:
            print_match(match, path_text(first), path_text(second))
        print_speech(paths, readings)
        if code is Exit.NONE_FOUND:
            people.print("No lead was found. That proves nothing: traces may have been destroyed.")
        if code is Exit.CANNOT_TELL:
            reasons = " and ".join(untold(paths, readings))
            people.print(f"Could not tell: {clean(reasons)}.", soft_wrap=True, markup=False)
    raise typer.Exit(code)


def find(
    file: Annotated[Path, typer.Argument(help="What to look for.", show_default=False)],
    workspace: WorkspaceOption = None,
    bits: BitsOption = None,
    json: JsonOption = False,
) -> None:
    """Who in the workspace shares a trace with this file?

    You are shown what your agency found and what others share with it. Of what they hold as a hit
    only, you learn that it matches and whom to call.

    The file need not be in the workspace, and is not put there.

    Exit code 0: somebody does. 1: nobody found, which proves nothing. 2: could not tell.

    Examples:
      clew find unknown.jpg

      clew find clip.mp4 --workspace ./case-17 --json
    """
    with explained():
        from clew.casework.find import find_file
        from clew.cli.matches import (
            comparable,
            print_found,
            print_hits,
            print_speech,
            read_with_progress,
            thresholds,
            told,
            untold,
        )
        from clew.cli.session import opened_for_work

        with opened_for_work(workspace) as opened:
            (reading,) = read_with_progress(opened.settings, [file])
            found = find_file(opened, reading, thresholds(bits))
        unfound = Exit.NONE_FOUND if comparable(reading) else Exit.CANNOT_TELL
        code = Exit.FOUND if found else unfound
        if json:
            answer(
                {
                    "found": [{"item": f.item, "match": told(f.match)} for f in found.found],
                    "hits": found.hits,
                    "notes": reading.notes,
                }
            )
            raise typer.Exit(code)
        if reading.notes:
            notes = clean("; ".join(reading.notes))
            aside.print(f"{clean(path_text(file))}: {notes}", soft_wrap=True, markup=False)
        print_found(found.found, path_text(file))
        print_speech([file], [reading])
        print_hits(found.hits)
        if code is Exit.NONE_FOUND:
            people.print("Nobody was found. That proves nothing: traces may have been destroyed.")
        if code is Exit.CANNOT_TELL:
            (reason,) = untold([file], [reading])
            people.print(f"Could not tell: {clean(reason)}.", soft_wrap=True, markup=False)
    raise typer.Exit(code)
