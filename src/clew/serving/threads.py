"""Django's answers, made by threads that stay.

Everything Clew asks its database for is asked synchronously. Django's own way under ASGI begins a
thread for each request and goes to and fro between it and the event loop, which costs more than a
look-up in the index; here a request goes once to a thread that was there before, and back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.base import BaseHandler
from django.core.signals import request_started
from django.http import HttpResponse, HttpResponseBadRequest
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

THREADS = 12
"""Requests at once; with those below no more than connections (clew.access.connections)."""
TURNS = 3
"""Requests at once of those that take milliseconds. More of them would take Python's lock from each
other between any two steps, and each be late by chance; these come and go in order."""

_Message = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[_Message]]
_Send = Callable[[_Message], Awaitable[None]]
_Answer = tuple[int, list[tuple[bytes, bytes]], bytes]


class Threaded:
    """Django as an ASGI application for whatever is answered in one piece.

    Args:
        threads: how many requests are answered at once; others wait in the order they came.
    """

    def __init__(self, threads: int) -> None:
        self._django = BaseHandler()
        self._django.load_middleware()
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="request")

    async def __call__(self, scope: _Message, receive: _Receive, send: _Send) -> None:
        """Answer a request."""
        parts = []
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                break
        work = asyncio.get_running_loop().run_in_executor
        status, headers, content = await work(self._threads, self._answer, scope, b"".join(parts))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    def _answer(self, scope: _Message, body: bytes) -> _Answer:
        set_script_prefix(scope.get("root_path", "") or "/")
        request_started.send(sender=self.__class__, scope=scope)
        answer: HttpResponseBase
        try:
            request = ASGIRequest(scope, BytesIO(body))
        except (UnicodeDecodeError, ValueError):
            answer = HttpResponseBadRequest()
        else:
            answer = self._django.get_response(request)
        try:
            assert isinstance(answer, HttpResponse), "what is streamed is served beside this"
            content = b"" if scope["method"] == "HEAD" else answer.content
            return answer.status_code, _headers(answer), content
        finally:
            answer.close()  # connections go back to where they are shared


def _headers(answer: HttpResponseBase) -> list[tuple[bytes, bytes]]:
    headers = [
        (name.encode("ascii"), value.encode("latin-1")) for name, value in answer.headers.items()
    ]
    cookies = (cookie.OutputString() for cookie in answer.cookies.values())
    return headers + [(b"Set-Cookie", cookie.encode("ascii")) for cookie in cookies]
