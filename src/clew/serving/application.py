"""What answers requests: Django, what stands beside it, and files that are no secret."""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.utils.module_loading import import_string
from servestatic import ServeStaticASGI

from clew.serving.body import BoundedBody
from clew.serving.secret_key import secret_key
from clew.serving.served import serve_from
from clew.workspace import Workspace

Message = MutableMapping[str, Any]
Application = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
    Awaitable[None],
]

BESIDE: dict[str, str] = {
    "/api/v1/uploads/": "clew.serving.uploads.uploads",
}
"""Programs of their own beside Django, by the beginning of their addresses: the dotted name of a
function that takes the workspace and returns an ASGI application. The first that fits is asked."""
FILES: dict[str, tuple[str, str]] = {
    "static/api/": ("ninja", "static/ninja"),
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
    for name in ("django.request", "django.security", "django.security.DisallowedHost"):
        logging.getLogger(name).disabled = True
    settings.ALLOWED_HOSTS = [*workspace.settings.hosts]
    django: Application = BoundedBody(get_asgi_application())
    files = ServeStaticASGI(django, max_age=3600, allow_all_origins=False)
    for beginning, (package, folder) in FILES.items():
        files.add_files(_folder(package, folder), prefix=beginning)
    beside = {beginning: import_string(name)(workspace) for beginning, name in BESIDE.items()}

    async def answer(
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        path = scope.get("path", "")
        chosen = next((one for start, one in beside.items() if path.startswith(start)), files)
        await chosen(scope, receive, send)

    return answer


def _folder(package: str, folder: str) -> str:
    found = importlib.util.find_spec(package)  # found, not loaded
    assert found is not None
    assert found.origin is not None
    return str(Path(found.origin).parent / folder)
