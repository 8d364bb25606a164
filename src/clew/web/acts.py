"""What is done to media in the grid and on their pages, asked by scripts; each can be undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar

import msgspec
from django.http import HttpRequest, HttpResponse, JsonResponse

from clew.access.acting import acting
from clew.casework.decisions import undo
from clew.casework.entities import add_to_series, create
from clew.casework.errors import StatementError
from clew.casework.grades import grade_all
from clew.casework.grid import MOST, default_scheme
from clew.casework.hypotheses import retract, unweigh
from clew.casework.identification import unfind
from clew.casework.observations import replace
from clew.casework.queue import bring_back
from clew.casework.scope import undo_scope
from clew.casework.tags import tag_all, untag_all
from clew.casework.tasks import unstep
from clew.records.models import EntityKind
from clew.web.frame import at_desk, at_work
from clew.web.waiting import waiting

Said = TypeVar("Said")
Number = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
Chosen = Annotated[list[Number], msgspec.Meta(min_length=1, max_length=MOST)]
Typed = Annotated[str, msgspec.Meta(max_length=500, pattern=r"^[^\x00]*$")]


class Graded(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A grade for some media; None takes it back."""

    media: Chosen
    grade: int | None


class Tagged(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A tag for some media."""

    media: Chosen
    tag: Typed


class Assigned(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Some media for a series: one by its number, or a new one by its title."""

    media: Chosen
    why: Typed
    series: Number | None = None
    title: Typed = ""


class Undone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an act answered that it is undone by."""

    votes: dict[str, int | None] | None = None
    tags: list[Number] | None = None
    decision: Number | None = None
    scope: Number | None = None
    observation: Number | None = None
    hypothesis: Number | None = None
    argument: Number | None = None
    task: Number | None = None
    finding: Number | None = None
    aside: Typed = ""


@at_work("POST")
def grade(request: HttpRequest) -> HttpResponse:
    """Grade, under the officer's scheme."""
    told = said(request, Graded)
    scheme = at_desk(request).scheme or default_scheme()
    with acting():
        before = grade_all(dict.fromkeys(told.media, told.grade), scheme)
    return JsonResponse({"undo": {"votes": {str(one): vote for one, vote in before.items()}}})


@at_work("POST")
def tag(request: HttpRequest) -> HttpResponse:
    """Give a tag."""
    told = said(request, Tagged)
    with acting():
        made = tag_all(told.media, told.tag)
    return JsonResponse({"undo": {"tags": made}, "count": len(made)})


@at_work("POST")
def assign(request: HttpRequest) -> HttpResponse:
    """Put into a series, which may be new."""
    told = said(request, Assigned)
    with acting():
        number, title = told.series, ""
        if number is None:
            if not told.title.strip():
                raise StatementError("Choose a series, or type the title of a new one.")
            made = create(EntityKind.SERIES, told.title)
            number, title = made.pk, made.title
        decision = add_to_series(number, told.why, media=told.media)
    return JsonResponse({"undo": {"decision": decision.pk}, "series": number, "title": title})


@at_work("POST")
def take_back(request: HttpRequest) -> HttpResponse:
    """Undo one of these; what was done and that it was undone stay in the history."""
    told = said(request, Undone)
    scheme = at_desk(request).scheme or default_scheme()
    with acting():
        if told.votes:
            grade_all({_number(one): vote for one, vote in told.votes.items()}, scheme)
        if told.tags:
            untag_all(told.tags)
        if told.decision is not None:
            undo(told.decision, "taken back at once")
            waiting().taken_back()
        if told.scope is not None:
            undo_scope(told.scope)
        for kind, take_it_back in _ON_A_BOARD.items():
            number = getattr(told, kind)
            if number is not None:
                take_it_back(number)
        if told.aside:
            bring_back(told.aside)
    return JsonResponse({})


_ON_A_BOARD: dict[str, Callable[[int], object]] = {
    "observation": lambda number: replace(number, ""),
    "hypothesis": unweigh,
    "argument": retract,
    "task": unstep,
    "finding": unfind,
}
"""How what is written on a board is taken back, by the name under which its act answered."""


def said(request: HttpRequest, kind: type[Said]) -> Said:
    """What a script says, as JSON of that kind.

    Raises:
        StatementError: it is something else.
    """
    try:
        return msgspec.json.decode(request.body, type=kind)
    except msgspec.DecodeError as error:
        raise StatementError(f"What was sent is not understood: {error}.") from error


def _number(typed: str) -> int:
    if not typed.isdecimal() or len(typed) > 18:
        raise StatementError(f"{typed[:20]!r} is no number of a media.")
    return int(typed)
