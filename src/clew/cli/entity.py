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


def offer(
    one: Annotated[str, typer.Argument(metavar="ENTITY", help="Such as series:3 or person:7.")],
    agency: Annotated[str, typer.Argument(metavar="AGENCY", help="Who is to lead it.")],
    why: WhyOption,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Offer another agency to lead something, as a supervisor; a supervisor of theirs answers.

    Names and a victim's way go with the lead. Share it with them first; with whom its media are
    shared does not change.

    Examples:
      clew entity offer series:3 Politie --why "the victim lives there"
    """
    with at_work(workspace):
        from clew.casework.leading import offer_lead

        if (named := thing(one)).is_media:
            fail(f"{one} is led by nobody; each agency that holds a media has its own")
        made = offer_lead(named.id, agency, why)
    done(f"Offered. They answer with: clew entity answer {made.pk} accept", json, offer=made.pk)


def answer(
    number: Annotated[int, typer.Argument(metavar="NUMBER", show_default=False)],
    word: Annotated[str, typer.Argument(metavar="WORD", help="accept, decline or withdraw.")],
    why: WhyOption,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Accept or decline to lead what was offered, or withdraw your own offer, as a supervisor.

    Examples:
      clew entity answer 5 accept --why "the victim lives here"
    """
    with at_work(workspace):
        from clew.casework.leading import accept_lead, decline_lead, withdraw_lead

        words = {"accept": accept_lead, "decline": decline_lead, "withdraw": withdraw_lead}
        if word not in words:
            fail(f"{word!r} is none of {', '.join(words)}")
        made = words[word](number, why)
    done(f"{made.step.capitalize()}: offer {number}", json, offer=number, step=made.step)


def leads(
    one: Annotated[str | None, typer.Argument(metavar="ENTITY", show_default=False)] = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Offers to lead something that wait for an answer; of one entity, who led it and why.

    Examples:
      clew entity leads

      clew entity leads series:3
    """
    with at_work(workspace):
        from clew.casework.leading import lead_changes
        from clew.casework.things import Thing

        rows = [
            {
                "offer": row.answers_id or row.pk,
                "entity": str(Thing(row.entity.kind, row.entity_id)),
                "step": row.step,
                "by": row.agency.name,
                "to": f"to {row.to.name}" if not json else row.to.name,
                "at": row.at,
                "why": row.why,
            }
            for row in lead_changes(thing(one).id if one is not None else None)
        ]
    tell(rows, json, "None.")


def _kind(name: str) -> str:
    kind = name.replace("-", " ")
    if kind not in _KINDS:
        fail(f"{name!r} is none of {', '.join(_KINDS)}; see also `clew series`, `clew person`")
    return kind
