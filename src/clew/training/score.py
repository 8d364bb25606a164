"""How well found connections agree with what is known about a collection."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from clew.training.truth import Connection, Truth

Pair = tuple[str, str]
"""Two paths as in the truth, in any order."""


@dataclass(frozen=True)
class EditScore:
    """How many copies made by one edit were connected to their original."""

    edit: str
    found: int
    expected: int

    @property
    def recall(self) -> float:
        """Share found, 0..1."""
        return self.found / self.expected


@dataclass(frozen=True)
class Score:
    """The whole result. A pair of two copies of one original is right, but not required."""

    edits: list[EditScore]
    right_pairs: int
    false_pairs: list[Pair]
    missed: list[Connection]

    @property
    def recall(self) -> float:
        """Share of all expected connections found, 0..1; 1 where none is expected."""
        expected = sum(edit.expected for edit in self.edits)
        return sum(edit.found for edit in self.edits) / expected if expected else 1.0

    @property
    def precision(self) -> float:
        """Share of the found pairs that are right, 0..1; 1 where none was found."""
        found = self.right_pairs + len(self.false_pairs)
        return self.right_pairs / found if found else 1.0


def score(truth: Truth, found: Iterable[Pair]) -> Score:
    """Compare found pairs with the truth; order within a pair and repeats do not count.

    A pair with a path that the truth does not know is false.
    """
    pairs = {_ordered(first, second) for first, second in found if first != second}
    by_edit: dict[str, list[bool]] = {}
    missed = []
    for connection in truth.connections:
        hit = _ordered(connection.first, connection.second) in pairs
        by_edit.setdefault(connection.edit, []).append(hit)
        if not hit:
            missed.append(connection)
    false_pairs = sorted(pair for pair in pairs if not truth.related(*pair))
    edits = [EditScore(edit, sum(hits), len(hits)) for edit, hits in sorted(by_edit.items())]
    return Score(edits, len(pairs) - len(false_pairs), false_pairs, missed)


def _ordered(first: str, second: str) -> Pair:
    return (first, second) if first <= second else (second, first)
