"""``clew proposals``: what matches propose, for people to decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli.case import WhyOption, at_work, done, number_of, tell
from clew.cli.output import JsonOption, WorkspaceOption, answer, clean, counted, people

if TYPE_CHECKING:
    from clew.casework.consequence import Consequence
    from clew.casework.proposals import Proposal

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="As listed.", show_default=False)]


def list_(
    most: Annotated[int, typer.Option(min=1, help="So many at most.")] = 20,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """What waits for a decision of your agency, weightiest first.

    Examples:
      clew proposals list

      clew proposals list --most 100 --json
    """
    with at_work(workspace):
        from clew.casework.proposals import proposals

        found = proposals()
    if json:
        answer({"waiting": len(found), "proposals": [_told(one) for one in found[:most]]})
        return
    tell(
        [
            {
                "id": one.id,
                "media": counted(len(one.media), "media", "media"),
                "kinds": sorted({lead.kind for lead in one.leads}),
                "strength": f"strength {one.strength:.2f}",
                "because": _because(one.consequence),
            }
            for one in found[:most]
        ],
        json,
        "Nothing waits.",
    )
    if len(found) > most:
        people.print(f"… and {len(found) - most} more")


def show(proposal: IdArgument, workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """One proposal with every match in it.

    Examples:
      clew proposals show 12-9f86d081
    """
    with at_work(workspace):
        from clew.casework.proposals import proposal as by_id

        found = by_id(proposal)
    if json:
        answer(_told(found))
        return
    first, second = (", ".join(f"media:{m}" for m in side) for side in (found.first, found.second))
    people.print(
        f"Are these copies of one: {first}?" if first == second else "Do these belong together?"
    )
    if first != second:
        people.print(f"  {first}\n  {second}", soft_wrap=True)
    for because in _because(found.consequence):
        people.print(clean(f"  {because}"), markup=False)
    for lead in found.leads:
        people.print(
            f"  media:{lead.first} – media:{lead.second}: {lead.kind}, {lead.distance} bits "
            f"(threshold {lead.threshold})",
            soft_wrap=True,
        )


def accept(
    proposal: IdArgument,
    why: WhyOption,
    series: Annotated[
        str | None, typer.Option(help="Also put all of it into this series.", show_default=False)
    ] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Confirm what a proposal says, all of it by one decision.

    Examples:
      clew proposals accept 12-9f86d081 --why "the same room, checked" --series series:3
    """
    with at_work(workspace):
        from clew.casework.proposals import accept as accept_it

        into = number_of(series, "series") if series is not None else None
        decision = accept_it(proposal, why, series=into)
    _said("Confirmed", decision.pk, json)


def reject(
    proposal: IdArgument,
    why: WhyOption,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Say that what a proposal says is not so.

    Examples:
      clew proposals reject 12-9f86d081 --why "two different dolls"
    """
    with at_work(workspace):
        from clew.casework.proposals import reject as reject_it

        decision = reject_it(proposal, why)
    _said("Rejected", decision.pk, json)


def undo(
    decision: Annotated[int, typer.Argument(help="Its number.", show_default=False)],
    why: WhyOption,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Take a decision back, of whichever command; both stay in the history.

    Examples:
      clew proposals undo 8 --why "the wallpaper differs"
    """
    with at_work(workspace):
        from clew.casework.decisions import undo as undo_it

        made = undo_it(decision, why)
    _said(f"Undone: decision {decision}", made.pk, json)


def _said(what: str, decision: int, json: bool) -> None:
    undoing = f"To take it back: clew proposals undo {decision} --why …"
    done(f"{what} (decision {decision}). {undoing}", json, decision=decision)


def _told(one: Proposal) -> dict[str, object]:
    return {
        "id": one.id,
        "media": one.media,
        "first": one.first,
        "second": one.second,
        "strength": one.strength,
        "consequence": one.consequence,
        "matches": one.leads,
    }


def _because(found: Consequence) -> list[str]:
    """What makes it weigh, in words."""
    return [
        *(["imminent danger"] if found.danger else []),
        *(f"unidentified person:{number}" for number in found.unidentified),
        *(f"also held in {code}" for code in found.countries),
        *(f"open series:{number}" for number in found.series),
        *(["victims identified"] if found.identified and not found.unidentified else []),
    ]
