"""``clew task``: what is to be done for something, by whom and until when, within an agency."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from clew.cli.case import ThingArgument, at_work, done, tell, thing
from clew.cli.output import JsonOption, WorkspaceOption, fail


def new(
    about: ThingArgument,
    words: Annotated[str, typer.Argument(help="What is to be done.", show_default=False)],
    to: Annotated[
        str | None, typer.Option("--to", help="Sign-in name of an officer of your agency.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day by which.")
    ] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Say what is to be done for a series, a person or a place.

    Examples:
      clew task new series:3 "call the swimming club" --to ana --until 2026-12-01
    """
    with at_work(workspace):
        from clew.casework.tasks import ask_for

        made = ask_for(
            thing(about),
            words,
            assigned=_colleague(to) if to is not None else None,
            until=until.date() if until is not None else None,
        )
    done(f"Kept (task {made.pk})", json, task=made.pk)


def list_(
    about: Annotated[
        str | None, typer.Argument(metavar="THING", help="Such as series:3; all of yours without.")
    ] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Tasks of your agency about something; without a THING those that are yours.

    Examples:
      clew task list series:3
    """
    with at_work(workspace):
        from clew.casework.tasks import my_tasks, tasks

        rows = [
            {
                "task": one.pk,
                "words": one.words,
                "state": one.state,
                "until": f"{one.until:%Y-%m-%d}" if one.until is not None else None,
                "for": one.assigned.name if one.assigned is not None else None,
            }
            for one in (tasks(thing(about)) if about is not None else my_tasks())
        ]
    tell(rows, json, "None.")


def step(
    task: Annotated[int, typer.Argument(metavar="TASK", help="Its number.")],
    state: Annotated[str, typer.Argument(help="open, done or dropped.")],
    why: Annotated[str, typer.Option("--why", help="What came of it.")] = "",
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Say that a task of your agency is done, dropped or open again.

    Examples:
      clew task step 5 done --why "they know the logo"
    """
    with at_work(workspace):
        from clew.casework.tasks import finish

        made = finish(task, state, why)
    done(f"Recorded (step {made.number})", json, step=made.number)


def _colleague(name: str) -> int:
    from clew.casework.tasks import colleagues

    found = colleagues().filter(sign_in_name=name).first()
    if found is None:
        fail(f"no officer at work in your agency signs in as {name}")
    return found.pk
