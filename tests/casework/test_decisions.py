"""Connections between any two things, and decisions that can be undone and never vanish."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connections

from clew.access.acting import acting
from clew.access.errors import AuthorityError
from clew.casework.decisions import connect, decide, history, undo
from clew.casework.entities import create
from clew.casework.errors import (
    DecidedMeanwhileError,
    NotSeenError,
    RefusedError,
    StatementError,
    VocabularyError,
)
from clew.casework.things import Thing
from clew.records.models import Connection, Decision, EntityKind, Step


def media(number: int) -> Thing:
    return Thing("media", number)


def test_a_connection_says_who_when_and_why(case):
    one, other = case.media(), case.media()
    with case.as_("anna"):
        made = connect("same place", media(one), media(other), "the same wallpaper")
        (first,) = history(made.pk)
    assert (first.state, first.why) == ("proposed", "the same wallpaper")
    assert (first.officer, first.agency) == (case.officers["anna"].pk, case.ours.pk)
    assert first.at is not None


def test_a_decision_is_a_further_step_and_undoing_it_one_more(case):
    one, other = case.media(), case.media()
    with case.as_("berta"):
        made = connect("same place", media(one), media(other), "looks alike")
    with case.as_("anna"):
        decision = decide([made.pk], "confirmed", "same crack in the wall")
        undone = undo(decision.pk, "another room after all")
        told = [(past.state, past.why, past.undoes) for past in history(made.pk)]
        assert Connection.objects.get(pk=made.pk).state == "proposed"
    assert told == [
        ("proposed", "looks alike", None),
        ("confirmed", "same crack in the wall", None),
        ("proposed", "another room after all", decision.pk),
    ]
    with case.as_("anna"):
        undo(undone.pk, "it was the same room")
        assert Connection.objects.get(pk=made.pk).state == "confirmed"


def test_what_was_decided_again_is_not_undone_behind_the_back_of_who_did(case):
    one, other = case.media(), case.media()
    with case.as_("anna"):
        made = connect("same place", media(one), media(other), "looks alike")
        first = decide([made.pk], "confirmed", "certain")
        second = decide([made.pk], "rejected", "not certain")
        with pytest.raises(DecidedMeanwhileError, match=f"decision {second.pk}"):
            undo(first.pk, "wrong")
        undo(second.pk, "certain after all")
        with pytest.raises(DecidedMeanwhileError, match="decision"):
            undo(first.pk, "wrong")
        with pytest.raises(DecidedMeanwhileError, match="undone already"):
            undo(second.pk, "again")


def test_two_officers_who_decide_at_once_do_not_both_succeed(case):
    one, other = case.media(), case.media()
    with case.as_("anna"):
        made = connect("same place", media(one), media(other), "looks alike")
    ready, outcomes = threading.Barrier(2), []

    def settle(name: str, state: str) -> None:
        try:
            with case.as_(name):
                ready.wait(10)
                decide([made.pk], state, "because")
                time.sleep(0.3)  # the other has read by now, and waits for us in the database
            outcomes.append(state)
        except DecidedMeanwhileError:
            outcomes.append("told")
        finally:
            connections.close_all()

    both = [
        threading.Thread(target=settle, args=args)
        for args in (("anna", "confirmed"), ("berta", "rejected"))
    ]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    with case.as_("anna"):
        states = [past.state for past in history(made.pk)]
    assert sorted(outcomes) == sorted(["told", states[1]])
    assert len(states) == 2


def test_the_same_connection_either_way_round_is_one(case):
    one, other = case.media(), case.media()
    with case.as_("anna"):
        connect("same place", media(other), media(one), "looks alike")
        with pytest.raises(DecidedMeanwhileError, match="clew connect list"):
            connect("same place", media(one), media(other), "looks alike")


def test_each_agency_decides_for_itself(case):
    one, other = case.media(sharing="all members"), case.media(case.theirs, "all members")
    with case.as_("anna"):
        made = connect("same place", media(one), media(other), "alike", confirmed=True)
        Connection.objects.update(sharing="all members")
    with case.as_("nils"):
        assert [past.why for past in history(made.pk)] == ["alike"], "shared with its history"
        with pytest.raises(NotSeenError, match="Each agency decides its own"):
            decide([made.pk], "rejected", "no")
        own = connect("same place", media(one), media(other), "not alike")
        decide([own.pk], "rejected", "not alike")
    with case.as_("anna"):
        assert Connection.objects.get(pk=made.pk).state == "confirmed"


@pytest.mark.parametrize(
    ("kind", "first", "second", "why", "error", "says"),
    [
        ("resembles", "media", "media", "x", VocabularyError, "There are: "),
        ("in series", "media", "media", "x", StatementError, "joins media with series"),
        ("same place", "media", "media", "  ", StatementError, "Say why"),
        ("same place", "media", "theirs", "x", NotSeenError, "that you may see"),
        ("shows", "media", "series", "x", StatementError, "joins"),
    ],
)
def test_what_cannot_be_said_is_refused_in_words(case, kind, first, second, why, error, says):
    with case.as_("anna"):
        series = create(EntityKind.SERIES, "blue room")
    things = {
        "media": media(case.media()),
        "theirs": media(case.media(case.theirs)),
        "series": Thing("series", series.pk),
    }
    with case.as_("anna"), pytest.raises(error, match=says):
        connect(kind, things[first], things[second], why)


def test_nothing_is_decided_without_authority_or_by_who_may_not(case):
    one, other = media(case.media()), media(case.media())
    with acting(case.people.session(case.officers["anna"])), pytest.raises(AuthorityError):
        connect("same place", one, other, "x")
    with case.as_("carl"), pytest.raises(RefusedError, match="contributors, specialists"):
        connect("same place", one, other, "x")


def test_undoing_is_whole_or_not_at_all(case):
    one, two = case.media(), case.media()
    shared = case.media(case.theirs, "all members")
    with case.as_("anna"):
        made = [connect("same place", media(one), media(other), "alike") for other in (two, shared)]
        decision = decide([each.pk for each in made], "confirmed", "certain")
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE records_sighting SET sharing = 'own agency'")
    with case.as_("anna"):
        with pytest.raises(NotSeenError, match="no longer shared"):
            undo(decision.pk, "not certain")
        assert Connection.objects.get(pk=made[0].pk).state == "confirmed"


def test_a_decision_leaves_nothing_when_part_of_it_fails(case):
    one, other = case.media(), case.media()
    with case.as_("anna"):
        made = connect("same place", media(one), media(other), "alike")
        before = (Decision.objects.count(), Step.objects.count())
        with pytest.raises(NotSeenError):
            decide([made.pk, 10**9], "confirmed", "x")
        assert (Decision.objects.count(), Step.objects.count()) == before
