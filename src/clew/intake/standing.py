"""How what is contributed stands to what was held, as far as the officer may see or learn of it.

What other agencies keep to themselves counts as not being there: whether something is known must
not be learned from a count either.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec
from django.db import connection
from django.db.models import Min, Q, QuerySet

from clew.access.acting import agency
from clew.compare.evidence import Match, MatchKind
from clew.intake.camera import camera_signs, origins
from clew.media.kind import MediaType
from clew.records.models import (
    ContributedFile,
    Contribution,
    FileState,
    Media,
    Sighting,
    Standing,
    StoredMatch,
)
from clew.records.rows import TEXTS, update
from clew.signals.reading import Outcome

_WHOLE_FILM = 0.9
"""A film that shares so much of the longer one is another version of the whole of it."""
_LESS_COMPRESSED = 1.1
"""More bytes for a pixel by this factor: formats and encoders of their own differ by less."""

_SAME_TIME = 2_000_000_000
"""Nanoseconds. File systems keep times to two seconds (FAT), to one, or to less, and browsers tell
them to the millisecond: what is earlier by so little is not."""

EARLIER, LARGER, LESS_COMPRESSED = "earlier", "larger", "less compressed"
CAMERA_ORIGINAL = "camera-original"
"""Signs say so, and of nothing that was held: told with them, and never a finding."""


@dataclass
class _Near:
    """What was found for one media."""

    versions: set[int] = field(default_factory=set)
    """Held media that show the whole of it."""
    hit: bool = False
    """Likewise, of which only a hit may be told."""
    connected: bool = False


def settle(contribution: Contribution, files: QuerySet[ContributedFile]) -> None:
    """Note for files of a contribution how they stand, once they were compared."""
    rows = list(files.exclude(state=FileState.CANCELLED))
    media = Media.objects.in_bulk({row.media_id for row in rows if row.media_id is not None})
    held = _held(media, contribution)
    hits = _hits(media)
    near = _near(media, held, hits, contribution)
    before = {row.pk: (row.standing, row.better, row.signs) for row in rows}
    for row in rows:
        one = media.get(row.media_id or 0)
        row.standing = _standing(row, one, held, hits, near).value
        row.better = _better(row, one, near[one.pk].versions) if one is not None else []
    _tell_camera_originals(rows, near)
    now = {row.pk: (row.standing, row.better, row.signs) for row in rows}
    told = {number: stands for number, stands in now.items() if stands != before[number]}
    columns = {"standing": "text", "better": TEXTS, "signs": TEXTS}
    update("records_contributedfile", columns, told, connection)


def _standing(
    row: ContributedFile,
    media: Media | None,
    held: set[int],
    hits: dict[int, set[str]],
    near: dict[int, _Near],
) -> Standing:
    if row.sha256 is None or (media is not None and media.outcome == Outcome.UNREADABLE.value):
        return Standing.UNREADABLE
    if media is None:
        return Standing.HELD if row.again else Standing.NEW
    if media.pk in held or MatchKind.SAME_FILE.value in hits.get(media.pk, ()):
        return Standing.HELD
    found = near[media.pk]
    if found.versions or found.hit:
        return Standing.NEARLY_HELD
    return Standing.CONNECTED if found.connected else Standing.NEW


def _held(media: Iterable[int], contribution: Contribution) -> set[int]:
    """Which of these were handed in before, or are shared by somebody."""
    media = list(media)
    before = ContributedFile.objects.filter(media__in=media, contribution__lt=contribution.pk)
    others = Sighting.objects.filter(media__in=media).exclude(agency=agency())
    found = {*before.values_list("media", flat=True), *others.values_list("media", flat=True)}
    return {pk for pk in found if pk is not None}


def _hits(media: Iterable[int]) -> dict[int, set[str]]:
    """In which ways others have these, where only that may be told."""
    found: dict[int, set[str]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT media_id, kind FROM access.all_hits() WHERE media_id = ANY(%s)", [list(media)]
        )
        for pk, kind in cursor.fetchall():
            found[pk].add(kind)
    return found


def _near(
    media: dict[int, Media],
    held: set[int],
    hits: dict[int, set[str]],
    contribution: Contribution,
) -> dict[int, _Near]:
    near = {pk: _Near(hit=MatchKind.PICTURE.value in hits.get(pk, ())) for pk in media}
    for pk, kinds in hits.items():
        near[pk].connected |= bool(kinds)
    found = StoredMatch.objects.filter(Q(first__in=list(media)) | Q(second__in=list(media)))
    pairs = [
        (mine, other, match)
        for match, first, second in found.values_list("pk", "first_id", "second_id")
        for mine, other in ((first, second), (second, first))
        if mine in media
    ]
    held_others = held | _held({other for _, other, _ in pairs} - media.keys(), contribution)
    # Of most media nothing was held: what they match in is read for the others alone.
    telling = {match for _, other, match in pairs if other in held_others}
    evidence = dict(StoredMatch.objects.filter(pk__in=telling).values_list("pk", "evidence"))
    durations = dict(Media.objects.filter(pk__in=held_others).values_list("pk", "duration"))
    for mine, other, match in pairs:
        near[mine].connected = True
        longest = max(media[mine].duration or 0.0, durations.get(other) or 0.0)
        if other in held_others and _of_the_whole(evidence[match], longest):
            near[mine].versions.add(other)
    return near


def _of_the_whole(evidence: object, longest: float) -> bool:
    match = msgspec.convert(evidence, Match)
    if match.kind is MatchKind.PICTURE:
        return match.first_variant == match.second_variant == "whole"
    return match.kind is MatchKind.FILM and match.seconds >= _WHOLE_FILM * longest


def _better(row: ContributedFile, media: Media, versions: set[int]) -> list[str]:
    """In what a media is nearer to how it was taken than all that was held of it.

    What was held may be copies of what lies on this device. Of the same bytes only the time
    differs; a time of change is what the file system said, and can be wrong.
    """
    if row.standing not in (Standing.HELD, Standing.NEARLY_HELD):
        return []
    others = list(Media.objects.filter(pk__in=versions))
    found = []
    if _earlier(row, [media.pk, *versions]):
        found.append(EARLIER)
    if not others:
        return found
    if all(_measure(media) > _measure(other) for other in others):
        found.append(LARGER)
    if media.type == MediaType.IMAGE.value and all(
        media.format == other.format
        and _measure(media) >= _measure(other)
        and _bytes_a_pixel(media) > _LESS_COMPRESSED * _bytes_a_pixel(other)
        for other in others
    ):
        found.append(LESS_COMPRESSED)
    return found


def _tell_camera_originals(rows: list[ContributedFile], near: dict[int, _Near]) -> None:
    """Add to what is better whatever has signs of a camera that nothing held of it has."""
    compared = {
        row.media_id: near[row.media_id].versions
        for row in rows
        if row.media_id is not None and near[row.media_id].versions
    }
    numbers = compared.keys() | {other for others in compared.values() for other in others}
    told = origins(numbers)
    names = _names(told)
    for row in rows:
        row.signs = []
        if row.media_id not in compared or row.media_id not in told:
            continue
        row.signs = camera_signs(told[row.media_id], [_name(bytes(row.path))])
        held = (other for other in compared[row.media_id] if other in told)
        if row.signs and not any(camera_signs(told[other], names[other]) for other in held):
            row.better.append(CAMERA_ORIGINAL)


def _names(media: Iterable[int]) -> dict[int, set[str]]:
    """How files were called in which media were found, as far as the officer sees them."""
    found: dict[int, set[str]] = defaultdict(set)
    rows = Sighting.objects.filter(media__in=list(media))
    for number, path in rows.values_list("media", "path"):
        found[number].add(_name(bytes(path)))
    return found


def _name(path: bytes) -> str:
    """The last part of a path, of a member of an archive too."""
    return path.replace(b"\0", b"/").rpartition(b"/")[2].decode("utf-8", "replace")


def _earlier(row: ContributedFile, held: list[int]) -> bool:
    """Whether a file is dated before all that was held of it."""
    before = ContributedFile.objects.filter(
        media__in=held, contribution__lt=row.contribution_id
    ).aggregate(first=Min("modified_ns"))["first"]
    others = (
        Sighting.objects.filter(media__in=held)
        .exclude(agency=agency())
        .aggregate(first=Min("modified_ns"))["first"]
    )
    theirs = [first for first in (before, others) if first is not None]
    if row.modified_ns is None or not theirs:
        return False
    return row.modified_ns + _SAME_TIME < int(min(theirs))


def _measure(media: Media) -> tuple[int, float]:
    return media.width * media.height, media.duration or 0.0


def _bytes_a_pixel(media: Media) -> float:
    return media.size / max(1, media.width * media.height)
