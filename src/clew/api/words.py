"""Types that what is sent and answered is made of, and what several parts are sent."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, Strict

from clew.access.models import Agency
from clew.casework.errors import StatementError


class Sent(BaseModel):
    """What a program sends: exactly as described, nothing guessed and nothing more."""

    model_config = ConfigDict(strict=True, extra="forbid")


def _text(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("a time is written as text")
    return value


Moment = Annotated[AwareDatetime, Strict(False), BeforeValidator(_text)]
"""With a time zone, as in ``2026-03-01T12:00:00Z``."""
Day = Annotated[date, Strict(False), BeforeValidator(_text)]
"""As in ``2026-03-01``."""
Number = Annotated[int, Field(ge=1, le=2**63 - 1)]
"""Of something in the case database."""
Numbers = Annotated[list[Number], Field(max_length=1000)]
Word = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""One line."""
Maybe = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""One line, or nothing."""
Words = Annotated[str, Field(max_length=10_000, pattern=r"^[^\x00]*$")]
"""Text of any form; the database cannot keep the character of number 0."""
Reason = Annotated[str, Field(min_length=1, max_length=2_000, pattern=r"^[^\x00]*$")]
"""Why something was decided: whoever reads it later was not there."""
ThingName = Annotated[
    str,
    Field(
        max_length=40,
        pattern=r"^(media|series|person|place|camera|voice|object|online-identity):[0-9]{1,18}$",
    ),
]
"""Such as ``media:12`` or ``series:3``."""
CertaintyWord = Literal["fact", "assessment"]
SharingWord = Literal["own agency", "named agencies", "all members", "all except", "hit only"]


class Why(Sent):
    """The reason for what is asked."""

    why: Reason


class SharingChosen(Sent):
    """With whom something is shared."""

    sharing: SharingWord = "own agency"
    agencies: list[Word] = Field(default_factory=list, max_length=200)
    """Names, for `named agencies` and `all except`."""


def agencies_named(names: list[str]) -> list[int]:
    """The numbers of agencies by their names.

    Raises:
        StatementError: there is none of a name.
    """
    known = dict(Agency.objects.filter(name__in=names).values_list("name", "pk"))
    if missing := sorted(set(names) - known.keys()):
        raise StatementError(f"There is no agency {missing[0]}.")
    return sorted(known.values())


class Made(BaseModel):
    """The number of what was made."""

    number: int


class Decided(BaseModel):
    """The number of the decision; it can be undone by it."""

    decision: int
