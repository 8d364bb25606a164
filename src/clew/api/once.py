"""Requests that are done once, however often they are sent: ``Idempotency-Key``.

The answer is kept in the transaction of the act itself: it is there if and only if what was asked
for was done. Of two that come at once, the second waits for the first and gets its answer.

What only looks is answered anew each time, as if there were no key: kept, media would lie in the
database as they are, and be shown again without an entry in the log or an authority that holds.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from clew.access.acting import acting
from clew.access.errors import SignedOutError
from clew.api.models import Answered
from clew.api.problems import ProblemError, problem
from clew.serving.middleware import secret_of

_LONGEST = 200
_SECRET = re.compile(r"/api/v1/(session|tokens|officers|officers/[0-9]+/invitation)")
"""Addresses whose answers hold a secret, which is kept nowhere: not here either."""
_LOOKS = re.compile(r"/api/v1/(query/[a-z]+|media/[0-9]+/reveal/[a-z]+)")
"""Addresses that change nothing."""


class Once:
    """Keeps what is answered below ``/api/`` to a POST with a key."""

    def __init__(self, answering: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._answering = answering

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a request."""
        key = request.headers.get("Idempotency-Key")
        secret = secret_of(request)
        below = request.path_info.startswith("/api/") and not _LOOKS.fullmatch(request.path_info)
        if key is None or request.method != "POST" or secret is None or not below:
            return self._answering(request)
        if not 1 <= len(key) <= _LONGEST:
            return problem(422, "not-as-described", f"A key has 1 to {_LONGEST} characters.")
        if _SECRET.fullmatch(request.path_info):
            told = "The answer holds a secret and is not kept: send this without Idempotency-Key."
            return problem(422, "not-as-described", told)
        try:
            return _kept(request, key, lambda: self._answering(request))
        except ProblemError as error:
            return problem(error.status, error.kind, str(error))
        except SignedOutError:
            return self._answering(request)  # it says so


def _kept(request: HttpRequest, key: str, run: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    asked = hashlib.sha256(
        b"\0".join(
            (request.get_full_path().encode(), (request.content_type or "").encode(), request.body)
        )
    ).digest()
    named = hashlib.sha256(key.encode()).digest()
    with acting():
        claimed = _claim(named, asked)
        if claimed is None:
            return _again(named, asked)
        answer = run()
        if answer.status_code >= 400:
            transaction.set_rollback(True)  # nothing was done: the next one may try
        elif isinstance(answer, HttpResponse):
            Answered.objects.filter(pk=claimed).update(
                status=answer.status_code,
                content_type=answer.headers.get("Content-Type", ""),
                body=answer.content,
            )
    return answer


_FORGET = "SELECT access.forget_answers()"
"""Whoever sends a key takes away what is older than a day, of all officers."""
_CLAIM = """
INSERT INTO api_answered (key_digest, request_digest) VALUES (%s, %s)
ON CONFLICT (officer_id, key_digest) DO NOTHING RETURNING id
"""


def _claim(named: bytes, asked: bytes) -> int | None:
    """The number of a new row; None when the officer has used the key already."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET)
        cursor.execute(_CLAIM, [named, asked])
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def _again(named: bytes, asked: bytes) -> HttpResponse:
    known = Answered.objects.get(key_digest=named)
    if bytes(known.request_digest) != asked:
        raise ProblemError(
            409,
            "key-used",
            "You have sent another request with this Idempotency-Key. Take a new key for each.",
        )
    return HttpResponse(
        bytes(known.body), status=known.status, content_type=known.content_type or None
    )
