"""Two films that share parts of their pictures: cropped, overlaid, turned, or filmed again.

A region of one film that lies near a region of the other proposes a pair of views; whether their
regions agree in place too is then counted (:mod:`clew.compare.geometry`), and from a pair that does
the agreement is followed forwards and backwards in both films. Pairs that agree are aligned in time
as whole frames are (:mod:`clew.compare.align`). A stretch counts when many regions agree in it,
when they lie all over what the pictures should have in common, and when many of them lie exactly
where one way of laying one picture on the other has them: two films with the same logo agree in the
logo alone, and two recordings of one room lie on one another now like this, now like that.
"""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from clew.compare.align import align, seen_best, span_holds, with_share
from clew.compare.calibration import Thresholds
from clew.compare.evidence import FramePair, Match, MatchKind, Span
from clew.compare.exactness import goes_on_beyond, lies_exactly
from clew.compare.geometry import ALIKE_BITS, Placement, placement
from clew.compare.lines import FrameHits
from clew.compare.overlays import hardly_moves, spread_of, what_moves, without_overlay
from clew.compare.stretch import SURE, Pairs, strength_of
from clew.compare.subject import Subject
from clew.compare.views import Views
from clew.index import Hits
from clew.media.kind import MediaType
from clew.signals.regions.view import View
from clew.signals.space import REGIONS

_FOLLOWED, _CERTAIN = 8, 15
_MOVES, _IF_IT_MOVES = 10, 0.5  # regions, and how much less of the picture is enough for these
_MOST_LOOKED_AT = 20_000
_REACH, _AHEAD = 2, 8  # views
_LEAST_SECONDS = 1.0
_STEP = 1.2  # seconds from view to view, and a little
_PACE_GAIN = 1.3
_LEAST_DISTANCE = 32.0
"""However near the regions are, they do not say that the films are copies as a whole."""

PARTS = "parts of the picture"
"""What of the frames agrees, in a match of parts."""


def compare_parts(
    first: Subject, second: Subject, hits: Hits, thresholds: Thresholds
) -> list[Match]:
    """The match, if any, that regions near each other amount to.

    Args:
        first: the media whose regions were the queries.
        second: the media whose regions were hit.
        hits: queries number ``region × orientations + orientation``, keys are regions of second.
        thresholds: what counts.
    """
    if first.type is not MediaType.VIDEO or second.type is not MediaType.VIDEO or not len(hits):
        return []
    ours, theirs = first.within(REGIONS).hashes, second.within(REGIONS).hashes
    if ours.tobytes() > theirs.tobytes():
        # Which of them is followed through the other depends on what they show, not on which was
        # asked about.
        feature, orientation = np.divmod(hits.query, len(REGIONS.orientations))
        back = Hits(hits.key * len(REGIONS.orientations) + orientation, feature, hits.distance)
        return [match.swapped() for match in _in_order(second, first, back, thresholds)]
    return _in_order(first, second, hits, thresholds)


def _in_order(first: Subject, second: Subject, hits: Hits, thresholds: Thresholds) -> list[Match]:
    order = np.lexsort((hits.key, hits.query))
    hits = Hits(hits.query[order], hits.key[order], hits.distance[order])
    best: tuple[int, int, list[Span]] | None = None
    for orientation in range(len(REGIONS.orientations)):
        turned = hits.query % len(REGIONS.orientations) == orientation
        ours = Hits(hits.query[turned], hits.key[turned], hits.distance[turned])
        pairs = _agreeing(first, second, ours, mirrored=orientation == 1)
        # Where all films of a channel agree in its logo, most need not be aligned by it.
        if not pairs or _beyond(pairs, first, second) < thresholds.regions:
            continue
        spans = _spans(first, second, pairs, thresholds)
        strength = sum(span.regions or 0 for span in spans)
        if spans and (best is None or strength > best[0]):
            best = (strength, orientation, spans)
    return [] if best is None else [_match(first, second, *best[1:])]


def _beyond(pairs: Pairs, first: Subject, second: Subject) -> int:
    """Regions that agree at any time, without what an overlay may have brought."""
    return strength_of(without_overlay(pairs, first.views, second.views)[0])


def _agreeing(first: Subject, second: Subject, hits: Hits, *, mirrored: bool) -> Pairs:
    """Pairs of views whose regions agree in place, around those that hits propose."""
    ones, others = first.views, second.views
    if not len(ones) or not len(others):
        return {}
    looks, theirs = first.within(REGIONS), second.within(REGIONS)
    rows = ones.at(looks.start[hits.query // len(REGIONS.orientations)])
    columns = others.at(theirs.start[hits.key])
    waiting = list(dict.fromkeys(zip(rows.tolist(), columns.tolist(), strict=True)))
    looked_at: set[tuple[int, int]] = set()
    turned: dict[int, View] = {}
    found: Pairs = {}
    while waiting and len(looked_at) < _MOST_LOOKED_AT:
        row, column = waiting.pop()
        if (row, column) in looked_at:
            continue
        looked_at.add((row, column))
        if row not in turned:
            turned[row] = ones.views[row].mirrored() if mirrored else ones.views[row]
        placed = placement(turned[row], others.views[column])
        if placed is None or placed.agreeing < SURE:
            continue
        found[row, column] = placed
        waiting.extend(
            (r, c)
            for r in range(max(0, row - _REACH), min(len(ones), row + _REACH + 1))
            for c in range(max(0, column - _REACH), min(len(others), column + _REACH + 1))
        )
        if placed.agreeing >= _FOLLOWED:
            # What lies between may agree in too little; what is shared goes on all the same.
            near = np.arange(max(0, row - _AHEAD), min(len(ones), row + _AHEAD + 1))
            beside = others.at(ones.start[near] + others.start[column] - ones.start[row])
            for columns in (beside, np.minimum(beside + 1, len(others) - 1)):
                waiting.extend(zip(near.tolist(), columns.tolist(), strict=True))
    return found


def _spans(first: Subject, second: Subject, pairs: Pairs, thresholds: Thresholds) -> list[Span]:
    """The stretches that are convincing, longest first."""
    one, other, until = first.views, second.views, (first.until, second.until)
    rows, columns = np.array(list(pairs)).T
    agreeing = np.array([placed.agreeing for placed in pairs.values()])
    # Neighbours of the right view agree as well, less: only what is about the best of one counts.
    most_row, most_column = np.zeros(len(one)), np.zeros(len(other))
    np.maximum.at(most_row, rows, agreeing)
    np.maximum.at(most_column, columns, agreeing)
    keep = (agreeing >= 0.75 * most_row[rows]) | (agreeing >= 0.75 * most_column[columns])
    rows, columns, agreeing = rows[keep], columns[keep], agreeing[keep]
    hits = FrameHits(
        one.start[rows], one.end[rows], other.start[columns], other.end[columns],
        _as_distance(agreeing, np.maximum(most_row[rows], most_column[columns])),
    )  # fmt: skip
    kept = []
    shown = (one.start, one.end), (other.start, other.end)
    for span in align(hits, _LEAST_SECONDS, shown, _STEP, _PACE_GAIN, until):
        inside = span_holds(span, hits)
        held = list(zip(rows[inside].tolist(), columns[inside].tolist(), strict=True))
        telling = _telling({pair: pairs[pair] for pair in held}, one, other, thresholds)
        if telling is None:
            continue
        distance = float(np.mean([pairs[pair].distance for pair in held]))
        told = msgspec.structs.replace(
            span,
            distance=round(max(distance, _LEAST_DISTANCE), 1),
            regions=strength_of(telling),
            best=_best(span, hits.where(inside), list(telling.values())),
        )
        kept.append(with_share(told, *shown))
    return kept


def _telling(pairs: Pairs, one: Views, other: Views, thresholds: Thresholds) -> Pairs | None:
    """What agrees in a stretch, without what an overlay may have brought, if that convinces."""
    beyond, overlay = without_overlay(pairs, one, other)
    if strength_of(beyond) < thresholds.regions:
        return None
    spread = spread_of(beyond, one, other, overlay)
    moves = strength_of(what_moves(beyond, one, other)) >= _MOVES
    if spread < thresholds.spread * (_IF_IT_MOVES if moves else 1):
        return None
    if lies_exactly(beyond, overlay):
        return beyond
    all_around = spread >= thresholds.spread and hardly_moves(pairs, one, other)
    return beyond if all_around and goes_on_beyond(pairs, beyond) else None


def _as_distance(agreeing: NDArray[np.int64], most: NDArray[np.float64]) -> NDArray[np.int16]:
    """How little views agree, as if it were bits between frames: by chance a few regions do."""
    share = agreeing / most * np.minimum(1.0, agreeing / _CERTAIN)
    return np.asarray(np.round(Thresholds().frame * (1 - share)), np.int16)


def _best(span: Span, hits: FrameHits, telling: list[Placement]) -> FramePair | None:
    """The pair of views in which most regions agree, of those that a span holds."""
    found = seen_best(span, hits, np.array([-placed.agreeing for placed in telling]))
    if found is None:
        return None
    row, in_first, in_second = found
    return FramePair(
        first=in_first,
        second=in_second,
        distance=round(float(telling[row].distance)),
        first_variant=PARTS,
        second_variant=PARTS,
        regions=telling[row].agreeing,
    )


def _match(first: Subject, second: Subject, orientation: int, spans: list[Span]) -> Match:
    return Match(
        kind=MatchKind.FILM,
        distance=round(min(span.distance for span in spans)),
        threshold=ALIKE_BITS,
        orientation=REGIONS.orientations[orientation],
        first_variant=PARTS,
        second_variant=PARTS,
        spans=tuple(spans),
        versions={**first.versions, **second.versions},
    )
