"""Tokens for programs that work on behalf of an officer: issued, listed, ended."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from pydantic import Field

from clew.access.acting import acting
from clew.access.models import Scope
from clew.access.tokens import end_token, issue_own_token, own_tokens
from clew.api.paging import Cursor, Limit, Page, page_of
from clew.api.problems import Problem
from clew.api.words import Moment, Number, Sent, Word

router = Router(tags=["session"])

_Typed = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]


class NewToken(Sent):
    """What a token is for. It lasts longer than a session, so that you prove anew who you are."""

    label: Word
    until: Moment
    """Within a year."""
    authority: Number
    """Number of the one it works under, of those you may use now."""
    scopes: list[Literal["read", "contribute", "administer"]] = Field(
        ["read"], min_length=1, max_length=3
    )
    password: _Typed
    code: _Typed
    """A one-time or recovery code."""


class TokenIssued(Schema):
    """A token that was issued."""

    secret: str
    """To be sent as ``Authorization: Bearer SECRET``; it is kept nowhere else."""


class TokenShown(Schema):
    """A token of yours, without its secret."""

    number: Number
    label: str
    scopes: list[str]
    authority: str | None
    begun_at: datetime
    expires_at: datetime
    over: bool


@router.get("tokens", response=Page[TokenShown])
def list_tokens(
    request: HttpRequest, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, object]:
    """Your tokens, oldest first, those that have ended too."""
    with acting():
        return page_of(own_tokens(), lambda one: [one.number], cursor, limit, msgspec.to_builtins)


@router.post("tokens", response={201: TokenIssued, 401: Problem, 403: Problem, 422: Problem})
def create_token(request: HttpRequest, new: NewToken) -> Status[dict[str, str]]:
    """Issue a token that may do what you may do, within its scopes and under one authority.

    It ends with that authority, with your certification, and when you leave.
    """
    secret = issue_own_token(
        new.password,
        new.code,
        label=new.label,
        scopes=[Scope(one) for one in new.scopes],
        authority=new.authority,
        until=new.until,
    )
    return Status(201, {"secret": secret})


@router.delete("tokens/{number}", response={204: None, 401: Problem, 403: Problem})
def revoke_token(request: HttpRequest, number: Number) -> HttpResponse:
    """End one of your tokens now."""
    with acting():
        end_token(number)
    return HttpResponse(status=204)
