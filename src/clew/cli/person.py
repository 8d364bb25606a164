"""``clew person``: victims, suspects, witnesses, and a victim's way to be identified and safe."""

from __future__ import annotations

from typing import Annotated

import typer

from clew.cli.case import (
    AgencyOption,
    FactOption,
    ShareOption,
    WhyOption,
    at_work,
    certainty,
    done,
    number_of,
    shared,
    tell,
    who,
)
from clew.cli.output import JsonOption, WorkspaceOption

PersonArgument = Annotated[
    str, typer.Argument(metavar="PERSON", help="Such as person:7.", show_default=False)
]


def new(
    title: Annotated[str, typer.Argument(help="A working title without names.")],
    category: Annotated[str, typer.Option(help="victim, suspect, convicted, witness or other.")],
    fact: FactOption = False,
    share: ShareOption = "own-agency",
    agency: AgencyOption = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Keep a person, led by your agency.

    Examples:
      clew person new "girl with red scarf" --category victim
    """
    with at_work(workspace):
        from clew.casework.entities import create
        from clew.casework.errors import StatementError
        from clew.records.models import Category, Certainty, EntityKind

        if category not in Category.values:
            raise StatementError(f"A category is one of {', '.join(Category.values)}.")
        made = create(
            EntityKind.PERSON,
            title,
            category=Category(category),
            certainty=Certainty(certainty(fact)),
            **shared(share, agency),
        )
    done(f"person:{made.pk}: {title}", json, person=f"person:{made.pk}")


def list_(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """The persons you see; records that were merged count once.

    Examples:
      clew person list
    """
    with at_work(workspace):
        from clew.casework.entities import listed
        from clew.records.models import EntityKind

        rows = [
            {
                "person": f"person:{one.pk}",
                "title": one.title,
                "category": one.category,
                "lead": one.agency.name,
                "identity": one.identity,
                "whereabouts": one.whereabouts,
                "safety": one.safety,
            }
            for one in listed(EntityKind.PERSON)
        ]
    tell(rows, json, "None. Keep one with: clew person new TITLE --category victim")


def show(
    person: PersonArgument, workspace: WorkspaceOption = None, json: JsonOption = False
) -> None:
    """Everything kept of a person that you may see, with who wrote it and what no longer counts.

    Examples:
      clew person show person:7
    """
    with at_work(workspace):
        from clew.casework.protection import kept_of

        rows = [
            {
                "at": one.at,
                "what": one.what,
                "says": one.says,
                "certainty": one.certainty,
                "source": one.source,
                "by": who(one.by, one.agency),
                "counts": one.counts if json else None if one.counts else "no longer counts",
            }
            for one in kept_of(number_of(person, "person"))
        ]
    tell(rows, json, "None.")


def name(
    person: PersonArgument,
    words: Annotated[str, typer.Argument(help="The name; empty to take one back.")],
    source: Annotated[str, typer.Option(help="From what it is known.")],
    kind: Annotated[str, typer.Option(help="alias, date of birth, address …")] = "name",
    fact: FactOption = False,
    replaces: Annotated[int | None, typer.Option(help="Number of a wrong one.")] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Keep a name, date of birth or address, for officers of the lead agency alone.

    Examples:
      clew person name person:7 "Mia Muster" --source "register of births" --fact
    """
    with at_work(workspace):
        from clew.casework.entities import add_particular
        from clew.records.models import Certainty

        made = add_particular(
            number_of(person, "person"),
            kind,
            words,
            certainty=Certainty(certainty(fact)),
            source=source,
            replaces=replaces,
        )
    done(f"Kept (particular {made.pk})", json, particular=made.pk)


def find(
    person: PersonArgument,
    aspect: Annotated[str, typer.Argument(help="identity, whereabouts or safety.")],
    stage: Annotated[str, typer.Argument(help="How far it is; a wrong word lists them.")],
    why: WhyOption,
    fact: FactOption = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Record how far a victim's identity, whereabouts or safety is known.

    Examples:
      clew person find person:7 whereabouts country --why "plug type G"

      clew person find person:7 identity proposed --why "the school photograph"
    """
    with at_work(workspace):
        from clew.casework.errors import StatementError
        from clew.casework.identification import find as find_it
        from clew.records.models import Aspect, Certainty

        if aspect not in Aspect.values:
            raise StatementError(f"There is {', '.join(Aspect.values)}, not {aspect!r}.")
        number = number_of(person, "person")
        find_it(number, Aspect(aspect), stage, why, certainty=Certainty(certainty(fact)))
    done(f"Recorded: {aspect} {stage}", json, aspect=aspect, stage=stage)


def confirm(
    person: PersonArgument,
    why: WhyOption,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Confirm the identity that another officer proposed: the victim is identified.

    Examples:
      clew person confirm person:7 --why "seen the register"
    """
    with at_work(workspace):
        from clew.casework.identification import confirm_identity

        confirm_identity(number_of(person, "person"), why)
    done(f"Identified: {person}", json, stage="identified")


def merge(
    person: PersonArgument,
    into: Annotated[str, typer.Argument(metavar="INTO", help="Which record it is part of.")],
    why: WhyOption,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Say that two records are one person; undo it with `clew proposals undo`.

    Examples:
      clew person merge person:9 person:7 --why "the same scar"
    """
    with at_work(workspace):
        from clew.casework.entities import merge as merge_them

        made = merge_them(number_of(person, "person"), number_of(into, "person"), why)
    done(f"Merged (decision {made.pk})", json, decision=made.pk)


def count(workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """How many victims there are that you see, and how far they are; each counts once.

    Examples:
      clew person count
    """
    with at_work(workspace):
        import msgspec

        from clew.casework.identification import count as count_them

        found = msgspec.structs.asdict(count_them())
    said = ", ".join(f"{number} {what}" for what, number in found.items())
    done(said, json, **found)
