"""Whether one film lies on another as a copy does."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clew.compare.exactness import lies_exactly
from clew.compare.geometry import Placement
from clew.compare.overlays import Overlay
from clew.compare.stretch import Pairs, strength_of
from clew.signals.regions.view import View


def lying(
    missing: float | NDArray[np.float64],
    scale: float = 1.0,
    *,
    of: int = 40,
    unlike: int = 0,
    seed: int = 5,
    shift: float = 0.0,
) -> Placement:
    """Regions placed by one scale, each of which misses its place by so much at the first.

    Args:
        missing: in shorter sides of the first frame; float64[of, 1] where each misses another.
        scale: of the first frame on the second.
        of: how many agree.
        unlike: how many more both frames should show, in their upper left.
        seed: of their places.
        shift: of the first frame on the second, to the right.
    """
    random = np.random.default_rng(seed)
    first = random.uniform(0.2, 0.8, (of, 2))
    turned = random.uniform(0, 2 * np.pi, of)
    there = first + missing * np.stack([np.cos(turned), np.sin(turned)], axis=1)
    second = scale * there + (shift, 0.0)
    rows = np.arange(of, dtype=np.int32)
    others = random.uniform(0.01, 0.19, (unlike, 2))
    return Placement(
        of, 40.0, scale, 0.0, np.array([shift, 0.0]), rows, rows,
        first.astype(np.float32), second.astype(np.float32),
        (shown(np.concatenate([first, others])),
         shown(np.concatenate([second, others * scale + (shift, 0.0)]))),
    )  # fmt: skip


def shown(points: NDArray[np.float64]) -> View:
    """A frame that shows regions at these places."""
    place = np.ones((len(points), 4), np.float32)
    place[:, :2] = points
    return View(place, np.zeros((len(points), 4), np.uint64), 4.0, 4.0, len(points))


def test_a_copy_lies_exactly_however_much_larger_it_is() -> None:
    assert lies_exactly({(0, 0): lying(0.005, 1.7)})


def test_two_cameras_see_what_is_near_before_something_else_that_is_far() -> None:
    seen_twice: Pairs = {(n, n): lying(0.05, seed=n) for n in range(4)}
    assert strength_of(seen_twice) == 4 * 36
    assert not lies_exactly(seen_twice)


def test_of_a_copy_few_places_at_each_moment_are_enough_if_they_lie_the_same_way() -> None:
    at_once: Pairs = {(0, 0): lying(0.003, 1.6, of=10)}
    assert not lies_exactly(at_once)
    throughout: Pairs = {(n, n): lying(0.003, 1.6, of=10, seed=n) for n in range(4)}
    assert lies_exactly(throughout)


def test_a_moment_that_was_placed_a_little_wrongly_counts_all_the_same() -> None:
    right: Pairs = {(n, n): lying(0.003, 1.6, of=10, seed=n) for n in range(4)}
    for placed in right.values():
        placed.shift[0] += 0.03
    assert all(placed.exact == 0 for placed in right.values())
    assert lies_exactly(right)


def test_two_cameras_that_move_do_not_lie_on_one_another_in_one_way() -> None:
    panned: Pairs = {(n, n): lying(0.003, of=10, seed=n, shift=0.2 * n) for n in range(4)}
    assert not lies_exactly(panned)


def test_two_cameras_that_stand_still_show_the_same_few_places_again_and_again() -> None:
    still: Pairs = {(n, n): lying(0.003, of=10) for n in range(60)}
    assert strength_of(still) > 300
    assert not lies_exactly(still)


def test_of_two_cameras_a_few_places_happen_to_lie_exactly() -> None:
    assert lies_exactly({(0, 0): lying(0.003, of=17, unlike=30)})
    few = lying(0.003, of=17, unlike=160)
    assert few.exact == 17
    assert not lies_exactly({(0, 0): few})


def test_where_an_overlay_lies_nothing_is_expected() -> None:
    covered: Pairs = {(0, 0): lying(0.003, of=17, unlike=160)}
    assert lies_exactly(covered, Overlay(0, (0.0, 0.0, 0.049, 0.049)))


def test_what_agrees_but_roughly_speaks_against_a_copy() -> None:
    exactly, roughly = lying(0.003, of=18), lying(0.05, of=18, seed=6)
    assert lies_exactly({(0, 0): exactly})
    both = Placement(
        36, 40.0, 1.0, 0.0, np.zeros(2), np.arange(36, dtype=np.int32),
        np.arange(36, dtype=np.int32), np.concatenate([exactly.first, roughly.first]),
        np.concatenate([exactly.second, roughly.second]), exactly.views,
    )  # fmt: skip
    assert not lies_exactly({(0, 0): both})


def test_in_an_hour_places_lie_exactly_by_chance_wherever_one_looks() -> None:
    far = 0.07 * np.sqrt(np.random.default_rng(2).uniform(size=(2400, 20, 1)))
    roughly: Pairs = {(n, n): lying(far[n], of=20, seed=n) for n in range(2400)}
    assert not lies_exactly(roughly)


def test_where_nothing_agrees_nothing_lies() -> None:
    assert not lies_exactly({})
    assert not lies_exactly({(0, 0): lying(0.0, of=4)})
