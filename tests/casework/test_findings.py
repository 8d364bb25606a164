"""What people are told: groups, figures that add up, problems with reasons, answers to a find."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO

import numpy as np
import pytest
from django.db.models import F
from PIL import Image

from clew.audit.models import Entry
from clew.casework.find import find_file
from clew.casework.findings import Findings
from clew.casework.gather import gather
from clew.casework.marked import marked_stills
from clew.compare.calibration import Thresholds
from clew.compare.evidence import MatchKind
from clew.intake.reading import read_files
from clew.records.models import Asked, Media, Sighting
from clew.settings import Settings
from clew.training.practice import practice
from clew.workspace import Workspace

SETTINGS = Settings.from_environment({"CLEW_WORKERS": "1"})


@pytest.fixture(scope="module")
def workspace(scanned) -> Iterator[Workspace]:
    with practice(scanned, SETTINGS) as opened:
        yield opened


@pytest.fixture(scope="module")
def findings(workspace) -> Findings:
    return gather()


def test_the_figures_add_up(findings):
    figures = findings.figures
    assert figures.files == Sighting.objects.count()
    assert figures.read + figures.partly + figures.unreadable + figures.other == figures.files
    readable = Media.objects.exclude(outcome="unreadable").count()
    assert figures.pictures + figures.films + figures.sounds == readable
    assert figures.groups == len(findings.groups)


def test_repeated_files_are_those_beyond_the_first(findings, collection):
    places = [place for group in findings.groups for item in group.items for place in item.places]
    assert len(places) == len(set(places)), "a place is told once"
    extra = sum(len(i.places) - 1 for g in findings.groups for i in g.items)
    assert findings.figures.repeated == extra
    exact = [f for f in collection.truth.files if f.edit in ("exact copy", "wrong extension")]
    assert extra == len(exact)


def test_groups_hang_together_and_do_not_overlap(findings):
    members = [item.id for group in findings.groups for item in group.items]
    assert len(members) == len(set(members))
    for group in findings.groups:
        ids = {item.id for item in group.items}
        reached = {group.items[0].id}
        for _ in ids:
            for link in group.links:
                assert {link.first, link.second} <= ids
                if reached & {link.first, link.second}:
                    reached |= {link.first, link.second}
        assert reached == ids


def test_groups_are_sorted_for_people(findings):
    sizes = [sum(len(item.places) for item in group.items) for group in findings.groups]
    assert sizes == sorted(sizes, reverse=True)
    assert [group.number for group in findings.groups] == list(range(1, len(sizes) + 1))
    for group in findings.groups:
        pixels = [(i.duration or 0.0, i.width * i.height) for i in group.items]
        assert pixels[0] == max(pixels), "the one with most to offer comes first"
        distances = [link.match.distance for link in group.links]
        assert distances == sorted(distances)


def test_every_link_says_how_far_it_can_be_trusted(findings):
    links = [link for group in findings.groups for link in group.links]
    assert links
    for link in links:
        assert "95 %" in link.trust or "too little" in link.trust, link.trust
        assert link.match.distance <= link.match.threshold
        assert link.match.versions


def test_every_problem_has_its_reason(findings, collection):
    told = {problem.place.path: problem for problem in findings.problems}
    wrong = [f.path for f in collection.truth.files if f.edit in ("garbage", "empty", "truncated")]
    assert set(told) == set(wrong)
    assert all(len(problem.reason) > 10 for problem in findings.problems)


def test_members_of_archives_are_told_behind_their_archive(findings):
    paths = [p.path for group in findings.groups for i in group.items for p in i.places]
    assert any(path.endswith(".zip › a/IMG_0001.jpg") for path in paths)


def test_find_tells_itself_first_and_then_its_copies(workspace, collection):
    connection = next(c for c in collection.truth.connections if c.edit == "quarter size")
    wanted = collection.folder / connection.first
    (reading,) = read_files(SETTINGS, [wanted])
    found = find_file(workspace, reading).found
    assert found[0].match.kind is MatchKind.SAME_FILE
    assert connection.first in [place.path for place in found[0].item.places]
    distances = [one.match.distance for one in found]
    assert distances == sorted(distances)
    assert connection.second in [p.path for one in found[1:] for p in one.item.places]
    related = collection.truth.related
    for one in found:
        for place in one.item.places:
            path = place.path.replace(" › ", "!/")
            assert path == connection.first or related(connection.first, path)


def test_find_asks_as_strictly_as_it_is_told(workspace, collection):
    connection = next(c for c in collection.truth.connections if c.edit == "quarter size")
    (reading,) = read_files(SETTINGS, [collection.folder / connection.first])
    strict = Thresholds(picture=0, still=0, frame=0, frame_alone=0)
    assert all(one.match.distance == 0 for one in find_file(workspace, reading, strict).found)
    assert len(find_file(workspace, reading).found) > len(
        find_file(workspace, reading, strict).found
    )


def test_find_changes_nothing(workspace, place, collection):
    before = (Media.objects.count(), Sighting.objects.count())
    stranger = place / "stranger.jpg"
    stranger.write_bytes(collection.first("picture").read_bytes() + b"changed")
    (reading,) = read_files(SETTINGS, [stranger])
    assert find_file(workspace, reading)
    assert (Media.objects.count(), Sighting.objects.count()) == before


def questions() -> int:
    """How many were asked: they are counted by the hour, and a new one may begin meanwhile."""
    return sum(Asked.objects.values_list("questions", flat=True))


def test_each_question_is_counted_and_in_the_log_with_what_was_shown(workspace, collection):
    (reading,) = read_files(SETTINGS, [collection.first("picture")])
    before = questions()
    found = find_file(workspace, reading).found
    assert questions() == before + 1
    entry = Entry.objects.latest("number")
    assert (entry.event, entry.about) == ("query", f"file {reading.sha256.hex()}")
    assert json.loads(entry.details)["things"] == [f"media:{one.item.id}" for one in found]
    assert entry.authority is not None


def test_the_frames_that_agree_best_are_read_again_where_the_films_lie(findings):
    links = [link for group in findings.groups for link in group.links]
    link = next(
        one
        for one in links
        if one.match.kind is MatchKind.FILM
        and one.match.orientation == "as it is"
        and one.match.first_variant == one.match.second_variant == "whole"
    )
    best = link.match.spans[0].best
    assert best is not None
    with marked_stills(findings) as stills:
        pair = [
            np.asarray(Image.open(BytesIO(still)).convert("L").resize((32, 32)), float)
            for media, time in ((link.first, best.first), (link.second, best.second))
            for still in stills(media, [time])
            if still is not None
        ]
        assert len(pair) == 2
        assert stills(10**9, [0.0]) == [None]
        # As if it had been written over since.
        rows = Sighting.objects.filter(media=link.first)
        rows.update(size=F("size") + 1)
        try:
            assert stills(link.first, [best.first]) == [None]
        finally:
            rows.update(size=F("size") - 1)
    assert np.corrcoef(pair[0].ravel(), pair[1].ravel())[0, 1] > 0.8
