"""The planner: no true hit may lie outside what a plan probes and keeps."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.index.plan import (
    choose_widths,
    chunk_widths,
    count_probes,
    expected_ns,
    flat_is_faster,
    make_plan,
)


@given(
    tables=st.integers(16, 40),
    radius=st.integers(0, 64),
    places=st.sets(st.integers(0, 255), max_size=64),
)
@settings(max_examples=300)
def test_some_chunk_finds_every_difference_within_the_radius(
    tables: int, radius: int, places: set[int]
) -> None:
    """The pigeonring principle with these budgets and filters, bit by bit."""
    places = set(sorted(places)[:radius])
    widths = chunk_widths(tables)
    plan = make_plan(widths, radius)
    starts = np.concatenate([[0], np.cumsum(widths)])
    found = []
    for chunk, kept in enumerate(plan.filters):
        start, end = int(starts[chunk]), int(starts[chunk + 1])
        flips = len(places & set(range(start, end)))
        after = {bit for bit in range(32) if (end + bit) % 256 in places}
        near = sum(1 for bit in after if bit < 16 and kept.near_mask >> bit & 1)
        sketch = sum(1 for bit in after if kept.sketch_mask >> bit & 1)
        found.append(
            flips <= plan.budgets[chunk]
            and near + flips <= kept.near_most
            and sketch + flips <= kept.sketch_most
        )
    assert any(found)


@pytest.mark.parametrize("radius", [0, 5, 15, 16, 31, 45])
def test_probes_are_all_patterns_within_the_budgets(radius: int) -> None:
    widths = chunk_widths(16)
    plan = make_plan(widths, radius)
    assert sum(budget + 1 for budget in plan.budgets) == radius + 1
    assert len(plan.probes) == count_probes(widths, radius)
    for chunk, budget in enumerate(plan.budgets):
        own = plan.probes[plan.first_probe[chunk] : plan.first_probe[chunk + 1]]
        patterns = own & np.uint64(0xFFFFFFFF)
        assert len(np.unique(patterns)) == len(own)
        assert (np.bitwise_count(patterns) <= max(budget, 0)).all()
        assert len(own) == sum(math.comb(widths[chunk], flips) for flips in range(budget + 1))
        assert ((own >> np.uint64(32) & np.uint64(255)) == chunk).all()


@pytest.mark.parametrize("tables", [10, 15, 16, 32])
def test_chunks_cover_the_hash_once(tables: int) -> None:
    widths = chunk_widths(tables)
    assert sum(widths) == 256
    assert max(widths) - min(widths) <= 1


def test_larger_data_gets_wider_chunks() -> None:
    assert choose_widths(1000) == ()
    counts = [len(choose_widths(entries)) for entries in (10**5, 10**6, 10**7, 10**8)]
    assert counts == sorted(counts, reverse=True)
    assert counts[1] <= 16  # 8 bytes a table: 170 bytes a hash all in


def test_flat_where_it_is_faster() -> None:
    widths = choose_widths(10**6)
    assert flat_is_faster((), 31, 1000, 1)
    assert not flat_is_faster(widths, 31, 10**6, 1)
    assert flat_is_faster(widths, 128, 10**6, 1)
    assert flat_is_faster(widths, 256, 10**6, 1)


def test_time_grows_slower_than_data() -> None:
    times = [expected_ns(choose_widths(n), 31, n) for n in (10**6, 10**7, 10**8)]
    assert times[1] < 4 * times[0]
    assert times[2] < 8 * times[1]  # the bounds of buckets are far away by then
