"""Findings gathered from the database."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime

import msgspec
import structlog
from django.db import connection
from django.db.models import Count, F, Func, IntegerField, Sum
from django.utils import timezone

from clew import __version__
from clew.access.acting import acting, require_authority
from clew.access.connections import prepared_together
from clew.casework.acts import viewed
from clew.casework.findings import Figures, Findings, Group, Item, Link, Place, Problem, Spoken
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


def gather(folder: bytes | None = None) -> Findings:
    """All findings of the open workspace that the acting officer may see, to be looked at.

    What is to leave Clew with them is made by :func:`clew.casework.exports.make`.

    Args:
        folder: absolute path of one scanned folder; only groups and problems that touch it are
            told, with what they connect to elsewhere. None for everything.

    Raises:
        clew.access.errors.AccessError: nobody is signed in, or under no authority that holds.
    """
    with acting():
        require_authority()
        findings = _gathered(folder)
        shown = sum(len(group.items) for group in findings.groups)
        viewed("view", "workspace", media=shown, problems=len(findings.problems))
    log.info("findings gathered", media=findings.figures.connected)
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
    return _place(bytes(sighting.folder.path), bytes(sighting.path), sighting.modified_ns)


def _place(folder: bytes, path: bytes, modified_ns: int | None) -> Place:
    modified = None
    if modified_ns is not None:
        modified = datetime.fromtimestamp(modified_ns / 1e9, UTC)
    below = " › ".join(_text(part) for part in path.split(SEPARATOR))
    return Place(folder=_text(folder), path=below, modified=modified)


# Asked by every question: to plan them takes PostgreSQL several times as long as to answer, because
# of the policies in them, so that they are planned once a connection.
_PLACES = """
SELECT s.media_id, f.path, s.path, s.modified_ns
FROM records_sighting s JOIN records_folder f ON f.id = s.folder_id
WHERE s.media_id = ANY($1::bigint[]) ORDER BY s.folder_id, s.path
"""
_ITEMS = """
SELECT m.id, m.sha256, m.type, m.format, m.size, m.width, m.height, m.duration, m.outcome, m.notes,
       m.matches_left_out,
       EXISTS (SELECT FROM records_original o WHERE o.media_id = m.id),
       (SELECT t.quality FROM records_storedtrace t
        WHERE t.media_id = m.id AND t.signal = 'picture' AND t.ordinal = 0
        ORDER BY t.version DESC LIMIT 1),
       CASE WHEN m.type <> 'image' THEN ARRAY(
        SELECT DISTINCT ARRAY[t.start, t."end"] FROM records_storedtrace t
        WHERE t.media_id = m.id AND t.signal = 'speech' AND t.version = $2::smallint
          AND t.variant LIKE '%speech' ORDER BY 1) END
FROM records_media m WHERE m.id = ANY($1::bigint[])
"""


def items(media_ids: list[int]) -> dict[int, Item]:
    """Media by id, each with all its places."""
    places: dict[int, list[Place]] = defaultdict(list)
    listened = signals()["speech"].version
    at, known = prepared_together(
        connection, [(_PLACES, [media_ids]), (_ITEMS, [media_ids, listened])]
    )
    for media, folder, path, modified_ns in at:
        places[media].append(_place(folder, path, modified_ns))
    found = {}
    for row in known:
        number, sha256, kind, form, size, width, height, duration, outcome, notes, *rest = row
        left_out, stored, quality, spoken = rest
        found[number] = Item(
            id=number,
            sha256=sha256.hex(),
            type=kind,
            format=form,
            size=size,
            width=width,
            height=height,
            duration=duration,
            quality=quality,
            partly=outcome == Outcome.PARTLY.value,
            notes=(*notes, *([] if places[number] else [_NOWHERE])),
            in_vault=stored,
            places=tuple(places[number]),
            left_out=left_out,
            spoken=tuple(Spoken(start=start, end=end) for start, end in spoken or ()),
        )
    return found


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
