"""Lists in pages.

A cursor names the last thing told, not a count: what arrives meanwhile neither repeats nor hides
anything.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

from django.db.models import Model, QuerySet
from ninja import Query, Schema
from pydantic import Field

from clew.api.problems import ProblemError

T = TypeVar("T")
_Row = TypeVar("_Row", bound=Model)

Limit = Annotated[int, Query(50, ge=1, le=200, description="So many at most.")]
Cursor = Annotated[
    str | None, Query(None, max_length=500, description="`next` of the page before.")
]


class Page(Schema, Generic[T]):
    """A part of a list."""

    items: list[T]
    next: str | None = Field(description="Cursor of the next page; null for the last.")


def page_of_rows(
    rows: QuerySet[_Row], cursor: str | None, limit: int, told: Callable[[_Row], Any]
) -> dict[str, object]:
    """A page of rows of a table, in the order of their numbers."""
    after = _read(cursor)
    if after is not None:
        if not isinstance(after, int) or not 0 <= after < 2**63:
            raise _unusable()
        rows = rows.filter(pk__gt=after)
    found = list(rows.order_by("pk")[: limit + 1])
    more = found[limit - 1].pk if len(found) > limit else None
    return _page([told(row) for row in found[:limit]], more)


def page_of(
    found: Sequence[T],
    key: Callable[[T], Sequence[Any]],
    cursor: str | None,
    limit: int,
    told: Callable[[T], Any],
) -> dict[str, object]:
    """A page of what was put into order by a key that no two have in common."""
    after = _read(cursor)
    ordered = sorted(found, key=lambda one: tuple(key(one)))
    if after is not None:
        if not isinstance(after, list):
            raise _unusable()
        try:
            ordered = [one for one in ordered if list(key(one)) > after]
        except TypeError as error:
            raise _unusable() from error
    more = list(key(ordered[limit - 1])) if len(ordered) > limit else None
    return _page([told(one) for one in ordered[:limit]], more)


def page_in_order(
    found: Sequence[T],
    key: Callable[[T], Sequence[Any]],
    cursor: str | None,
    limit: int,
    told: Callable[[T], Any],
) -> dict[str, object]:
    """A page of what has an order of its own, by time or by rank, with a key for each.

    What comes behind the last thing told is told next; if that is no longer there, the list has
    changed too much to go on.
    """
    after, start = _read(cursor), 0
    if after is not None:
        names = [_name(key(one)) for one in found]
        if after not in names:
            raise ProblemError(
                422, "not-as-described", "The list has changed meanwhile: read it from the start."
            )
        start = names.index(after) + 1
    part = found[start : start + limit]
    more = _name(key(part[-1])) if start + limit < len(found) else None
    return _page([told(one) for one in part], more)


def _name(key: Sequence[Any]) -> str:
    return hashlib.sha256(json.dumps(key).encode()).hexdigest()[:32]


def _page(items: list[Any], more: object) -> dict[str, object]:
    return {"items": items, "next": _written(more) if more is not None else None}


def _written(last: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(last).encode()).decode()


def _read(cursor: str | None) -> object:
    if cursor is None:
        return None
    try:
        return json.loads(base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise _unusable() from error


def _unusable() -> ProblemError:
    return ProblemError(
        422, "not-as-described", "The cursor is none that was given out for this list."
    )
