"""What a data-protection officer finds, corrects and restricts."""

from __future__ import annotations

import pytest

from clew.casework.decisions import connect, decide
from clew.casework.entities import add_particular, create, merge
from clew.casework.errors import NotSeenError, RefusedError, StatementError
from clew.casework.identification import find
from clew.casework.observations import observations, observe, replace
from clew.casework.protection import free, kept_of, persons_named, restrict
from clew.casework.search import search
from clew.casework.sharing import share
from clew.casework.things import Thing
from clew.records.models import Connection, Entity, Particular


@pytest.fixture
def girl(case) -> int:
    """A victim of whom something of every sort is kept."""
    with case.as_("anna"):
        made = create("person", "girl with red scarf", category="victim").pk
        add_particular(made, "name", "Mia Muster", certainty="assessment", source="a chat")
        observe(Thing("person", made), "marks", "scar on the left hand", certainty="fact")
        find(made, "whereabouts", "country", "plug type G")
        joined = connect("shows", Thing("media", case.media()), Thing("person", made), "her scarf")
        decide([joined.pk], "rejected", "another scarf")
        share("person", made, "all members")
    return made


def test_a_person_is_found_by_name_with_everything_that_is_kept(case, girl):
    with case.as_("carl"):
        assert [one.pk for one in persons_named("muster")] == [girl]
        kept = kept_of(girl)
        assert [(one.says, one.certainty, one.counts) for one in kept] == [
            ("girl with red scarf", "", True),
            ("category: victim", "assessment", True),
            ("name: Mia Muster", "assessment", True),
            ("marks: scar on the left hand", "fact", True),
            ("whereabouts: country", "assessment", True),
            ("shows: rejected", "", False),
        ]
        assert {one.by for one in kept} == {case.officers["anna"].pk}
    with case.as_("nils"):
        assert persons_named("muster") == []


def test_what_is_kept_of_a_merged_record_is_part_of_the_answer(case, girl):
    with case.as_("anna"):
        twin = create("person", "girl in the garden", category="victim").pk
        add_particular(twin, "alias", "Mimi", certainty="fact", source="a chat")
        merge(twin, girl, "the same scar")
    with case.as_("carl"):
        assert "alias: Mimi" in [one.says for one in kept_of(girl)]


def test_a_data_protection_officer_corrects_and_writes_nothing_new(case, girl):
    with case.as_("carl"):
        wrong = Particular.objects.get()
        add_particular(
            girl, "name", "Lea", certainty="fact", source="her own word", replaces=wrong.pk
        )
        (mark,) = [one for one in observations(Thing("person", girl)) if one.type == "marks"]
        replace(mark.pk, "")
        counted = {one.says: one.counts for one in kept_of(girl)}
        assert counted["name: Mia Muster"] is False
        assert counted["name: Lea"] is True
        assert counted["marks: scar on the left hand"] is False
        with pytest.raises(RefusedError):
            add_particular(girl, "name", "Eva", certainty="fact", source="x")
        with pytest.raises(RefusedError):
            observe(Thing("person", girl), "note", "x")
    with case.as_("dora"), pytest.raises(NotSeenError):
        replace(mark.pk, "")


def test_a_restricted_person_is_kept_and_not_worked_with(case, girl):
    with case.as_("anna"), pytest.raises(RefusedError, match="data-protection officer"):
        restrict(girl, "x")
    with case.as_("carl"):
        restrict(girl, "she objects; being looked into")
        with pytest.raises(StatementError, match="already"):
            restrict(girl, "again")
        assert [one.pk for one in persons_named("muster")] == [girl]
        assert len(kept_of(girl)) == 6
    for name in ("anna", "nils"):
        with case.as_(name):
            assert Entity.objects.count() == 0
            assert Particular.objects.count() == 0
            assert Connection.objects.count() == 0
            assert search("scarf OR muster OR scar") == [], "reasons neither"
    with case.as_("anna"), pytest.raises(NotSeenError):
        find(girl, "safety", "at risk", "x")
    with case.as_("carl"):
        free(girl, "she was heard")
        with pytest.raises(StatementError, match="not restricted"):
            free(girl, "again")
    with case.as_("nils"):
        assert Entity.objects.count() == 1
