"""Version 1 of the interface: all its parts in one list."""

from __future__ import annotations

from ninja import NinjaAPI, Router

from clew import __version__
from clew.api import session
from clew.api.problems import answer_problems
from clew.serving.middleware import require_signed_in

PARTS: tuple[Router, ...] = (session.router,)
"""Every part hangs itself in here."""


api = NinjaAPI(
    title="Clew",
    version=__version__,
    urls_namespace="v1",
    docs_url=None,
    openapi_url="openapi.json",
    auth=require_signed_in,
)
answer_problems(api)
for part in PARTS:
    api.add_router("", part)
