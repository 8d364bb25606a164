"""Types that what is sent and answered is made of, and what several parts are sent."""

from __future__ import annotations

from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from clew.access.models import Agency
from clew.casework.errors import StatementError

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
ThingName = Annotated[str, Field(max_length=40, pattern=r"^[a-z-]+:[0-9]{1,18}$")]
"""Such as ``media:12`` or ``series:3``."""
CertaintyWord = Literal["fact", "assessment"]
SharingWord = Literal["own agency", "named agencies", "all members", "all except", "hit only"]


class Why(Schema):
    """The reason for what is asked."""

    why: Reason


class SharingChosen(Schema):
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


class Made(Schema):
    """The number of what was made."""

    number: int


class Decided(Schema):
    """The number of the decision; it can be undone by it."""

    decision: int
