"""What a browser is asked: kept here, answered once, soon, by the browser that was asked.

The browser holds a random secret in a cookie; the database its digest and what was asked. An
answer uses the challenge up, whether or not it is right.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from clew.access.connections import Connection
from clew.access.errors import SignInError
from clew.access.models import Challenge, Purpose
from clew.access.secret import digest, new_secret

LASTING = timedelta(minutes=5)


def ask(purpose: Purpose, asked: Mapping[str, object], officer: int | None = None) -> str:
    """Keep what a browser is asked.

    Args:
        purpose: what the answer will be for.
        asked: what the answer will be checked against, as JSON.
        officer: who is asked, when that is known.

    Returns:
        The secret that comes back with the answer.
    """
    secret, now = new_secret(), timezone.now()
    kept = Challenge.objects.using(Connection.SIGN_IN)
    kept.filter(expires_at__lte=now).delete()
    kept.create(
        digest=digest(secret),
        purpose=purpose,
        officer_id=officer,
        asked=dict(asked),
        expires_at=now + LASTING,
    )
    return secret


def answered(secret: str, purpose: Purpose) -> Challenge:
    """What was asked, which is used up by this.

    To be called before the transaction in which the answer is looked at: it stays used up whatever
    becomes of that one.

    Raises:
        SignInError: nothing like it was asked, it was answered before, or too long ago.
    """
    kept = Challenge.objects.using(Connection.SIGN_IN)
    with transaction.atomic(using=Connection.SIGN_IN):
        found = (
            kept.select_for_update()
            .filter(digest=digest(secret), purpose=purpose, expires_at__gt=timezone.now())
            .first()
        )
        if found is not None:
            kept.filter(pk=found.pk).delete()
    if found is None:
        raise SignInError("That took too long, or was answered already. Begin again.")
    return found
