"""Three agencies hand in a world and begin to work, each seeing what it may; then it is scored."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from clew.access.acting import acting, agency, signed_in
from clew.access.connections import Connection
from clew.access.demonstration import Practising, sign_in_for_practice
from clew.access.errors import NotAllowedError
from clew.access.models import Agency
from clew.casework.entities import listed
from clew.records.models import Contribution, EntityKind, Exhibit, Sighting
from clew.training.practice import practice
from clew.training.world.filling import OFFICERS, fill_workspace
from clew.training.world.truth import TruthError, cases
from clew.workspace import Workspace


def opened_for_officers(folder: Path) -> Workspace:
    return Workspace.open(folder, default=Connection.APPLICATION, demo=True)


@pytest.fixture(scope="module")
def filled(make_place: Callable[[], Path], world: Path) -> Path:
    workspace = make_place() / "workspace"
    with opened_for_officers(workspace) as opened:
        told: list[str] = []
        done = fill_workspace(opened, world, told.append)
        assert done.files == sum(len(case.files) for case in cases(world / "truth.jsonl"))
        assert (done.series, bool(done.waiting)) == (2, True)
        assert "files are stored" in " ".join(told)
        # Filled again, nothing comes twice.
        assert fill_workspace(opened, world) == done
    return workspace


def test_three_agencies_of_three_countries_handed_in_under_exhibits(
    filled: Path, world: Path
) -> None:
    known = [file for case in cases(world / "truth.jsonl") for file in case.files]
    with practice(filled):
        assert Agency.objects.values("country").distinct().count() == 3
        numbers = {(file.agency, file.exhibit) for file in known}
        assert Exhibit.objects.count() == Contribution.objects.count() == len(numbers)
        assert not Contribution.objects.filter(ended_at=None).exists()
        assert Sighting.objects.count() == len(known)


def test_each_sees_its_own_series_and_what_was_shared(filled: Path) -> None:
    with opened_for_officers(filled):
        for who in OFFICERS.values():
            with signed_in(sign_in_for_practice(who)), acting():
                series = listed(EntityKind.SERIES)
                assert {one.title for one in series} == {"block 10", "block 11"}
                # Some is shared as a hit alone, so nobody sees all that others handed in.
                seen = {one.agency_id for one in Sighting.objects.all()}
                assert agency() in seen
                assert Sighting.objects.count() < 30


def test_who_practises_belongs_to_a_country_that_does(filled: Path) -> None:
    with practice(filled), pytest.raises(NotAllowedError, match="no country for practice"):
        sign_in_for_practice(Practising("NL", "Netherlands", "Politie", "Somebody", "nl-1"))


def test_what_was_found_is_scored(clew, filled: Path, world: Path) -> None:  # type: ignore[no-untyped-def]
    said = clew("world", "score", world, "--workspace", filled, "--json")
    assert said.code == 0, said.err
    scored = json.loads(said.out)
    assert scored["media"]["count"] == scored["media"]["of"]
    assert scored["first_right"] > 0
    assert all(kind["precision"]["count"] > 0 for kind in scored["kinds"])
    recall = {edit["edit"]: edit["recall"] for edit in scored["edits"]}
    assert recall["exact copy"]["count"] == recall["exact copy"]["of"] == 2
    assert recall["half size"]["count"] == 1
    shown = clew("world", "score", world, "--workspace", filled)
    assert "First right match after" in shown.out
    unmissed = r"each of the (others|edits), \d+ in all"
    assert re.search(unmissed, shown.out), "none of which was missed"
    assert "half size" not in shown.out
    assert re.search(r"camera +│ nothing looks for it yet", shown.out)


def test_a_workspace_cannot_be_filled_with_nothing(
    clew,  # type: ignore[no-untyped-def]
    filled: Path,
    world: Path,
    tmp_path: Path,
) -> None:
    with opened_for_officers(filled) as opened, pytest.raises(TruthError, match=r"truth\.jsonl"):
        fill_workspace(opened, tmp_path)
    said = clew("world", "score", tmp_path, "--workspace", filled)
    assert said.code != 0
    assert "truth.jsonl" in said.err
    for asked in (("fill", tmp_path), ("score", world)):
        said = clew("world", *asked, "--workspace", tmp_path / "none")
        assert said.code != 0
        assert not (tmp_path / "none").exists()
