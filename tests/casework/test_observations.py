"""What officers see, hear and conclude; finding it again; and who else is concerned."""

from __future__ import annotations

import pytest
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import connection

from clew.casework.decisions import connect
from clew.casework.deconfliction import concerned
from clew.casework.entities import add_particular, add_to_series, create, merge
from clew.casework.errors import (
    DecidedMeanwhileError,
    NotSeenError,
    StatementError,
    VocabularyError,
)
from clew.casework.observations import observations, observe, replace
from clew.casework.search import search
from clew.casework.sharing import share
from clew.casework.things import Thing
from clew.records.models import Entity, Observation, Sighting


def media(number: int) -> Thing:
    return Thing("media", number)


def test_an_observation_says_what_how_sure_where_and_from_what(case):
    one, other = case.media(), case.media()
    with case.as_("anna"):
        observe(
            media(one),
            "plug type",
            "G",
            certainty="fact",
            source=media(other),
            region=(0.1, 0.2, 0.5, 0.6),
            span=(3.0, 4.5),
        )
        (said,) = observations(media(one))
    assert (said.words, said.certainty) == ("G", "fact")
    assert (said.officer_id, said.agency_id) == (case.officers["anna"].pk, case.ours.pk)
    assert (said.region, said.start, said.end) == ([0.1, 0.2, 0.5, 0.6], 3.0, 4.5)
    assert said.from_media_id == other


def test_a_sighting_that_a_scan_takes_back_leaves_what_was_said_from_it(case):
    one = case.media()
    with case.as_("anna"):
        place = Sighting.objects.get(media=one).pk
        observe(media(one), "note", "found beside a calendar", sighting=place)
    Sighting.objects.using("worker").filter(pk=place).delete()
    case.found(one, case.ours)
    with case.as_("anna"):
        assert [said.from_sighting for said in observations(media(one))] == [place]


def test_what_was_wrong_is_replaced_and_stays_in_the_history(case):
    one = case.media()
    with case.as_("anna"):
        wrong = observe(media(one), "season", "winter", sharing="all members")
        right = replace(wrong.pk, "autumn")
        assert [said.words for said in observations(media(one))] == ["autumn"]
        assert right.sharing == "all members", "who saw what was wrong sees what is right"
        with pytest.raises(DecidedMeanwhileError):
            replace(wrong.pk, "spring")
        replace(right.pk, "")
        assert observations(media(one)) == []
        told = [said.words for said in observations(media(one), history=True)]
        assert told == ["winter", "autumn", ""]


def test_what_a_media_depicts_is_unset_until_an_officer_says_it(case):
    one = case.media()
    with case.as_("anna"):
        assert observations(media(one)) == []
        observe(media(one), "depicts", "generated or manipulated")
        assert [(said.type, said.words) for said in observations(media(one))] == [
            ("depicts", "generated or manipulated")
        ]


def test_category_and_title_follow_what_the_lead_agency_says(case):
    with case.as_("anna"):
        man = create("person", "man with watch", category="suspect").pk
        share("person", man, "all members")
        observe(Thing("person", man), "title", "man with the Seiko")
        with pytest.raises(StatementError, match="too long"):
            observe(Thing("person", man), "title", "x" * 201)
    with case.as_("nils"):
        observe(Thing("person", man), "category", "witness")
        assert Entity.objects.get(pk=man).category == "suspect"
    with case.as_("anna"):
        observe(Thing("person", man), "category", "convicted", certainty="fact")
        found = Entity.objects.get(pk=man)
        assert (found.category, found.title) == ("convicted", "man with the Seiko")


def test_what_was_said_of_a_merged_one_is_found_at_the_other(case):
    with case.as_("anna"):
        one, other = (create("place", name).pk for name in ("attic", "loft"))
        observe(Thing("place", one), "furnishing", "green sofa")
        merge(one, other, "same sofa")
        assert [said.words for said in observations(Thing("place", other))] == ["green sofa"]


@pytest.mark.parametrize(
    ("about", "kind", "words", "more", "error", "says"),
    [
        ("media", "mood", "x", {}, VocabularyError, "There are: "),
        ("media", "season", "monsoon", {}, StatementError, "one of spring, summer"),
        ("media", "category", "victim", {}, StatementError, "is said of person"),
        ("media", "note", "  ", {}, StatementError, "needs words"),
        ("media", "note", "x", {"region": (0.5, 0, 0.1, 1)}, StatementError, "0.1,0.2,0.5,0.6"),
        ("media", "note", "x", {"span": (5, 1)}, StatementError, "cannot be kept"),
        ("series", "note", "x", {"span": (1, 5)}, StatementError, "of a media"),
        ("media", "note", "x", {"sharing": "named agencies"}, StatementError, "cannot be kept"),
        ("media", "note", "x", {"sighting": 10**9}, NotSeenError, "no sighting"),
        ("theirs", "note", "x", {}, NotSeenError, "that you may see"),
    ],
)
def test_what_cannot_be_said_is_refused_in_words(case, about, kind, words, more, error, says):
    things = {"media": media(case.media()), "theirs": media(case.media(case.theirs))}
    with case.as_("anna"):
        things["series"] = Thing("series", create("series", "blue room").pk)
        with pytest.raises(error, match=says):
            observe(things[about], kind, words, **more)


class TestSearch:
    """Words are found where the officer sees them, and nowhere else."""

    @pytest.fixture
    def theirs(self, case):
        """Every sort of text that another agency wrote, with one word in all of it."""
        one = case.media(case.theirs)
        with case.as_("nils"):
            place = create("place", "zebra room").pk
            add_particular(place, "address", "Zebra Street 1", certainty="fact", source="x")
            observe(media(one), "note", "a toy zebra")
            connect("shows", media(one), Thing("place", place), "the zebra on the wall")
        return place

    def test_each_text_is_found_by_who_wrote_it_with_what_it_is_about(self, case, theirs):
        with case.as_("nora"):
            found = {(one.what, one.words) for one in search("ZEBRA")}
            assert found == {
                ("title", "zebra room"),
                ("address", "Zebra Street 1"),
                ("note", "a toy zebra"),
                ("reason", "the zebra on the wall"),
            }
            assert [one.about for one in search('"zebra room"')] == [f"place:{theirs}"]
            assert search("zebra -toy -room -street -wall") == []

    def test_another_agency_learns_nothing_neither_by_counts_nor_by_errors(self, case, theirs, raw):
        with case.as_("anna"):
            assert search("zebra") == []
            query = SearchQuery("zebra", config="simple")
            found = Observation.objects.annotate(v=SearchVector("words", config="simple"))
            assert found.filter(v=query).count() == 0
        asked = raw(secret=case.secrets["anna"])
        zebra = "to_tsvector('simple', {}) @@ to_tsquery('simple', 'zebra')"
        for table, column in (
            ("records_entity", "title"),
            ("records_observation", "words"),
            ("records_particular", "words"),
            ("records_decision", "why"),
        ):
            match = zebra.format(column)
            for statement in (
                f"SELECT count(*) FROM {table} WHERE {match}",
                # An error for a row with the word would tell that there is one.
                f"SELECT count(*) FROM {table} WHERE 1 / (CASE WHEN {match} THEN 0 ELSE 1 END) = 1",
                f"SELECT count(*) FROM ts_stat('SELECT to_tsvector(''simple'', {column}) "
                f"FROM {table}')",
            ):
                assert asked.execute(statement).fetchone() == (0,), statement
            plan = asked.execute(
                f"EXPLAIN (ANALYZE, FORMAT JSON) SELECT FROM {table} WHERE {match}"
            ).fetchone()
            assert plan[0][0]["Plan"]["Actual Rows"] == 0

    def test_what_is_shared_is_found_and_the_address_still_is_not(self, case, theirs):
        with case.as_("nils"):
            share("place", theirs, "all members")
        with case.as_("anna"):
            assert [one.words for one in search("zebra")] == ["zebra room"]

    def test_what_was_taken_back_is_no_longer_found(self, case):
        with case.as_("anna"):
            wrong = observe(media(case.media()), "tag", "giraffe")
            replace(wrong.pk, "okapi")
            assert search("giraffe") == []
            assert [one.words for one in search("okapi")] == ["okapi"]


class TestWhoElseIsConcerned:
    """Deconfliction, within what sharing allows."""

    def test_who_holds_it_and_who_leads_what_it_belongs_to(self, case):
        one = case.media()
        case.found(one, case.theirs, "all members")
        with case.as_("nils"):
            theirs = create("series", "their room", sharing="all members").pk
            add_to_series(theirs, "x", media=[one])
            connection.cursor().execute("UPDATE records_connection SET sharing = 'all members'")
        with case.as_("anna"):
            told = [(c.agency, c.country, c.contact, c.how, c.thing) for c in concerned(one)]
        assert told == [
            ("Politie", "NL", "call 0800", "holds", ""),
            ("Politie", "NL", "call 0800", "leads", f"series:{theirs}"),
        ]

    def test_hit_only_gives_whom_to_call_and_no_more(self, case):
        one, near = case.media(), case.media(case.theirs, "hit only")
        case.match(one, near)
        with case.as_("nils"):
            theirs = create("series", "their room", sharing="hit only").pk
            add_to_series(theirs, "x", media=[near])
        with case.as_("anna"):
            told = [(c.agency, c.contact, c.how, c.what, c.thing) for c in concerned(one)]
        assert told == [
            ("Politie", "call 0800", "hit only", "picture", ""),
            ("Politie", "call 0800", "hit only", "series", ""),
        ]

    def test_nothing_of_what_is_not_shared(self, case):
        one = case.media()
        case.found(one, case.theirs)
        with case.as_("nils"):
            add_to_series(create("series", "their room").pk, "x", media=[one])
        with case.as_("anna"):
            assert concerned(one) == []
            with pytest.raises(NotSeenError):
                concerned(case.media(case.theirs))
