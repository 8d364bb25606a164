"""Who else of the agency has the same record open: told to both, and over after a minute."""

from __future__ import annotations

from django.db import connection

from clew.access.acting import require_authority
from clew.casework.things import entity


def present(number: int) -> list[str]:
    """Note that the acting officer has an entity's page open.

    Args:
        number: of the entity.

    Returns:
        Names of others of the agency who have it open now.

    Raises:
        NotSeenError: there is no such entity.
    """
    require_authority()
    one = entity(number)
    with connection.cursor() as cursor:
        cursor.execute("SELECT access.present(%s)", [one.pk])
        return [name for (name,) in cursor.fetchall()]
