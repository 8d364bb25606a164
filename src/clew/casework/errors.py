"""Why something could not be done with a case. Each says what to do."""

from __future__ import annotations

from clew.access.errors import NotAllowedError


class CaseworkError(Exception):
    """It could not be done; ``str(error)`` says why and what to do. Nothing was changed."""


class NotSeenError(CaseworkError):
    """There is no such thing, or the officer does not see it: which of both is not told."""


class VocabularyError(CaseworkError):
    """A word is not one of the vocabulary, or a file of it cannot be read."""


class RefusedError(CaseworkError, NotAllowedError):
    """The database refused: the officer's role, authority or agency does not allow it."""


class DecidedMeanwhileError(CaseworkError):
    """Somebody else decided at the same time, or has decided since."""


class StatementError(CaseworkError):
    """What was said cannot be kept as it was said."""
