"""Logging: one JSON line an event, in the workspace, with a run id and never a file's content."""

from __future__ import annotations

import logging
import os
import secrets
from pathlib import Path

import structlog

_MOST_BYTES = 16 * 1024 * 1024


def start_log(folder: Path, level: str) -> str:
    """Log this run to ``log/clew.log`` in a workspace; the file before is kept once.

    Returns:
        The run's id, which every line carries.
    """
    place = folder / "log"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = place / "clew.log"
    if file.exists() and file.stat().st_size > _MOST_BYTES:
        file.replace(place / "clew.log.1")
    run = secrets.token_hex(4)
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(os.fdopen(descriptor, "a", encoding="utf-8")),
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(run=run)
    return run
