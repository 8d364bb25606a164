"""Finding words, and who else is concerned."""

from __future__ import annotations

from typing import Annotated

import msgspec
from django.http import HttpRequest
from ninja import Query, Router, Schema

from clew.access.acting import acting, require_authority
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


@router.get("search", response=list[WordsShown])
def search_words(
    request: HttpRequest,
    words: Annotated[str, Query(..., min_length=1, max_length=500, pattern=r"^[^\x00]*$")],
    most: Annotated[int, Query(100, ge=1, le=1000)] = 100,
) -> list[object]:
    """Everything with these words that you see, best first: "whole phrase", -without, or."""
    with acting():
        return [msgspec.to_builtins(one) for one in search(words, most)]


@router.get("media/{number}/concerned", response=list[ConcernedShown])
def who_is_concerned(request: HttpRequest, number: Number) -> list[object]:
    """Who else holds a media or something like it, and who leads what it belongs to."""
    with acting():
        require_authority()
        return [msgspec.to_builtins(one) for one in concerned(number)]
