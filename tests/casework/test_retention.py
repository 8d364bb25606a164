"""How long things are kept: reviews, holds, deletion by two people and its tombstone."""

from __future__ import annotations

from datetime import date, timedelta

import psycopg
import pytest
from django.utils import timezone

from clew.casework.decisions import connect
from clew.casework.entities import create
from clew.casework.errors import (
    DecidedMeanwhileError,
    NotSeenError,
    RefusedError,
    StatementError,
)
from clew.casework.notices import notices
from clew.casework.retention import (
    agree_to_deletion,
    ask_for_deletion,
    count_of_open_reviews,
    hold,
    holds,
    lift,
    open_reviews,
    refuse_deletion,
    requests_for_deletion,
    review,
    to_destroy,
    withdraw_deletion,
)
from clew.casework.things import Thing
from clew.records.models import Media, Original, Sighting, Tombstone

LATER = timezone.now().date() + timedelta(days=4000)


@pytest.fixture
def media(case) -> int:
    """A media whose original is in the vault; sven is a supervisor of the agency."""
    made = case.media()
    Original.objects.using("worker").create(media_id=made, size=1)
    case.secrets["sven"] = case.people.session(
        case.people.officer("sven", case.ours, "supervisor"),
        case.people.authority(case.ours, "Az 2"),
    )
    return made


def test_a_day_that_has_come_opens_a_review_and_deletes_nothing(case, media):
    with case.as_("anna"):
        girl = create("person", "girl", category="victim").pk
        connect("shows", Thing("media", media), Thing("person", girl), "her", confirmed=True)
        assert open_reviews() == []
        due = {one.thing: one for one in open_reviews(LATER)}
        assert due.keys() == {f"media:{media}", f"person:{girl}"}
        assert due[f"media:{media}"].unidentified == (girl,), "a reason to keep it"
        review(Thing("media", media), LATER + timedelta(days=1), "she is not identified")
        assert [one.thing for one in open_reviews(LATER)] == [f"person:{girl}"]
        with pytest.raises(StatementError, match="not in the future"):
            review(Thing("media", media), date(2020, 1, 1), "x")
        assert Media.objects.filter(pk=media).exists()
    with case.as_("nils"):
        assert open_reviews(LATER) == [], "each agency asks itself"
    assert to_destroy() == []


def test_what_is_due_is_told_a_page_at_a_time(case):
    some = [case.media() for _ in range(5)]
    with case.as_("anna"):
        for number in (3, 1):
            review(Thing("media", some[number]), LATER - timedelta(days=number), "x")
        create("place", "flat")
        create("person", "girl", category="victim")
        all_of_it = open_reviews(LATER)
        assert len(all_of_it) == count_of_open_reviews(LATER) == 7
        pages = [open_reviews(LATER, begin=begin, most=3) for begin in (0, 3, 6, 9)]
    assert [len(page) for page in pages] == [3, 3, 1, 0]
    assert [one for page in pages for one in page] == all_of_it
    assert [one.due for one in all_of_it] == sorted(one.due for one in all_of_it)


def test_deletion_takes_two_people_and_leaves_a_tombstone(case, media):
    with case.as_("sven"):
        asked = ask_for_deletion(media, "innocent holiday picture").pk
        with pytest.raises(RefusedError, match="asked for it yourself"):
            agree_to_deletion(asked)
    with case.as_("anna"), pytest.raises(RefusedError, match="for supervisors"):
        agree_to_deletion(asked)
    assert to_destroy() == []
    with case.as_("anna"):
        asked = ask_for_deletion(media, "innocent holiday picture").pk
    with case.as_("sven"):
        agree_to_deletion(asked)
        with pytest.raises(DecidedMeanwhileError):
            agree_to_deletion(asked)
        (stone,) = Tombstone.objects.all()
        sha256 = Media.objects.get(pk=media).sha256
        assert bytes(stone.sha256) == bytes(sha256)
        assert open_reviews(LATER) == []
    assert to_destroy() == [(media, bytes(sha256))]


def test_a_legal_hold_beats_deletion(case, media):
    with case.as_("anna"):
        asked = ask_for_deletion(media, "x").pk
        held = hold(media, "trial 4 KLs 12/26").pk
        with pytest.raises(RefusedError, match=r"legal hold .*trial 4"):
            ask_for_deletion(media, "x")
        with pytest.raises(RefusedError, match="for supervisors"):
            lift(held, "x")
    with case.as_("sven"):
        with pytest.raises(RefusedError, match="legal hold"):
            agree_to_deletion(asked)
        lift(held, "judgment final")
        assert holds() == []
        with pytest.raises(NotSeenError, match="in force"):
            lift(held, "again")
        agree_to_deletion(asked)
    assert len(to_destroy()) == 1


def test_the_database_holds_the_two_people_rule_and_the_hold(case, media, raw):
    with case.as_("anna"):
        by_anna = ask_for_deletion(media, "x").pk
    with case.as_("sven"):
        by_sven = ask_for_deletion(media, "x").pk
        hash_ = bytes(Media.objects.get(pk=media).sha256)
        hold(media, "trial")
    for name, asked in (
        *(("anna", by_sven), ("anna", by_anna)),
        *(("sven", by_anna), ("sven", by_sven), ("nils", by_anna), ("carl", by_anna)),
    ):
        connection = raw(secret=case.secrets[name])
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(
                "INSERT INTO records_tombstone (deletion_id, sha256) VALUES (%s, %s)",
                [asked, hash_],
            )


def test_a_request_is_refused_or_taken_back_and_decided_once(case, media, raw):
    with case.as_("anna"):
        first, second, third = (ask_for_deletion(media, "x").pk for _ in range(3))
        with pytest.raises(RefusedError, match="take it back instead"):
            refuse_deletion(first, "x")
    with case.as_("berta"):
        with pytest.raises(RefusedError, match="supervisors"):
            refuse_deletion(first, "x")
        with pytest.raises(RefusedError, match="a supervisor can refuse it"):
            withdraw_deletion(first, "x")
    with case.as_("nils"), pytest.raises(NotSeenError):
        refuse_deletion(first, "x")
    with case.as_("sven"):
        assert [one.pk for one in requests_for_deletion()] == [first, second, third]
        refuse_deletion(first, "the victim is not identified")
        with pytest.raises(DecidedMeanwhileError):
            agree_to_deletion(first)
    with case.as_("anna"):
        (told,) = notices()
        assert (told.about, told.says) == (f"deletion:{first}", "the answer: refused")
        withdraw_deletion(second, "the wrong picture")
        with pytest.raises(DecidedMeanwhileError):
            withdraw_deletion(second, "again")
    assert to_destroy() == []
    with case.as_("sven"):
        agree_to_deletion(third)
        assert requests_for_deletion() == []
        with pytest.raises(DecidedMeanwhileError):
            refuse_deletion(third, "too late")
    for name, refused, deletion in (("berta", True, first), ("sven", False, first)):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            raw(secret=case.secrets[name]).execute(
                "INSERT INTO records_deletionend (deletion_id, refused, why) VALUES (%s, %s, 'x')",
                [deletion, refused],
            )


def test_what_another_agency_holds_is_not_destroyed_and_nobody_learns_that(case, media):
    case.found(media, case.theirs)
    with case.as_("anna"):
        asked = ask_for_deletion(media, "x").pk
    with case.as_("sven"):
        agree_to_deletion(asked)
    assert to_destroy() == []
    with case.as_("nils"):
        held = hold(media, "their trial").pk
        theirs = case.media(case.theirs)
        with pytest.raises(NotSeenError):
            ask_for_deletion(case.media(), "x")
        ask_for_deletion(theirs, "x")
    Sighting.objects.using("owner").filter(agency=case.theirs, media=media).delete()
    assert to_destroy() == [], "a hold of any agency counts"
    with case.owner() as owner:
        owner.execute("DELETE FROM records_hold WHERE id = %s", [held])
    assert [number for number, _ in to_destroy()] == [media]
    case.media()  # found since by nobody else
    with case.owner() as owner:
        owner.execute(
            "UPDATE records_sighting SET seen_at = now() + interval '1 s' WHERE media_id = %s",
            [media],
        )
    assert to_destroy() == [], "what was found again after that is held again"
