"""Answers of a search, kept in memory for a while: for going back to them, and for nobody else.

What was searched for stands in no address and in no history of a browser; going back to an answer
must not ask the question again.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from typing import Any

_SECONDS = 15 * 60
_MOST = 200
_lock = threading.Lock()
_kept: OrderedDict[str, tuple[float, tuple[str, str], dict[str, Any]]] = OrderedDict()


def keep_answer(session: str, authority: str, told: dict[str, Any]) -> str:
    """Keep what a page of an answer shows.

    Args:
        session: secret of the session that asked.
        authority: the one under which it was asked.
        told: what the page shows.

    Returns:
        A name that tells nothing, for :func:`answer`.
    """
    name = secrets.token_urlsafe(12)
    with _lock:
        _kept[name] = (time.monotonic(), (session, authority), told)
        while len(_kept) > _MOST:
            _kept.popitem(last=False)
    return name


def kept_answer(name: str, session: str, authority: str) -> dict[str, Any] | None:
    """What was kept under a name, for the session and authority that asked; None for nothing."""
    with _lock:
        at, whose, told = _kept.get(name, (0.0, ("", ""), {}))
        if name in _kept and time.monotonic() - at > _SECONDS:
            del _kept[name]
            return None
    return told if told and whose == (session, authority) else None
