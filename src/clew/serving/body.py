"""Bodies of requests stay in memory: what is too large for that is refused before it is read.

Django would otherwise put a large one into a temporary file, which lies outside the vault.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

LARGEST = 64 * 1024 * 1024
"""Bytes. Django's own bounds in ``clew.django_settings`` are the same."""

_Message = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[_Message]]
_Send = Callable[[_Message], Awaitable[None]]


class _TooLargeError(Exception):
    pass


class BoundedBody:
    """An ASGI application in front of another that lets no body through that is too large."""

    def __init__(self, application: Callable[..., Awaitable[None]]) -> None:
        self._application = application

    async def __call__(self, scope: _Message, receive: _Receive, send: _Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            return
        said = dict(scope["headers"]).get(b"content-length", b"0")
        if not said.isdigit() or int(said) > LARGEST:
            await _refuse(send)
            return
        got = 0

        async def bounded() -> _Message:
            nonlocal got
            message = await receive()
            got += len(message.get("body", b""))
            if got > LARGEST:  # sent in pieces, without saying how much it will be
                raise _TooLargeError
            return message

        try:
            await self._application(scope, bounded, send)
        except _TooLargeError:
            await _refuse(send)


async def _refuse(send: _Send) -> None:
    problem = {
        "type": "about:blank",
        "title": "Content Too Large",
        "status": 413,
        "detail": f"A request may have at most {LARGEST} bytes.",
    }
    headers = [(b"content-type", b"application/problem+json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(problem).encode()})
