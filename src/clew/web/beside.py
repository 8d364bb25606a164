"""Who else of the agency has the page of a media open: kept in memory, over after a minute.

One process serves a workspace, and what is told is gone when it ends. Of records it is the database
that tells (:mod:`clew.casework.presence`).
"""

from __future__ import annotations

import threading
import time

_SECONDS = 60
_lock = threading.Lock()
_there: dict[tuple[int, int], dict[int, tuple[str, float]]] = {}


def also_here(agency: int, media: int, officer: int, name: str) -> list[str]:
    """Note that an officer has a media's page open.

    Args:
        agency: of the officer: others are told nothing.
        media: its number.
        officer: number of the officer.
        name: as colleagues know them.

    Returns:
        Names of others of the agency who have it open now.
    """
    now = time.monotonic()
    with _lock:
        for key in list(_there):
            _there[key] = {who: one for who, one in _there[key].items() if now - one[1] < _SECONDS}
            if not _there[key]:
                del _there[key]
        here = _there.setdefault((agency, media), {})
        here[officer] = (name, now)
        return sorted(told for who, (told, _at) in here.items() if who != officer)
