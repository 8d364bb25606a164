"""Handing the lead of something over: two agencies agree, and what goes with it."""

from __future__ import annotations

import psycopg
import pytest

from clew.casework.entities import add_particular, add_to_series, create, led, media_of, merge
from clew.casework.errors import DecidedMeanwhileError, NotSeenError, RefusedError, StatementError
from clew.casework.identification import confirm_identity, find, way
from clew.casework.leading import (
    accept_lead,
    decline_lead,
    lead_changes,
    offer_lead,
    withdraw_lead,
)
from clew.casework.notices import notices
from clew.casework.sharing import share
from clew.records.models import Entity, Particular


@pytest.fixture
def two(case):
    """With a supervisor of each agency."""
    for name, agency in (("sven", case.ours), ("saskia", case.theirs)):
        case.officers[name] = case.people.officer(name, agency, "supervisor")
        held = case.people.authority(agency, f"Az of {name}")
        case.secrets[name] = case.people.session(case.officers[name], held)
    return case


def victim(case) -> int:
    """One with a name, led by the LKA and shared with the Politie, with a proposed identity."""
    with case.as_("anna"):
        made = create("person", "girl", category="victim").pk
        twin = create("person", "the same girl", category="victim").pk
        merge(twin, made, "the same scarf")
        add_particular(made, "name", "Mia Muster", certainty="fact", source="register")
        find(made, "identity", "proposed", "the school book")
        share("person", made, "named agencies", [case.theirs.pk])
    return made


def test_names_and_the_way_of_a_victim_go_with_the_lead_that_both_agree_to(two):
    girl = victim(two)
    with two.as_("nils"):
        assert Particular.objects.count() == 0
    # An agency that calls itself like the one that is meant is not offered anything.
    two.people.agency("BE", "Politie")
    with two.as_("sven"):
        with pytest.raises(StatementError, match="say BE/Politie or NL/Politie"):
            offer_lead(girl, "Politie", "she lives there")
        offer = offer_lead(girl, "NL/Politie", "she lives there").pk
        with pytest.raises(DecidedMeanwhileError, match="offered already"):
            offer_lead(girl, "NL/Politie", "again")
    with two.as_("saskia"):
        (asked,) = notices()
        assert asked.kind == "decision asked for"
        assert [one.pk for one in lead_changes()] == [offer]
        accept_lead(offer, "she lives here")
        with pytest.raises(DecidedMeanwhileError, match="answered already"):
            decline_lead(offer, "or not")
    with two.as_("nils"):
        assert led(girl).agency_id == two.theirs.pk
        assert Particular.objects.get().words == "Mia Muster"
        assert [step.stage for step in way(girl)] == ["proposed"]
        confirm_identity(girl, "the passport")
        name = Particular.objects.get()
        add_particular(girl, "name", "Mia M.", certainty="fact", source="pass", replaces=name.pk)
    with two.as_("anna"):
        assert Particular.objects.count() == 0, "who led it learns no more names"
        one = Entity.objects.get(pk=girl)
        assert (one.title, one.identity) == ("girl", "identified"), "and goes on seeing it"
        with pytest.raises(RefusedError, match="led by Politie"):
            add_particular(girl, "alias", "M.", certainty="fact", source="chat")
    with two.as_("sven"):
        assert [one.kind for one in notices()] == ["decision answered"]
        told = [(one.step, one.agency.name, one.why) for one in lead_changes(girl)]
        assert told == [
            ("offered", "LKA", "she lives there"),
            ("accepted", "Politie", "she lives here"),
        ]
    agencies = set(Entity.objects.using("owner").values_list("agency", flat=True))
    assert agencies == {two.theirs.pk}, "what was merged into it goes with it"


def test_a_series_is_seen_by_who_leads_it_and_media_only_where_they_are_shared(two):
    shared, kept = two.media(sharing="all members"), two.media()
    with two.as_("anna"):
        blue = create("series", "blue", sharing="all members").pk
        add_to_series(blue, "the same room", media=[shared, kept])
    with two.as_("nils"):
        assert media_of(blue) == []
    with two.as_("sven"):
        offer = offer_lead(blue, "Politie", "x").pk
    with two.as_("saskia"):
        accept_lead(offer, "x")
    with two.as_("nils"):
        assert media_of(blue) == [shared]
    with two.as_("anna"):
        assert media_of(blue) == [shared, kept]
    with two.as_("saskia"):
        back = offer_lead(blue, "LKA", "x").pk
    with two.as_("sven"):
        accept_lead(back, "x")
        assert led(blue).sharing == "all members"


def test_an_offer_may_be_declined_or_withdrawn_and_changes_nothing(two):
    girl = victim(two)
    with two.as_("sven"):
        first = offer_lead(girl, "Politie", "x").pk
    with two.as_("saskia"):
        decline_lead(first, "no")
        with pytest.raises(RefusedError):
            offer_lead(girl, "LKA", "not ours")
    with two.as_("sven"):
        second = offer_lead(girl, "Politie", "y").pk
        withdraw_lead(second, "no")
    with two.as_("saskia"), pytest.raises(DecidedMeanwhileError):
        accept_lead(second, "yes")
    with two.as_("anna"):
        assert led(girl).agency_id == two.ours.pk
        assert len(lead_changes(girl)) == 4


def test_who_may_not_hand_over_or_take(two, raw):
    girl = victim(two)
    with two.as_("anna"), pytest.raises(RefusedError, match="offered by supervisors"):
        offer_lead(girl, "Politie", "x")
    with two.as_("sven"):
        secret = create("series", "secret").pk
        with pytest.raises(StatementError, match="share it with them first"):
            offer_lead(secret, "Politie", "x")
        for agency in ("LKA", "FBI"):
            with pytest.raises(StatementError, match="no other agency"):
                offer_lead(girl, agency, "x")
        offer = offer_lead(girl, "Politie", "x").pk
        with pytest.raises(RefusedError):
            accept_lead(offer, "by myself")
    with two.as_("nils"), pytest.raises(RefusedError, match="accepted by supervisors"):
        accept_lead(offer, "x")
    for name, step in (("sven", "accepted"), ("saskia", "withdrawn"), ("nils", "accepted")):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            raw(secret=two.secrets[name]).execute(
                "INSERT INTO records_leadchange (entity_id, to_id, step, why, answers_id) "
                "VALUES (%s, %s, %s, 'x', %s)",
                [girl, two.theirs.pk, step, offer],
            )
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        raw(secret=two.secrets["saskia"]).execute(
            "UPDATE records_entity SET agency_id = %s WHERE id = %s", [two.theirs.pk, girl]
        )
    other = two.people.agency("FR", "OCRVP")
    remi = two.people.officer("remi", other, "supervisor")
    two.secrets["remi"] = two.people.session(remi, two.people.authority(other))
    with two.as_("remi"), pytest.raises(NotSeenError):
        accept_lead(offer, "mine")
