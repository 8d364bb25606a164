"""With whom sightings are shared: set by the agency that found them, for what is in scope."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from django.db.models import QuerySet

from clew.access import acting
from clew.access.agencies import NoAgencyError, agency_named
from clew.audit.events import Event
from clew.audit.log import record
from clew.records.folders import below
from clew.records.models import ContributedFile, Sharing, Sighting

_MOST_TOLD = 200
"""Agencies that the log names; the sightings have them all."""
_NAMES = (Sharing.NAMED, Sharing.ALL_EXCEPT)


class SharingError(Exception):
    """Something cannot be shared like this; ``str(error)`` says why and what to do."""


@dataclass(frozen=True)
class Shared:
    """With whom something is to be shared.

    Attributes:
        sharing: the kind.
        agencies: with *named agencies* those it is shared with, with *all except* those it is not.
    """

    sharing: Sharing
    agencies: tuple[int, ...] = ()


def shared_with(sharing: Sharing, names: Collection[str]) -> Shared:
    """What somebody means by a kind of sharing and names of agencies.

    Args:
        sharing: the kind.
        names: of agencies: ``LKA 21``, or ``DE/LKA 21`` where several have that name.

    Raises:
        SharingError: an agency is unknown or not the only one of that name, or names are missing
            or not wanted.
    """
    if bool(names) != (sharing in _NAMES):
        raise SharingError(
            f"Sharing with {sharing.label.lower()} "
            + ("says with which: --agency NAME" if sharing in _NAMES else "names no agencies")
        )
    return Shared(sharing, tuple(sorted({_agency(name) for name in names})))


def _agency(name: str) -> int:
    try:
        return int(agency_named(name).pk)
    except NoAgencyError as error:
        raise SharingError(str(error)) from error


def sightings_of(files: Collection[Path], contribution: int | None) -> QuerySet[Sighting]:
    """The acting officer's agency's sightings of contributed files.

    Args:
        files: where they lay when they were contributed.
        contribution: number of one, all files of which are meant; None for the files named.
    """
    rows = ContributedFile.objects.exclude(media=None)
    if contribution is not None:
        rows = rows.filter(contribution=contribution)
    else:
        rows = rows.filter(path__in=[os.path.realpath(os.fsencode(file)) for file in files])
    wanted = {bytes(path) for path in rows.values_list("path", flat=True)}
    ours = Sighting.objects.filter(
        agency=acting.agency(), media__in=rows.values("media")
    ).values_list("pk", "folder__path", "path")
    found = [pk for pk, folder, path in ours if below(bytes(folder)) + bytes(path) in wanted]
    return Sighting.objects.filter(pk__in=found)


def share(sightings: QuerySet[Sighting], shared: Shared) -> int:
    """Say with whom sightings of the acting officer's agency are shared.

    Sightings of other agencies stay as they are, and so do those that were not contributed, unless
    they are taken back to the own agency.

    Returns:
        How many were set.

    Raises:
        clew.access.errors.AccessError: nobody is signed in, or under no authority that holds.
    """
    acting.require_authority()
    ours = sightings.filter(agency=acting.agency())
    if shared.sharing is not Sharing.OWN_AGENCY:
        contributed = ContributedFile.objects.exclude(media=None).values("media")
        ours = ours.filter(media__in=contributed)
    changed = ours.update(sharing=shared.sharing, sharing_agencies=list(shared.agencies))
    agencies = shared.agencies[:_MOST_TOLD]
    told = {"sharing": shared.sharing, "agencies": agencies, "sightings": changed}
    record(Event.SHARING_CHANGED, about="sightings", details=told)
    return changed
