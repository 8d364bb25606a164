"""What answers requests: Django, what stands beside it, and files that are no secret."""

from __future__ import annotations

import gc
import importlib.util
import logging
import sys
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.signals import got_request_exception
from django.http import HttpRequest
from django.urls import get_resolver
from django.utils.module_loading import import_string
from servestatic import ServeStaticASGI

from clew.serving.body import BoundedBody
from clew.serving.secret_key import secret_key
from clew.serving.served import serve_from
from clew.serving.threads import THREADS, TURNS, Threaded
from clew.workspace import Workspace

log = structlog.get_logger()

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

BESIDE: dict[str, str] = {
    "/api/v1/uploads/": "clew.serving.uploads.uploads",
    "/contribute/uploads/": "clew.web.uploading.uploads",
}
"""Programs of their own beside Django, by the beginning of their addresses: the dotted name of a
function that takes the workspace and returns an ASGI application. The first that fits is asked."""
IN_TURN = ("/api/v1/query/hash",)
"""Beginnings of addresses that are answered in milliseconds, and asked in great numbers: these wait
for each other, and for nothing that takes longer."""
STREAMED: tuple[str, ...] = ()
"""Beginnings of addresses whose answers Django streams bit by bit (asynchronous views): these are
served by Django's own ASGI handler, all others by threads that stay."""
FILES: dict[str, tuple[str, str]] = {
    "static/api/": ("ninja", "static/ninja"),
    "static/web/": ("clew.web", "static"),
    "static/htmx/": ("django_htmx", "static/django_htmx"),
}
"""Folders of files that anybody may load, by the beginning of their addresses: a package, and the
folder in it. Nothing is ever fetched from elsewhere."""


def application(workspace: Workspace) -> Application:
    """Everything that is served of a workspace, as an ASGI application.

    Args:
        workspace: open, as the application's role, with connections that threads share.
    """
    serve_from(workspace)
    settings.SECRET_KEY = secret_key(workspace.folder)
    # Their words name what was asked for; what is wrong in Clew goes into its own log.
    logging.getLogger("django").disabled = True
    for name in ("request", "security", "security.DisallowedHost", "security.csrf"):
        logging.getLogger(f"django.{name}").disabled = True
    got_request_exception.connect(_note_fault)
    settings.ALLOWED_HOSTS = [*workspace.settings.hosts]
    if (url := workspace.settings.url) is not None:
        # Behind a proxy that speaks TLS, requests come here without it.
        settings.CSRF_TRUSTED_ORIGINS = [url]
        settings.CSRF_COOKIE_SECURE = url.startswith("https:")
        if settings.CSRF_COOKIE_SECURE:
            settings.CSRF_COOKIE_NAME = "__Host-clew-form"
    get_resolver().url_patterns  # noqa: B018 - loads all views, so that no request waits for it
    # Asked for again each time, and answered in a line: after an upgrade no page has old scripts.
    files = ServeStaticASGI(None, max_age=0, allow_all_origins=False)
    for beginning, (package, folder) in FILES.items():
        files.add_files(_folder(package, folder), prefix=beginning)
    # The first whose beginning fits answers; "/" fits all.
    answering: list[tuple[str, Application]] = [
        *((beginning, import_string(name)(workspace)) for beginning, name in BESIDE.items()),
        *(("/" + beginning, files) for beginning in FILES),
        *((beginning, BoundedBody(get_asgi_application())) for beginning in STREAMED),
        *((beginning, BoundedBody(Threaded(TURNS))) for beginning in IN_TURN),
        ("/", BoundedBody(Threaded(THREADS))),
    ]
    gc.collect()
    gc.freeze()  # what is loaded by now stays: nobody should wait for it to be looked through

    async def answer(scope: Message, receive: Receive, send: Send) -> None:
        path = scope["path"]
        chosen = next((one for start, one in answering if path.startswith(start)), answering[-1][1])
        await chosen(scope, receive, send)

    return answer


def _note_fault(sender: object, request: HttpRequest, **_signal: object) -> None:  # noqa: ARG001
    """Keep where it went wrong for the operator, without a word of what was asked."""
    error = sys.exception()
    frames = traceback.extract_tb(error.__traceback__ if error is not None else None)
    where = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    log.error("a request failed", method=request.method, error=type(error).__name__, at=where)


def _folder(package: str, folder: str) -> str:
    found = importlib.util.find_spec(package)  # found, not loaded
    assert found is not None
    assert found.origin is not None
    return str(Path(found.origin).parent / folder)
