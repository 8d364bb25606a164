"""What the commands of a case share: acting for the officer, and telling what was found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypedDict

import typer

from clew.cli.output import answer, clean, explained, fail, people
from clew.cli.session import opened_for_officer

if TYPE_CHECKING:
    from clew.casework.things import Thing

WhyOption = Annotated[
    str, typer.Option("--why", help="The reason; whoever reads it was not there.")
]
FactOption = Annotated[
    bool, typer.Option("--fact", help="It is established (default: an assessment).")
]
ThingArgument = Annotated[
    str, typer.Argument(metavar="THING", help="Such as media:12.", show_default=False)
]
ShareOption = Annotated[
    str,
    typer.Option(
        "--share", help="own-agency, all-members, hit-only, or with --agency: named, all-except."
    ),
]
AgencyOption = Annotated[
    list[str] | None,
    typer.Option("--agency", help="Name of an agency that --share is about; several times."),
]


@contextmanager
def at_work(workspace: Path | None) -> Iterator[None]:
    """One transaction of the officer who is signed in; complaints in words."""
    with explained():
        from clew.access.acting import acting

        with opened_for_officer(workspace), acting():
            yield


def thing(name: str) -> Thing:
    """A thing by its name."""
    from clew.casework.things import Thing

    return Thing.named(name)


def number_of(name: str, kind: str) -> int:
    """The number of a thing that has to be of a kind: ``series:3``, or ``3`` alone."""
    named = thing(f"{kind}:{name}" if name.isdecimal() else name)
    if named.kind != kind:
        fail(f"{name} is not a {kind}; write {kind}:NUMBER")
    return named.id


class SharedWith(TypedDict):
    """What the functions of casework are told about sharing."""

    sharing: str
    agencies: list[int]


def shared(share: str, agencies: Sequence[str] | None) -> SharedWith:
    """Sharing as options say it, for the functions of casework."""
    from clew.access.models import Agency

    sharing = {"named": "named agencies"}.get(share, share.replace("-", " "))
    known = dict(Agency.objects.filter(name__in=agencies or []).values_list("name", "pk"))
    if missing := sorted(set(agencies or []) - known.keys()):
        fail(f"there is no agency {missing[0]}")
    choices = ("own agency", "named agencies", "all members", "all except", "hit only")
    if sharing not in choices:
        fail(f"with whom is one of {', '.join(choices)}, not {share!r}")
    wanted = sharing in ("named agencies", "all except")
    if wanted != bool(known):
        fail("say with --agency which agencies, for `named` and `all-except` alone")
    return {"sharing": sharing, "agencies": sorted(known.values())}


def certainty(fact: bool) -> str:
    """Fact or assessment."""
    return "fact" if fact else "assessment"


def who(officer: int, agency: int) -> str:
    """An officer's name, or whose officer it was when the name is not ours to see."""
    from clew.access.models import Agency, Officer

    found = Officer.objects.filter(pk=officer).values_list("name", flat=True).first()
    if found is not None:
        return found
    return f"an officer of {Agency.objects.values_list('name', flat=True).get(pk=agency)}"


def tell(rows: Sequence[Mapping[str, object]], json: bool, nothing: str) -> None:
    """Print rows: JSON for machines, a line each for people.

    Args:
        rows: what there is.
        json: whether a machine reads it.
        nothing: what to say to people when there is none.
    """
    if json:
        answer([dict(row) for row in rows])
        return
    for row in rows:
        words = (_in_words(value) for value in row.values())
        people.print(clean(" · ".join(w for w in words if w)), markup=False, soft_wrap=True)
    if not rows:
        people.print(nothing, markup=False, soft_wrap=True)


def _in_words(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, (list, tuple)):
        return ", ".join(_in_words(one) for one in value)
    return "" if value is None else str(value)


def done(what: str, json: bool, **values: object) -> None:
    """Say that something was done, with its numbers."""
    if json:
        answer(values)
        return
    people.print(clean(what), markup=False, soft_wrap=True)
