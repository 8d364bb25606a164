"""Why a file could not be read, in words an officer understands."""

from __future__ import annotations

import re

_BROKEN = "its structure is broken"
# What only a programmer reads: numbers of errors, addresses, quoted bytes, objects, paths.
_FOR_PROGRAMMERS = re.compile(
    r"^\(|errno|0x[0-9a-f]|\bb['\"]|<.*>|error -?\d|/\w+/"
    r"|object|argument|unpack|index|NoneType|buffer",
    re.IGNORECASE,
)
_UNPRINTABLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
_SPOKEN = (OSError, SyntaxError, EOFError, ValueError, RuntimeError)
"""Errors in which decoders describe the file; the others describe their own code."""
_MOST = 160


class UnreadableError(Exception):
    """The file cannot be read; ``str(error)`` is the reason shown to people."""


class OverLimitError(UnreadableError):
    """Reading the file would cost more than :class:`clew.media.limits.Limits` allows."""


class NotMediaError(UnreadableError):
    """The content is neither picture, film, sound nor archive."""


def words_of(error: BaseException) -> str:
    """A decoder's own words where they tell people something, else that the file is broken."""
    if isinstance(error, MemoryError):
        return "it needs more memory than the limit allows"
    own = type(error).__module__ not in ("builtins", "struct")
    spoken = own or (isinstance(error, _SPOKEN) and not isinstance(error, UnicodeError))
    text = plain(str(getattr(error, "strerror", None) or error)) if spoken else ""
    if not text or text == type(error).__name__ or _FOR_PROGRAMMERS.search(text):
        return _BROKEN
    return text


def plain(text: str, most: int = _MOST) -> str:
    """Text on one line and of bounded length, without what could command a terminal or mislead."""
    text = " ".join(_UNPRINTABLE.sub(" ", text[: 4 * most]).split())
    return text if len(text) <= most else text[: most - 1] + "…"
