"""What hangs together with a series, where it is drawn, what happened when and where."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import pytest

from clew.casework.decisions import connect, decide
from clew.casework.entities import add_to_series, create, merge
from clew.casework.layout import layout
from clew.casework.neighbours import neighbours
from clew.casework.observations import observe
from clew.casework.places import degrees, places
from clew.casework.things import Thing
from clew.casework.timeline import Doubt, Lane, timeline
from clew.records.models import StoredTrace


def test_nothing_lies_upon_another_and_the_same_is_drawn_the_same():
    hub = [(0, n) for n in range(1, 60)]
    chain = [(n, n + 1) for n in range(60, 90)]
    edges, radii = [*hub, (1, 60), *chain], [0.5] * 95
    places = layout(95, edges, radii)
    assert np.array_equal(places, layout(95, edges, radii))
    assert np.allclose(places[0], 0), "what is asked about is in the middle"
    far = np.linalg.norm(places[:, None] - places[None], axis=2)
    np.fill_diagonal(far, np.inf)
    assert far.min() > 0.99
    joined = np.mean([far[one, other] for one, other in chain])
    assert joined < np.median(far[np.isfinite(far)]), "near what it is joined with"
    assert layout(0, [], []).shape == (0, 2)
    assert layout(2, [], [0.5, 0.5]).shape == (2, 2)


def test_two_steps_with_what_joins_and_without_what_is_rejected(case):
    shared, leaf, copy, elsewhere = (case.media() for _ in range(4))
    case.match(leaf, copy)
    with case.as_("anna"):
        blue, red = (create("series", title).pk for title in ("blue", "red"))
        place, twin = (create("place", title).pk for title in ("flat", "the flat"))
        man = create("person", "man", category="suspect").pk
        camera = create("camera", "scratched").pk
        series = Thing("series", blue)
        add_to_series(blue, "x", media=[shared, leaf, copy])
        add_to_series(red, "x", media=[shared, elsewhere])
        connect("was at", series, Thing("place", place), "x", confirmed=True)
        connect("was at", Thing("person", man), Thing("place", twin), "x")
        merge(twin, place, "the same")
        wrong = connect("other", series, Thing("camera", camera), "x").pk
        decide([wrong], "rejected", "no")
        found = neighbours(blue)
        assert found.nodes[0].id == f"series:{blue}"
        told = {node.id: (node.steps, node.leaf) for node in found.nodes}
        assert told == {
            f"series:{blue}": (0, False),
            f"place:{place}": (1, False),
            f"person:{man}": (2, False),
            f"series:{red}": (2, False),
            f"media:{shared}": (1, False),
            f"media:{leaf}": (1, True),
            f"media:{copy}": (1, True),
        }
        assert found.left_out == 0 + 1 - 1
        stacks = {node.id: node.stack for node in found.nodes}
        assert stacks[f"media:{leaf}"] == f"media:{copy}"
        tie = {(edge.first, edge.second): edge.confirmed for edge in found.edges}
        assert tie[f"person:{man}", f"place:{place}"] is False
        assert tie[f"series:{blue}", f"place:{place}"] is True
    with case.as_("nils"):
        girl = create("person", "girl", category="victim").pk
        assert [node.id for node in neighbours(girl).nodes] == [f"person:{girl}"]


def test_clocks_that_cannot_be_right_are_told(case):
    days = {
        "2019:07:04 10:11:12": Doubt.NONE,
        "1980:01:01 00:00:09": Doubt.NEVER_SET,
        "1931:05:05 00:00:00": Doubt.TOO_EARLY,
        "2999:01:01 00:00:00": Doubt.AFTER_IT_WAS_FOUND,
        "0000:00:00 00:00:00": None,
    }
    media = [case.media() for _ in days]
    for number, day in zip(media, days, strict=True):
        told = {"tables": "", "quality": 90, "usual": True, "taken": day}
        StoredTrace.objects.using("owner").create(
            media_id=number,
            signal="origin",
            version=1,
            ordinal=0,
            variant="whole",
            value=json.dumps(told).encode(),
            quality=90,
        )
    with case.as_("anna"):
        blue = create("series", "blue").pk
        add_to_series(blue, "alike", media=media)
        told = timeline(blue)
    taken = {one.day: (one.doubt, one.media) for one in told if one.lane is Lane.TAKEN}
    assert taken == {
        date(2019, 7, 4): (Doubt.NONE, (media[0],)),
        date(1980, 1, 1): (Doubt.NEVER_SET, (media[1],)),
        date(1931, 5, 5): (Doubt.TOO_EARLY, (media[2],)),
        date(2999, 1, 1): (Doubt.AFTER_IT_WAS_FOUND, (media[3],)),
    }
    (found,) = [one for one in told if one.lane is Lane.FOUND]
    assert found.number == 5
    (decided,) = [one for one in told if one.lane is Lane.DECIDED]
    assert (decided.what, decided.words) == ("in series: confirmed", "alike (anna)")
    assert [one.day for one in told] == sorted(one.day for one in told)


def test_places_are_where_the_last_word_says(case):
    seen = case.media()
    with case.as_("anna"):
        blue = create("series", "blue").pk
        flat, twin, garden, far = (create("place", name).pk for name in "abcd")
        add_to_series(blue, "x", media=[seen])
        where = Thing("place", flat)
        connect("was at", Thing("series", blue), where, "x", confirmed=True)
        connect("shows", Thing("media", seen), Thing("place", garden), "x")
        merge(twin, flat, "the same")
        observe(where, "coordinates", "1, 2")
        observe(where, "coordinates", "54.32; -10.13")
        observe(Thing("place", garden), "coordinates", "by the sea")
        told = {one.entity.pk: (one.latitude, one.longitude, one.confirmed) for one in places(blue)}
        assert told == {flat: (54.32, -10.13, True), garden: (None, None, False)}
        assert far not in told


@pytest.mark.parametrize("words", ["91, 0", "1, 181", "1", "a, b", "1, 2, 3", ""])
def test_what_are_no_coordinates_is_not_drawn(words):
    assert degrees(words) == (None, None)
