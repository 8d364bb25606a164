"""Found connections are counted as they should be."""

import pytest

from clew.training.score import EditScore, score
from clew.training.truth import KnownFile, Part, Truth


@pytest.fixture
def truth() -> Truth:
    def picture(path: str, origin: str, edit: str = "original") -> KnownFile:
        return KnownFile(path, "picture", edit, parts=[Part(origin)])

    joined = KnownFile("j", "clip", "joined", parts=[Part("one"), Part("two")])
    return Truth(
        1,
        [
            picture("a", "one"),
            picture("a2", "one", "mirror"),
            picture("a3", "one", "border"),
            picture("b", "two"),
            picture("b2", "two", "mirror"),
            picture("c", "three"),
            joined,
            KnownFile("note.txt", "other", "text", readable="no"),
        ],
    )


def test_recall_is_counted_for_each_edit(truth: Truth) -> None:
    result = score(truth, [("a2", "a"), ("a", "a2"), ("j", "b")])
    assert result.edits == [
        EditScore("border", 0, 1),
        EditScore("joined", 0, 1),
        EditScore("joined, foreign part", 1, 1),
        EditScore("mirror", 1, 2),
    ]
    assert result.edits[3].recall == 0.5
    assert result.recall == pytest.approx(2 / 5)
    assert {(m.first, m.second) for m in result.missed} == {("a", "a3"), ("b", "b2"), ("a", "j")}


def test_copies_of_one_original_may_connect_but_others_may_not(truth: Truth) -> None:
    result = score(truth, [("a2", "a3"), ("a2", "b2"), ("c", "note.txt"), ("a", "unknown")])
    assert result.right_pairs == 1
    assert result.false_pairs == [("a", "unknown"), ("a2", "b2"), ("c", "note.txt")]
    assert result.precision == pytest.approx(1 / 4)


def test_nothing_found_is_precise_and_finds_nothing(truth: Truth) -> None:
    result = score(truth, [])
    assert (result.precision, result.recall) == (1.0, 0.0)


def test_all_found_is_a_full_score(truth: Truth) -> None:
    result = score(truth, [(c.first, c.second) for c in truth.connections])
    assert (result.precision, result.recall, result.missed) == (1.0, 1.0, [])
