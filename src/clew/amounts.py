"""Reads settings that are an amount, or one of a list of words.

Each takes the text of a variable and raises ValueError when it is not what is expected.
"""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4}
_LEAST_BYTES = 512 * 1024**2


def positive_number(text: str) -> int:
    """A whole number, at least 1."""
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def number(text: str) -> int:
    """A whole number, or 0."""
    number = int(text)
    if number < 0:
        raise ValueError
    return number


def time_zone(text: str) -> str:
    """The name of a time zone."""
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError from error


def level(text: str) -> str:
    """How much is logged."""
    level = text.upper()
    if level not in LEVELS:
        raise ValueError
    return level


def size(text: str) -> int:
    """Bytes, as ``4G`` or ``800M``; enough of them to load a decoder."""
    parts = re.fullmatch(r"(\d+)\s*([KMGT]?)(?:i?B)?", text.strip(), re.IGNORECASE | re.ASCII)
    if parts is None:
        raise ValueError
    size = int(parts[1]) * _UNITS[parts[2].upper()]
    # A decoder that cannot even load its libraries would make every file unreadable.
    if size < _LEAST_BYTES:
        raise ValueError
    return size


def duration(text: str) -> float:
    """Seconds, up to a day."""
    seconds = float(text)
    if not 1 <= seconds <= 86400:
        raise ValueError
    return seconds
