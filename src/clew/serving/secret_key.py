"""The key that Django signs with: made when a workspace is first served, and kept in it."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

_NAME = "serving.key"
_BYTES = 48


def secret_key(folder: Path) -> str:
    """The key of a workspace; the same for every process that serves it."""
    kept = folder / _NAME
    with contextlib.suppress(FileNotFoundError):
        return kept.read_text(encoding="ascii")
    fresh = folder / f"{_NAME}.{os.getpid()}"
    fresh.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(fresh, flags, 0o600), "w", encoding="ascii") as out:
        out.write(secrets.token_urlsafe(_BYTES))
    # A link, not a move: of two processes that come at once, the second takes the first one's.
    with contextlib.suppress(FileExistsError):
        kept.hardlink_to(fresh)
    fresh.unlink()
    return kept.read_text(encoding="ascii")
