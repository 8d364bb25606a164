"""What hangs together with a series, and where it is drawn."""

from __future__ import annotations

import numpy as np

from clew.casework.decisions import connect, decide
from clew.casework.entities import add_to_series, create, merge
from clew.casework.layout import layout
from clew.casework.neighbours import neighbours
from clew.casework.things import Thing


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
