"""``clew observe``, ``note``, ``search``, ``concerned``: what is said of things, and who knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli.case import (
    AgencyOption,
    FactOption,
    ShareOption,
    ThingArgument,
    at_work,
    certainty,
    done,
    number_of,
    shared,
    tell,
    thing,
    who,
)
from clew.cli.output import Exit, JsonOption, WorkspaceOption, explained, fail

if TYPE_CHECKING:
    from clew.records.models import Observation


def add(
    about: ThingArgument,
    type_: Annotated[str, typer.Argument(metavar="TYPE", help="See `clew observe types`.")],
    words: Annotated[str, typer.Argument(help="What it is.", show_default=False)],
    fact: FactOption = False,
    source: Annotated[
        str | None, typer.Option("--from", help="The media or person it is known from.")
    ] = None,
    region: Annotated[
        str | None, typer.Option(help="Where: left,top,right,bottom from 0 to 1.")
    ] = None,
    span: Annotated[str | None, typer.Option(help="When: seconds, such as 3.5-8.")] = None,
    share: ShareOption = "own-agency",
    agency: AgencyOption = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Say something typed of a media or anything else.

    Examples:
      clew observe add media:12 "plug type" G --fact --region 0.1,0.7,0.2,0.8
    """
    with at_work(workspace):
        from clew.casework.observations import observe
        from clew.records.models import Certainty

        found = _numbers(span, "-", 2)
        made = observe(
            thing(about),
            type_,
            words,
            certainty=Certainty(certainty(fact)),
            source=thing(source) if source is not None else None,
            region=_numbers(region, ",", 4),
            span=(found[0], found[1]) if found is not None else None,
            **shared(share, agency),
        )
    done(f"Kept (observation {made.pk})", json, observation=made.pk)


def list_(
    about: ThingArgument,
    history: Annotated[
        bool, typer.Option("--history", help="Also what was replaced or taken back.")
    ] = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """What was said of something.

    Examples:
      clew observe list media:12 --history
    """
    with at_work(workspace):
        from clew.casework.observations import observations

        rows = [_told(one) for one in observations(thing(about), history=history)]
    tell(rows, json, "Nothing.")


def replace(
    number: Annotated[int, typer.Argument(help="Of the observation that was wrong.")],
    words: Annotated[str, typer.Argument(help="What is right; empty to take it back.")],
    fact: FactOption = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Say what is right in place of what was wrong; both are kept.

    Examples:
      clew observe replace 41 autumn
    """
    with at_work(workspace):
        from clew.casework.observations import replace as replace_it
        from clew.records.models import Certainty

        made = replace_it(number, words, certainty=Certainty(certainty(fact)))
    done(f"Replaced (observation {made.pk})", json, observation=made.pk)


def types(json: JsonOption = False) -> None:
    """The types of observation there are, with the words to choose from.

    Examples:
      clew observe types
    """
    with explained():
        from clew.casework.vocabulary import vocabulary

        rows = [
            {"type": name, "about": one.about, "choices": one.choices, "says": one.says}
            for name, one in sorted(vocabulary().observations.items())
        ]
    tell(rows, json, "None.")


def note(
    about: ThingArgument,
    words: Annotated[str, typer.Argument(help="Free words.", show_default=False)],
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Write a note about something; `clew search` finds it.

    Examples:
      clew note series:3 "ask the Politie about the wallpaper"
    """
    with at_work(workspace):
        from clew.casework.observations import observe

        made = observe(thing(about), "note", words)
    done(f"Kept (observation {made.pk})", json, observation=made.pk)


def search(
    words: Annotated[str, typer.Argument(help='"whole phrase", -without, or.')],
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Find words in titles, observations, reasons and names that you may see.

    Exit code 1 when there is none.

    Examples:
      clew search "green sofa"
    """
    with at_work(workspace):
        from clew.casework.search import search as search_for

        rows = [
            {"about": one.about, "what": one.what, "words": one.words} for one in search_for(words)
        ]
    tell(rows, json, "None found.")
    if not rows:
        raise typer.Exit(Exit.NONE_FOUND)


def concerned(
    media: ThingArgument, workspace: WorkspaceOption = None, json: JsonOption = False
) -> None:
    """Who else holds a media, who leads what it belongs to, and whom to call.

    Exit code 1 when nobody is known to be; what is not shared is not told.

    Examples:
      clew concerned media:12
    """
    with at_work(workspace):
        from clew.casework.deconfliction import concerned as ask

        rows = [
            {
                "agency": one.agency,
                "country": one.country,
                "how": one.how,
                "what": one.what,
                "thing": one.thing,
                "contact": one.contact,
            }
            for one in ask(number_of(media, "media"))
        ]
    tell(rows, json, "Nobody who says so.")
    if not rows:
        raise typer.Exit(Exit.NONE_FOUND)


def _told(one: Observation) -> dict[str, object]:
    return {
        "observation": one.pk,
        "type": one.type,
        "words": one.words or "(taken back)",
        "certainty": one.certainty,
        "region": one.region,
        "span": f"{one.start:g}-{one.end:g} s" if one.start is not None else None,
        "by": who(one.officer_id, one.agency_id),
        "at": one.at,
        "replaces": f"replaces {one.replaces_id}" if one.replaces_id else None,
    }


def _numbers(text: str | None, between: str, count: int) -> list[float] | None:
    if text is None:
        return None
    try:
        found = [float(part) for part in text.split(between)]
    except ValueError:
        found = []
    if len(found) != count:
        fail(f"{text!r} is not {count} numbers with {between!r} between them")
    return found
