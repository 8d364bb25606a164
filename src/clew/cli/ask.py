"""``clew compare`` and ``clew find``: questions about single files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clew.casework.find import Found, find_file
from clew.cli.logging import start_log
from clew.cli.output import (
    Exit,
    JsonOption,
    WorkspaceOption,
    answer,
    aside,
    clean,
    clock,
    explained,
    people,
)
from clew.compare.calibration import Thresholds, says
from clew.compare.evidence import Match, MatchKind
from clew.compare.pair import compare as compare_subjects
from clew.compare.subject import Subject
from clew.intake.reading import read_files
from clew.settings import Settings
from clew.signals.reading import Outcome, Reading
from clew.workspace import Workspace

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
    json: JsonOption = False,
) -> None:
    """Is there a lead between these two files, how, and why?

    Exit code 0: there is a lead. 1: none was found, which proves nothing. 2: could not tell.

    Examples:
      clew compare photo.jpg photo-from-the-web.png

      clew compare clip.mp4 still.jpg --json
    """
    with explained():
        readings = read_files(Settings.from_environment(), [first, second])
        troubles = {
            str(path): reading.notes
            for path, reading in zip((first, second), readings, strict=True)
            if reading.notes
        }
        unread = [r for r in readings if not _comparable(r)]
        matches = []
        if len(unread) < 2 or readings[0].sha256 == readings[1].sha256 is not None:
            one, other = (Subject.of(r.type, r.traces) for r in readings)
            matches = compare_subjects(one, other, _thresholds(bits))
    code = Exit.FOUND if matches else (Exit.CANNOT_TELL if unread else Exit.NONE_FOUND)
    if json:
        answer(
            {
                "lead": bool(matches) if code is not Exit.CANNOT_TELL else None,
                "matches": [_told(match) for match in matches],
                "notes": troubles,
            }
        )
        raise typer.Exit(code)
    for path, notes in troubles.items():
        aside.print(f"{clean(path)}: {clean('; '.join(notes))}", soft_wrap=True, markup=False)
    for match in matches:
        print_match(match, str(first), str(second))
    if code is Exit.NONE_FOUND:
        people.print("No lead was found. That proves nothing: traces may have been destroyed.")
    if code is Exit.CANNOT_TELL:
        people.print("Could not tell: " + " and ".join(_untold(first, second, readings)))
    raise typer.Exit(code)


def find(
    file: Annotated[Path, typer.Argument(help="What to look for.", show_default=False)],
    workspace: WorkspaceOption = None,
    bits: BitsOption = None,
    json: JsonOption = False,
) -> None:
    """Who in the workspace shares a trace with this file?

    Exit code 0: somebody does. 1: nobody found, which proves nothing. 2: could not tell.

    Examples:
      clew find unknown.jpg

      clew find clip.mp4 --workspace ./case-17 --json
    """
    with explained(), Workspace.open(workspace, create=False) as opened:
        start_log(opened.folder, opened.settings.log_level)
        (reading,) = read_files(opened.settings, [file])
        found = find_file(opened, reading, _thresholds(bits))
    code = Exit.FOUND if found else Exit.NONE_FOUND
    if not found and not _comparable(reading):
        code = Exit.CANNOT_TELL
    if json:
        answer(
            {
                "found": [{"item": f.item, "match": _told(f.match)} for f in found],
                "notes": reading.notes,
            }
        )
        raise typer.Exit(code)
    if reading.notes:
        aside.print(f"{clean(str(file))}: {clean('; '.join(reading.notes))}", markup=False)
    _print_found(found, file)
    if code is Exit.NONE_FOUND:
        people.print("Nobody was found. That proves nothing: traces may have been destroyed.")
    raise typer.Exit(code)


def _print_found(found: list[Found], file: Path) -> None:
    for one in found:
        names = [f"{place.folder}/{place.path}" for place in one.item.places]
        people.print(f"[bold]{_name(names)}[/bold]", soft_wrap=True)
        for name in names[1:]:
            people.print(f"  also {clean(name)}", soft_wrap=True, markup=False)
        print_match(one.match, str(file), names[0] if names else "it")


def _name(names: list[str]) -> str:
    from rich.markup import escape

    return escape(clean(names[0])) if names else "a media without a known place"


def print_match(match: Match, first: str, second: str) -> None:
    """One match with its evidence, for people."""
    lines = [f"  {_headline(match)}"]
    if match.kind is not MatchKind.SAME_FILE:
        lines.append(
            f"  distance {match.distance} bits (threshold {match.threshold}), "
            f"quality {match.quality}"
        )
    if match.orientation != "as it is":
        lines.append(f"  {Path(first).name} has to be {match.orientation}")
    for path, variant in ((first, match.first_variant), (second, match.second_variant)):
        if variant != "whole":
            lines.append(f"  of {Path(path).name}, it is the part: {variant}")
    for span in match.spans:
        lines.append(
            f"  {clock(span.first_start)}–{clock(span.first_end)} ↔ "
            f"{clock(span.second_start)}–{clock(span.second_end)}  "
            f"({span.frames} frames, mean distance {span.distance:.0f})"
            if match.kind is MatchKind.FILM
            else f"  at {clock(max(span.first_start, span.second_start))}–"
            f"{clock(max(span.first_end, span.second_end))} of the film "
            f"(distance {span.distance:.0f})"
        )
    lines.append(f"  {says(match.kind, match.distance)}")
    for line in lines:
        people.print(clean(line), soft_wrap=True, markup=False)


def _headline(match: Match) -> str:
    return {
        MatchKind.SAME_FILE: "Lead: the same file, byte for byte",
        MatchKind.PICTURE: "Lead: the same picture",
        MatchKind.STILL: "Lead: the picture is a still of the film",
        MatchKind.FILM: f"Lead: the films share {clock(match.seconds)}",
    }[match.kind]


def _told(match: Match) -> dict[str, object]:
    import msgspec

    return {**msgspec.to_builtins(match), "trust": says(match.kind, match.distance)}


def _comparable(reading: Reading) -> bool:
    """Whether there is anything but bytes to compare by."""
    if reading.outcome in (Outcome.UNREADABLE, Outcome.OTHER):
        return False
    return len(Subject.of(reading.type, reading.traces).looks) > 0


def _untold(first: Path, second: Path, readings: list[Reading]) -> list[str]:
    return [
        f"{clean(path.name)} {_why_not(reading)}"
        for path, reading in zip((first, second), readings, strict=True)
        if not _comparable(reading)
    ]


def _why_not(reading: Reading) -> str:
    if reading.outcome is Outcome.UNREADABLE:
        return "could not be read"
    if reading.outcome is Outcome.OTHER:
        return "is neither picture, film nor sound"
    return "has nothing to compare it by (too flat, or only sound)"


def _thresholds(bits: int | None) -> Thresholds:
    if bits is None:
        return Thresholds()
    return Thresholds(picture=bits, still=bits, frame=bits, frame_alone=min(bits, 31))
