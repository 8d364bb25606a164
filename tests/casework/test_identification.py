"""Identity, whereabouts and safety of each victim, apart, and identified only by two people."""

from __future__ import annotations

import psycopg
import pytest

from clew.casework.acts import act
from clew.casework.entities import create, merge
from clew.casework.errors import (
    DecidedMeanwhileError,
    NotSeenError,
    RefusedError,
    StatementError,
)
from clew.casework.identification import confirm_identity, count, find, unfind, way
from clew.casework.sharing import share
from clew.casework.things import entity
from clew.records.models import Entity, Finding


@pytest.fixture
def girl(case) -> int:
    with case.as_("anna"):
        return create("person", "girl with red scarf", category="victim").pk


def standing(number: int) -> tuple[str, str, str]:
    one = entity(number)
    return (one.identity, one.whereabouts, one.safety)


def test_the_three_move_apart_and_each_step_is_kept(case, girl):
    with case.as_("berta"):
        find(girl, "whereabouts", "country", "plug type G")
        find(girl, "safety", "at risk", "new material last week")
        find(girl, "whereabouts", "region", "a bus stop sign", certainty="fact")
        assert standing(girl) == ("", "region", "at risk")
        told = [(one.aspect, one.stage, one.certainty) for one in way(girl)]
    assert told == [
        ("whereabouts", "country", "assessment"),
        ("safety", "at risk", "assessment"),
        ("whereabouts", "region", "fact"),
    ]


def test_identified_takes_two_people_of_whom_the_second_is_certified_for_it(case, girl):
    with case.as_("anna"):
        with pytest.raises(StatementError, match="takes two people"):
            find(girl, "identity", "identified", "register")
        with pytest.raises(StatementError, match="No identity is proposed"):
            confirm_identity(girl, "register")
        find(girl, "identity", "proposed", "the school photograph")
        with pytest.raises(RefusedError, match="proposed it yourself"):
            confirm_identity(girl, "register")
    with case.as_("berta"), pytest.raises(RefusedError, match="specialist or supervisor"):
        confirm_identity(girl, "register")
    second = case.people.officer("sven", case.ours, "supervisor")
    held = case.people.authority(case.ours, "Az 2")
    case.secrets["sven"] = case.people.session(second, held)
    with case.as_("sven"):
        confirm_identity(girl, "birth register, seen")
        assert standing(girl)[0] == "identified"
        assert [one.officer_id for one in way(girl)] == [case.officers["anna"].pk, second.pk]
        assert count().identified == 1


def test_the_database_holds_the_two_people_rule_whatever_is_asked_of_it(case, girl, raw):
    with case.as_("anna"):
        mine = find(girl, "identity", "proposed", "the school photograph").pk
        other = create("person", "boy", category="victim").pk
        unlike = find(other, "identity", "lead", "x").pk
    for name, confirms, number in (
        ("anna", mine, 2),  # her own
        ("berta", mine, 2),  # no specialist
        ("anna", unlike, 2),  # another's, and no proposal
        ("anna", "NULL", 2),
        ("berta", mine, 1),
        ("nils", mine, 2),  # another agency's
    ):
        asked = raw(secret=case.secrets[name])
        with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.CheckViolation)):
            asked.execute(
                "INSERT INTO records_finding (person_id, aspect, stage, certainty, why, number, "
                f"confirms_id) VALUES ({girl}, 'identity', 'identified', 'fact', 'x', {number}, "
                f"{confirms})"
            )
        asked.rollback()
    with case.as_("anna"):
        assert standing(girl)[0] == "proposed"


def test_a_proposal_that_was_taken_back_is_not_confirmed(case, girl):
    with case.as_("berta"):
        find(girl, "identity", "proposed", "a name in a chat")
        find(girl, "identity", "lead", "another girl of that name")
    with case.as_("anna"), pytest.raises(StatementError, match="stands at lead"):
        confirm_identity(girl, "x")


def test_a_victim_counts_once(case, girl):
    with case.as_("anna"):
        twin = create("person", "girl in the garden", category="victim").pk
        create("person", "man with watch", category="suspect")
        assert count().victims == 2
        merge(twin, girl, "the same scar")
        assert count().victims == 1
        find(twin, "safety", "safeguarded", "with her aunt", certainty="fact")
        assert (standing(girl)[2], count().safeguarded) == ("safeguarded", 1)


def test_others_see_how_far_it_is_and_not_why(case, girl):
    with case.as_("anna"):
        find(girl, "whereabouts", "located", "12 Long Street")
        share("person", girl, "all members")
    with case.as_("nils"):
        assert standing(girl) == ("", "located", "")
        assert way(girl) == []
        assert Finding.objects.count() == 0
        with pytest.raises(RefusedError, match="led by LKA"):
            find(girl, "safety", "at risk", "x")
        assert count().victims == 1


def test_only_victims_are_identified_by_it_and_only_in_known_steps(case, girl):
    with case.as_("anna"):
        man = create("person", "man with watch", category="suspect").pk
        with pytest.raises(RefusedError, match="not as a victim"):
            find(man, "identity", "lead", "x")
        with pytest.raises(StatementError, match="whereabouts is one of unknown, country"):
            find(girl, "whereabouts", "somewhere", "x")


def test_steps_that_two_take_at_once_are_not_both_kept(case, girl, raw):
    asked = raw(secret=case.secrets["berta"])
    asked.execute(
        "INSERT INTO records_finding (person_id, aspect, stage, certainty, why, number) "
        f"VALUES ({girl}, 'safety', 'at risk', 'fact', 'x', 1)"
    )
    asked.commit()
    with case.as_("anna"):
        one = Finding.objects.get()
        again = Finding(
            person_id=girl, aspect="safety", stage="safeguarded", certainty="fact", why="y"
        )
        again.number = one.number
        with pytest.raises(DecidedMeanwhileError), act("refused"):
            again.save()
        assert Entity.objects.get(pk=girl).safety == "at risk"


def test_a_step_is_taken_back_to_where_it_stood_and_both_are_kept(case, girl):
    second = case.people.officer("sven", case.ours, "supervisor")
    held = case.people.authority(case.ours, "Az 2")
    case.secrets["sven"] = case.people.session(second, held)
    with case.as_("anna"):
        first = find(girl, "whereabouts", "country", "plug type G", certainty="fact")
        further = find(girl, "whereabouts", "located", "a mistake")
        with pytest.raises(DecidedMeanwhileError, match="further step"):
            unfind(first.pk)
        unfind(further.pk)
        assert standing(girl) == ("", "country", "")
        told = [(one.stage, one.certainty, one.why) for one in way(girl)]
        assert told[-1] == ("country", "fact", "taken back at once")
        assert len(told) == 3
        safety = find(girl, "safety", "safeguarded", "a mistake too")
        unfind(safety.pk)
        assert standing(girl)[2] == "unknown"
        proposed = find(girl, "identity", "proposed", "the school photograph")
        unfind(proposed.pk)
        find(girl, "identity", "proposed", "the school photograph")
    with case.as_("nils"), pytest.raises(NotSeenError):
        unfind(proposed.pk)
    with case.as_("carl"), pytest.raises((RefusedError, NotSeenError, DecidedMeanwhileError)):
        unfind(proposed.pk)
    with case.as_("sven"):
        confirmed = confirm_identity(girl, "birth register, seen")
    with case.as_("anna"):
        unfind(confirmed.pk)
        assert standing(girl)[0] == "proposed"
    with case.as_("sven"):
        # Whoever took it back proposed it: another one confirms.
        confirm_identity(girl, "birth register, seen again")
        lead = find(girl, "identity", "lead", "it was another register")
        with pytest.raises(StatementError, match="takes two people"):
            unfind(lead.pk)
        assert standing(girl)[0] == "lead"
