"""What every request passes through: on whose behalf it works, and what a browser may do."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from clew.access.acting import signed_in
from clew.access.demonstration import refuse_practice_account
from clew.access.errors import AccessError, SignedOutError
from clew.access.secret import digest
from clew.audit.log import refusals_recorded
from clew.serving.served import served

Answering = Callable[[HttpRequest], HttpResponseBase]

_MOST_REMEMBERED = 10_000
_real: set[bytes] = set()
"""Digests of secrets whose officers are known to be no demo accounts."""


class OnBehalfOf:
    """Puts a request under the session that it names, for every ``acting()`` within.

    A program names it in the header: ``Authorization: Bearer SECRET``, of a token or of a session.
    """

    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a request."""
        secret = secret_of(request)
        if secret is None:
            return self._answering(request)
        with signed_in(secret):
            answer = self._answering(request)
            # Noted after everything that was undone with it.
            if isinstance(refused := getattr(request, "refused", None), AccessError):
                note_refusal(refused)
            return answer

    def process_exception(self, request: HttpRequest, error: Exception) -> None:
        """Note what was refused and nobody has turned into an answer."""
        if isinstance(error, AccessError):
            refuse(request, error)


def secret_of(request: HttpRequest) -> str | None:
    """The secret of the session that a request names; None for none."""
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not secret.isascii() or "\0" in secret:
        return None
    return secret.strip() or None


def require_signed_in(request: HttpRequest) -> str:
    """The secret of the session that a request names; what it is worth, the database says.

    Raises:
        SignedOutError: there is none, or it is a demo account's and this is no place for practice.
    """
    secret = secret_of(request)
    if secret is None:
        raise SignedOutError("Name your session: Authorization: Bearer SECRET.")
    refuse_practice(secret)
    return secret


def refuse_practice(secret: str) -> None:
    """See that a session is no demo account's, unless this is a place for practice.

    Raises:
        SignedOutError: it is one.
    """
    known = digest(secret)
    if not served().demo and known not in _real:
        with signed_in(secret):
            refuse_practice_account()
        if len(_real) >= _MOST_REMEMBERED:
            _real.clear()
        _real.add(known)


def refuse(request: HttpRequest, error: AccessError) -> None:
    """Have it noted, when the request is over, that it was refused."""
    request.refused = error  # type: ignore[attr-defined]


def note_refusal(error: AccessError) -> None:
    """Put what an officer was refused into the log, in a transaction of its own."""
    try:
        with refusals_recorded():
            raise error
    except AccessError:
        return


_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'self'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class Guarded:
    """Tells browsers to load nothing from elsewhere and to keep nothing.

    An answer that needs more says so itself: what it has set is left as it is.
    """

    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a request."""
        answer = self._answering(request)
        for name, value in _HEADERS.items():
            answer.headers.setdefault(name, value)
        if isinstance(answer, HttpResponse) and answer.status_code != 304:
            answer.headers.setdefault("Content-Length", str(len(answer.content)))
        return answer
