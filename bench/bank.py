"""Media held in an index, and what is found among them: as a scan does it, without its database.

Comparing two media looks at all that either shows; of media that are held only a few features are
in the index. What is not near one of these is never compared, and what a search finds is told by
those.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clew.compare.calibration import Thresholds
from clew.compare.evidence import Match
from clew.compare.subject import Looks, Subject
from clew.compare.ways import Way, surest, ways
from clew.index import HammingIndex, Hits
from clew.signals.registry import signals
from clew.signals.space import Space


def is_searched(looks: Looks, space: Space) -> NDArray[np.bool_]:
    """Which features of a media an index holds, of all that are asked for, bool[n]."""
    least = min(signal.usable_quality for signal in signals().values() if signal.space == space)
    return np.array([feature.quality >= least for feature in looks.features], np.bool_)


@dataclass(frozen=True)
class _Held:
    """What of all media lies in one space.

    Attributes:
        index: keys are rows of the two below.
        media: int64[n], number of the media; and
        row: int64[n], which of its features it is.
    """

    index: HammingIndex
    media: NDArray[np.int64]
    row: NDArray[np.int64]


class Bank:
    """Media by name, searched together."""

    def __init__(self, media: Mapping[str, Subject]) -> None:
        self._names, self._subjects = list(media), list(media.values())
        self._held = {name: self._in(way.space) for name, way in ways().items()}

    def ask(self, subject: Subject) -> dict[str, list[Match]]:
        """What agrees with a media, by name."""
        found: dict[int, list[Match]] = {}
        for name, way in ways().items():
            for other, hits in self._near(subject, way, self._held[name]).items():
                judged = way.judge(subject, self._subjects[other], hits, Thresholds())
                found.setdefault(other, []).extend(judged)
        return {self._names[other]: surest(of) for other, of in found.items() if of}

    def _in(self, space: Space) -> _Held:
        looks = [subject.within(space) for subject in self._subjects]
        rows = [np.flatnonzero(is_searched(of, space)) for of in looks]
        index = HammingIndex()
        hashes = [of.hashes[row] for of, row in zip(looks, rows, strict=True)]
        media = np.repeat(np.arange(len(looks)), [len(row) for row in rows])
        index.add(np.arange(len(media)), np.concatenate(hashes))
        return _Held(index, media, np.concatenate(rows))

    def _near(self, subject: Subject, way: Way, held: _Held) -> dict[int, Hits]:
        looks = subject.within(way.space)
        asked = np.flatnonzero(looks.asked)
        if not len(asked):
            return {}
        queries = looks.queries.reshape(-1, looks.queries.shape[-1])[asked]
        hits = held.index.search(queries, way.radius(Thresholds(), subject.type))
        query, media = asked[hits.query], held.media[hits.key]
        many = np.bincount(media, minlength=len(self._subjects))
        most = np.lexsort((np.arange(len(many)), -many))[: way.most]
        return {
            int(other): Hits(query[of], held.row[hits.key[of]], hits.distance[of])
            for other in most[many[most] >= way.least_hits]
            if len(of := np.flatnonzero(media == other))
        }
