"""Resumable upload (tus 1.0) at /api/v1/uploads/, beside Django: pieces go straight to the spool.

The protocol is tussi's; what an upload is, whose, and where its pieces are kept, is Clew's.
Uploads are made by announcing them (`POST /api/v1/contributions`), not by the protocol's creation.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from anyio import to_thread
from django.db import connections
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from tussi import (
    OffsetMismatchException,
    Storage,
    TUSApp,
    UploadInfo,
    UploadNotFoundException,
    UploadSizeExceededException,
)

from clew.access import acting
from clew.access.demonstration import refuse_practice_account
from clew.access.errors import AccessError, AuthorityError, SignedOutError
from clew.intake.uploads import TooMuchError, WrongOffsetError, arrived, take_piece
from clew.records.models import Upload
from clew.serving.middleware import note_refusal
from clew.vault.errors import NotStoredError
from clew.workspace import Workspace

BEGINNING = "/api/v1/uploads"
LARGEST_PIECE = 10 * 1024 * 1024
_METHODS = ("HEAD", "PATCH", "OPTIONS")

Done = TypeVar("Done")


class _Pieces(Storage):
    """Keeps what arrives as :mod:`clew.intake.uploads` does, for whoever's request it is."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def info(self, upload_id: str) -> UploadInfo:
        """How much of an upload was acknowledged."""

        def look() -> Upload:
            with acting.acting():
                acting.require_authority()
                return arrived(UUID(upload_id))

        return await self._told(look)

    async def write(self, upload_id: str, expected_offset: int, data: bytes) -> UploadInfo:
        """Keep a piece."""
        take = (self._workspace, UUID(upload_id), expected_offset, bytes(data))
        return await self._told(lambda: take_piece(*take))

    async def _told(self, look: Callable[[], Upload]) -> UploadInfo:
        try:
            found = await _in_thread(look)
        except NotStoredError as error:
            raise UploadNotFoundException from error
        except WrongOffsetError as error:
            raise OffsetMismatchException(error.offset) from error
        except TooMuchError as error:
            raise UploadSizeExceededException from error
        written = found.written_at.timestamp()
        return UploadInfo(
            upload_id=str(found.pk),
            length=found.size,
            offset=found.offset,
            metadata={},
            last_write=written,
            created_at=written,
        )

    async def finalize(self, upload_id: str, dest: Path) -> None:
        """Nothing: the last piece has it read, in the transaction in which it was kept."""

    async def create(self, *_: object, **__: object) -> None:
        """Never: uploads are announced."""
        raise NotImplementedError

    delete = free_space = can_fit = list_uploads = create  # type: ignore[assignment]


class _Authorised:
    """Lets those through who may contribute now; tells others why not."""

    def __init__(self, workspace: Workspace, application: ASGIApp) -> None:
        self._demo = workspace.demo
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        override = headers.get("x-http-method-override", scope["method"]).upper()
        if scope["method"] not in _METHODS or override not in _METHODS:
            await _refuse(send, 405, "Uploads are announced: POST /api/v1/contributions.")
            return
        kind, _, secret = headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not secret.isascii() or "\0" in secret:
            secret = ""
        with acting.signed_in(secret.strip()):
            try:
                await _in_thread(self._require)
            except SignedOutError as error:
                await _refuse(send, 401, str(error))
                return
            except AccessError as error:
                refused = error
                await _in_thread(lambda: note_refusal(refused))
                await _refuse(send, 403, str(refused))
                return
            await self._application(scope, receive, send)

    def _require(self) -> None:
        with acting.acting():
            if acting.officer() is None:
                raise SignedOutError("Name your session: Authorization: Bearer SECRET.")
            acting.require_authority()
            if not acting.may_contribute():
                raise AuthorityError("This session may not contribute: its scopes do not say so.")
        if not self._demo:
            refuse_practice_account()


def uploads(workspace: Workspace) -> ASGIApp:
    """What answers at :data:`BEGINNING`, as an ASGI application."""
    # tussi wants a folder for what is complete; nothing is ever put into it.
    protocol = TUSApp(_Pieces(workspace), workspace.folder, max_chunk_size=LARGEST_PIECE)
    return _Authorised(workspace, protocol)


async def _in_thread(work: Callable[[], Done]) -> Done:
    """Ask the database in a thread, which acts for the same officer."""

    def run() -> Done:
        try:
            return work()
        finally:
            connections.close_all()  # given back to those that threads share

    return await to_thread.run_sync(run)


async def _refuse(
    send: Callable[[MutableMapping[str, Any]], Awaitable[None]], status: int, detail: str
) -> None:
    told = {"type": "about:blank", "title": "Refused", "status": status, "detail": detail}
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"cache-control", b"no-store"),
        (b"tus-resumable", b"1.0.0"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(told).encode()})
