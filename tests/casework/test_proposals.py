"""What matches propose: few questions, the weightiest first, and none missed."""

from __future__ import annotations

import itertools
import re
import threading
import time

import pytest
from django.db import connections

from clew.casework.decisions import connect, undo
from clew.casework.entities import add_to_series, create, media_of
from clew.casework.errors import DecidedMeanwhileError, NotSeenError
from clew.casework.proposals import accept, proposal, proposals, reject
from clew.casework.things import Thing
from clew.records.models import (
    Category,
    Connection,
    Decision,
    EntityKind,
    Media,
    Observation,
    StoredMatch,
)


def asked() -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    return [(one.first, one.second) for one in proposals()]


def test_forty_near_copies_are_one_decision(case):
    copies = [case.media() for _ in range(40)]
    for one, other in itertools.combinations(copies, 2):
        case.match(one, other)
    with case.as_("anna"):
        (one,) = proposals()
        assert one.media == tuple(copies)
        assert len(one.leads) == 780
        decision = accept(one.id, "copies")
        assert Connection.objects.filter(state="confirmed").count() == 780
        assert Decision.objects.count() == 1
        assert proposals() == []
        undo(decision.pk, "too fast")
        assert [again.media for again in proposals()] == [tuple(copies)]


@pytest.mark.parametrize(
    ("spans", "copies"),
    [
        ([(0, 9.8, 6)], True),
        ([(0, 5, 6), (5, 10, 20)], True),
        ([(0, 5, 6)], False),  # one is a part of the other, or both share a piece
        ([(0, 10, 50)], False),  # alike all along, and not as copies are
        ([], False),
    ],
)
def test_films_are_copies_when_they_agree_from_end_to_end(case, spans, copies):
    one, two, three = (case.media() for _ in range(3))
    Media.objects.using("owner").update(type="video", duration=10)
    case.match(one, two, kind="film", spans=spans)
    case.match(two, three, kind="film", spans=spans)
    with case.as_("anna"):
        assert len(proposals()) == (1 if copies else 2)


def test_what_joins_two_groups_of_copies_is_a_question_of_its_own(case):
    left, right = [case.media() for _ in range(3)], [case.media() for _ in range(2)]
    for group in (left, right):
        for one, other in itertools.combinations(group, 2):
            case.match(one, other)
    for one, other in itertools.product(left, right):
        case.match(one, other, distance=45)
    with case.as_("anna"):
        both = (tuple(left), tuple(right))
        assert sorted(asked()) == sorted([(both[0], both[0]), (both[1], both[1]), both])
        (between,) = [one for one in proposals() if one.first != one.second]
        reject(between.id, "another room")
        assert sorted(asked()) == sorted([(both[0], both[0]), (both[1], both[1])])


def test_a_rejected_match_holds_no_group_together(case):
    one, two, three = (case.media() for _ in range(3))
    case.match(one, two)
    with case.as_("anna"):
        reject(proposals()[0].id, "two different dolls")
    case.match(two, three)
    with case.as_("anna"):
        assert asked() == [((two, three), (two, three))]


def test_what_arrives_later_finds_what_was_there_and_what_was_decided_stays_decided(case):
    one, two = case.media(), case.media()
    case.match(one, two)
    with case.as_("anna"):
        accept(proposals()[0].id, "copies")
    late = case.media()
    found = case.match(one, late)
    with case.as_("berta"):
        (new,) = proposals()
        assert [lead.match for lead in new.leads] == [found]
        assert new.media == (one, two, late)
    case.match(one, two, kind="film")
    StoredMatch.objects.using("worker").filter(first=one, second=two, kind="picture").update(
        distance=3
    )
    with case.as_("berta"):
        kinds = {lead.kind for each in proposals() for lead in each.leads if lead.second == two}
        assert kinds == {"film"}, "newer evidence of what was decided asks nothing again"


def test_a_decision_is_about_what_was_seen(case):
    one, two, three = (case.media() for _ in range(3))
    case.match(one, two)
    with case.as_("anna"):
        seen = proposals()[0].id
    case.match(one, three)
    with case.as_("anna"):
        with pytest.raises(DecidedMeanwhileError, match="has changed since") as told:
            accept(seen, "copies")
        now = re.search(r"It is (\S+) now", str(told.value))[1]
        assert proposal(now).media == (one, two, three)
        accept(now, "copies")
        with pytest.raises(NotSeenError, match="may have been decided"):
            accept(now, "copies")


def test_of_two_who_accept_and_reject_the_same_at_once_one_is_told(case):
    one, two = case.media(), case.media()
    case.match(one, two)
    with case.as_("anna"):
        name = proposals()[0].id
    ready, outcomes = threading.Barrier(2), []

    def settle(officer: str, decide) -> None:
        try:
            with case.as_(officer):
                ready.wait(10)
                decide(name, "because")
                time.sleep(0.3)
            outcomes.append(decide.__name__)
        except (DecidedMeanwhileError, NotSeenError):
            outcomes.append("told")
        finally:
            connections.close_all()

    both = [
        threading.Thread(target=settle, args=args) for args in (("anna", accept), ("berta", reject))
    ]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    with case.as_("anna"):
        state = Connection.objects.get().state
        assert Decision.objects.count() == 1
    assert sorted(outcomes) == sorted(["told", "accept" if state == "confirmed" else "reject"])


def test_the_evidence_is_kept_as_it_was_when_it_was_decided(case):
    one, two = case.media(), case.media()
    found = case.match(one, two, distance=9)
    with case.as_("anna"):
        accept(proposals()[0].id, "copies")
    StoredMatch.objects.using("owner").filter(pk=found).delete()
    with case.as_("anna"):
        kept = Connection.objects.get()
        assert kept.match_id is None
        assert (kept.evidence["distance"], kept.evidence["threshold"]) == (9, 52)
        assert kept.evidence["match"]["quality"] == 90


def test_accepting_can_put_all_of_it_into_a_series_by_the_same_decision(case):
    one, two = case.media(), case.media()
    case.match(one, two)
    with case.as_("anna"):
        series = create(EntityKind.SERIES, "blue room")
        add_to_series(series.pk, "seen before", media=[one])
        decision = accept(proposals()[0].id, "copies", series=series.pk)
        assert media_of(series.pk) == [one, two]
        undo(decision.pk, "wrong")
        assert media_of(series.pk) == [one], "what was in it before stays"


def test_each_agency_is_asked_for_itself_and_only_about_what_it_sees(case):
    ours, theirs = case.media(), case.media(case.theirs)
    case.match(ours, theirs)
    with case.as_("anna"):
        assert asked() == []
    shared = case.media(case.theirs, "all members")
    case.match(ours, shared)
    with case.as_("anna"):
        assert asked() == [((ours, shared), (ours, shared))]
        accept(proposals()[0].id, "copies")
    with case.as_("nils"):
        assert asked() == [], "ours is not shared with them"
    case.found(ours, case.theirs)
    with case.as_("nils"):
        assert [one.media for one in proposals()] == [(ours, theirs, shared)]


class TestOrder:
    """What weighs most comes first."""

    @pytest.fixture
    def pairs(self, case):
        made = [(case.media(), case.media()) for _ in range(6)]
        for number, (one, other) in enumerate(made):
            case.match(one, other, distance=10 + number)
        return made

    @staticmethod
    def order() -> list[int]:
        return [one.media[0] for one in proposals()]

    def test_without_more_to_go_by_the_strongest(self, case, pairs):
        with case.as_("anna"):
            assert self.order() == [one for one, _ in pairs]

    def test_danger_then_the_unidentified_then_others_and_the_identified_last(self, case, pairs):
        with case.as_("anna"):
            unknown, known = (
                create(EntityKind.PERSON, name, category=Category.VICTIM)
                for name in ("girl with red scarf", "boy in the attic")
            )
            series = create(EntityKind.SERIES, "blue room")
            for victim, (media, _) in ((known, pairs[0]), (unknown, pairs[4])):
                connect(
                    "shows",
                    Thing("media", media),
                    Thing("person", victim.pk),
                    "her",
                    confirmed=True,
                )
            add_to_series(series.pk, "same room", media=[pairs[3][1]])
            Observation.objects.create(
                media_id=pairs[5][0],
                type="imminent danger",
                words="yes",
                certainty="assessment",
            )
        with case.owner() as owner:
            owner.execute(
                "UPDATE records_entity SET identity = 'identified' WHERE id = %s", [known.pk]
            )
        case.found(pairs[2][0], case.theirs, "all members")
        with case.as_("anna"):
            found = proposals()
        assert [one.media[0] for one in found] == [pairs[n][0] for n in (5, 4, 2, 3, 1, 0)]
        why = [one.consequence for one in found]
        assert why[0].danger
        assert why[1].unidentified == (unknown.pk,)
        assert why[2].countries == ("NL",)
        assert why[3].series == (series.pk,)
        assert why[5].identified == (known.pk,)

    def test_a_series_brings_its_victims_and_a_closed_one_weighs_no_more(self, case, pairs):
        with case.as_("anna"):
            victim = create(EntityKind.PERSON, "girl", category=Category.VICTIM)
            series = create(EntityKind.SERIES, "blue room")
            add_to_series(series.pk, "seen", media=[pairs[5][0]], persons=[victim.pk])
            assert self.order()[0] == pairs[5][0]
            assert proposals()[0].consequence.unidentified == (victim.pk,)
            Observation.objects.create(
                entity=series, type="series is", words="closed", certainty="fact"
            )
            assert proposals()[0].consequence.series == ()

    def test_what_was_found_last_of_the_same_weight(self, case, pairs):
        with case.owner() as owner:
            owner.execute(
                "UPDATE records_sighting SET seen_at = seen_at + interval '3 days' "
                "WHERE media_id = %s",
                [pairs[4][1]],
            )
        with case.as_("anna"):
            assert self.order()[0] == pairs[4][0]
