"""Which folder a sighting is kept under, when folders that were scanned lie in one another."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from clew.access.acting import agency
from clew.access.connections import Connection, worker
from clew.access.models import Agency
from clew.records.models import Exhibit, Folder, Sighting

_WORKER = Connection.WORKER.value


class ExhibitError(Exception):
    """A folder cannot be of an exhibit; ``str(error)`` says why and what to do."""


def below(folder: bytes) -> bytes:
    """What the absolute path of everything in a folder begins with."""
    return folder if folder.endswith(b"/") else folder + b"/"


def folder_at(path: bytes, exhibit: Exhibit | None = None) -> Folder:
    """The acting officer's agency's folder in a place, made when there is none yet.

    Args:
        path: absolute.
        exhibit: what it was found on. None for that of the folder around it, if it was scanned.

    Raises:
        ExhibitError: the folder, one around it or one in it is of another exhibit.
    """
    whose: dict[str, Any] = {"path": path, "agency_id": agency()}
    wanted = exhibit or _exhibit_around(path, whose["agency_id"])
    _refuse_others(path, wanted, whose["agency_id"])
    folder, made = Folder.objects.get_or_create(**whose, defaults={"exhibit": wanted})
    if not made and wanted is not None and folder.exhibit_id is None:
        folder.exhibit = wanted
        folder.save(update_fields=["exhibit"])
    return folder


def _exhibit_around(path: bytes, ours: int | None) -> Exhibit | None:
    known = Folder.objects.filter(agency=ours).exclude(exhibit=None).select_related("exhibit")
    around = (f for f in known if below(path).startswith(below(bytes(f.path))))
    return next((folder.exhibit for folder in around), None)


def _refuse_others(path: bytes, wanted: Exhibit | None, ours: int | None) -> None:
    """A place is of one exhibit: its sightings go from folder to folder (:func:`take_over`)."""
    mine = below(path)
    for other in Folder.objects.filter(agency=ours).exclude(exhibit=None).select_related("exhibit"):
        theirs = below(bytes(other.path))
        overlap = mine.startswith(theirs) or theirs.startswith(mine)
        if overlap and other.exhibit is not None and other.exhibit != wanted:
            raise ExhibitError(
                f"{os.fsdecode(bytes(other.path))} is of exhibit {other.exhibit.number}: name that "
                "one with --exhibit, or another folder"
            )


def take_over(folder: Folder) -> None:
    """Give a folder its agency's sightings of all places in it, whichever folder they were under.

    So a place counts once and is not read again when the folder around it, or one in it, was
    scanned before.
    """
    start = below(bytes(folder.path))
    others = [
        other
        for other in Folder.objects.using(_WORKER)
        .filter(agency=folder.agency_id)
        .exclude(pk=folder.pk)
        if bytes(other.path).startswith(start) or start.startswith(below(bytes(other.path)))
    ]
    for other in others:
        prefix = below(bytes(other.path))
        with transaction.atomic(using=_WORKER), worker().cursor() as cursor:
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


def places_of(
    paths: Sequence[bytes], exhibit: Exhibit | None = None
) -> dict[bytes, tuple[Folder, bytes] | ExhibitError]:
    """Where sightings of single files are kept: as they are known, or under the folder they lie in.

    Args:
        paths: absolute, without links.
        exhibit: what they were found on, if that is said.

    Returns:
        For each its folder and the path below it; or why it cannot be of the exhibit.
    """
    parents: dict[bytes, list[bytes]] = {}
    for path in paths:
        parents.setdefault(os.path.dirname(path), []).append(path)  # noqa: PTH120 - bytes
    found: dict[bytes, tuple[Folder, bytes] | ExhibitError] = {}
    for parent, inside in parents.items():
        try:
            found |= _places_in(parent, inside, exhibit)
        except ExhibitError as error:
            found |= dict.fromkeys(inside, error)
    return found


def _places_in(
    parent: bytes, paths: list[bytes], exhibit: Exhibit | None
) -> dict[bytes, tuple[Folder, bytes] | ExhibitError]:
    around = [parent]
    while (further := os.path.dirname(around[-1])) != around[-1]:  # noqa: PTH120
        around.append(further)
    found: dict[bytes, tuple[Folder, bytes] | ExhibitError] = {}
    for folder in Folder.objects.filter(agency=agency(), path__in=around):
        start = len(below(bytes(folder.path)))
        known = Sighting.objects.filter(folder=folder, path__in=[path[start:] for path in paths])
        if inside := {bytes(path) for path in known.values_list("path", flat=True)}:
            # Says so where it is of another exhibit, or of none so far.
            whose = folder if exhibit is None else folder_at(bytes(folder.path), exhibit)
            found |= {p: (whose, p[start:]) for p in paths if p[start:] in inside}
    if len(found) < len(paths):
        folder, start = folder_at(parent, exhibit), len(below(parent))
        found |= {path: (folder, path[start:]) for path in paths if path not in found}
    return found


def give_what_is_nobodys() -> None:
    """Give folders scanned before there were officers to the only agency, through the owner.

    With several agencies nobody can know whose they are: they stay nobody's.
    """
    owner = Connection.OWNER.value
    agencies = list(Agency.objects.using(owner)[:2])
    if len(agencies) == 1:
        Folder.objects.using(owner).filter(agency=None).update(agency=agencies[0])
