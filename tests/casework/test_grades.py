"""Grades are votes under a named scheme, for one content byte for byte."""

from __future__ import annotations

import json

import pytest

from clew.casework.errors import NotSeenError, RefusedError, StatementError, VocabularyError
from clew.casework.grades import agreements, disagreements, grade
from clew.casework.proposals import accept, proposals
from clew.casework.vocabulary import vocabulary
from clew.records.models import Grade


def test_votes_stand_side_by_side_and_all_are_kept(case):
    media = case.media()
    with case.as_("anna"):
        grade(media, "US", 1)
    with case.as_("berta"):
        grade(media, "US", 2, "she may be sixteen")
        (said,) = agreements(media)
        assert said.votes == {1: 1, 2: 1}
        assert said.words == {1: "child abuse material", 2: "child exploitive or age difficult"}
        assert (said.agreed, said.share) == (None, 0.5)
        assert disagreements("US") == [media]
        grade(media, "US", 1, "the calendar on the wall")
        (said,) = agreements(media)
        assert (said.votes, said.agreed, said.share) == ({1: 2}, 1, 1.0)
        assert disagreements("US") == []
        assert Grade.objects.count() == 3
        grade(media, "US", None, "not mine to say")
        assert agreements(media)[0].votes == {1: 1}


def test_a_grade_counts_wherever_the_same_bytes_lie_and_never_for_a_near_copy(case):
    media, near = case.media(), case.media()
    case.match(media, near, distance=0)
    case.found(media, case.theirs)
    with case.as_("anna"):
        accept(proposals()[0].id, "copies")
        grade(media, "US", 1, sharing="all members")
        assert agreements(near) == []
    with case.as_("nils"):
        assert agreements(media)[0].votes == {1: 1}


def test_numbers_of_different_schemes_never_meet(case, place, monkeypatch):
    (place / "grades").mkdir()
    (place / "grades" / "uk.json").write_text(
        json.dumps({"scheme": "UK", "source": "Sentencing Council", "grades": {"1": "A"}})
    )
    (place / "observations.json").write_text(
        json.dumps({"wallpaper": {"about": ["media"], "says": "its pattern"}})
    )
    monkeypatch.setenv("CLEW_VOCABULARY", str(place))
    vocabulary.cache_clear()
    try:
        media = case.media()
        with case.as_("anna"):
            grade(media, "US", 1)
            grade(media, "UK", 1)
            assert [(one.scheme, one.words) for one in agreements(media)] == [
                ("UK", {1: "A"}),
                ("US", {1: "child abuse material"}),
            ]
        assert {"wallpaper", "note"} <= vocabulary().observations.keys()
        (place / "grades" / "uk.json").write_text("{")
        vocabulary.cache_clear()
        with pytest.raises(VocabularyError, match=r"uk.json cannot be read"):
            vocabulary()
    finally:
        vocabulary.cache_clear()


def test_what_cannot_be_graded_is_told(case):
    media, theirs = case.media(), case.media(case.theirs)
    with case.as_("anna"):
        with pytest.raises(VocabularyError, match="There are: US"):
            grade(media, "XX", 1)
        with pytest.raises(StatementError, match="It has: 0 non-pertinent; 1 child abuse"):
            grade(media, "US", 9)
        with pytest.raises(NotSeenError):
            grade(theirs, "US", 1)
    with case.as_("carl"), pytest.raises(RefusedError, match="Grades are given by"):
        grade(media, "US", 1)
