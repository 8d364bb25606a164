"""What went wrong, as RFC 9457 says it: every error answer is ``application/problem+json``."""

from __future__ import annotations

import http
import json
from collections.abc import Callable, Mapping

import structlog
from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError
from pydantic import Field

from clew.access.errors import (
    AccessError,
    AuthorityError,
    NotAllowedError,
    NotKeptError,
    QuotaError,
    SignedOutError,
    SignInError,
)
from clew.audit.log import BY_THE_DATABASE
from clew.casework.errors import (
    CaseworkError,
    DecidedMeanwhileError,
    NotSeenError,
    RefusedError,
)
from clew.intake.contributions import ContributionError, NoContributionError
from clew.intake.exhibits import ExhibitRefusedError
from clew.intake.sharing import SharingError
from clew.serving.middleware import refuse
from clew.vault.errors import NotStoredError, VaultError

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"


class Problem(Schema):
    """An error, for programs and people."""

    type: str
    """``urn:clew:problem:`` with a word that programs may rely on."""
    title: str
    status: int
    detail: str
    """What was wrong and what to do."""
    errors: list[dict[str, str]] = Field(default_factory=list)
    """Where it was wrong, when what was sent is not as described: ``where`` and ``what``."""


class ProblemError(Exception):
    """Answers with a problem.

    Args:
        status: of HTTP.
        kind: the word for programs.
        detail: what was wrong and what to do.
        headers: further ones of the answer.
    """

    def __init__(
        self, status: int, kind: str, detail: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status, self.kind, self.headers = status, kind, headers or {}


def problem(
    status: int,
    kind: str,
    detail: str,
    *,
    errors: list[dict[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """An error answer."""
    told: dict[str, object] = {
        "type": f"urn:clew:problem:{kind}",
        "title": http.HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if errors:
        told["errors"] = errors
    return HttpResponse(
        json.dumps(told), status=status, content_type=MEDIA_TYPE, headers=dict(headers or {})
    )


_KINDS: tuple[tuple[type[Exception], int, str], ...] = (
    (SignedOutError, 401, "signed-out"),
    (SignInError, 401, "not-let-in"),
    (AuthorityError, 403, "no-authority"),
    (QuotaError, 429, "quota"),
    (NotKeptError, 422, "not-accepted"),
    (AccessError, 403, "not-allowed"),
    (RefusedError, 403, "not-allowed"),
    (NotSeenError, 404, "not-seen"),
    (DecidedMeanwhileError, 409, "decided-meanwhile"),
    (CaseworkError, 422, "not-accepted"),
    (NoContributionError, 404, "not-seen"),
    (ContributionError, 422, "not-accepted"),
    (ExhibitRefusedError, 422, "not-accepted"),
    (SharingError, 422, "not-accepted"),
    (NotStoredError, 404, "not-in-the-vault"),
    (VaultError, 409, "not-in-the-vault"),
)
"""The first that fits counts. What a function of the lower layers raises says by itself what to do;
its words about commands hold for the command line."""


_HEADERS = {401: {"WWW-Authenticate": "Bearer"}, 429: {"Retry-After": "3600"}}


def answer_problems(api: NinjaAPI) -> None:
    """Have an interface answer every error with a problem."""
    for kind in _ANSWERED:
        api.add_exception_handler(kind, _answer)


_ANSWERED: tuple[type[Exception], ...] = (
    *(ContributionError, AccessError, CaseworkError, ExhibitRefusedError, SharingError, VaultError),
    *(ProblemError, ValidationError, HttpError, Http404, DatabaseError, InterfaceError),
)


def _answer(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    if isinstance(error, ProblemError):
        return problem(error.status, error.kind, str(error), headers=error.headers)
    if isinstance(error, ValidationError):
        return _not_as_described(error)
    if isinstance(error, HttpError):
        return problem(error.status_code, "not-as-described", str(error))
    if isinstance(error, Http404):
        return problem(404, "not-seen", "There is no such thing that you may see.")
    if isinstance(error, (DatabaseError, InterfaceError)):
        return _of_the_database(request, error)
    status, word = next((s, w) for kind, s, w in _KINDS if isinstance(error, kind))
    if isinstance(error, AccessError):
        refuse(request, error)
    return problem(status, word, str(error), headers=_HEADERS.get(status))


def _not_as_described(error: ValidationError) -> HttpResponse:
    errors = [
        {"where": ".".join(map(str, one["loc"])), "what": str(one["msg"])} for one in error.errors
    ]
    return problem(
        422, "not-as-described", "What was sent is not as /api/docs describes it.", errors=errors
    )


_MAY_NOT = "42501"
_BAD_VALUE = ("22", "23")
"""Classes of SQLSTATE: data exception, integrity constraint violation."""


def _of_the_database(request: HttpRequest, error: Exception) -> HttpResponse:
    state = getattr(error.__cause__, "sqlstate", None) or ""
    if state == _MAY_NOT:
        refuse(request, NotAllowedError(BY_THE_DATABASE))
        detail = "Your roles, or the scopes of your token, do not allow it; see GET /api/v1/whoami."
        return problem(403, "not-allowed", detail)
    if state[:2] in _BAD_VALUE:
        return problem(422, "not-accepted", "The database does not keep such a value.")
    log.error("the database gave up", error=type(error).__name__, state=state)
    detail = "The database gave up. What was reported done is stored; ask again."
    return problem(503, "database", detail, headers={"Retry-After": "5"})


class Problems:
    """Has every other error below ``/api/`` answered as a problem, and tells nothing of faults."""

    def __init__(self, answering: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._answering = answering

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a request."""
        answer = self._answering(request)
        told = answer.headers.get("Content-Type", "")
        if (
            answer.status_code < 400
            or told.startswith(MEDIA_TYPE)
            or not request.path_info.startswith("/api/")
        ):
            return answer
        kind, detail = _OTHERS.get(answer.status_code, ("refused", "The request was refused."))
        kept = {name: answer.headers[name] for name in ("Allow",) if name in answer.headers}
        return problem(answer.status_code, kind, detail, headers=kept)


_OTHERS = {
    400: ("not-understood", "The request is not one that this server understands."),
    404: ("no-such-address", "There is nothing at this address; see /api/docs."),
    405: ("not-this-way", "This address takes other methods; the answer names them."),
    413: ("too-large", "The request is too large."),
    500: ("fault", "This is a fault in Clew; nothing that was reported done is lost. Report it."),
}
