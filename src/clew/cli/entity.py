"""``clew entity``: places, cameras, voices, objects, online identities; and sharing any record."""

from __future__ import annotations

from typing import Annotated

import typer

from clew.cli.case import (
    AgencyOption,
    ShareOption,
    WhyOption,
    at_work,
    done,
    shared,
    tell,
    thing,
)
from clew.cli.output import JsonOption, WorkspaceOption, fail

KindArgument = Annotated[
    str, typer.Argument(help="place, camera, voice, object or online-identity.")
]
_KINDS = ("place", "camera", "voice", "object", "online identity")


def new(
    kind: KindArgument,
    title: Annotated[str, typer.Argument(help="A working title without names.")],
    share: ShareOption = "own-agency",
    agency: AgencyOption = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Keep a place, camera, voice, object or online identity, led by your agency.

    Examples:
      clew entity new place "attic with the round window"
    """
    with at_work(workspace):
        from clew.casework.entities import create
        from clew.casework.things import Thing
        from clew.records.models import EntityKind

        made = create(EntityKind(_kind(kind)), title, **shared(share, agency))
        name = str(Thing(made.kind, made.pk))
    done(f"{name}: {title}", json, entity=name)


def list_(kind: KindArgument, workspace: WorkspaceOption = None, json: JsonOption = False) -> None:
    """Those of a kind that you see; those that were merged count once.

    Examples:
      clew entity list place
    """
    with at_work(workspace):
        from clew.casework.entities import listed
        from clew.casework.things import Thing
        from clew.records.models import EntityKind

        rows = [
            {
                "entity": str(Thing(one.kind, one.pk)),
                "title": one.title,
                "lead": one.agency.name,
            }
            for one in listed(EntityKind(_kind(kind)))
        ]
    tell(rows, json, f"None. Keep one with: clew entity new {kind} TITLE")


def merge(
    one: Annotated[str, typer.Argument(metavar="ENTITY", help="Such as place:4.")],
    into: Annotated[str, typer.Argument(metavar="INTO", help="Which one it is part of.")],
    why: WhyOption,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Say that two of a kind are one; undo it with `clew proposals undo`.

    Examples:
      clew entity merge place:9 place:4 --why "the same window"
    """
    with at_work(workspace):
        from clew.casework.entities import merge as merge_them

        first, second = thing(one), thing(into)
        if first.is_media or first.kind != second.kind:
            fail(f"{one} and {into} are not two of a kind that can be one")
        made = merge_them(first.id, second.id, why)
    done(f"Merged (decision {made.pk})", json, decision=made.pk)


def share(
    what: Annotated[
        str, typer.Argument(metavar="THING", help="series:3, connection:31, observation:41 …")
    ],
    with_: Annotated[
        str,
        typer.Argument(
            metavar="WITH", help="own-agency, named, all-members, all-except or hit-only."
        ),
    ],
    agency: AgencyOption = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Say who beside your agency sees something that it wrote.

    Examples:
      clew entity share series:3 all-members

      clew entity share connection:31 named --agency Politie
    """
    with at_work(workspace):
        from clew.casework.sharing import share as share_it

        kind, _, number = what.replace("online-identity", "online identity").partition(":")
        if not number.isdecimal() or len(number) > 18:
            fail(f"{what!r} names nothing; write the kind and the number: series:3")
        share_it(kind, int(number), **shared(with_, agency))
    done(f"Shared: {what} with {with_}", json, shared=what)


def _kind(name: str) -> str:
    kind = name.replace("-", " ")
    if kind not in _KINDS:
        fail(f"{name!r} is none of {', '.join(_KINDS)}; see also `clew series`, `clew person`")
    return kind
