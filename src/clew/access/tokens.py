"""Tokens: seeing and ending one's own, and as an administrator those of the country's officers.

What begins one is :func:`clew.access.signin.issue_token`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from clew.access.acting import acting, officer, use_authority
from clew.access.authorities import usable_authorities
from clew.access.errors import AuthorityError, NotAllowedError
from clew.access.models import Officer, Scope
from clew.access.signin import issue_token


@dataclass(frozen=True)
class Token:
    """What is kept of a token; the secret itself is not.

    Attributes:
        number: to end it by.
        label: what it is for.
        scopes: what it may be used for.
        authority: reference of the authority it works under; None for none.
        begun_at: when it was issued.
        expires_at: when it ends.
        over: whether it has ended.
    """

    number: int
    label: str
    scopes: tuple[str, ...]
    authority: str | None
    begun_at: datetime
    expires_at: datetime
    over: bool


def own_tokens() -> list[Token]:
    """All that were ever issued to the acting officer, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, label, scopes, reference, begun_at, expires_at, over FROM access.tokens()"
        )
        return [
            Token(number, label, tuple(scopes), *rest)
            for number, label, scopes, *rest in cursor.fetchall()
        ]


def issue_own_token(
    password: str,
    code: str,
    *,
    label: str,
    scopes: Sequence[Scope],
    authority: int,
    until: datetime,
) -> str:
    """Issue a token to the signed-in officer, who proves anew who they are; its secret.

    Args:
        password: as typed.
        code: a one-time or recovery code.
        label: what it is for.
        scopes: what it may be used for.
        authority: number of the one it works under, of those the officer may use now.
        until: when it ends, at most a year from now.

    Raises:
        SignInError: it was refused, or the token would last too long.
        AuthorityError: the officer may not use that authority now.
    """
    with acting():
        name = Officer.objects.get(pk=officer() or 0).sign_in_name
        if not usable_authorities().filter(pk=authority).exists():
            raise AuthorityError(f"You may not use an authority {authority} now.")
    secret = issue_token(name, password, code, label, list(dict.fromkeys(scopes)), until)
    with acting(secret):
        use_authority(authority)
    return secret


def end_token(number: int) -> None:
    """End a token of the acting officer now.

    Raises:
        NotAllowedError: they have no such token that still holds.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT access.end_token(%s)", [number])
        (done,) = cursor.fetchone()
    if not done:
        raise NotAllowedError(f"You have no token {number} that still holds; see: clew token list")


@dataclass(frozen=True)
class OfficersToken:
    """A token of an officer whom the acting administrator looks after.

    Attributes:
        number: to end it by.
        officer: whose, by sign-in name.
        label: what it is for; ``scopes`` what it may be used for.
        authority: reference of the authority it works under; empty for none.
        expires_at: when it ends; ``used_at`` when it was used last.
    """

    number: int
    officer: str
    label: str
    scopes: tuple[str, ...]
    authority: str
    expires_at: datetime
    used_at: datetime


def tokens_of_country() -> list[OfficersToken]:
    """Those that hold now, of officers of the administered country, the next to end first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM access.tokens_of_country()")
        return [
            OfficersToken(number, officer, label, tuple(scopes), reference or "", *times)
            for number, officer, label, scopes, reference, *times in cursor.fetchall()
        ]


def end_token_of_officer(number: int) -> None:
    """End a token of an officer of the administered country now.

    Raises:
        NotAllowedError: there is none that holds, or the acting officer is no administrator.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT access.end_token_of_officer(%s)", [number])
        (done,) = cursor.fetchone()
    if not done:
        raise NotAllowedError(f"No officer of your country has a token {number} that still holds.")
