"""Series and people: who is in them, merging and splitting, all of it undoable."""

from __future__ import annotations

import pytest

from clew.casework.decisions import merging_history, undo
from clew.casework.entities import (
    add_particular,
    add_to_series,
    create,
    media_of,
    merge,
    remove_from_series,
    split,
    take_apart,
    victims_of,
)
from clew.casework.errors import (
    DecidedMeanwhileError,
    NotSeenError,
    RefusedError,
    StatementError,
)
from clew.casework.sharing import share
from clew.casework.things import entity
from clew.records.models import Entity, Particular


def series(title: str = "blue room") -> int:
    return create("series", title).pk


def victim(title: str = "girl with red scarf") -> int:
    return create("person", title, category="victim").pk


def test_media_and_victims_are_put_in_and_taken_out_again(case):
    one, two, three = case.media(), case.media(), case.media()
    with case.as_("anna"):
        blue, girl = series(), victim()
        add_to_series(blue, "same wallpaper", media=[one, two, three], persons=[girl])
        assert (media_of(blue), victims_of(blue)) == ([one, two, three], [girl])
        with pytest.raises(DecidedMeanwhileError, match="already"):
            add_to_series(blue, "again", media=[one])
        out = remove_from_series(blue, "another room", media=[two])
        assert media_of(blue) == [one, three]
        with pytest.raises(NotSeenError, match=f"media:{two} is not in series {blue}"):
            remove_from_series(blue, "again", media=[two])
        undo(out.pk, "the same room after all")
        assert media_of(blue) == [one, two, three]


def test_two_series_become_one_and_two_again_with_nothing_lost(case):
    one, two, three = case.media(), case.media(), case.media()
    with case.as_("anna"):
        blue, attic = series(), series("attic")
        add_to_series(blue, "wallpaper", media=[one])
        add_to_series(attic, "beam", media=[two])
        merged = merge(attic, blue, "the same girl")
        assert entity(attic).pk == blue, "the old number leads to the new one"
        assert media_of(attic) == media_of(blue) == [one, two]
        add_to_series(attic, "beam", media=[three])
        undo(merged.pk, "two sisters")
        assert media_of(attic) == [two]
        assert media_of(blue) == [one, three], "what was decided in between stays where it was put"
        assert [past.why for past in merging_history(attic)] == ["the same girl", "two sisters"]


def test_a_chain_of_mergings_is_taken_apart_at_any_place(case):
    one = case.media()
    with case.as_("anna"):
        first, second, third = series("a"), series("b"), series("c")
        add_to_series(first, "x", media=[one])
        merge(first, second, "same")
        merge(second, third, "same")
        assert media_of(third) == [one]
        with pytest.raises(StatementError, match="one already"):
            merge(third, first, "a circle")
        take_apart(second, "not the same")
        assert (media_of(third), media_of(second)) == ([], [one])
        with pytest.raises(StatementError, match="on its own"):
            take_apart(second, "again")


def test_a_victim_with_two_records_counts_once(case):
    one = case.media()
    with case.as_("anna"):
        blue, girl, twin = series(), victim(), victim("girl in the garden")
        add_to_series(blue, "x", media=[one], persons=[girl, twin])
        merge(twin, girl, "the same scar")
        assert victims_of(blue) == [girl]


def test_splitting_moves_by_one_decision(case):
    one, two, three = case.media(), case.media(), case.media()
    with case.as_("anna"):
        blue, girl, boy = series(), victim(), victim("boy")
        add_to_series(blue, "x", media=[one, two, three], persons=[girl, boy])
        new, decision = split(blue, "green room", "two rooms", media=[two, three], persons=[boy])
        assert (media_of(blue), victims_of(blue)) == ([one], [girl])
        assert (media_of(new.pk), victims_of(new.pk)) == ([two, three], [boy])
        undo(decision.pk, "one room in two lights")
        assert (media_of(blue), victims_of(blue)) == ([one, two, three], [girl, boy])
        assert media_of(new.pk) == []
        assert entity(new.pk).title == "green room", "nothing is deleted"


def test_what_was_merged_is_split_like_any_other(case):
    one, two = case.media(), case.media()
    with case.as_("anna"):
        blue, attic = series(), series("attic")
        add_to_series(attic, "x", media=[one, two])
        merge(attic, blue, "same")
        new, _ = split(blue, "green room", "two rooms", media=[two])
        assert (media_of(blue), media_of(new.pk)) == ([one], [two])


def test_only_who_leads_merges_and_splits_and_others_are_told_whom_to_ask(case):
    shared = case.media(case.theirs, "all members")
    with case.as_("nils"):
        theirs = series("their room")
        add_to_series(theirs, "x", media=[shared])
        share("series", theirs, "all members")
    with case.as_("anna"):
        ours = series()
        for attempt in (
            lambda: merge(theirs, ours, "same"),
            lambda: merge(ours, theirs, "same"),
            lambda: split(theirs, "x", "two", media=[shared]),
            lambda: share("series", theirs, "own agency"),
            lambda: add_particular(theirs, "name", "x", certainty="fact", source="x"),
        ):
            with pytest.raises(RefusedError, match=r"led by Politie.*call 0800"):
                attempt()
        add_to_series(theirs, "found here too", media=[case.media()])
    with case.as_("nils"):
        assert media_of(theirs) == [shared], "what we think of it is ours until we share it"


def test_persons_and_nothing_else_have_a_category(case):
    with case.as_("anna"):
        with pytest.raises(StatementError, match="has a category"):
            create("person", "somebody")
        with pytest.raises(StatementError, match="has a category"):
            create("series", "blue room", category="victim")
        blue, girl = series(), victim()
        with pytest.raises(StatementError, match="cannot be part of"):
            merge(blue, girl, "same")
        assert Entity.objects.get(pk=girl).category == "victim"


def test_names_stay_with_who_leads_and_say_where_they_come_from(case):
    with case.as_("anna"):
        girl = victim()
        wrong = add_particular(girl, "name", "Mia", certainty="assessment", source="a cry in 12")
        share("person", girl, "all members")
        with pytest.raises(StatementError, match="Say why"):
            add_particular(girl, "name", "Mia", certainty="fact", source=" ")
        add_particular(girl, "name", "Lea", certainty="fact", source="register", replaces=wrong.pk)
        with pytest.raises(DecidedMeanwhileError):
            add_particular(
                girl, "name", "Eva", certainty="fact", source="register", replaces=wrong.pk
            )
    with case.as_("berta"):
        current = Particular.objects.filter(entity=girl, replaced_by__isnull=True)
        assert [(one.words, one.certainty) for one in current] == [("Lea", "fact")]
        assert Particular.objects.count() == 2
    with case.as_("nils"):
        assert entity(girl).title == "girl with red scarf"
        assert Particular.objects.count() == 0
