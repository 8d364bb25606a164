"""How many media are held in memory while they are compared."""

from __future__ import annotations

from clew.intake.matching import Subjects
from clew.records.models import Media
from clew.settings import Settings
from clew.workspace import Workspace


def test_media_are_let_go_of_and_read_again_alike(scanned):
    with Workspace.open(scanned, Settings.from_environment({}), create=False):
        one, other, *_ = Media.objects.values_list("pk", flat=True)
        forgetful = Subjects(remembered=1)
        first = forgetful.get([one])[one]
        forgetful.get([other])
        again = forgetful.get([one])[one]
        remembering = Subjects()
        kept = remembering.get([one])[one]
        remembering.get([other])
        same = remembering.get([one])[one]
    assert again[0] == first[0]
    assert again[0] is not first[0]
    assert same[0] is kept[0]


def test_what_is_asked_for_together_is_held_together(scanned):
    with Workspace.open(scanned, Settings.from_environment({}), create=False):
        ids = list(Media.objects.values_list("pk", flat=True))
        assert set(Subjects(remembered=1).get(ids)) == set(ids)
