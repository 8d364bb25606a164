"""One-time codes by time (RFC 6238), each good for one sign-in."""

from __future__ import annotations

import hmac
import time

import pyotp

_SECONDS = 30
_DRIFT = 1
"""Steps that a clock may be ahead or behind."""


def new_totp_secret() -> str:
    """160 random bits in base32, as authenticator apps take them."""
    return pyotp.random_base32(length=32)


def address(secret: str, sign_in_name: str) -> str:
    """What an authenticator app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=sign_in_name, issuer_name="Clew")


def step_of(secret: str, code: str, after: int) -> int | None:
    """The step a code belongs to; None when it is wrong, or its step was used.

    Args:
        secret: base32.
        code: as typed.
        after: the latest step that was used; it and those before it count no more.
    """
    typed = "".join(code.split())
    now = int(time.time()) // _SECONDS
    found = None
    for step in range(now - _DRIFT, now + _DRIFT + 1):
        right = hmac.compare_digest(pyotp.TOTP(secret).at(step * _SECONDS).encode(), typed.encode())
        if right and step > after:
            found = step
    return found
