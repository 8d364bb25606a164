"""How much each officer may ask: counted and held by the database, whatever program asks."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from clew.access.acting import at_once
from clew.access.agencies import NoAgencyError, agency_named
from clew.access.errors import NotAllowedError, QuotaError
from clew.casework.acts import noted
from clew.casework.errors import NotSeenError, StatementError
from clew.records.models import Quota


def count_question() -> None:
    """Count a question of the acting officer, within the transaction that asks it.

    Until that ends, further questions of the same officer wait: for what takes longer, and for what
    programs ask in numbers, :func:`begin_question`.

    Raises:
        QuotaError: they have asked as much as may be asked in an hour, or in a day.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT access.ask()")
        (until,) = cursor.fetchone()
    _refuse(until)


def begin_question() -> None:
    """Count a question of the signed-in officer at once, whatever becomes of it.

    Raises:
        clew.access.errors.AccessError: nobody is signed in, or under no authority that holds, or
            they have asked as much as may be asked in an hour, or in a day.
    """
    _refuse(at_once("access.ask()"))


def _refuse(until: datetime | None) -> None:
    if until is not None:
        raise QuotaError(
            "You have asked as many questions as may be asked for now. Ask again after "
            f"{until:%Y-%m-%d %H:%M} UTC; if your work needs more, an administrator of your "
            "country can allow more with `clew watch quota`."
        )


def quotas() -> list[Quota]:
    """What was set for agencies that the acting officer belongs to or administers."""
    return list(Quota.objects.select_related("agency__country").order_by("agency"))


def set_quota(agency: str, per_hour: int, per_day: int) -> Quota:
    """Say how many questions each officer of an agency may ask, as an administrator.

    Args:
        agency: its name, with its country where several have it: ``DE/LKA 21``.
        per_hour: in one hour of the clock.
        per_day: in one day, UTC.

    Raises:
        NotSeenError: there is no such agency, or several.
        StatementError: nobody could ask anything.
        NotAllowedError: the acting officer does not administer its country.
    """
    if min(per_hour, per_day) < 1:
        raise StatementError("A quota is at least one question.")
    try:
        found = agency_named(agency)
    except NoAgencyError as error:
        raise NotSeenError(f"It is not known whose quota is meant: {error}.") from error
    with connection.cursor() as cursor:
        cursor.execute("SELECT access.administers(%s)", [found.pk])
        (administers,) = cursor.fetchone()
    if not administers:
        raise NotAllowedError(
            f"How much is asked at {agency} is said by an administrator of its country."
        )
    with transaction.atomic():
        made, _ = Quota.objects.update_or_create(
            agency=found, defaults={"per_hour": per_hour, "per_day": per_day}
        )
        noted("quota set", f"agency {found.pk}", per_hour=per_hour, per_day=per_day)
    return made
