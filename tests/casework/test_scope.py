"""What is in scope of an authority: said with a reason, undone, and of that authority alone."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from clew.casework.dossier import dossier
from clew.casework.errors import DecidedMeanwhileError, NotSeenError, RefusedError, StatementError
from clew.casework.grid import numbers, tiles
from clew.casework.narrowing import Filter
from clew.casework.scope import set_scope, undo_scope
from clew.records.models import ScopeDecision, ScopedMedia


def test_left_out_under_one_authority_with_a_reason_and_taken_back(case):
    media = [case.media() for _ in range(3)]
    theirs = case.media(case.theirs)
    case.secrets["otto"] = case.people.session(
        case.people.officer("otto", case.ours, "contributor"),
        case.people.authority(case.ours, "Az 2"),
    )

    def out(officer: str = "anna") -> set[int]:
        with case.as_(officer):
            found = numbers(Filter(scope="out"), 10)
            assert sorted([*found, *numbers(Filter(scope="in"), 10)]) == media
            assert {one.id for one in tiles(media) if one.left_out} == set(found)
        return set(found)

    assert out() == set()
    with case.as_("anna"):
        first = set_scope(media[:2], "a lawyer's letters", out=True)
    assert out() == set(media[:2])
    assert out("otto") == set(), "under another authority nothing was said"
    with case.as_("berta"):
        second = set_scope([media[1], media[2]], "holiday pictures", out=True)
    assert list(second.scoped.using("owner").values_list("media", flat=True)) == [media[2]]
    with case.as_("berta"):
        set_scope(media[:1], "one of them is not", out=False)
    with case.as_("anna"):
        undone = undo_scope(first.pk)
    assert out() == {media[2]}
    history = ScopeDecision.objects.using("owner").order_by("pk")
    assert [one.out for one in history] == [True, True, False, False], "all of it is kept"
    assert list(undone.scoped.using("owner").values_list("media", flat=True)) == [media[1]]
    for who, told in (("anna", ["taken into scope", "left out of scope"]), ("otto", [])):
        with case.as_(who):
            assert [one.what for one in dossier(media[1]).history] == told
    for who, act, error in (
        ("anna", lambda: undo_scope(first.pk), StatementError),
        ("otto", lambda: undo_scope(second.pk), NotSeenError),
        ("nils", lambda: undo_scope(second.pk), NotSeenError),
        ("anna", lambda: set_scope([theirs], "why", out=True), NotSeenError),
        ("anna", lambda: set_scope([media[2]], " ", out=False), StatementError),
        ("anna", lambda: set_scope([media[2]], "why", out=True), StatementError),
        ("carl", lambda: set_scope([media[0]], "why", out=True), RefusedError),
    ):
        with pytest.raises(error), case.as_(who):
            act()


def test_a_decision_is_about_what_was_named_with_it(case):
    one, other = case.media(), case.media()
    with case.as_("anna"):
        made = set_scope([one], "private", out=True)
    with case.as_("anna"):
        undo_scope(made.pk)
    with pytest.raises((StatementError, DecidedMeanwhileError)), case.as_("anna"):
        undo_scope(made.pk)
    for change in (
        lambda: ScopedMedia.objects.create(decision=made, media_id=other),
        lambda: ScopeDecision.objects.filter(pk=made.pk).update(why="another"),
        lambda: ScopedMedia.objects.all().delete(),
        lambda: ScopeDecision.objects.create(out=True, why="x", undoes=made),
    ):
        with pytest.raises(DatabaseError), case.as_("anna"), transaction.atomic():
            change()
