"""A program that asks the REST interface."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> Any:
        return json.loads(self.body)


class Asking:
    """A program that sends requests to the application in this process."""

    def __init__(self, served) -> None:
        self._served = served

    def __call__(
        self,
        method: str,
        path: str,
        who: str | None = None,
        body: object = None,
        raw: bytes | None = None,
        **headers: str,
    ) -> Answer:
        content = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        sent = {"host": "localhost", "content-length": str(len(content))}
        if body is not None:
            sent["content-type"] = "application/json"
        if who is not None:
            sent["authorization"] = f"Bearer {who}"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return asyncio.run(self._send(method, path, sent, content))

    async def _send(
        self, method: str, path: str, headers: Mapping[str, str], content: bytes
    ) -> Answer:
        address, _, query = path.partition("?")
        scope = {
            "type": "http",
            "method": method,
            "path": address,
            "query_string": query.encode(),
            "headers": [(n.encode(), v.encode()) for n, v in headers.items()],
            "client": ("127.0.0.1", 1),
            "server": ("localhost", 80),
        }
        messages: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": content, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            messages.append(message)

        await self._served.answers(scope, receive, send)
        told = {n.decode().lower(): v.decode() for n, v in messages[0]["headers"]}
        return Answer(
            messages[0]["status"], told, b"".join(m.get("body", b"") for m in messages[1:])
        )
