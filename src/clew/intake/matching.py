"""From new media to matches: search the index, compare the candidates, keep what agrees."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

import msgspec
import numpy as np
from django.db import transaction
from django.db.models import Q

from clew.compare.calibration import Thresholds
from clew.compare.evidence import Match
from clew.compare.pair import compare_looks
from clew.compare.subject import Subject
from clew.index import Hits
from clew.intake.progress import Progress, Watcher, unwatched
from clew.media.kind import MediaType
from clew.records.locks import Lock, alone
from clew.records.models import Media, StoredMatch, StoredTrace
from clew.records.readings import traces_of
from clew.workspace import Workspace

MOST_MATCHES = 200
"""Matches kept for one media as it is compared; the nearest are, the rest is counted."""

_BATCH = 64
_REMEMBERED = 2000


class Subjects:
    """Media as the comparison sees them, read from the database once and remembered a while."""

    def __init__(self) -> None:
        self._known: OrderedDict[int, tuple[Subject, dict[int, int]]] = OrderedDict()

    def get(self, wanted: Iterable[int]) -> dict[int, tuple[Subject, dict[int, int]]]:
        """Subjects by media id, each with the row in its looks of every trace id."""
        wanted = list(dict.fromkeys(wanted))
        missing = [pk for pk in wanted if pk not in self._known]
        types = dict(Media.objects.filter(pk__in=missing).values_list("pk", "type"))
        rows: dict[int, list[StoredTrace]] = {pk: [] for pk in missing}
        for row in StoredTrace.objects.filter(media__in=missing).order_by("media_id", "id"):
            rows[row.media_id].append(row)
        for pk in missing:
            self._known[pk] = _subject(MediaType(types[pk]), rows[pk])
        found = {pk: self._known[pk] for pk in wanted}
        for pk in wanted:
            self._known.move_to_end(pk)
        while len(self._known) > max(_REMEMBERED, len(wanted)):
            self._known.popitem(last=False)
        return found


def _subject(media_type: MediaType, rows: list[StoredTrace]) -> tuple[Subject, dict[int, int]]:
    traces = traces_of(rows)
    subject = Subject.of(media_type, traces)
    # Looks keep the usable traces in their order: find each one's row by identity.
    places = {id(feature): row for row, feature in enumerate(subject.looks.features)}
    keys = {
        row.pk: places[id(trace.feature)]
        for row, trace in zip(rows, traces, strict=True)
        if id(trace.feature) in places
    }
    return subject, keys


def compare_waiting(
    workspace: Workspace,
    progress: Progress,
    watcher: Watcher = unwatched,
    thresholds: Thresholds | None = None,
) -> None:
    """Compare every media that waits for it with everything before it, batch by batch.

    A batch's matches and the note that it was compared are one transaction: nothing is compared
    half, nothing twice. Only one process compares at a time; another waits its turn.
    """
    thresholds = thresholds or Thresholds()
    subjects = Subjects()
    with alone(Lock.COMPARE):
        progress.media = Media.objects.filter(compared=False).count()
        watcher(progress)
        while True:
            batch = list(Media.objects.filter(compared=False).order_by("id")[:_BATCH])
            if not batch:
                return
            with transaction.atomic():
                progress.matches += _compare_batch(workspace, batch, subjects, thresholds)
            progress.media_done += len(batch)
            progress.media = max(progress.media, progress.media_done)
            watcher(progress)


def _compare_batch(
    workspace: Workspace, batch: list[Media], subjects: Subjects, thresholds: Thresholds
) -> int:
    ours = subjects.get(media.pk for media in batch)
    rows: list[StoredMatch] = []
    for media in batch:
        subject, _ = ours[media.pk]
        found = search(workspace, subject, subjects, thresholds, but_not=media.pk, before=media.pk)
        media.compared = True
        media.matches_left_out = max(0, len(found) - MOST_MATCHES)
        rows.extend(_as_row(media.pk, other, match) for other, match in found[:MOST_MATCHES])
    StoredMatch.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)
    Media.objects.bulk_update(batch, ["compared", "matches_left_out"])
    return len(rows)


def search(
    workspace: Workspace,
    subject: Subject,
    subjects: Subjects,
    thresholds: Thresholds,
    *,
    but_not: int | None = None,
    before: int | None = None,
) -> list[tuple[int, Match]]:
    """Every media in the workspace that agrees with a subject, nearest first.

    Args:
        workspace: where to look.
        subject: what to look for.
        subjects: remembers media between searches.
        thresholds: what counts as agreeing.
        but_not: a media that is not an answer (the subject itself).
        before: only media that were compared already, or have a smaller id than this.
    """
    looks = subject.looks
    if not len(looks):
        return []
    queries = looks.queries.reshape(-1, looks.queries.shape[-1])
    hits = workspace.looks.search(queries, thresholds.radius(subject.type))
    owner = _owners(hits, before)
    if but_not is not None:
        owner.pop(but_not, None)
    others = subjects.get(owner)
    found: list[tuple[int, Match]] = []
    for pk, rows in owner.items():
        other, places = others[pk]
        chosen = np.array(rows)
        keys = np.array([places[key] for key in hits.key[chosen].tolist()], np.int64)
        between = Hits(hits.query[chosen], keys, hits.distance[chosen])
        found.extend((pk, match) for match in compare_looks(subject, other, between, thresholds))
    found.sort(key=lambda pair: (pair[1].distance, -pair[1].seconds, pair[0]))
    return found


def _owners(hits: Hits, before: int | None) -> dict[int, list[int]]:
    """Rows of the hits by the media they belong to."""
    if not len(hits):
        return {}
    keys, inverse = np.unique(hits.key, return_inverse=True)
    traces = StoredTrace.objects.filter(pk__in=keys.tolist())
    if before is not None:
        traces = traces.filter(Q(media__compared=True) | Q(media_id__lt=before))
    media_of = dict(traces.values_list("pk", "media_id"))
    owners: dict[int, list[int]] = {}
    for row, place in enumerate(inverse.tolist()):
        media = media_of.get(int(keys[place]))
        if media is not None:
            owners.setdefault(media, []).append(row)
    return owners


def _as_row(media: int, other: int, match: Match) -> StoredMatch:
    """The match as kept, the older media first."""
    if media < other:
        first, second = media, other
    else:
        first, second, match = other, media, match.swapped()
    return StoredMatch(
        first_id=first,
        second_id=second,
        kind=match.kind.value,
        distance=match.distance,
        threshold=match.threshold,
        evidence=msgspec.to_builtins(match),
    )
