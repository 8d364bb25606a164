"""``clew retention``: how long things are kept; ``clew protection``: what a person may ask for."""

from __future__ import annotations

from typing import Annotated

import typer

from clew.cli.case import WhyOption, at_work, done, number_of, tell, thing
from clew.cli.output import JsonOption, WorkspaceOption, counted, explained
from clew.cli.session import day, opened_for_officer

MediaArgument = Annotated[
    str, typer.Argument(metavar="MEDIA", help="Such as media:12.", show_default=False)
]
PersonArgument = Annotated[
    str, typer.Argument(metavar="PERSON", help="Such as person:7.", show_default=False)
]
NumberArgument = Annotated[int, typer.Argument(metavar="NUMBER", show_default=False)]


def due(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """What your agency has to ask itself whether to keep. Nothing is deleted by itself.

    Examples:
      clew retention due
    """
    with at_work(workspace):
        from clew.casework.retention import open_reviews

        rows = [
            {
                "thing": one.thing,
                "due": one.due.isoformat(),
                "unidentified": [f"shows unidentified person:{n}" for n in one.unidentified],
                "held": "legal hold" if one.held else None,
            }
            for one in open_reviews()
        ]
    tell(rows, json, "Nothing.")


def keep(
    about: Annotated[str, typer.Argument(metavar="THING", show_default=False)],
    until: Annotated[str, typer.Argument(help="When to ask again, YYYY-MM-DD.")],
    why: WhyOption,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Keep something until another day.

    Examples:
      clew retention keep media:12 2031-01-01 --why "the victim is not identified"
    """
    with at_work(workspace):
        from clew.casework.retention import review

        made = review(thing(about), day(until).date(), why)
    done(f"Kept until {made.due}", json, due=made.due.isoformat())


def hold(
    media: MediaArgument,
    why: WhyOption,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Put a media under a legal hold, which beats every deletion.

    Examples:
      clew retention hold media:12 --why "trial 4 KLs 12/26"
    """
    with at_work(workspace):
        from clew.casework.retention import hold as hold_it

        made = hold_it(number_of(media, "media"), why)
    done(f"Legal hold {made.pk}", json, hold=made.pk)


def lift(
    number: NumberArgument,
    why: WhyOption,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """End a legal hold, as a supervisor.

    Examples:
      clew retention lift 4 --why "the judgment is final"
    """
    with at_work(workspace):
        from clew.casework.retention import lift as lift_it

        lift_it(number, why)
    done(f"Lifted: legal hold {number}", json, lifted=number)


def delete(
    media: MediaArgument,
    why: WhyOption,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Ask for what your agency holds of a media to be destroyed; a supervisor has to agree.

    Examples:
      clew retention delete media:12 --why "a holiday picture, out of scope"
    """
    with at_work(workspace):
        from clew.casework.retention import ask_for_deletion

        made = ask_for_deletion(number_of(media, "media"), why)
    done(
        f"Asked for. A supervisor agrees with: clew retention agree {made.pk}",
        json,
        deletion=made.pk,
    )


def agree(
    number: NumberArgument, workspace: WorkspaceOption = None, json: JsonOption = False
) -> None:
    """Agree to a deletion that another officer asked for, as a supervisor.

    Examples:
      clew retention agree 9
    """
    with explained():
        from clew.access.acting import acting
        from clew.casework.retention import agree_to_deletion
        from clew.casework.retention import destroy as destroy_all

        with opened_for_officer(workspace) as opened:
            with acting():
                made = agree_to_deletion(number)
            destroy_all(opened)
    # The same whether or not somebody else keeps it: that is not told.
    done(
        "Agreed; a tombstone is kept. It is destroyed as soon as nobody keeps it.",
        json,
        tombstone=made.pk,
    )


def refuse(
    number: NumberArgument,
    why: WhyOption,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Refuse a deletion that another officer asked for, as a supervisor.

    Examples:
      clew retention refuse 9 --why "the victim is not identified"
    """
    with at_work(workspace):
        from clew.casework.retention import refuse_deletion

        refuse_deletion(number, why)
    done(f"Refused: deletion {number}", json, refused=number)


def withdraw(
    number: NumberArgument,
    why: WhyOption,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Take back a deletion that you asked for and nobody has agreed to.

    Examples:
      clew retention withdraw 9 --why "the wrong picture"
    """
    with at_work(workspace):
        from clew.casework.retention import withdraw_deletion

        withdraw_deletion(number, why)
    done(f"Taken back: deletion {number}", json, withdrawn=number)


def requests(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """Deletions that were asked for and that nobody has decided.

    Examples:
      clew retention requests
    """
    with at_work(workspace):
        from clew.casework.retention import requests_for_deletion
        from clew.cli.case import who

        rows = [
            {
                "deletion": one.pk if json else f"deletion {one.pk}",
                "media": f"media:{one.media_id}",
                "at": one.at,
                "by": who(one.officer_id, one.agency_id),
                "why": one.why,
            }
            for one in requests_for_deletion()
        ]
    tell(rows, json, "None.")


def destroy(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """Destroy all that was given up, as the owner of the workspace.

    Agreeing destroys at once what nobody else keeps. This completes what was cut short, and
    destroys what other agencies have given up since, or what is no longer under a legal hold.

    Examples:
      clew retention destroy
    """
    with explained():
        from clew.casework.retention import destroy as destroy_all
        from clew.workspace import Workspace

        with Workspace.open(workspace, create=False) as opened:
            number = destroy_all(opened)
    done(f"Destroyed: {counted(number, 'media', 'media')}", json, destroyed=number)


def find(
    words: Annotated[str, typer.Argument(help="Name, alias, address, title …")],
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Persons in whose record these words stand; `clew person show` tells all that is kept.

    Examples:
      clew protection find "Mia Muster"
    """
    with at_work(workspace):
        from clew.casework.protection import persons_named

        rows = [
            {
                "person": f"person:{one.pk}",
                "title": one.title,
                "restricted": "restricted" if one.restricted else None,
            }
            for one in persons_named(words)
        ]
    tell(rows, json, "None that you may see.")


def restrict(
    person: PersonArgument,
    why: WhyOption,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Keep a person's record from being worked with, as a data-protection officer.

    Examples:
      clew protection restrict person:7 --why "objection of 3 May, being looked into"
    """
    with at_work(workspace):
        from clew.casework.protection import restrict as restrict_it

        restrict_it(number_of(person, "person"), why)
    done(f"Restricted: {person}", json, restricted=True)


def free(
    person: PersonArgument,
    why: WhyOption,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Let a restricted record be worked with again.

    Examples:
      clew protection free person:7 --why "the objection was answered"
    """
    with at_work(workspace):
        from clew.casework.protection import free as free_it

        free_it(number_of(person, "person"), why)
    done(f"Free again: {person}", json, restricted=False)
