"""The board of a series: clues, hypotheses with what speaks for each, tasks, who is there."""

from __future__ import annotations

from datetime import date

import psycopg
import pytest

from clew.casework import board, hypotheses, tasks
from clew.casework.decisions import undo
from clew.casework.entities import add_particular, add_to_series, create, merge
from clew.casework.errors import DecidedMeanwhileError, NotSeenError, RefusedError, StatementError
from clew.casework.identification import find
from clew.casework.leading import accept_lead, offer_lead
from clew.casework.observations import observe, replace
from clew.casework.presence import present
from clew.casework.record import record
from clew.casework.sharing import share
from clew.casework.things import Thing
from clew.records.models import Argument, Hypothesis, Presence, Task, TaskStep, Weighing


def series(case, name: str = "anna", **more) -> Thing:
    with case.as_(name):
        return Thing("series", create("series", "blue room", **more).pk)


def test_a_board_holds_what_was_pinned_and_who_is_shown(case):
    blue, one, two = series(case), case.media(), case.media()
    with case.as_("anna"):
        girl = create("person", "girl", category="victim").pk
        twin = create("person", "the same", category="victim").pk
        add_to_series(blue.id, "alike", media=[one, two], persons=[girl, twin])
        merge(twin, girl, "the same scarf")
        find(girl, "whereabouts", "country", "the plug")
        add_particular(girl, "name", "Mia Muster", certainty="fact", source="register")
        with pytest.raises(StatementError, match="name the media"):
            observe(blue, "clue", "a poster", region=[0, 0, 1, 1])
        seen = Thing("media", one)
        clue = observe(blue, "clue", "poster", source=seen, region=[0.1, 0.2, 0.5, 0.6])
        observe(Thing("media", one), "plug type", "G")
        observe(Thing("media", two), "plug type", "G")
        observe(blue, "note", "ask the school")
        observe(blue, "imminent danger", "yes")
        known = board.board(blue.id)
        assert known.media == [two, one]
        assert [v.entity.pk for v in known.victims] == [girl], "each once"
        assert [(s.aspect, s.stage, s.by) for s in known.victims[0].way] == [
            ("whereabouts", "country", "anna")
        ]
        (pinned,) = known.clues
        assert (pinned.media, pinned.region, pinned.by) == (one, (0.1, 0.2, 0.5, 0.6), "anna")
        assert [(m.type, m.words, m.number) for m in known.of_media] == [("plug type", "G", 2)]
        assert [note.words for note in known.notes] == ["ask the school"]
        assert (known.danger, known.open) == (True, True)
        replace(clue.pk, "")
        assert board.board(blue.id).clues == []
        (named,) = record(girl).particulars
        assert (named.words, named.by) == ("Mia Muster", "anna")
        (listed,) = board.listed()
        assert (listed.media, listed.victims, listed.unidentified) == (2, 1, 1)
        assert listed.danger
        assert board.listed(title="GREEN") == []
    with case.as_("nils"):
        assert board.listed() == []
        with pytest.raises(NotSeenError):
            board.board(blue.id)
    with case.as_("anna"):
        share("series", blue.id, "all members")
        share("person", girl, "all members")
    with case.as_("nils"):
        shared = board.board(blue.id)
        assert (shared.media, shared.clues) == ([], []), "each is shared by itself"
        assert record(girl).particulars == record(girl).way == []


def test_the_list_begins_with_who_is_not_identified_or_with_mine(case):
    found, blue = series(case), series(case)
    with case.as_("anna"):
        girl = create("person", "girl", category="victim").pk
        add_to_series(found.id, "x", persons=[girl])
        find(girl, "identity", "proposed", "x")
    with case.owner() as owner:
        owner.execute("UPDATE records_entity SET identity = 'identified' WHERE id = %s", [girl])
    with case.as_("anna"):
        assert [one.id for one in board.listed()] == [blue.id, found.id]
        observe(found, "series is", "closed")
        assert [one.open for one in board.listed()] == [True, False]
        assert [one.id for one in board.listed(recent_first=True)] == [found.id, blue.id]
        tasks.ask_for(blue, "call", assigned=case.officers["berta"].pk)
    with case.as_("berta"):
        assert [one.id for one in board.listed(mine=True)] == [blue.id]
        (mine,) = tasks.my_tasks()
        assert (mine.words, mine.entity_id) == ("call", blue.id)


def test_a_hypothesis_is_weighed_and_both_sides_stay(case):
    blue = series(case)
    with case.as_("anna"):
        one = hypotheses.suppose(blue, "country", "Estmark").pk
        reasons = (("for", "the plug"), ("for", "the language"), ("against", "the cars"))
        first, _, _ = (hypotheses.argue(one, side, words).pk for side, words in reasons)
        hypotheses.weigh(one, "likely", "two against one")
        hypotheses.weigh(one, "ruled out", "the cars")
        hypotheses.unweigh(one)
        hypotheses.retract(first)
        with pytest.raises(DecidedMeanwhileError):
            hypotheses.retract(first)
        (told,) = hypotheses.hypotheses(blue)
        assert told.hypothesis.stands == "likely"
        assert [a.words for a in told.speaks_for] == ["the language"]
        assert [a.words for a in told.against] == ["the cars"]
        assert [step.stands for step in told.history] == ["likely", "ruled out", "likely"]
        other = hypotheses.suppose(blue, "place", "a school").pk
        hypotheses.unweigh(other)
        assert len(hypotheses.hypotheses(blue)) == 1
        for wrong in (("sky", "x"), ("place", " ")):
            with pytest.raises(StatementError):
                hypotheses.suppose(blue, *wrong)
        with pytest.raises(StatementError):
            hypotheses.argue(one, "beside", "x")
    with case.as_("nils"):
        assert Hypothesis.objects.count() == Argument.objects.count() == 0
        assert Weighing.objects.count() == 0
        with pytest.raises(NotSeenError):
            hypotheses.argue(one, "for", "x")


def test_a_shared_hypothesis_is_argued_by_all_and_weighed_by_who_holds_it(case):
    blue = series(case, sharing="all members")
    with case.as_("anna"):
        one = hypotheses.suppose(blue, "country", "Estmark", sharing="all members").pk
        hypotheses.argue(one, "for", "the plug")
    with case.as_("nils"):
        hypotheses.argue(one, "against", "the light")
        with pytest.raises(RefusedError, match="LKA holds"):
            hypotheses.weigh(one, "ruled out", "the light")
        (told,) = hypotheses.hypotheses(blue)
        assert [a.words for a in told.speaks_for + told.against] == ["the plug", "the light"]
    with case.as_("anna"):
        (told,) = hypotheses.hypotheses(blue)
        assert told.against == [], "what the other agency wrote is its own until it shares it"
    for name in ("carl", "dora"):
        with case.as_(name), pytest.raises((RefusedError, NotSeenError)):
            hypotheses.argue(one, "for", "x")


def test_a_task_has_somebody_and_a_day_and_is_its_agencys_own(case):
    blue, berta = series(case, sharing="all members"), case.officers["berta"].pk
    with case.as_("anna"):
        one = tasks.ask_for(blue, "call the school", assigned=berta, until=date(2031, 5, 1))
        assert (one.assigned_id, one.until) == (berta, date(2031, 5, 1))
        loose = tasks.ask_for(blue, "look at the sky")
        with pytest.raises(NotSeenError, match="no such officer"):
            tasks.ask_for(blue, "x", assigned=case.officers["nils"].pk)
    with case.as_("berta"):
        tasks.finish(one.pk, "done", "they know the poster")
        with pytest.raises(DecidedMeanwhileError):
            tasks.finish(one.pk, "done")
        assert [t.words for t in tasks.tasks(blue)] == ["look at the sky", "call the school"]
        tasks.unstep(one.pk)
        tasks.unstep(loose.pk)
        (left,) = tasks.tasks(blue)
        assert (left.state, left.assigned_id, left.until) == ("open", berta, date(2031, 5, 1))
    with case.as_("nils"):
        assert Task.objects.count() == TaskStep.objects.count() == 0
        assert tasks.tasks(blue) == []


def test_what_is_on_the_board_goes_with_the_lead(case):
    blue = series(case, sharing="all members")
    for name, agency in (("sven", case.ours), ("saskia", case.theirs)):
        case.officers[name] = case.people.officer(name, agency, "supervisor")
        held = case.people.authority(agency, f"Az of {name}")
        case.secrets[name] = case.people.session(case.officers[name], held)
    with case.as_("anna"):
        one = hypotheses.suppose(blue, "country", "Estmark").pk
        hypotheses.argue(one, "for", "the plug")
    with case.as_("sven"):
        offer = offer_lead(blue.id, "Politie", "x").pk
    with case.as_("saskia"):
        accept_lead(offer, "x")
    with case.as_("nils"):
        (told,) = hypotheses.hypotheses(blue)
        assert [a.words for a in told.speaks_for] == ["the plug"]


def test_two_of_an_agency_are_told_of_each_other_and_nobody_else(case):
    blue = series(case, sharing="all members")
    with case.as_("anna"):
        assert present(blue.id) == []
    with case.as_("berta"):
        assert present(blue.id) == ["anna"]
    with case.as_("anna"):
        assert present(blue.id) == ["berta"]
    with case.as_("nils"):
        assert present(blue.id) == [], "another agency's officers stay unnamed"
    rows = Presence.objects.using("owner")
    with case.owner() as owner:
        owner.execute("UPDATE records_presence SET at = at - interval '2 minutes'")
    with case.as_("anna"):
        assert present(blue.id) == [], "over after a minute"
    assert [row.officer.name for row in rows.select_related("officer")] == ["anna"]


def test_merging_is_in_the_past_of_both_and_undone_from_there(case):
    blue, red = series(case), series(case)
    with case.as_("anna"):
        merge(red.id, blue.id, "the same room")
        (told,) = record(blue.id).past
        assert (told.what, told.by, told.why, told.open) == (
            *("merged", "anna", "the same room"),
            True,
        )
        assert [part.pk for part in record(blue.id).parts] == [red.id]
        undo(told.decision, "not the same")
        assert [one.what for one in record(blue.id).past] == ["merged"], "its own past has the end"
        assert record(red.id).entity.pk == red.id


WRITES = [
    "INSERT INTO records_hypothesis (entity_id, subject, words, stands, steps) "
    "VALUES ({theirs}, 'country', 'x', 'open', 0)",
    "INSERT INTO records_hypothesis (entity_id, subject, words, stands, steps) "
    "VALUES ({own}, 'country', 'x', 'likely', 0)",
    "INSERT INTO records_weighing (hypothesis_id, number, stands, why) "
    "VALUES ({hypothesis}, 2, 'ruled out', 'x')",
    "INSERT INTO records_argument (hypothesis_id, side, words, certainty) "
    "VALUES ({hypothesis}, 'for', 'x', 'fact')",
    "INSERT INTO records_task (entity_id, words, state, steps) VALUES ({theirs}, 'x', 'open', 0)",
    "INSERT INTO records_task (entity_id, words, state, steps) VALUES ({own}, 'x', 'done', 0)",
    "INSERT INTO records_taskstep (task_id, number, state, why) VALUES ({task}, 2, 'done', '')",
    "UPDATE records_hypothesis SET stands = 'likely'",
    "UPDATE records_task SET state = 'done'",
    "SELECT * FROM records_presence",
    *(
        f"DELETE FROM records_{table}"
        for table in ("hypothesis", "weighing", "argument", "task", "taskstep", "presence")
    ),
]


@pytest.mark.parametrize("name", ["anna", "carl", "dora"])
def test_nothing_is_written_across_the_line(case, raw, name):
    own, theirs = series(case), series(case, "nils")
    with case.as_("nils"):
        one = hypotheses.suppose(theirs, "country", "x").pk
        hypotheses.weigh(one, "likely", "x")
        task = tasks.ask_for(theirs, "x", until=date(2031, 5, 1)).pk
        argument = hypotheses.argue(one, "for", "x").pk
    values = {"own": own.id, "theirs": theirs.id, "hypothesis": one, "task": task}
    asked = raw(secret=case.secrets[name])
    for statement in WRITES:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):  # noqa: PT012 - says which
            asked.execute(statement.format(**values))
            pytest.fail(f"not refused: {statement}")
        asked.rollback()
    told = asked.execute(f"SELECT access.replaces_own_argument({argument}, {one}, 'for')")
    assert told.fetchone() == (False,)
