"""Which folder a sighting is kept under, when folders that were scanned lie in one another."""

from __future__ import annotations

import os
from typing import Any

from django.db import connection, transaction

from clew.access.acting import agency
from clew.access.connections import Connection
from clew.access.models import Agency
from clew.records.models import Folder, Sighting


def below(folder: bytes) -> bytes:
    """What the absolute path of everything in a folder begins with."""
    return folder if folder.endswith(b"/") else folder + b"/"


def folder_at(path: bytes) -> Folder:
    """The acting officer's agency's folder in a place, made when there is none yet."""
    whose: dict[str, Any] = {"path": path, "agency_id": agency()}
    folder, _ = Folder.objects.get_or_create(**whose)
    return folder


def take_over(folder: Folder) -> None:
    """Give a folder its agency's sightings of all places in it, whichever folder they were under.

    So a place counts once and is not read again when the folder around it, or one in it, was
    scanned before.
    """
    start = below(bytes(folder.path))
    others = [
        other
        for other in Folder.objects.filter(agency=folder.agency_id).exclude(pk=folder.pk)
        if bytes(other.path).startswith(start) or start.startswith(below(bytes(other.path)))
    ]
    for other in others:
        prefix = below(bytes(other.path))
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in (_DROP_KNOWN, _MOVE):
                cursor.execute(
                    statement,
                    {
                        "from": other.pk,
                        "to": folder.pk,
                        "prefix": prefix,
                        "start": start,
                        "length": len(start),
                    },
                )


_DROP_KNOWN = """
    DELETE FROM records_sighting AS one USING records_sighting AS known
    WHERE one.folder_id = %(from)s AND known.folder_id = %(to)s
      AND substring(%(prefix)s::bytea || one.path for %(length)s) = %(start)s::bytea
      AND known.path = substring(%(prefix)s::bytea || one.path from %(length)s + 1)
"""
"""Both were stored when two scans of folders in one another ran at once."""

_MOVE = """
    UPDATE records_sighting
    SET folder_id = %(to)s, path = substring(%(prefix)s::bytea || path from %(length)s + 1)
    WHERE folder_id = %(from)s
      AND substring(%(prefix)s::bytea || path for %(length)s) = %(start)s::bytea
"""


def place_of(path: bytes) -> tuple[Folder, bytes]:
    """Where a sighting of one file is kept: as it is known, or under the folder it lies in.

    Args:
        path: absolute, without links.
    """
    ancestors = []
    parent = os.path.dirname(path)  # noqa: PTH120 - bytes, which pathlib has not
    while parent not in ancestors:
        ancestors.append(parent)
        parent = os.path.dirname(parent)  # noqa: PTH120
    ours = agency()
    for folder in Folder.objects.filter(agency=ours, path__in=ancestors):
        inside = path[len(below(bytes(folder.path))) :]
        if Sighting.objects.filter(folder=folder, path=inside).exists():
            return folder, inside
    return folder_at(ancestors[0]), path[len(below(ancestors[0])) :]


def give_what_is_nobodys() -> None:
    """Give folders scanned before there were officers to the only agency, through the owner.

    With several agencies nobody can know whose they are: they stay nobody's.
    """
    owner = Connection.OWNER.value
    agencies = list(Agency.objects.using(owner)[:2])
    if len(agencies) == 1:
        Folder.objects.using(owner).filter(agency=None).update(agency=agencies[0])
