"""``clew series``: media believed to show the same victim or victims."""

from __future__ import annotations

from typing import Annotated

import typer

from clew.cli.case import (
    AgencyOption,
    ShareOption,
    WhyOption,
    at_work,
    done,
    number_of,
    shared,
    tell,
)
from clew.cli.output import JsonOption, WorkspaceOption

SeriesArgument = Annotated[
    str, typer.Argument(metavar="SERIES", help="Such as series:3.", show_default=False)
]
MembersArgument = Annotated[
    list[str], typer.Argument(metavar="THING", help="media:12 or person:7, one or several.")
]


def new(
    title: Annotated[str, typer.Argument(help="A working title without names.")],
    share: ShareOption = "own-agency",
    agency: AgencyOption = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Begin a series, led by your agency.

    Examples:
      clew series new "blue room" --share all-members
    """
    with at_work(workspace):
        from clew.casework.entities import create
        from clew.records.models import EntityKind

        made = create(EntityKind.SERIES, title, **shared(share, agency))
    done(f"series:{made.pk}: {title}", json, series=f"series:{made.pk}")


def list_(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """The series you see, with how much is in each.

    Examples:
      clew series list --json
    """
    with at_work(workspace):
        from clew.casework.entities import listed, media_of, victims_of
        from clew.records.models import EntityKind

        rows = [
            {
                "series": f"series:{one.pk}",
                "title": one.title,
                "lead": one.agency.name,
                "media": f"{len(media_of(one.pk))} media",
                "victims": f"{len(victims_of(one.pk))} victims",
            }
            for one in listed(EntityKind.SERIES)
        ]
    tell(rows, json, "None. Begin one with: clew series new TITLE")


def show(
    series: SeriesArgument, workspace: WorkspaceOption = None, json: JsonOption = False
) -> None:
    """What is in a series, and in what was merged into it.

    Examples:
      clew series show series:3
    """
    with at_work(workspace):
        from clew.casework.entities import opened

        shown = opened(number_of(series, "series"))
        one = shown.entity
        rows = [
            {
                "series": f"series:{one.pk}",
                "title": one.title,
                "lead": one.agency.name,
                "media": [f"media:{number}" for number in shown.media],
                "victims": [f"person:{number}" for number in shown.victims],
            }
        ]
    tell(rows, json, "None.")


def add(
    series: SeriesArgument,
    members: MembersArgument,
    why: WhyOption,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Put media and victims into a series.

    Examples:
      clew series add series:3 media:12 media:13 person:7 --why "the same wallpaper"
    """
    with at_work(workspace):
        from clew.casework.entities import add_to_series

        media, persons = _apart(members)
        made = add_to_series(number_of(series, "series"), why, media=media, persons=persons)
    done(f"Added (decision {made.pk})", json, decision=made.pk)


def remove(
    series: SeriesArgument,
    members: MembersArgument,
    why: WhyOption,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Take media and victims out of a series; that they were in it stays to be seen.

    Examples:
      clew series remove series:3 media:12 --why "another room"
    """
    with at_work(workspace):
        from clew.casework.entities import remove_from_series

        media, persons = _apart(members)
        made = remove_from_series(number_of(series, "series"), why, media=media, persons=persons)
    done(f"Taken out (decision {made.pk})", json, decision=made.pk)


def merge(
    series: SeriesArgument,
    into: Annotated[str, typer.Argument(metavar="INTO", help="Which one it is part of.")],
    why: WhyOption,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Say that two series are one; undo it with `clew proposals undo`.

    Examples:
      clew series merge series:5 series:3 --why "the same girl"
    """
    with at_work(workspace):
        from clew.casework.entities import merge as merge_them

        made = merge_them(number_of(series, "series"), number_of(into, "series"), why)
    done(f"Merged (decision {made.pk})", json, decision=made.pk)


def split(
    series: SeriesArgument,
    members: MembersArgument,
    title: Annotated[str, typer.Option(help="Working title of the new series.")],
    why: WhyOption,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Move media and victims out of a series into a new one; undo it with `clew proposals undo`.

    Examples:
      clew series split series:3 media:13 --title "green room" --why "two rooms"
    """
    with at_work(workspace):
        from clew.casework.entities import split as split_it

        media, persons = _apart(members)
        new, made = split_it(number_of(series, "series"), title, why, media=media, persons=persons)
    done(
        f"series:{new.pk}: {title} (decision {made.pk})",
        json,
        series=f"series:{new.pk}",
        decision=made.pk,
    )


def _apart(members: list[str]) -> tuple[list[int], list[int]]:
    """Numbers of the media and of the persons."""
    media = [number_of(one, "media") for one in members if not one.startswith("person:")]
    return media, [number_of(one, "person") for one in members if one.startswith("person:")]
