"""``clew grade``: one officer's vote for one media under one named scheme."""

from __future__ import annotations

from typing import Annotated

import typer

from clew.cli.case import at_work, done, number_of, tell
from clew.cli.output import JsonOption, WorkspaceOption, explained

MediaArgument = Annotated[
    str, typer.Argument(metavar="MEDIA", help="Such as media:12.", show_default=False)
]
SchemeOption = Annotated[str, typer.Option(help="Name of the scheme; see `clew grade schemes`.")]


def give(
    media: MediaArgument,
    number: Annotated[
        int | None, typer.Argument(help="One of the scheme's (leave out to take back).")
    ] = None,
    scheme: SchemeOption = "US",
    why: Annotated[str, typer.Option(help="The reason, if there is one to give.")] = "",
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Vote; your earlier vote counts no more, and is kept. It is of these bytes, not of copies.

    Examples:
      clew grade give media:12 1 --scheme US
    """
    with at_work(workspace):
        from clew.casework.grades import grade

        made = grade(number_of(media, "media"), scheme, number, why)
    said = f"{scheme} {number}: {made.words}" if number is not None else f"{scheme}: taken back"
    done(said, json, scheme=scheme, grade=number, words=made.words)


def show(media: MediaArgument, workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """How the votes for a media stand, by scheme, and whether they agree.

    Examples:
      clew grade show media:12
    """
    with at_work(workspace):
        from clew.casework.grades import agreements

        rows = [
            {
                "scheme": one.scheme,
                "grade": f"{number}: {one.words[number]}",
                "votes": f"{votes} of {sum(one.votes.values())}",
                "agreement": "agreed" if one.agreed is not None else "they differ",
            }
            for one in agreements(number_of(media, "media"))
            for number, votes in one.votes.items()
        ]
    tell(rows, json, "Nobody has graded it.")


def differ(
    scheme: SchemeOption = "US", workspace: WorkspaceOption = None, json: JsonOption = False
) -> None:
    """Media whose graders differ.

    Examples:
      clew grade differ --scheme US
    """
    with at_work(workspace):
        from clew.casework.grades import disagreements

        rows = [{"media": f"media:{number}"} for number in disagreements(scheme)]
    tell(rows, json, "None.")


def schemes(json: JsonOption = False) -> None:
    """The grading schemes there are, with what their numbers mean.

    Examples:
      clew grade schemes
    """
    with explained():
        from clew.casework.vocabulary import vocabulary

        rows = [
            {
                "scheme": one.scheme,
                "source": one.source,
                "grades": [f"{number} {words}" for number, words in sorted(one.grades.items())],
            }
            for _, one in sorted(vocabulary().schemes.items())
        ]
    tell(rows, json, "None.")
