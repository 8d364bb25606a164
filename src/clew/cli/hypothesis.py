"""``clew hypothesis``: what could be so, what speaks for it and against it, and how it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli.case import (
    AgencyOption,
    FactOption,
    ShareOption,
    ThingArgument,
    WhyOption,
    at_work,
    certainty,
    done,
    number_of,
    shared,
    tell,
    thing,
    who,
)
from clew.cli.output import JsonOption, WorkspaceOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clew.records.models import Argument

HypothesisArgument = Annotated[int, typer.Argument(metavar="HYPOTHESIS", help="Its number.")]


def new(
    about: ThingArgument,
    subject: Annotated[str, typer.Argument(help="country, place or other.")],
    words: Annotated[str, typer.Argument(help="What could be so.", show_default=False)],
    share: ShareOption = "own-agency",
    agency: AgencyOption = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Say what could be so of a series, a person or a place.

    Examples:
      clew hypothesis new series:3 country Estonia --share all-members
    """
    with at_work(workspace):
        from clew.casework.hypotheses import suppose

        made = suppose(thing(about), subject, words, **shared(share, agency))
    done(f"Kept (hypothesis {made.pk})", json, hypothesis=made.pk)


def list_(
    about: ThingArgument, workspace: WorkspaceOption = None, json: JsonOption = False
) -> None:
    """What is held to be possible of something, and what speaks for each and against it.

    Examples:
      clew hypothesis list series:3
    """
    with at_work(workspace):
        from clew.casework.hypotheses import hypotheses

        rows = [
            {
                "hypothesis": one.hypothesis.pk,
                "subject": one.hypothesis.subject,
                "words": one.hypothesis.words,
                "stands": one.hypothesis.stands,
                "for": _said(one.speaks_for),
                "against": _said(one.against),
                "by": who(one.hypothesis.officer_id, one.hypothesis.agency_id),
            }
            for one in hypotheses(thing(about))
        ]
    tell(rows, json, "None. Write one with: clew hypothesis new THING SUBJECT WORDS")


def argue(
    hypothesis: HypothesisArgument,
    side: Annotated[str, typer.Argument(help="for or against.")],
    words: Annotated[str, typer.Argument(help="What speaks so.", show_default=False)],
    fact: FactOption = False,
    source: Annotated[
        str | None, typer.Option("--from", help="The media it is known from.")
    ] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Say what speaks for a hypothesis or against it.

    Examples:
      clew hypothesis argue 4 for "the plug is type F" --from media:12 --fact
    """
    with at_work(workspace):
        from clew.casework.hypotheses import argue as argue_it
        from clew.records.models import Certainty

        made = argue_it(
            hypothesis,
            side,
            words,
            certainty=Certainty(certainty(fact)),
            source=thing(f"media:{number_of(source, 'media')}") if source is not None else None,
        )
    done(f"Kept (argument {made.pk})", json, argument=made.pk)


def retract(
    argument: Annotated[int, typer.Argument(help="Of the argument that was wrong.")],
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Take back what your agency said for or against; it stays in the history.

    Examples:
      clew hypothesis retract 9
    """
    with at_work(workspace):
        from clew.casework.hypotheses import retract as retract_it

        made = retract_it(argument)
    done("Taken back", json, argument=made.pk)


def weigh(
    hypothesis: HypothesisArgument,
    stands: Annotated[
        str, typer.Argument(help='open, likely, "held to be so", "ruled out" or "taken back".')
    ],
    why: WhyOption,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Say how a hypothesis of your agency stands now.

    Examples:
      clew hypothesis weigh 4 likely --why "plug, language and shop agree"
    """
    with at_work(workspace):
        from clew.casework.hypotheses import weigh as weigh_it

        made = weigh_it(hypothesis, stands, why)
    done(f"Recorded (step {made.number})", json, step=made.number)


def _said(arguments: Sequence[Argument]) -> list[str]:
    return [f"{one.words} ({one.certainty}, argument {one.pk})" for one in arguments]
