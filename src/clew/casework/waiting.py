"""The order of what waits for a decision, found once and remembered; what is shown is asked anew.

To order tens of thousands of questions all of them have to be looked at, which takes seconds. So
the order alone is kept, for the agency and for a short time; a page of it is asked of the database
again, with the weights and the matches of this moment and for this officer: what was decided or is
no longer seen is not on it, whatever the order says (docs/decisions/0031).
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, TypeAlias

import msgspec
from django.db import connection

from clew.access.connections import prepared
from clew.casework.consequence import Weights
from clew.casework.proposals import named
from clew.casework.together import Together

By: TypeAlias = Literal["weight", "series", "media"]
Key: TypeAlias = tuple[int, ...]
"""Sorts; whole numbers, so that it can stand in an address."""

_FRESH, _REST = 2.0, 40
"""An order is not found anew for so many seconds, or so many times as long as finding it took."""
_REMEMBERED = 20
"""Ways in which one order was looked through."""
_LATEST_DAY = 4_000_000
_PRECISE = 1_000_000
_MATCHES = """
SELECT c.id, c.first_id, c.second_id, c.distance, c.threshold, c.near_copy, d.state
FROM records_storedmatch c LEFT JOIN records_connection d
  ON d.agency_id = (SELECT access.case_agency()) AND d.type = c.kind AND d.state <> 'proposed'
 AND d.first_media_id = c.first_id AND d.second_media_id = c.second_id
"""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One proposal's place in the order.

    Attributes:
        name: of the proposal.
        lead: number of its nearest match.
        media: numbers of that match's two media.
        groups: leaders of the two groups of near-copies that it is about.
        key: sorts by weight.
        series: of those it touches, by number.
        danger: whether somebody may be in danger.
        unidentified: whether a victim of it is known and not identified.
    """

    name: str
    lead: int
    media: tuple[int, int]
    groups: tuple[int, int]
    key: Key
    series: tuple[int, ...]
    danger: bool
    unidentified: bool


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What of all that waits is to be shown.

    Attributes:
        by: weightiest first, or together what is about one series or one media.
        series: only what touches this series; 0 for all.
        media: only what is about this media or a near-copy of it; 0 for all.
        aside: what the officer set aside, instead of what they did not.
    """

    by: By = "weight"
    series: int = 0
    media: int = 0
    aside: bool = False


Row: TypeAlias = tuple[Key, int, Question]
"""Sorting key, what the question is grouped under (0 for nothing), and the question."""


class Rows:
    """Some of an order, and sums of it that need not look at all of it each time."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        self._of_name = {row[2].name: row for row in rows}
        self._groups = Counter(row[1] for row in rows)
        self._danger = sum(row[2].danger for row in rows)
        self._unidentified = sum(row[2].unidentified for row in rows)

    def without(self, names: Collection[str]) -> Sums:
        """The sums of all but some."""
        out = [self._of_name[name] for name in names if name in self._of_name]
        return Sums(
            count=len(self.rows) - len(out),
            danger=self._danger - sum(row[2].danger for row in out),
            unidentified=self._unidentified - sum(row[2].unidentified for row in out),
            out=Counter(row[1] for row in out),
            groups=self._groups,
        )

    def only(self, names: Collection[str]) -> Rows:
        """Some of them, in the same order."""
        some = [self._of_name[name] for name in names if name in self._of_name]
        return Rows(sorted(some, key=lambda row: row[0]))


@dataclass(frozen=True)
class Sums:
    """How many questions there are: in all, with danger, of unidentified victims, in a group."""

    count: int
    danger: int
    unidentified: int
    out: Counter[int]
    groups: Counter[int]

    def group(self, number: int) -> int:
        """How many there are under one number."""
        return self.groups[number] - self.out[number]


class Order:
    """All that waits for one agency, in order, as it stood when it was found."""

    def __init__(self, questions: list[Question], together: Together, took: float) -> None:
        self.questions = sorted(questions, key=lambda one: one.key)
        self.settled: set[str] = set()
        self._until = time.monotonic() + max(_FRESH, _REST * took)
        self._together = together
        self._wanted: dict[tuple[By, int, int], Rows] = {}

    @classmethod
    def found(cls) -> Order:
        """As things stand in this transaction, for the acting officer's agency."""
        began = time.perf_counter()
        together, asked = _asked()
        members = together.members()
        about = {one for pair in asked for group in pair for one in members.get(group, [group])}
        weights = Weights.now(about)
        questions = [
            _question(
                pair, rows, {one for group in pair for one in members.get(group, [group])}, weights
            )
            for pair, rows in asked.items()
        ]
        return cls(questions, together, time.perf_counter() - began)

    @property
    def due(self) -> bool:
        """Whether it should be found anew."""
        return time.monotonic() > self._until

    def expire(self) -> None:
        """Have it found anew by whoever asks next: something was taken back."""
        self._until = 0.0

    def of(self, wanted: Wanted) -> Rows:
        """Those that were wanted, what was settled or set aside among them."""
        which = (wanted.by, wanted.series, wanted.media)
        if which not in self._wanted:
            leader = self._together.of(wanted.media) if wanted.media else 0
            rows = [
                row
                for row in self._arrange(wanted.by)
                if (not wanted.series or wanted.series in row[2].series)
                and (not leader or leader in row[2].groups)
            ]
            while len(self._wanted) >= _REMEMBERED:
                self._wanted.pop(next(iter(self._wanted)), None)
            self._wanted[which] = Rows(rows)
        return self._wanted[which]

    def _arrange(self, by: By) -> list[Row]:
        if by == "weight":
            return [(one.key, 0, one) for one in self.questions]
        of_media = Counter(group for one in self.questions for group in set(one.groups))
        ranks: dict[int, int] = {}
        made = []
        for one in self.questions:  # a group stands where its weightiest question does
            if by == "series":
                group = one.series[0] if one.series else 0
            else:
                group = max(one.groups, key=lambda each: (of_media[each], -each))
            rank = ranks.setdefault(group, len(ranks)) if group else len(self.questions)
            made.append(((rank, *one.key), group, one))
        return sorted(made, key=lambda row: row[0])


_Match: TypeAlias = tuple[float, int, int, int, int]
"""Of a match: the share of its threshold that it uses up, distance, number, and its two media."""


def _asked() -> tuple[Together, dict[tuple[int, int], list[_Match]]]:
    """Groups of near-copies, and undecided matches by the two groups that they are between."""
    together, undecided = Together(), []
    for number, first, second, distance, threshold, copies, state in prepared(connection, _MATCHES):
        if copies and state != "rejected":
            together.join(first, second)
        if state is None:
            share = distance / max(threshold, 1)
            undecided.append((share, distance, number, first, second))
    asked: dict[tuple[int, int], list[_Match]] = defaultdict(list)
    of = together.of
    for row in undecided:
        one, other = of(row[3]), of(row[4])
        asked[(one, other) if one < other else (other, one)].append(row)
    return together, asked


def _question(
    pair: tuple[int, int], rows: list[_Match], media: set[int], weights: Weights
) -> Question:
    consequence = weights.of(media)
    share = min(row[0] for row in rows)
    _, lead, first, second = min(row[1:] for row in rows)
    danger, known, countries, series, day = consequence.order
    return Question(
        name=named([row[2] for row in rows]),
        lead=lead,
        media=(first, second),
        groups=pair,
        key=(
            *(int(danger), known, int(countries), int(series), _LATEST_DAY + int(day)),
            *(round(share * _PRECISE), lead),
        ),
        series=consequence.series,
        danger=consequence.danger,
        unidentified=bool(consequence.unidentified),
    )
