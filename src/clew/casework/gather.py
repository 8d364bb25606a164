"""Findings gathered from the database."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from enum import StrEnum

import msgspec
import structlog
from django.db.models import Count, F, Func, IntegerField, Sum
from django.utils import timezone

from clew import __version__
from clew.access.acting import acting, require_authority
from clew.audit.events import Event
from clew.casework.acts import noted
from clew.casework.findings import Figures, Findings, Group, Item, Link, Place, Problem
from clew.casework.hits import hits
from clew.casework.together import Together
from clew.compare.calibration import Thresholds, says
from clew.compare.evidence import Match
from clew.media.kind import MediaType
from clew.records.models import Folder, Media, Original, Sighting, StoredMatch, StoredTrace
from clew.records.readings import SEPARATOR
from clew.signals.reading import Outcome
from clew.signals.registry import signals

log = structlog.get_logger()

_NOWHERE = "no longer where it was found: there is other content now"
_TROUBLED = (Outcome.UNREADABLE.value, Outcome.PARTLY.value)


class Use(StrEnum):
    """What findings are gathered for."""

    VIEW = "view"
    REPORT = "report"
    REPORT_WITH_PICTURES = "report with pictures"
    EXPORT = "export"


def gather(folder: bytes | None = None, use: Use = Use.VIEW) -> Findings:
    """All findings of the open workspace that the acting officer may see.

    Args:
        folder: absolute path of one scanned folder; only groups and problems that touch it are
            told, with what they connect to elsewhere. None for everything.
        use: what for.

    Raises:
        clew.access.errors.AccessError: nobody is signed in, or under no authority that holds.
    """
    with acting():
        require_authority()
        findings = _gathered(folder)
        shown = sum(len(group.items) for group in findings.groups)
        event = Event.VIEW if use is Use.VIEW else Event.EXPORT
        noted(use, "workspace", event, media=shown, problems=len(findings.problems))
    log.info("findings gathered", use=use.value, media=findings.figures.connected)
    return findings


def _gathered(folder: bytes | None) -> Findings:
    groups = _groups(folder)
    problems = _problems(folder)
    return Findings(
        made=timezone.now(),
        version=__version__,
        folders=tuple(
            _text(path) for path in Folder.objects.order_by("pk").values_list("path", flat=True)
        ),
        figures=_figures(folder, groups),
        groups=groups,
        problems=problems,
        thresholds=msgspec.structs.asdict(Thresholds()),
        hits=hits(),
        waiting=Media.objects.filter(compared=False).count(),
    )


def place_of(sighting: Sighting) -> Place:
    """A sighting in words."""
    modified = None
    if sighting.modified_ns is not None:
        modified = datetime.fromtimestamp(sighting.modified_ns / 1e9, UTC)
    path = " › ".join(_text(part) for part in bytes(sighting.path).split(SEPARATOR))
    return Place(folder=_text(sighting.folder.path), path=path, modified=modified)


def items(media_ids: list[int]) -> dict[int, Item]:
    """Media by id, each with all its places."""
    places: dict[int, list[Place]] = defaultdict(list)
    sightings = Sighting.objects.filter(media__in=media_ids).select_related("folder")
    for sighting in sightings.order_by("folder_id", "path"):
        places[sighting.media_id or 0].append(place_of(sighting))
    stored = set(Original.objects.filter(media__in=media_ids).values_list("media_id", flat=True))
    quality = _qualities(media_ids)
    return {
        media.pk: Item(
            id=media.pk,
            sha256=bytes(media.sha256).hex(),
            type=media.type,
            format=media.format,
            size=media.size,
            width=media.width,
            height=media.height,
            duration=media.duration,
            quality=quality.get(media.pk),
            partly=media.outcome == Outcome.PARTLY.value,
            notes=(*media.notes, *([] if places[media.pk] else [_NOWHERE])),
            in_vault=media.pk in stored,
            places=tuple(places[media.pk]),
            left_out=media.matches_left_out,
        )
        for media in Media.objects.filter(pk__in=media_ids)
    }


def _qualities(media_ids: list[int] | None = None) -> dict[int, int]:
    rows = StoredTrace.objects.filter(signal="picture", ordinal=0)
    if media_ids is not None:
        rows = rows.filter(media__in=media_ids)
    return dict(rows.values_list("media_id", "quality"))


_MEMBER = Func(
    F("path"),
    template="position('\\x00'::bytea IN %(expressions)s)",
    output_field=IntegerField(),
)
"""Where in its path the name of a member begins; 0 for what is no member of an archive."""


def _groups(folder: bytes | None) -> tuple[Group, ...]:
    """Connected media, and media found in several places, largest group first."""
    together = Together()
    links = []
    for row in StoredMatch.objects.order_by("distance", "pk").iterator():
        match = msgspec.convert(row.evidence, Match)
        trust = says(match)
        links.append(Link(first=row.first_id, second=row.second_id, match=match, trust=trust))
        together.join(row.first_id, row.second_id)
    for media in _repeated():
        together.of(media)
    here = _media_in(folder)
    chosen = {
        leader: members
        for leader, members in together.members().items()
        if here is None or not here.isdisjoint(members)
    }
    links_of: dict[int, list[Link]] = defaultdict(list)
    for link in links:
        links_of[together.of(link.first)].append(link)
    known = items([media for members in chosen.values() for media in members])
    sized = sorted(
        chosen.items(), key=lambda group: (-sum(len(known[m].places) for m in group[1]), group[0])
    )
    return tuple(
        Group(
            number=number,
            items=tuple(sorted((known[m] for m in members), key=_most_to_offer)),
            links=tuple(links_of[leader]),
        )
        for number, (leader, members) in enumerate(sized, 1)
    )


def _most_to_offer(item: Item) -> tuple[float, int, int, int]:
    """Sorts the longest, largest, least compressed first: nearest to how it was taken."""
    return (-(item.duration or 0.0), -item.width * item.height, -item.size, item.id)


def _repeated() -> list[int]:
    """Media found in more than one place."""
    counted = Sighting.objects.filter(media__isnull=False).values("media").annotate(n=Count("pk"))
    return list(counted.filter(n__gt=1).values_list("media", flat=True))


def _media_in(folder: bytes | None) -> set[int] | None:
    if folder is None:
        return None
    here = Sighting.objects.filter(folder__path=folder, media__isnull=False)
    return {media for media in here.values_list("media_id", flat=True) if media is not None}


def _problems(folder: bytes | None) -> tuple[Problem, ...]:
    rows = Sighting.objects.filter(outcome__in=_TROUBLED).select_related("folder")
    if folder is not None:
        rows = rows.filter(folder__path=folder)
    return tuple(
        Problem(
            place=place_of(row),
            size=row.size,
            outcome=row.outcome,
            reason="; ".join(row.notes) or "no reason was recorded",
        )
        for row in rows.order_by("folder_id", "path")
    )


def _figures(folder: bytes | None, groups: tuple[Group, ...]) -> Figures:
    rows = (
        Sighting.objects.all() if folder is None else Sighting.objects.filter(folder__path=folder)
    )
    outcomes = dict(rows.values_list("outcome").annotate(n=Count("pk")))
    whole = rows.annotate(member=_MEMBER).filter(member=0)
    media = Media.objects.filter(sightings__in=rows).distinct()
    types = dict(
        media.exclude(outcome=Outcome.UNREADABLE.value)
        .values_list("type")
        .annotate(n=Count("pk", distinct=True))
    )
    sightings_of_media = rows.filter(media__isnull=False)
    usable = signals()["picture"].usable_quality
    return Figures(
        files=sum(outcomes.values()),
        bytes=whole.aggregate(total=Sum("size"))["total"] or 0,
        read=outcomes.get(Outcome.READ.value, 0),
        partly=outcomes.get(Outcome.PARTLY.value, 0),
        unreadable=outcomes.get(Outcome.UNREADABLE.value, 0),
        other=outcomes.get(Outcome.OTHER.value, 0),
        pictures=types.get(MediaType.IMAGE.value, 0),
        films=types.get(MediaType.VIDEO.value, 0),
        sounds=types.get(MediaType.SOUND.value, 0),
        repeated=sightings_of_media.count() - sightings_of_media.values("media").distinct().count(),
        connected=sum(len(group.items) for group in groups if group.links),
        flat=StoredTrace.objects.filter(
            media__in=media, signal="picture", ordinal=0, quality__lt=usable
        ).count(),
        groups=len(groups),
        in_vault=Original.objects.filter(media__in=media).count(),
    )


def _text(path: bytes | memoryview) -> str:
    """A path for people; bytes that are no text come out as the replacement character."""
    return bytes(path).decode("utf-8", "replace")
