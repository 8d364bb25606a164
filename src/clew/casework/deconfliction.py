"""Who else is concerned: before somebody knocks at a door that another agency watches."""

from __future__ import annotations

import msgspec
from django.db import connection

from clew.access.acting import require_authority
from clew.access.models import Agency
from clew.audit.events import Event
from clew.casework.acts import noted, ours
from clew.casework.quotas import count_question
from clew.casework.things import MEDIA, Thing, represented_by, seen
from clew.records.models import Connection, ConnectionState, Entity, Sighting


class Concerned(msgspec.Struct, frozen=True, kw_only=True):
    """An agency that holds something, or leads what it belongs to.

    Attributes:
        agency: its name; ``country`` its country's code, ``contact`` whom to call.
        how: ``holds`` what is shared with us; ``hit only`` when no more than that is told;
            ``leads`` for series and the like.
        what: the kind of match, or of thing; ``thing`` its name when it is seen.
    """

    agency: str
    country: str
    contact: str
    how: str
    what: str
    thing: str = ""


def concerned(media: int) -> list[Concerned]:
    """Who else holds a media or something that agrees with it, and who leads what it belongs to.

    Only as far as they share that; for *hit only* the agency and its contact.

    Raises:
        NotSeenError: the media is not seen.
    """
    require_authority()
    count_question()
    seen(Thing(MEDIA, media))
    found: set[tuple[int, str, str, str]] = set()
    holders = Sighting.objects.filter(media=media, agency__isnull=False).exclude(agency=ours())
    found |= {(one, "holds", "same file", "") for one in holders.values_list("agency", flat=True)}
    found |= {(one, "hit only", kind, "") for one, kind in _hits("hits", media)}
    found |= {(one, "hit only", kind, "") for one, kind in _hits("entity_hits", media)}
    found |= {
        (one.agency_id, "leads", one.kind, str(Thing(one.kind, one.pk))) for one in _belongs(media)
    }
    agencies = Agency.objects.select_related("country").in_bulk({row[0] for row in found})
    noted("asked who is concerned", f"media:{media}", Event.QUERY, found=len(found))
    return [
        Concerned(
            agency=agencies[number].name,
            country=agencies[number].country.code,
            contact=agencies[number].contact,
            how=how,
            what=what,
            thing=thing,
        )
        for number, how, what, thing in sorted(found)
    ]


def _hits(function: str, media: int) -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT agency_id, kind FROM access.{function}(%s)", [media])  # noqa: S608
        return list(cursor.fetchall())


def _belongs(media: int) -> list[Entity]:
    """Entities that the media was connected with and not by mistake, those merged as one."""
    rows = Connection.objects.exclude(state=ConnectionState.REJECTED)
    numbers = {
        *rows.filter(first_media=media).values_list("second_entity", flat=True),
        *rows.filter(second_media=media).values_list("first_entity", flat=True),
    } - {None}
    stands = represented_by()
    return list(Entity.objects.filter(pk__in={stands.get(one, one) for one in numbers if one}))
