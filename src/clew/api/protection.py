"""What a person may ask for, for data-protection officers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from django.http import HttpRequest
from ninja import Query, Router, Schema

from clew.access.acting import acting, require_authority
from clew.api.entities import EntityShown, told
from clew.api.words import Made, Number, Why
from clew.casework import protection as work

router = Router(tags=["data protection"])


class KeptShown(Schema):
    """One thing that is kept of a person."""

    what: str
    says: str
    certainty: str
    source: str
    by: int
    agency: int
    at: datetime
    counts: bool


@router.get("protection/persons", response=list[EntityShown])
def persons_named(
    request: HttpRequest,
    words: Annotated[str, Query(..., min_length=1, max_length=500, pattern=r"^[^\x00]*$")],
) -> list[dict[str, object]]:
    """Persons in whose record these words stand."""
    with acting():
        return [told(one) for one in work.persons_named(words)]


@router.get("protection/persons/{number}", response=list[KeptShown])
def kept_of_person(request: HttpRequest, number: Number) -> list[object]:
    """Everything that is kept of a person, oldest first, with what no longer counts."""
    with acting():
        require_authority()
        return [msgspec.to_builtins(one) for one in work.kept_of(number)]


@router.post("protection/persons/{number}/restrict", response={201: Made})
def restrict_person(request: HttpRequest, number: Number, said: Why) -> tuple[int, dict[str, int]]:
    """Keep a person's record from being worked with."""
    with acting():
        return 201, {"number": work.restrict(number, said.why).pk}


@router.post("protection/persons/{number}/free", response={201: Made})
def free_person(request: HttpRequest, number: Number, said: Why) -> tuple[int, dict[str, int]]:
    """Let a restricted record be worked with again."""
    with acting():
        return 201, {"number": work.free(number, said.why).pk}
