"""A small sample of one's own grades is asked again, kindly; supervisors learn sums alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from asked import sampled_grade
from clew.casework.asked_again import A_DAY, answer, answers, next_question
from clew.casework.desk import choose
from clew.casework.errors import (
    DecidedMeanwhileError,
    NotSeenError,
    RefusedError,
    StatementError,
)
from clew.casework.grades import grade
from clew.casework.statistics import sums
from clew.records.models import AskedAgain, Exposure, Grade


def test_one_in_fifty_is_sampled_whoever_grades(case):
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM generate_series(1, 20000) n WHERE access.sampled(n)")
        (sampled,) = cursor.fetchone()
    assert 300 < sampled < 500


def test_what_is_asked_again_is_answered_once_and_changes_no_vote(case):
    first = sampled_grade(case, "anna", case.media())
    with case.as_("anna"):
        asked = next_question()
        assert asked is not None
        assert (asked.first, asked.media) == (first.pk, first.media_id)
        assert "grade" not in asked.__struct_fields__
        with pytest.raises(StatementError, match="has no 77"):
            answer(first.pk, 77)
        assert answer(first.pk, 2).before == 1
        assert next_question() is None
        assert [one.now for one in answers()] == [2]
        with pytest.raises(DecidedMeanwhileError):
            answer(first.pk, 1)
    assert [vote.grade for vote in Grade.objects.using("owner").filter(media=first.media_id)] == [1]
    with case.as_("berta"):
        assert answers() == []
        with pytest.raises(NotSeenError):
            answer(first.pk, 1)


def test_what_is_new_old_changed_or_not_sampled_is_not_asked(case):
    sampled_grade(case, "anna", case.media(), days=6)
    sampled_grade(case, "anna", case.media(), days=100)
    changed = sampled_grade(case, "anna", case.media())
    with case.as_("anna"):
        grade(changed.media_id, "US", 2)
        assert next_question() is None
        with pytest.raises(RefusedError):
            answer(changed.pk, 2)


@pytest.mark.parametrize("chosen", [{"blind": True}, {"reveals_a_day": 1}, {"asked_again": False}])
def test_nobody_is_asked_whom_it_would_not_be_kind_to_ask(case, chosen):
    sampled_grade(case, "anna", case.media())
    now = timezone.now()
    Exposure.objects.using("owner").create(
        officer=case.officers["anna"], day=now.date(), reveals=1, since=now, last_at=now
    )
    with case.as_("anna"):
        assert next_question() is not None
        choose(**chosen)
        assert next_question() is None


def test_who_is_due_for_a_break_is_not_asked_and_nobody_more_than_a_few_times_a_day(case):
    asked = [sampled_grade(case, "anna", case.media()) for _ in range(A_DAY + 1)]
    now = timezone.now()
    looked = Exposure.objects.using("owner").create(
        officer=case.officers["anna"],
        day=now.date(),
        reveals=1,
        since=now - timedelta(hours=1),
        last_at=now,
    )
    with case.as_("anna"):
        assert next_question() is None
    looked.delete(using="owner")
    for number in range(A_DAY):
        with case.as_("anna"):
            question = next_question()
            assert question is not None
            answer(question.first, None if number == 0 else 1)
    with case.as_("anna"):
        assert next_question() is None
    assert (
        AskedAgain.objects.using("owner").filter(first__in=[one.pk for one in asked]).count() == 3
    )


def test_sums_tell_of_three_officers_and_never_of_fewer(case):
    names = ("anna", "berta", "sven")
    case.officers["sven"] = case.people.officer("sven", case.ours, "supervisor")
    held = case.people.authority(case.ours, "Az of sven")
    case.secrets["sven"] = case.people.session(case.officers["sven"], held)
    monday = timezone.now().date() - timedelta(days=timezone.now().weekday())
    for at, name in enumerate(names):
        first = sampled_grade(case, name, case.media())
        with case.as_("sven"):
            found = sums()
            assert (found.same, found.looked) == ([], []), "of fewer nothing is told"
        with case.as_(name):
            answer(first.pk, 1 if at else 2)
        for day in (monday - timedelta(days=3), monday):  # this week is not over
            Exposure.objects.using("owner").create(
                officer=case.officers[name],
                day=day,
                reveals=10 + at,
                since=timezone.now(),
                last_at=timezone.now(),
            )
    with case.as_("sven"):
        assert sums().same == [], "this week is not over"
    week_before = timezone.now() - timedelta(days=7)
    AskedAgain.objects.using("owner").update(at=week_before)
    with case.as_("sven"):
        found = sums()
    (same,) = found.same
    assert (same.officers, same.answered, same.same, same.percent) == (3, 3, 2, 67)
    ((week, unit, officers, reveals),) = [
        (one.week, one.unit, one.officers, one.reveals) for one in found.looked
    ]
    assert (week, unit, officers, reveals) == (monday - timedelta(days=7), None, 3, 33)
    with case.as_("anna"), pytest.raises(Exception, match="told to supervisors"):
        sums()
