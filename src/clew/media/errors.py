"""Why a file could not be read, in words an officer understands."""

from __future__ import annotations


class UnreadableError(Exception):
    """The file cannot be read; ``str(error)`` is the reason shown to people."""


class OverLimitError(UnreadableError):
    """Reading the file would cost more than :class:`clew.media.limits.Limits` allows."""


class NotMediaError(UnreadableError):
    """The content is neither picture, film, sound nor archive."""
