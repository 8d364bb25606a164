"""Finding words, and who else is concerned."""

from __future__ import annotations

from typing import Annotated

import msgspec
from django.http import HttpRequest
from ninja import Query, Router, Schema

from clew.access.acting import acting, require_authority
from clew.api.paging import Cursor, Limit, Page, page_in_order
from clew.api.words import Number
from clew.casework.deconfliction import concerned
from clew.casework.search import search

router = Router(tags=["search and deconfliction"])


class WordsShown(Schema):
    """A place where the words were found."""

    about: str
    what: str
    words: str


class ConcernedShown(Schema):
    """An agency that holds something, or leads what it belongs to."""

    agency: str
    country: str
    contact: str
    how: str
    what: str
    thing: str


@router.get("search", response=Page[WordsShown])
def search_words(
    request: HttpRequest,
    words: Annotated[str, Query(..., min_length=1, max_length=500, pattern=r"^[^\x00]*$")],
    most: Annotated[int, Query(100, ge=1, le=1000, description="So many in all.")] = 100,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, object]:
    """Everything with these words that you see, best first: "whole phrase", -without, or.

    Each page is a question of its own.
    """
    with acting():
        found = search(words, most)
        return page_in_order(
            found, lambda one: [one.about, one.what, one.words], cursor, limit, msgspec.to_builtins
        )


@router.get("media/{number}/concerned", response=Page[ConcernedShown])
def who_is_concerned(
    request: HttpRequest, number: Number, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, object]:
    """Who else holds a media or something like it, and who leads what it belongs to."""
    with acting():
        require_authority()
        found = concerned(number)
        return page_in_order(
            found,
            lambda one: [one.country, one.agency, one.how, one.what, one.thing],
            cursor,
            limit,
            msgspec.to_builtins,
        )
