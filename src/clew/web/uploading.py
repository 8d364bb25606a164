"""Where browsers upload to: the same resumable uploads as programs have, for a page of the desk.

A program brings its session in a header. A browser brings it in a cookie, with every request that
goes here, so that each request that changes something must also prove that it came from a page of
these; the interface for programs stays free of cookies.
"""

from __future__ import annotations

import json
from io import BytesIO

from django.core.exceptions import DisallowedHost
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from clew.serving import uploads as serving
from clew.web.browser import kept
from clew.workspace import Workspace

BEGINNING = "/contribute/uploads"
_NOT_PASSED_ON = (b"authorization", b"cookie", b"x-http-method-override")
"""Whose session it is, is said here; a method is the one that was looked at."""


class _FromPages:
    """Lets uploads through that come from a page of the desk, in the session of its officer."""

    def __init__(self, uploads: ASGIApp) -> None:
        self._uploads = uploads
        self._form = CsrfViewMiddleware(lambda _request: HttpResponse())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            return
        try:
            request = ASGIRequest(dict(scope), BytesIO())
            self._form.process_request(request)
            refused = self._form.process_view(request, HttpResponse, (), {})
            session = kept(request, "session")
        except (DisallowedHost, UnicodeDecodeError, ValueError):
            await _refuse(send, 400, "This is no address of Clew.")
            return
        if refused is not None:
            await _refuse(send, 403, "The form did not come from here. Load the page again.")
            return
        headers = [(name, value) for name, value in scope["headers"] if name not in _NOT_PASSED_ON]
        headers.append((b"authorization", b"Bearer " + session.encode("ascii")))
        await self._uploads({**scope, "headers": headers}, receive, send)


def uploads(workspace: Workspace) -> ASGIApp:
    """What answers at :data:`BEGINNING`, as an ASGI application."""
    return _FromPages(serving.uploads(workspace))


async def _refuse(send: Send, status: int, why: str) -> None:
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps({"why": why}).encode()})
