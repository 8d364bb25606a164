"""Why somebody is not let in, or may not do something. Each says what to do."""

from __future__ import annotations


class AccessError(Exception):
    """Somebody may not do what they asked for; ``str(error)`` says why and what to do."""


class SignInError(AccessError):
    """Signing in was refused."""


class SignedOutError(AccessError):
    """There is no session, or it is over."""


class AuthorityError(AccessError):
    """No authority that holds now was chosen."""


class QuotaError(AccessError):
    """The officer has asked as much as may be asked for now."""


class NotAllowedError(AccessError):
    """The officer's roles, country or agency do not allow it."""


class NotKeptError(AccessError):
    """What was said cannot be kept, such as a name that is taken; nothing was changed."""
