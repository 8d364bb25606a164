"""``clew connect``: connections between any two things."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli.case import ThingArgument, WhyOption, at_work, done, tell, thing, who
from clew.cli.output import JsonOption, WorkspaceOption

if TYPE_CHECKING:
    from clew.records.models import Connection

NumbersArgument = Annotated[list[int], typer.Argument(metavar="NUMBER", help="Of connections.")]


def add(
    first: ThingArgument,
    second: ThingArgument,
    as_: Annotated[str, typer.Option("--as", help="A type; `clew connect types` lists them.")],
    why: WhyOption,
    confirmed: Annotated[bool, typer.Option("--confirmed", help="Hold it to be so.")] = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Say that two things are connected; proposed, unless you confirm it at once.

    Examples:
      clew connect add media:12 place:4 --as shows --why "the green sofa"
    """
    with at_work(workspace):
        from clew.casework.decisions import connect

        made = connect(as_, thing(first), thing(second), why, confirmed=confirmed)
    done(f"Connection {made.pk}: {made.state}", json, connection=made.pk, state=made.state)


def list_(
    of: Annotated[
        str | None, typer.Argument(metavar="THING", help="Only of this one.", show_default=False)
    ] = None,
    state: Annotated[
        str | None, typer.Option(help="Only proposed, confirmed or rejected ones.")
    ] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """The connections you see.

    Examples:
      clew connect list person:7 --state confirmed
    """
    with at_work(workspace):
        from clew.casework.decisions import connections_of

        found = connections_of(thing(of) if of is not None else None, state)
        rows = [_told(one) for one in found]
    tell(rows, json, "None.")


def show(
    number: Annotated[int, typer.Argument(help="Of the connection.", show_default=False)],
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Who decided what about a connection, when and why.

    Examples:
      clew connect show 31
    """
    with at_work(workspace):
        from clew.casework.decisions import history

        rows = [
            {
                "at": past.at,
                "state": past.state,
                "by": who(past.officer, past.agency),
                "why": past.why,
                "decision": f"decision {past.decision}",
                "undoes": f"undoes decision {past.undoes}" if past.undoes else None,
            }
            for past in history(number)
        ]
    tell(rows, json, "None.")


def confirm(
    numbers: NumbersArgument,
    why: WhyOption,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Hold connections to be so, by one decision; undo it with `clew proposals undo`.

    Examples:
      clew connect confirm 31 32 --why "the same crack in the wall"
    """
    _decide(numbers, "confirmed", why, workspace, json)


def reject(
    numbers: NumbersArgument,
    why: WhyOption,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Hold connections not to be so, by one decision; undo it with `clew proposals undo`.

    Examples:
      clew connect reject 31 --why "another sofa of the same make"
    """
    _decide(numbers, "rejected", why, workspace, json)


def _decide(
    numbers: list[int], state: str, why: str, workspace: WorkspaceOption, json: bool
) -> None:
    with at_work(workspace):
        from clew.casework.decisions import decide
        from clew.records.models import ConnectionState

        made = decide(numbers, ConnectionState(state), why)
    done(f"{state.capitalize()} (decision {made.pk})", json, decision=made.pk)


def types(json: JsonOption = False) -> None:
    """The types of connection there are.

    Examples:
      clew connect types
    """
    from clew.cli.output import explained

    with explained():
        from clew.casework.vocabulary import vocabulary

        rows = [
            {"type": name, "first": one.first, "second": one.second, "says": one.says}
            for name, one in sorted(vocabulary().connections.items())
        ]
    tell(rows, json, "None.")


def _told(one: Connection) -> dict[str, object]:
    from clew.casework.decisions import ends_of

    first, second = ends_of(one)
    return {
        "connection": one.pk,
        "state": one.state,
        "type": one.type,
        "first": str(first),
        "second": str(second),
        "agency": one.agency.name,
    }
