"""What of two films may be no more than the same overlay."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clew.compare.evidence import Span
from clew.compare.geometry import Placement
from clew.compare.overlays import hardly_moves, is_borne_out, spread_of, what_moves, without_overlay
from clew.compare.stretch import Pairs, strength_of
from clew.compare.views import Views
from clew.signals.regions.view import View

WIDTH = 1.5


def views(count: int, regions: int, *, still: bool) -> Views:
    nothing = np.empty((regions, 4), np.float32), np.empty((regions, 4), np.uint64)
    view = View(*nothing, WIDTH, 1.0, regions)
    start = np.arange(count, dtype=np.float64)
    return Views((view,) * count, start, start + 1, (np.full(regions, still),) * count)


def placed(points: NDArray[np.float64]) -> Placement:
    """Two frames that show the same at these places, in shares of width and height."""
    rows = np.arange(len(points), dtype=np.int32)
    there = (points * (WIDTH, 1.0)).astype(np.float32)
    view = views(1, len(points), still=True).views[0]
    return Placement(len(rows), 40.0, 1.0, 0.0, np.zeros(2), rows, rows, there, there, (view, view))


def grid(
    left: float, top: float, right: float, bottom: float, side: int = 6
) -> NDArray[np.float64]:
    across, down = np.linspace(left, right, side), np.linspace(top, bottom, side)
    return np.stack(np.meshgrid(across, down), axis=2).reshape(-1, 2)


def left(points: NDArray[np.float64], *, still: bool = True) -> tuple[Pairs, float]:
    """What counts of four moments that agree at these places, and how far it is spread."""
    shown = views(4, len(points), still=still)
    pairs: Pairs = {(n, n): placed(points) for n in range(4)}
    counted, overlay = without_overlay(pairs, shown, shown)
    return counted, spread_of(counted, shown, shown, overlay)


def test_a_logo_of_a_quarter_that_stands_still_is_left_out_with_what_juts_out_of_it() -> None:
    counted, spread = left(grid(0.48, 0.48, 1.0, 1.0))
    assert strength_of(counted) == 0
    assert spread == 0


def test_a_banner_is_left_out() -> None:
    assert strength_of(left(grid(0.0, 0.75, 1.0, 1.0))[0]) == 0


def test_a_few_places_beside_a_logo_do_not_make_it_a_picture() -> None:
    chance = np.array([[0.1, 0.1], [0.2, 0.7], [0.8, 0.2]])
    _, spread = left(np.concatenate([grid(0.5, 0.5, 1.0, 1.0), chance]))
    assert spread < 0.35


def test_a_banner_and_a_small_logo_are_not_spread_over_the_picture() -> None:
    both = np.concatenate([grid(0.0, 0.75, 1.0, 1.0), grid(0.75, 0.05, 0.95, 0.2)])
    assert left(both)[1] < 0.35


def test_what_agrees_all_around_a_badge_counts() -> None:
    around = grid(0.02, 0.02, 0.98, 0.98, side=12)
    around = around[np.abs(around - 0.5).max(axis=1) > 0.25]
    counted, spread = left(around)
    assert strength_of(counted) > 100
    assert spread > 0.6


def test_what_moves_counts_wherever_it_is() -> None:
    counted, _ = left(grid(0.5, 0.5, 1.0, 1.0), still=False)
    assert all(found.agreeing == 36 for found in counted.values())


def test_only_what_stands_still_in_neither_film_moves() -> None:
    points = grid(0.1, 0.1, 0.9, 0.9)
    moving, still = (views(2, len(points), still=answer) for answer in (False, True))
    pairs: Pairs = {(n, n): placed(points) for n in range(2)}
    assert all(found.agreeing == 36 for found in what_moves(pairs, moving, moving).values())
    assert all(found.agreeing == 0 for found in what_moves(pairs, moving, still).values())


def test_where_nothing_agrees_nothing_is_left_out() -> None:
    assert without_overlay({}, views(1, 4, still=True), views(1, 4, still=True)) == ({}, None)


def film_with_a_banner(number: int, elsewhere: int) -> Views:
    """Four moments with one banner, and some places of the picture that all such films share."""
    shared, own = np.random.default_rng(3), np.random.default_rng(number)
    outside = shared.uniform((0.05, 0.05), (0.95, 0.7), (40, 2))[:elsewhere]
    points = np.concatenate([grid(0.05, 0.8, 0.95, 0.98, side=8), outside])
    bits = shared.integers(0, 2**63, (104, 2)).astype(np.uint64)[: len(points)]
    apart = own.uniform((0.05, 0.05), (0.95, 0.7), (20, 2))
    place = np.concatenate([points, apart]) * (WIDTH, 1.0)
    place = np.concatenate([place, np.full((len(place), 2), 0.1)], axis=1).astype(np.float32)
    bits = np.concatenate([bits, own.integers(0, 2**63, (20, 2)).astype(np.uint64)])
    view = View(place, bits, WIDTH, 1.0, len(place))
    start = np.arange(4, dtype=np.float64)
    return Views((view,) * 4, start, start + 1, (np.ones(len(place), np.bool_),) * 4)


def test_beside_a_banner_more_must_agree_than_a_few_places() -> None:
    span = Span(
        first_start=0.0, first_end=4.0, second_start=0.0, second_end=4.0, distance=56.0, frames=8
    )
    assert not is_borne_out(span, film_with_a_banner(1, 6), film_with_a_banner(2, 6), 5)
    assert is_borne_out(span, film_with_a_banner(1, 40), film_with_a_banner(2, 40), 5)


def test_what_goes_on_around_an_overlay_counts_only_where_one_film_hardly_moves() -> None:
    pairs: Pairs = {(n, n): placed(grid(0.0, 0.0, 1.0, 1.0)) for n in range(4)}
    moving, still = views(4, 36, still=False), views(4, 36, still=True)
    assert hardly_moves(pairs, still, moving)
    assert hardly_moves(pairs, moving, still)
    assert not hardly_moves(pairs, moving, moving)
