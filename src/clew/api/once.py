"""Requests that are done once, however often they are sent: ``Idempotency-Key``.

The answer is kept in the transaction of the act itself: it is there if and only if what was asked
for was done. Of two that come at once, the second waits for the first and gets its answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from clew.access.acting import acting
from clew.access.errors import SignedOutError
from clew.api.models import Answered
from clew.api.problems import ProblemError, problem
from clew.serving.middleware import secret_of

_LONGEST = 200
_KEPT = "24 hours"


def once(run: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Have a whole operation keep what it answers to a POST with a key."""

    @wraps(run)
    def answer(request: HttpRequest, *values: Any, **named: Any) -> HttpResponseBase:
        key = request.headers.get("Idempotency-Key")
        if key is None or request.method != "POST" or secret_of(request) is None:
            return run(request, *values, **named)
        if not 1 <= len(key) <= _LONGEST:
            return problem(422, "not-as-described", f"A key has 1 to {_LONGEST} characters.")
        try:
            return _kept(request, key, lambda: run(request, *values, **named))
        except ProblemError as error:
            return problem(error.status, error.kind, str(error))
        except SignedOutError:
            return run(request, *values, **named)  # it says so

    return answer


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


_FORGET = f"DELETE FROM api_answered WHERE at < statement_timestamp() - interval '{_KEPT}'"  # noqa: S608
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
