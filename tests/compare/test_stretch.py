"""What views that agree amount to."""

from __future__ import annotations

import numpy as np

from clew.compare.geometry import Placement
from clew.compare.stretch import Pairs, lies_exactly, strength_of


def lying(
    missing: float, scale: float = 1.0, *, of: int = 40, seed: int = 5, shift: float = 0.0
) -> Placement:
    """Regions placed by one scale, each of which misses its place by so much at the first."""
    random = np.random.default_rng(seed)
    first = random.uniform(0.2, 0.8, (of, 2))
    turned = random.uniform(0, 2 * np.pi, of)
    there = first + missing * np.stack([np.cos(turned), np.sin(turned)], axis=1)
    second = scale * there + (shift, 0.0)
    rows = np.arange(of, dtype=np.int32)
    return Placement(
        of, 40.0, scale, 0.0, np.array([shift, 0.0]), rows, rows,
        first.astype(np.float32), second.astype(np.float32),
    )  # fmt: skip


def test_every_view_counts_once() -> None:
    seen: Pairs = {(n, 0): lying(0.0, of=8 + n) for n in range(4)}
    assert strength_of(seen) == 11 - 4


def test_a_copy_lies_exactly_however_much_larger_it_is() -> None:
    assert lies_exactly({(0, 0): lying(0.005, 1.7)})


def test_two_cameras_see_what_is_near_before_something_else_that_is_far() -> None:
    seen_twice: Pairs = {(n, n): lying(0.05, seed=n) for n in range(4)}
    assert strength_of(seen_twice) == 4 * 36
    assert not lies_exactly(seen_twice)


def test_of_a_copy_few_places_at_each_moment_are_enough_if_they_lie_the_same_way() -> None:
    at_once: Pairs = {(0, 0): lying(0.003, 1.6, of=12)}
    assert not lies_exactly(at_once)
    throughout: Pairs = {(n, n): lying(0.003, 1.6, of=12, seed=n) for n in range(4)}
    assert lies_exactly(throughout)


def test_a_moment_that_was_placed_a_little_wrongly_counts_all_the_same() -> None:
    right: Pairs = {(n, n): lying(0.003, 1.6, of=12, seed=n) for n in range(4)}
    for placed in right.values():
        placed.shift[0] += 0.03
    assert all(placed.exact == 0 for placed in right.values())
    assert lies_exactly(right)


def test_two_cameras_that_move_do_not_lie_on_one_another_in_one_way() -> None:
    panned: Pairs = {(n, n): lying(0.003, of=12, seed=n, shift=0.2 * n) for n in range(4)}
    assert not lies_exactly(panned)


def test_two_cameras_that_stand_still_show_the_same_few_places_again_and_again() -> None:
    still: Pairs = {(n, n): lying(0.003, of=12) for n in range(60)}
    assert strength_of(still) > 400
    assert not lies_exactly(still)


def test_where_nothing_agrees_nothing_lies() -> None:
    assert not lies_exactly({})
    assert not lies_exactly({(0, 0): lying(0.0, of=4)})
