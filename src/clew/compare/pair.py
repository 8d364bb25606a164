"""Two media compared: every way in which they agree, explained."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np
from numpy.typing import NDArray

from clew.compare.align import align, seen_best, span_holds, with_share
from clew.compare.calibration import Thresholds
from clew.compare.evidence import FramePair, Match, MatchKind, Span
from clew.compare.lines import FrameHits
from clew.compare.overlays import have_a_say, is_borne_out
from clew.compare.subject import Looks, Subject
from clew.compare.ways import Way, surest, ways
from clew.index import HammingIndex, Hits
from clew.media.kind import MediaType
from clew.signals.frames.extract import PANEL
from clew.signals.space import PDQ

_FOR_A_PART = 4
_FLASH = 0.5  # seconds
_NEARLY_ALL, _NEARLY_THE_SAME = 0.9, 16  # of a film's length, and bits
_ALONE = 2.2  # times as much as where regions say something
LEAST_SECONDS = 1.0
"""Shorter agreements inside a film that has longer ones are left out."""


def compare(first: Subject, second: Subject, thresholds: Thresholds | None = None) -> list[Match]:
    """Every way in which two media agree, the surest first; empty when none was found.

    An empty answer proves nothing: the traces may have been destroyed, or be of a kind that no
    signal reads yet.
    """
    thresholds = thresholds or Thresholds()
    if first.sha256 is not None and first.sha256 == second.sha256:
        return [Match(kind=MatchKind.SAME_FILE, distance=0, threshold=0, versions={"exact": 1})]
    return surest(
        match
        for way in ways().values()
        if len(first.within(way.space)) and len(second.within(way.space))
        for match in way.judge(first, second, all_hits(first, second, way, thresholds), thresholds)
    )


def all_hits(first: Subject, second: Subject, way: Way, thresholds: Thresholds) -> Hits:
    """Every feature of the first, in every orientation, near a feature of the second.

    The query numbers are ``feature × orientations + orientation``, the keys rows of ``second``.
    """
    index = HammingIndex()
    index.add(np.arange(len(second.within(way.space))), second.within(way.space).hashes)
    queries = first.within(way.space).queries
    return index.search(
        queries.reshape(-1, queries.shape[-1]),
        max(way.radius(thresholds, first.type), way.radius(thresholds, second.type)),
    )


def compare_looks(
    first: Subject, second: Subject, hits: Hits, thresholds: Thresholds
) -> list[Match]:
    """The matches that a set of hits between two media amounts to.

    Args:
        first: the media whose features were the queries.
        second: the media whose features were hit.
        hits: as :func:`all_hits` gives them.
        thresholds: what counts.
    """
    if not len(hits):
        return []
    kinds: dict[tuple[bool, bool], tuple[MatchKind, _Judge]] = {
        (False, False): (MatchKind.PICTURE, _pictures),
        (False, True): (MatchKind.STILL, _still),
        (True, False): (MatchKind.STILL, _still),
        (True, True): (MatchKind.FILM, _films),
    }
    moving = (first.type is MediaType.VIDEO, second.type is MediaType.VIDEO)
    kind, judge = kinds[moving]
    if kind is MatchKind.FILM:
        hits = _every_hit(first.looks, second.looks, hits, thresholds)
    judged = judge(first, second, hits, thresholds)
    if judged is None:
        return []
    best, spans = judged
    feature, orientation = divmod(int(hits.query[best]), len(PDQ.orientations))
    one, other = first.looks.features[feature], second.looks.features[int(hits.key[best])]
    return [
        Match(
            kind=kind,
            distance=int(hits.distance[best]),
            threshold=thresholds.of(kind),
            orientation=PDQ.orientations[orientation],
            first_variant=one.variant,
            second_variant=other.variant,
            quality=min(one.quality, other.quality),
            spans=tuple(spans),
            versions={**first.versions, **second.versions},
        )
    ]


def _every_hit(first: Looks, second: Looks, hits: Hits, thresholds: Thresholds) -> Hits:
    """All frames that agree in the orientations in which some are near."""
    turns = len(PDQ.orientations)
    index = HammingIndex()
    index.add(np.arange(len(second)), second.hashes)
    found = []
    for turn in np.unique(hits.query % turns):
        near = index.search(np.ascontiguousarray(first.queries[:, turn]), thresholds.frame)
        found.append(Hits(near.query * turns + turn, near.key, near.distance))
    return Hits.merged(found)


_Judge = Callable[[Subject, Subject, Hits, Thresholds], "tuple[int, list[Span]] | None"]


def _most_telling(first: Looks, second: Looks, hits: Hits) -> int:
    """Row of the hit to show: the nearest, but wholes before parts that are hardly nearer.

    Of equals "as it is" comes before any turning.
    """
    feature, orientation = np.divmod(hits.query, len(PDQ.orientations))
    parts = _parts(first, feature, second, hits.key)
    order = np.lexsort((hits.key, feature, orientation, hits.distance + _FOR_A_PART * parts))
    return int(order[0])


def _parts(
    first: Looks, rows: NDArray[np.int64], second: Looks, keys: NDArray[np.int64]
) -> NDArray[np.int64]:
    """How many of the two features of each pair are of a part and not of the whole."""
    return np.asarray(first.part[rows].astype(np.int64) + second.part[keys])


def _pictures(
    first: Subject, second: Subject, hits: Hits, thresholds: Thresholds
) -> tuple[int, list[Span]] | None:
    near = np.flatnonzero(hits.distance <= thresholds.picture)
    if not len(near):
        return None
    best = _most_telling(first.looks, second.looks, _only(hits, near))
    return int(near[best]), []


def _only(hits: Hits, rows: NDArray[np.int64]) -> Hits:
    return Hits(hits.query[rows], hits.key[rows], hits.distance[rows])


def _still(
    one: Subject, other: Subject, hits: Hits, thresholds: Thresholds
) -> tuple[int, list[Span]] | None:
    """A picture in a film (either way round): when it is to be seen."""
    first, second = one.looks, other.looks
    near = np.flatnonzero(hits.distance <= thresholds.still)
    if not len(near):
        return None
    best = int(near[_most_telling(first, second, _only(hits, near))])
    turned = hits.query % len(PDQ.orientations) == hits.query[best] % len(PDQ.orientations)
    shown = _only(hits, np.flatnonzero(turned & (hits.distance <= thresholds.still)))
    rows, keys = shown.query // len(PDQ.orientations), shown.key
    if second.end.any():
        return best, _joined(first, second, Hits(rows, keys, shown.distance))
    spans = _joined(second, first, Hits(keys, rows, shown.distance))
    return best, [span.swapped() for span in spans]


def _joined(picture: Looks, film: Looks, shown: Hits) -> list[Span]:
    """Times at which a picture is to be seen, neighbours joined, the nearest first.

    Args:
        picture: the features that are the queries.
        film: the features that are the keys.
        shown: pairs of them that agree.
    """
    start, end = film.start[shown.key], film.end[shown.key]
    order = np.lexsort((shown.key, shown.query, start))
    reach = np.maximum.accumulate(end[order])
    breaks = np.flatnonzero(start[order][1:] > reach[:-1] + 0.75) + 1
    less = shown.distance + _FOR_A_PART * _parts(picture, shown.query, film, shown.key)
    spans = []
    for group in np.split(order, breaks):
        row = int(group[np.argmin(less[group])])
        best = FramePair(
            first=0.0,
            second=round(float(start[row] + end[row]) / 2, 2),
            distance=int(shown.distance[row]),
            first_variant=picture.features[shown.query[row]].variant,
            second_variant=film.features[shown.key[row]].variant,
        )
        span = Span(
            first_start=0.0,
            first_end=0.0,
            second_start=float(start[group].min()),
            second_end=float(end[group].max()),
            distance=float(shown.distance[group].min()),
            frames=len(np.unique(start[group])),
            best=best,
        )
        spans.append(span)
    return sorted(spans, key=lambda s: s.distance)[:20]


def _films(
    one: Subject, other: Subject, hits: Hits, thresholds: Thresholds
) -> tuple[int, list[Span]] | None:
    """Two films: the orientation under which they share most time."""
    first, second = one.looks, other.looks
    best: tuple[float, int, list[Span]] | None = None
    shorter = min(float(looks.end.max() - looks.start.min()) for looks in (first, second))
    orientations = hits.query % len(PDQ.orientations)
    for orientation in np.unique(orientations):
        turned = (orientations == orientation) & (hits.distance <= thresholds.frame)
        if not turned.any():
            continue
        pairs = _frame_hits(first, second, hits, turned)
        spans = [
            with_share(span, (first.start, first.end), (second.start, second.end))
            for span in _aligned(one, other, hits, turned)
            if _convincing(span, thresholds)
            and not _is_a_flash(span, pairs, shorter)
            and _is_the_picture(span, one, other, shorter, thresholds, turned=orientation != 0)
        ]
        seconds = sum(span.seconds for span in spans) + 1e-3 * (orientation == 0)
        if spans and (best is None or seconds > best[0]):
            best = (seconds, _nearest_within(hits, turned, pairs, spans), spans)
    return None if best is None else best[1:]


def _nearest_within(
    hits: Hits, keep: NDArray[np.bool_], pairs: FrameHits, spans: list[Span]
) -> int:
    """Row of the nearest hit that lies in the shared stretches: what lies outside is chance."""
    rows = np.flatnonzero(keep)
    inside = np.zeros(len(rows), np.bool_)
    for span in spans:
        inside |= span_holds(span, pairs)
    chosen = rows[inside] if inside.any() else rows
    return int(chosen[np.argmin(hits.distance[chosen])])


def _aligned(first: Subject, second: Subject, hits: Hits, keep: NDArray[np.bool_]) -> list[Span]:
    """What two films share, the same whichever of them comes first.

    Aligning counts frames of one of them and breaks ties by its clock; which one it is depends
    on what they show, not on which was asked about.
    """
    rows, keys = hits.query[keep] // len(PDQ.orientations), hits.key[keep]
    distance = hits.distance[keep]
    if first.looks.hashes.tobytes() <= second.looks.hashes.tobytes():
        return _in_order(first, second, Hits(rows, keys, distance))
    return [span.swapped() for span in _in_order(second, first, Hits(keys, rows, distance))]


def _in_order(one: Subject, other: Subject, near: Hits) -> list[Span]:
    """The same for hits whose queries are rows of ``one``."""
    first, second = one.looks, other.looks
    near = _only(near, np.lexsort((near.key, near.query)))
    rows, keys = near.query, near.key
    pairs = FrameHits(
        first.start[rows], first.end[rows], second.start[keys], second.end[keys], near.distance
    )
    shown = (first.start, first.end), (second.start, second.end)
    spans = align(pairs, LEAST_SECONDS, shown, until=(one.until, other.until))
    return [_with_best(span, pairs, first, second, near) for span in spans]


def _with_best(span: Span, pairs: FrameHits, first: Looks, second: Looks, near: Hits) -> Span:
    """A span that says in which frames it is best seen: wholes before parts hardly nearer."""
    less = near.distance + _FOR_A_PART * _parts(first, near.query, second, near.key)
    found = seen_best(span, pairs, less)
    if found is None:
        return span
    row, in_first, in_second = found
    best = FramePair(
        first=in_first,
        second=in_second,
        distance=int(near.distance[row]),
        first_variant=first.features[near.query[row]].variant,
        second_variant=second.features[near.key[row]].variant,
    )
    return msgspec.structs.replace(span, best=best)


def _convincing(span: Span, thresholds: Thresholds) -> bool:
    """Many loose agreements in step say as much as one close one, if not all are at the limit."""
    if span.distance <= thresholds.frame_alone:
        return True
    return span.frames >= thresholds.film_frames and _beneath(span, thresholds) >= _enough(
        thresholds
    )


def _beneath(span: Span, thresholds: Thresholds) -> float:
    """By how many bits the frames of a stretch stay beneath the limit, all added up."""
    return span.frames * (thresholds.frame - span.distance)


def _enough(thresholds: Thresholds) -> int:
    """The same of one close frame, which is enough by itself."""
    return thresholds.frame - thresholds.frame_alone


def _is_a_flash(span: Span, pairs: FrameHits, shorter: float) -> bool:
    """Whether two films of at least that length agree in one picture, for a moment.

    A title or a logo on black is in many films; a film that lasts but a moment is found all the
    same.
    """
    if span.frames > 1:
        return False
    inside = span_holds(span, pairs)
    first = pairs.first_end[inside] - pairs.first_start[inside]
    second = pairs.second_end[inside] - pairs.second_start[inside]
    seconds = float(np.minimum(first, second).max(initial=0.0))
    return seconds < min(_FLASH, shorter / 2)


def _is_the_picture(
    span: Span,
    one: Subject,
    other: Subject,
    shorter: float,
    thresholds: Thresholds,
    *,
    turned: bool,
) -> bool:
    """Whether whole frames agree because of what they show, not of the same overlay before little.

    What is the same from end to end, nearly to the bit, is a film even if it shows but a title.
    What fills one film and is a panel of the other is no overlay of both. Elsewhere regions must
    bear frames out. Of panels of both, which are small in the frame, of films turned against one
    another and of those in which next to nothing stands out, they say little: more must agree then,
    for before darkness a logo is all that frames tell.
    """
    if span.seconds >= _NEARLY_ALL * shorter and span.distance <= _NEARLY_THE_SAME:
        return True
    loose = span.distance > thresholds.frame_alone
    panels = _panels(span)
    if panels == 1 and not turned:
        return True
    if not panels and not turned and have_a_say(span, one.views, other.views):
        return is_borne_out(span, one.views, other.views, thresholds.regions if loose else 0)
    return (not loose and (panels > 0 or turned)) or says_enough(span, thresholds)


def _panels(span: Span) -> int:
    """In how many of two films a stretch is best seen in a panel."""
    if span.best is None:
        return 0
    shown = (span.best.first_variant, span.best.second_variant)
    return sum(variant.startswith(PANEL) for variant in shown)


def says_enough(span: Span, thresholds: Thresholds) -> bool:
    """Whether frames that no regions bear out are believed: more must agree than elsewhere."""
    if span.distance > thresholds.frame_alone:
        return _beneath(span, thresholds) >= _ALONE * _enough(thresholds)
    return span.frames >= thresholds.film_frames or span.distance <= _NEARLY_THE_SAME


def _frame_hits(first: Looks, second: Looks, hits: Hits, keep: NDArray[np.bool_]) -> FrameHits:
    rows, keys = hits.query[keep] // len(PDQ.orientations), hits.key[keep]
    return FrameHits(
        first.start[rows],
        first.end[rows],
        second.start[keys],
        second.end[keys],
        hits.distance[keep],
    )
