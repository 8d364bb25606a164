"""Failed attempts at a name: each makes the next wait longer, many in a row lock it for a day.

They are counted for every name that is tried, known or not, so that waiting tells nobody which
names exist.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from clew.access.connections import Connection
from clew.access.models import SignInAttempts

_FREE = 3
LOCKING = 12
"""So many failures in a row lock a name; the log's triggers know the number as well."""
_LONGEST = timedelta(minutes=15)
_LOCKED_FOR = timedelta(hours=24)


def attempts_at(name: str) -> SignInAttempts:
    """What is known of a name, locked until the transaction ends.

    Attempts at one name wait for each other, so that many at once gain nothing.
    """
    row = hashlib.sha256(name.encode()).digest()
    known = SignInAttempts.objects.using(Connection.SIGN_IN)
    known.bulk_create([SignInAttempts(name_digest=row)], ignore_conflicts=True)
    return known.select_for_update().get(name_digest=row)


def wait_until(attempts: SignInAttempts) -> datetime | None:
    """When the name may be tried again; None for at once."""
    beyond = attempts.failures - _FREE
    if beyond <= 0:
        return None
    if attempts.failures >= LOCKING:
        return attempts.last_at + _LOCKED_FOR
    return attempts.last_at + min(timedelta(seconds=2**beyond), _LONGEST)


def count_failure(attempts: SignInAttempts, now: datetime) -> None:
    """One more failed; after a day of rest counting begins anew."""
    rested = now - attempts.last_at >= _LOCKED_FOR
    attempts.failures = 1 if rested else attempts.failures + 1
    attempts.last_at = now
    attempts.save(update_fields=["failures", "last_at"])
