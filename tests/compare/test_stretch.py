"""What views that agree amount to."""

from __future__ import annotations

import numpy as np

from clew.compare.geometry import Placement
from clew.compare.stretch import Pairs, exact_of, steady, strength_of
from clew.compare.views import Views
from clew.signals.regions.view import View


def views(count: int) -> Views:
    view = View(np.empty((0, 4), np.float32), np.empty((0, 2), np.uint64), 1.5, 1.0)
    start = np.arange(count, dtype=np.float64)
    return Views((view,) * count, start, start + 1, (np.empty(0, np.bool_),) * count)


def placed(agreeing: int, shift: float, scale: float = 1.0) -> Placement:
    rows = np.arange(agreeing, dtype=np.int32)
    points = np.zeros((agreeing, 2), np.float32)
    return Placement(agreeing, 40.0, scale, 0.0, np.array([shift, 0.0]), rows, rows, points, points)


def test_a_copy_lies_on_its_original_in_one_way() -> None:
    cropped: Pairs = {(n, n): placed(8, -0.3 + 0.01 * (n % 2), 1.6) for n in range(4)}
    assert steady(cropped, views(4))


def test_views_out_of_step_do_not_outvote_those_that_agree() -> None:
    shifts = (-0.3, -0.05, -0.3, 0.4)
    assert steady({(n, n): placed(8, shift, 1.6) for n, shift in enumerate(shifts)}, views(4))


def test_one_way_at_less_than_half_of_the_moments_is_none() -> None:
    shifts = (-0.3, -0.3, 0.0, 0.2, 0.4)
    assert not steady({(n, n): placed(8, shift) for n, shift in enumerate(shifts)}, views(5))


def test_two_cameras_in_one_room_do_not_lie_on_one_another_in_one_way() -> None:
    panned: Pairs = {(n, n): placed(8, 0.2 * n) for n in range(4)}
    assert strength_of(panned) == 16
    assert not steady(panned, views(4))


def test_one_moment_however_often_it_agrees_says_nothing_of_others() -> None:
    assert not steady({(0, 0): placed(9, 0.0), (1, 0): placed(8, 0.0)}, views(2))


def test_of_a_camera_that_turns_views_of_the_same_moment_are_found() -> None:
    turned: Pairs = {
        (one, other): placed(9 - (one == other), 0.2 * (one - other) + 0.03 * one * (one != other))
        for one in range(3)
        for other in range(3)
    }
    assert steady(turned, views(3))
    apart = {pair: found for pair, found in turned.items() if pair[0] != pair[1]}
    assert not steady(apart, views(3))


def test_a_view_like_many_counts_once() -> None:
    assert not steady({(n, 0): placed(8, 0.0) for n in range(4)}, views(4))


def lying(missing: float, scale: float) -> Placement:
    """Forty regions placed by one scale, each of which misses its place by so much at the first."""
    random = np.random.default_rng(5)
    first = random.uniform(0.2, 0.8, (40, 2))
    turned = random.uniform(0, 2 * np.pi, 40)
    second = scale * (first + missing * np.stack([np.cos(turned), np.sin(turned)], axis=1))
    rows = np.arange(40, dtype=np.int32)
    return Placement(
        40, 40.0, scale, 0.0, np.zeros(2), rows, rows,
        first.astype(np.float32), second.astype(np.float32),
    )  # fmt: skip


def test_a_copy_lies_exactly_however_much_larger_it_is() -> None:
    assert exact_of({(0, 0): lying(0.005, 1.7)}) == strength_of({(0, 0): lying(0.005, 1.7)}) == 36


def test_two_cameras_see_what_is_near_before_something_else_that_is_far() -> None:
    seen_twice: Pairs = {(n, n): lying(0.03, 1.0) for n in range(4)}
    assert strength_of(seen_twice) == 4 * 36
    assert exact_of(seen_twice) == 0
