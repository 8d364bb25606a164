"""What a person may ask for, for data-protection officers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from django.http import HttpRequest
from ninja import Query, Router, Schema, Status

from clew.access.acting import acting, require_authority
from clew.api.entities import EntityShown, told
from clew.api.paging import Cursor, Limit, Page, page_in_order, page_of
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


@router.get("protection/persons", response=Page[EntityShown])
def persons_named(
    request: HttpRequest,
    words: Annotated[str, Query(..., min_length=1, max_length=500, pattern=r"^[^\x00]*$")],
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, object]:
    """Persons in whose record these words stand."""
    with acting():
        return page_of(work.persons_named(words), lambda one: [one.pk], cursor, limit, told)


@router.get("protection/persons/{number}", response=Page[KeptShown])
def kept_of_person(
    request: HttpRequest, number: Number, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, object]:
    """Everything that is kept of a person, oldest first, with what no longer counts."""
    with acting():
        require_authority()
        return page_in_order(
            work.kept_of(number),
            lambda one: [one.what, one.says, one.by, one.at.isoformat()],
            cursor,
            limit,
            msgspec.to_builtins,
        )


@router.post("protection/persons/{number}/restrict", response={201: Made})
def restrict_person(request: HttpRequest, number: Number, said: Why) -> Status[dict[str, int]]:
    """Keep a person's record from being worked with."""
    with acting():
        return Status(201, {"number": work.restrict(number, said.why).pk})


@router.post("protection/persons/{number}/free", response={201: Made})
def free_person(request: HttpRequest, number: Number, said: Why) -> Status[dict[str, int]]:
    """Let a restricted record be worked with again."""
    with acting():
        return Status(201, {"number": work.free(number, said.why).pk})
