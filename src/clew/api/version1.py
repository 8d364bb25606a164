"""Version 1 of the interface: all its parts in one list."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import NinjaAPI, Router
from ninja.openapi.schema import OpenAPISchema

from clew import __version__
from clew.access.secret import digest
from clew.api import (
    board,
    connections,
    entities,
    exhibits,
    exports,
    handing_in,
    leading,
    media,
    notices,
    observations,
    officers,
    proposals,
    protection,
    query,
    retention,
    search,
    session,
    tokens,
    victims,
)
from clew.api.limits import Rate
from clew.api.problems import MEDIA_TYPE, Problem, answer_problems
from clew.serving.middleware import require_signed_in, secret_of
from clew.serving.served import served

PARTS: tuple[Router, ...] = (
    session.router,
    tokens.router,
    officers.router,
    query.router,
    media.router,
    exhibits.router,
    handing_in.router,
    proposals.router,
    connections.router,
    entities.router,
    leading.router,
    victims.router,
    observations.router,
    board.router,
    retention.router,
    exports.router,
    protection.router,
    search.router,
    notices.router,
)
"""Every part hangs itself in here."""

_ERRORS = {
    400: "Not understood.",
    401: "Nobody is signed in, or the session is over.",
    403: "Not allowed, or under no authority that holds now.",
    404: "There is no such thing that you may see.",
    405: "Not with this method.",
    409: "Somebody else was faster, or the key was used for another request.",
    413: "Too large.",
    422: "Not as described, or nothing that can be kept.",
    429: "Too many requests; `Retry-After` says when to ask again.",
    503: "The database gave up; ask again.",
}
_SAYS = """
Sign in at `POST /api/v1/session`, or bring a token from `clew token create`, and send it with every
request: `Authorization: Bearer SECRET`. Choose an authority first: nothing of a case is shown,
asked or written without one that holds now.

Errors are `application/problem+json` (RFC 9457). Lists come in pages: `next` is the `cursor` of the
next one. What you GET has an `ETag`; send it back as `If-None-Match` to learn whether it changed.
A POST with an `Idempotency-Key` is done once, however often it is sent within a day.
"""


class _Interface(NinjaAPI):
    """Says of every operation how it can fail, in one place."""

    def get_openapi_schema(self, **values: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**values)
        schemas = schema["components"].setdefault("schemas", {})
        problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas["Problem"] = problem
        content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        for operations in schema["paths"].values():
            for operation in operations.values():
                for status, says in _ERRORS.items():
                    operation["responses"][status] = {"description": says, "content": content}
        return schema


_rates: dict[int, Rate] = {}


def _signed_in(request: HttpRequest) -> str:
    """Whose request it is, after seeing that there are not too many of it."""
    most = served().settings.rate
    rate = _rates.setdefault(most, Rate(most, at_once=max(10, most // 10)))
    secret = secret_of(request)
    rate.take(digest(secret) if secret is not None else request.META.get("REMOTE_ADDR", ""))
    return require_signed_in(request)


# Named as what programs send, for the description.
_signed_in.openapi_type = "http"  # type: ignore[attr-defined]
_signed_in.openapi_scheme = "bearer"  # type: ignore[attr-defined]

api = _Interface(
    title="Clew",
    version=__version__,
    description=_SAYS,
    urls_namespace="v1",
    docs_url=None,
    openapi_url="openapi.json",
    auth=_signed_in,
)
answer_problems(api)
for part in PARTS:
    api.add_router("", part)
