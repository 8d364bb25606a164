"""Whether there is a lead does not depend on which of two files is asked about."""

from __future__ import annotations

from itertools import combinations

from clew.compare.evidence import MatchKind
from clew.compare.pair import compare
from clew.intake.matching import Subjects
from clew.records.models import Media
from clew.settings import Settings
from clew.workspace import Workspace


def test_all_pairs_of_a_collection_agree_either_way_round(scanned):
    with Workspace.open(scanned, Settings.from_environment({}), create=False):
        ids = list(Media.objects.values_list("pk", flat=True))
        subjects = {pk: subject for pk, (subject, _) in Subjects().get(ids).items()}
    kinds = set()
    for one, other in combinations(subjects.values(), 2):
        there, back = compare(one, other), compare(other, one)
        assert [m.kind for m in there] == [m.kind for m in back]
        for match, returned in zip(there, back, strict=True):
            kinds.add(match.kind)
            if match.orientation == returned.orientation == "as it is":
                assert match == returned.swapped()
    assert kinds >= {MatchKind.PICTURE, MatchKind.STILL, MatchKind.FILM}
