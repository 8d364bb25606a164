"""From new media to matches: search the index, compare the candidates, keep what agrees."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator

import numpy as np
import structlog
from django.db import transaction

from clew.access.connections import Connection, prepared, prepared_together, worker
from clew.compare.calibration import Thresholds
from clew.compare.evidence import Match
from clew.compare.subject import Subject
from clew.compare.ways import Way, surest, ways
from clew.index import Hits
from clew.intake.progress import Progress, Watcher, unwatched
from clew.media.kind import MediaType
from clew.records.locks import Lock, alone
from clew.records.models import Media
from clew.records.readings import TRACES, as_traces
from clew.records.rows import insert, replacing
from clew.signals.base import Feature
from clew.signals.reading import Trace
from clew.signals.registry import signals, spaces
from clew.signals.space import PDQ
from clew.workspace import Workspace

log = structlog.get_logger()

Near = dict[str, Hits]
"""What of one media was hit, by the name of the space; keys are ids of traces."""

MOST_MATCHES = 200
"""Matches kept for one media as it is compared; the nearest are, the rest is counted."""

_WORKER = Connection.WORKER.value
_BATCH = 64
_AT_ONCE = 64
"""Media compared with one that are held in memory together: an hour of film takes some 60 MB."""
_REMEMBERED = 512 * 1024 * 1024
"""Bytes of traces that are remembered, of the media asked for last."""
_OF_A_TRACE, _OF_A_BYTE = 250, 3.3
"""Bytes that a trace takes besides its value, and for each byte of it, as arrays for comparing."""


class Subjects:
    """Media as the comparison sees them, read from the database once and remembered a while."""

    def __init__(self, remembered: int = _REMEMBERED) -> None:
        """A memory that lets go of media once it holds more than some bytes of traces."""
        self._known: OrderedDict[int, tuple[Subject, dict[int, int]]] = OrderedDict()
        self._bytes: dict[int, int] = {}
        self._held, self._remembered = 0, remembered

    def get(self, wanted: Iterable[int]) -> dict[int, tuple[Subject, dict[int, int]]]:
        """Subjects by media id, each with the row of every trace id among its space's features."""
        wanted = list(dict.fromkeys(wanted))
        if missing := [pk for pk in wanted if pk not in self._known]:
            self._read(missing)
        found = {pk: self._known[pk] for pk in wanted}
        for pk in wanted:
            self._known.move_to_end(pk)
        while len(self._known) > len(wanted) and self._held > self._remembered:
            self.forget([next(iter(self._known))])
        return found

    def forget(self, changed: Iterable[int]) -> None:
        """Read these anew when they are asked for again."""
        for pk in changed:
            self._known.pop(pk, None)
            self._held -= self._bytes.pop(pk, 0)

    def _read(self, missing: list[int]) -> None:
        asked = "SELECT id, type FROM records_media WHERE id = ANY($1::bigint[])"
        kinds, rows = prepared_together(worker(), [(asked, [missing]), (TRACES, [missing])])
        types, traces = dict(kinds), as_traces(missing, rows)
        for pk in missing:
            self._known[pk] = _subject(MediaType(types[pk]), traces[pk])
            self._bytes[pk] = sum(
                round(len(trace.feature.value) * _OF_A_BYTE) + _OF_A_TRACE
                for trace in traces[pk].values()
            )
            self._held += self._bytes[pk]


def _subject(media_type: MediaType, traces: dict[int, Trace]) -> tuple[Subject, dict[int, int]]:
    subject = Subject.of(media_type, traces.values())
    # Of each space the usable traces are kept in their order: find each one's row by identity.
    places = {
        id(feature): row
        for space in spaces().values()
        for row, feature in enumerate(subject.within(space).features)
    }
    keys = {
        pk: places[id(trace.feature)] for pk, trace in traces.items() if id(trace.feature) in places
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
    with alone(Lock.COMPARE, worker()):
        progress.media = Media.objects.using(_WORKER).filter(compared=False).count()
        watcher(progress)
        while True:
            with transaction.atomic(using=_WORKER):
                # Locked: whoever reads more of one of these meanwhile has it compared once more.
                waiting = (
                    Media.objects.using(_WORKER)
                    .select_for_update(no_key=True)
                    .filter(compared=False)
                )
                batch = list(waiting.order_by("id")[:_BATCH])
                if not batch:
                    return
                progress.matches += _compare_batch(workspace, batch, subjects, thresholds)
            progress.media_done += len(batch)
            progress.media = max(progress.media, progress.media_done)
            watcher(progress)


def _compare_batch(
    workspace: Workspace, batch: list[Media], subjects: Subjects, thresholds: Thresholds
) -> int:
    """Compare a batch with everything before it: each pair once, when its later media comes."""
    subjects.forget(media.pk for media in batch)
    ours = [subject for subject, _ in subjects.get(media.pk for media in batch).values()]
    rows: list[tuple[object, ...]] = []
    for media, near in zip(batch, _candidates(workspace, ours, thresholds), strict=True):
        subject, _ = subjects.get([media.pk])[media.pk]
        before = {
            other: hits
            for other, (compared, hits) in near.items()
            if other != media.pk and (compared or other < media.pk)
        }
        found = _agreeing(subject, before, subjects, thresholds)
        left_out = max(0, len(found) - MOST_MATCHES)
        if left_out != media.matches_left_out:
            Media.objects.using(_WORKER).filter(pk=media.pk).update(matches_left_out=left_out)
        rows.extend(_as_row(media.pk, other, match) for other, match in found[:MOST_MATCHES])
    # A media that was read better is compared again: the newer evidence counts.
    insert("records_storedmatch", _MATCHES, rows, replacing("first_id, second_id, kind", _NEWER))
    Media.objects.using(_WORKER).filter(pk__in=[media.pk for media in batch]).update(compared=True)
    return len(rows)


def search(
    workspace: Workspace,
    subject: Subject,
    thresholds: Thresholds,
    *,
    but_not: int | None = None,
) -> list[tuple[int, Match]]:
    """Every media in the workspace that agrees with a subject, nearest first.

    Args:
        workspace: where to look.
        subject: what to look for.
        thresholds: what counts as agreeing.
        but_not: a media that is no answer (the subject itself).
    """
    (near,) = _candidates(workspace, [subject], thresholds)
    others = {media: hits for media, (_, hits) in near.items() if media != but_not}
    return _agreeing(subject, others, Subjects(), thresholds)


def search_hash(
    workspace: Workspace, value: bytes, thresholds: Thresholds
) -> list[tuple[int, Match]]:
    """Every media that agrees with a picture of which only the hash is known, nearest first.

    Args:
        workspace: where to look.
        value: its PDQ hash. What a turned copy would have cannot be told from it.
        thresholds: what counts as agreeing.
    """
    asked = np.frombuffer(value, np.uint8).reshape(1, -1)
    radius = ways()[PDQ.name].radius(thresholds, MediaType.IMAGE)
    hits = workspace.indexes[PDQ.name].search(asked, radius)
    if not len(hits):
        return []
    signal = signals()["picture"]
    feature = Feature(variant="whole", value=value * len(PDQ.orientations))
    trace = Trace(signal.name, signal.version, feature)
    near = _by_media(hits, slice(0, len(hits)), 0, _owners(hits))
    return _agreeing(
        Subject.of(MediaType.IMAGE, [trace]),
        {media: {PDQ.name: of} for media, (_, of) in near.items()},
        Subjects(),
        thresholds,
    )


def _candidates(
    workspace: Workspace, subjects: list[Subject], thresholds: Thresholds
) -> list[dict[int, tuple[bool, Near]]]:
    """For each subject the media near it in any space: whether each was compared before, and hits.

    Subjects are searched together by radius: one look at each index for a whole batch.
    """
    near: list[dict[int, tuple[bool, Near]]] = [{} for _ in subjects]
    for way in ways().values():
        by_radius: dict[int, list[int]] = {}
        for number, subject in enumerate(subjects):
            if len(subject.within(way.space)):
                by_radius.setdefault(way.radius(thresholds, subject.type), []).append(number)
        for radius, numbers in by_radius.items():
            asked = [subjects[number] for number in numbers]
            for number, found in zip(numbers, _near(workspace, asked, way, radius), strict=True):
                for media, (compared, hits) in found.items():
                    if len(hits) < way.least_hits:
                        continue  # chance: most of what is near in a large index
                    near[number].setdefault(media, (compared, {}))[1][way.space.name] = hits
    return near


def _near(
    workspace: Workspace, subjects: list[Subject], way: Way, radius: int
) -> Iterator[dict[int, tuple[bool, Hits]]]:
    """For each subject, all of which have features in the way's space, the media near it there."""
    looks = [subject.within(way.space) for subject in subjects]
    queries = [of.queries.reshape(-1, of.queries.shape[-1]) for of in looks]
    asked = np.flatnonzero(np.concatenate([of.asked.ravel() for of in looks]))
    found = workspace.indexes[way.space.name].search(np.concatenate(queries)[asked], radius)
    hits = Hits(asked[found.query], found.key, found.distance)
    owner = _owners(hits)
    start = 0
    for rows in queries:
        first, last = np.searchsorted(hits.query, [start, start + len(rows)])
        near = _by_media(hits, slice(int(first), int(last)), start, owner)
        if way.most is not None and len(near) > way.most:
            most_hit = sorted(near, key=lambda media: (-len(near[media][1]), media))[: way.most]
            near = {media: near[media] for media in most_hit}
        yield near
        start += len(rows)


def _owners(hits: Hits) -> dict[int, tuple[int, bool]]:
    """Of each trace that was hit, its media and whether that was compared before."""
    # One array instead of as many values as there are traces: those take longer to write out than
    # the rows to find.
    rows = prepared(
        worker(),
        "SELECT trace.id, media.id, media.compared FROM records_storedtrace trace "
        "JOIN records_media media ON media.id = trace.media_id WHERE trace.id = ANY($1::bigint[])",
        [np.unique(hits.key).tolist()],
    )
    return {key: (media, compared) for key, media, compared in rows}


def _by_media(
    hits: Hits, part: slice, start: int, owner: dict[int, tuple[int, bool]]
) -> dict[int, tuple[bool, Hits]]:
    """The hits of one subject, apart by media, query numbers counted from its own first."""
    rows: dict[int, list[int]] = {}
    compared: dict[int, bool] = {}
    for row, key in enumerate(hits.key[part].tolist(), part.start):
        if key in owner:
            media, done = owner[key]
            rows.setdefault(media, []).append(row)
            compared[media] = done
    return {
        media: (
            compared[media],
            Hits(hits.query[chosen] - start, hits.key[chosen], hits.distance[chosen]),
        )
        for media, chosen in rows.items()
    }


def _agreeing(
    subject: Subject, near: dict[int, Near], subjects: Subjects, thresholds: Thresholds
) -> list[tuple[int, Match]]:
    """Compare a subject with the media near it; those that agree, nearest first."""
    found: list[tuple[int, Match]] = []
    media = list(near)
    for first in range(0, len(media), _AT_ONCE):
        some = {one: near[one] for one in media[first : first + _AT_ONCE]}
        found.extend(_agreeing_of(subject, some, subjects, thresholds))
    found.sort(key=lambda pair: (pair[1].distance, -pair[1].seconds, pair[0]))
    return found


def _agreeing_of(
    subject: Subject, near: dict[int, Near], subjects: Subjects, thresholds: Thresholds
) -> Iterator[tuple[int, Match]]:
    """The same of a few media, which are held in memory together."""
    others = subjects.get(near)
    if outdated := [
        media
        for media, of_spaces in near.items()
        for hits in of_spaces.values()
        if not others[media][1].keys() >= set(hits.key.tolist())
    ]:
        subjects.forget(outdated)  # more was read of them since they were remembered
        others = subjects.get(near)
    for media, of_spaces in near.items():
        try:
            matches = surest(_judged(subject, *others[media], of_spaces, thresholds))
        except (ArithmeticError, MemoryError, ValueError) as error:
            # One pair that cannot be compared must not keep all others waiting for ever.
            log.error("a pair could not be compared", media=media, error=repr(error))
        else:
            yield from ((media, match) for match in matches)


def _judged(
    subject: Subject,
    other: Subject,
    places: dict[int, int],
    of_spaces: Near,
    thresholds: Thresholds,
) -> Iterator[Match]:
    """What the hits between two media amount to, space by space."""
    for name, hits in of_spaces.items():
        # From ids of traces to rows of the other's features.
        keys = np.array([places[key] for key in hits.key.tolist()], np.int64)
        between = Hits(hits.query, keys, hits.distance)
        yield from ways()[name].judge(subject, other, between, thresholds)


_NEWER = ("distance", "threshold", "evidence")
_MATCHES = {
    "first_id": "bigint",
    "second_id": "bigint",
    "kind": "text",
    "distance": "int",
    "threshold": "int",
    "evidence": "jsonb",
}


def _as_row(media: int, other: int, match: Match) -> tuple[object, ...]:
    """The match as kept, the older media first."""
    if media < other:
        first, second = media, other
    else:
        first, second, match = other, media, match.swapped()
    return (first, second, match.kind.value, match.distance, match.threshold, match)
