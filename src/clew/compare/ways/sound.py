"""Recordings, by what is heard: sound files and the sound of films alike."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from clew.compare.calibration import Thresholds
from clew.compare.evidence import Match, MatchKind, Span
from clew.compare.hearing import Common, Heard, in_common
from clew.compare.recurring import recurrence
from clew.compare.subject import Looks, Subject
from clew.compare.ways import Way
from clew.index import Hits
from clew.signals.sound import SIGNAL
from clew.signals.sound.extract import HEARD
from clew.signals.sound.value import SOUND, band

LEAST_SECONDS = 2.5
"""Shorter stretches are no match: a syllable, a note, a bang are alike in many recordings."""
LEAST_LANDMARKS = 6
"""That must agree in one stretch."""
LEAST_CHANGED = (3.0, 12, 40)
"""Seconds, landmarks, and most percent without counterpart where speed or pitch is another: there
are many ways to fit one tune to another if both may be."""
LEAST_DISTINCT = (0.7, 18)
"""Where more than such a share of the landmarks would agree a beat later as well, so many
different ones: clocks, signals and machines agree with themselves at any time."""
LEAST_HITS = 2
"""Searched landmarks that must be near one another for a stretch in common to be looked for."""
_SAME_PITCH = 0.6  # bands
_SAME_SPEED = 0.008
_MOST_SPANS = 20


def judge(first: Subject, second: Subject, hits: Hits, thresholds: Thresholds) -> list[Match]:
    """The match that two recordings' landmarks amount to, if any.

    Every sound track of the one is compared with every one of the other; the pair with the most
    in common is told.
    """
    one, other = first.within(SOUND), second.within(SOUND)
    near = hits.distance <= thresholds.landmark
    best: Match | None = None
    for track, rows in _tracks(one):
        for other_track, keys in _tracks(other):
            of_these = near & np.isin(hits.query, rows) & np.isin(hits.key, keys)
            if np.count_nonzero(of_these) < LEAST_HITS:
                continue
            heard, other_heard = (
                _heard(first, one, track, rows),
                _heard(second, other, other_track, keys),
            )
            found = in_common(
                heard,
                other_heard,
                np.searchsorted(rows, hits.query[of_these]),
                np.searchsorted(keys, hits.key[of_these]),
            )
            spans = [
                common
                for common in found
                if convincing(common, thresholds) and says_when(heard, other_heard, common)
            ][:_MOST_SPANS]
            match = _match(spans, track, other_track, thresholds) if spans else None
            if match is not None and (best is None or match.seconds > best.seconds):
                best = match
    return [] if best is None else [best]


def convincing(common: Common, thresholds: Thresholds) -> bool:
    """Whether a stretch is more than chance."""
    seconds, count, most = LEAST_SECONDS, LEAST_LANDMARKS, thresholds.sound
    if abs(common.line.shift) > _SAME_PITCH or abs(common.line.slope - 1) > _SAME_SPEED:
        seconds, count, most = LEAST_CHANGED[0], LEAST_CHANGED[1], min(most, LEAST_CHANGED[2])
    return len(common.first) >= count and common.seconds >= seconds and unlike(common) <= most


def says_when(first: Heard, second: Heard, common: Common) -> bool:
    """Whether a stretch would not fit as well at another time."""
    share, least = LEAST_DISTINCT
    recurs = recurrence(first, second, common)
    return recurs.share <= share or recurs.distinct >= least


def unlike(common: Common) -> int:
    """Percent of the landmarks in a stretch that have no counterpart."""
    return round(100 * (1 - common.share))


def _match(spans: list[Common], track: str, other_track: str, thresholds: Thresholds) -> Match:
    told = sorted((_span(common) for common in spans), key=lambda span: -span.seconds)
    return Match(
        kind=MatchKind.SOUND,
        distance=min(unlike(common) for common in spans),
        threshold=thresholds.of(MatchKind.SOUND),
        first_variant=track,
        second_variant=other_track,
        spans=tuple(told),
        versions={SIGNAL.name: SIGNAL.version},
    )


def _span(common: Common) -> Span:
    return Span(
        first_start=round(common.start, 2),
        first_end=round(common.end, 2),
        second_start=round(max(0.0, common.in_second(common.start)), 2),
        second_end=round(common.in_second(common.end), 2),
        distance=float(common.distance.mean()),
        frames=len(common.first),
        speed=round(1 / common.line.slope, 3),
        share=round(common.share, 3),
    )


def heard_of(subject: Subject, track: str) -> Heard:
    """What a match's variant names: the landmarks of one sound track."""
    looks = subject.within(SOUND)
    rows = dict(_tracks(looks)).get(track, np.zeros(0, np.int64))
    return _heard(subject, looks, track, rows)


def track_number(track: str) -> int:
    """Which sound track a match's variant names, from 0."""
    return int(track.removeprefix("sound track ")) - 1 if track.startswith("sound") else 0


def _tracks(looks: Looks) -> Iterator[tuple[str, np.ndarray[tuple[int], np.dtype[np.int64]]]]:
    """Each sound track's name and the rows of its features, in order of time."""
    names = np.array([feature.variant for feature in looks.features])
    for name in np.unique(names).tolist():
        yield name, np.flatnonzero(names == name)


def _heard(
    subject: Subject, looks: Looks, track: str, rows: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> Heard:
    told = HEARD if track == "whole" else f"{track}: {HEARD}"
    extent = next(
        (
            t.feature
            for t in subject.traces
            if t.signal == SIGNAL.name and t.feature.variant == told
        ),
        None,
    )
    time = looks.start[rows]
    return Heard(
        time,
        np.array([band(looks.features[row].value) for row in rows.tolist()], np.int64),
        np.ascontiguousarray(looks.hashes[rows]).view(np.uint64),
        float(time.min(initial=0.0)) if extent is None or extent.start is None else extent.start,
        float(time.max(initial=0.0)) if extent is None or extent.end is None else extent.end,
    )


WAY = Way(
    space=SOUND,
    kinds=frozenset({MatchKind.SOUND}),
    radius=lambda thresholds, _type: thresholds.landmark,
    judge=judge,
    least_hits=LEAST_HITS,
)
