"""The tables against brute force, with the planner out of the way."""

from dataclasses import replace

import numpy as np
import pytest
from brute import distances
from hypothesis import given, settings
from hypothesis import strategies as st
from made import asked_about, clustered, random_hashes

from clew.index.flat import HashesAt, nearest_radii, scan
from clew.index.hamming import TablesDamagedError, describe, search
from clew.index.plan import Plan, chunk_widths, make_plan
from clew.index.tables import Table, build_tables

NO_LIMIT = 1 << 60


def packed_truth(queries: np.ndarray, hashes: np.ndarray, radius: int) -> list[int]:
    table = distances(queries, hashes)
    rows, columns = np.nonzero(table <= radius)
    return sorted(
        (int(q) << 41) | (int(table[q, c]) << 32) | int(c)
        for q, c in zip(rows, columns, strict=True)
    )


def ask(
    tables: list[Table], plan: Plan, hashes: np.ndarray, queries: np.ndarray, which: np.ndarray
) -> list[int]:
    hits, given_up = search(
        describe(tables, plan),
        plan,
        HashesAt(hashes.view(np.uint64)),
        queries.view(np.uint64),
        which,
        NO_LIMIT,
    )
    assert given_up is None
    return sorted(hits.tolist())


@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(1, 400),
    tables=st.integers(16, 32),
    radius=st.integers(0, 64),
)
@settings(max_examples=120)
def test_tables_find_exactly_what_brute_force_finds(
    seed: int, count: int, tables: int, radius: int
) -> None:
    rng = np.random.default_rng(seed)
    hashes = clustered(count, rng)
    queries = asked_about(hashes, 4, rng)
    widths = chunk_widths(tables)
    built = build_tables(hashes.view(np.uint64), widths, threads=1)
    plan = make_plan(widths, radius)
    truth = packed_truth(queries, hashes, radius)
    everyone = np.arange(len(queries))
    assert ask(built, plan, hashes, queries, everyone) == truth
    one_by_one = [
        hit for query in everyone for hit in ask(built, plan, hashes, queries, everyone[[query]])
    ]
    assert sorted(one_by_one) == truth


@pytest.mark.parametrize("whole_sketch", [False, True])
@pytest.mark.parametrize("radius", [15, 31, 45, 64])
def test_both_ways_of_comparing_sketches_agree(radius: int, whole_sketch: bool) -> None:
    rng = np.random.default_rng(radius)
    hashes = clustered(3000, rng)
    queries = asked_about(hashes, 20, rng)
    widths = chunk_widths(16)
    built = build_tables(hashes.view(np.uint64), widths, threads=2)
    made = make_plan(widths, radius)
    plan = replace(made, whole_sketch=whole_sketch)
    truth = packed_truth(queries, hashes, radius)
    assert ask(built, plan, hashes, queries, np.arange(len(queries))) == truth


def test_more_queries_than_a_block_and_more_hits_than_any_buffer() -> None:
    rng = np.random.default_rng(5)
    hashes = np.repeat(random_hashes(2, rng), 3000, axis=0)
    queries = np.concatenate([hashes[:300], hashes[-300:]])
    widths = chunk_widths(20)
    built = build_tables(hashes.view(np.uint64), widths, threads=1)
    hits = ask(built, make_plan(widths, 31), hashes, queries, np.arange(600))
    assert len(hits) == 600 * 3000
    assert len(set(hits)) == len(hits)


def test_a_query_over_its_budget_is_given_up_and_the_others_are_exact() -> None:
    rng = np.random.default_rng(6)
    heavy = np.repeat(random_hashes(1, rng), 20_000, axis=0)
    hashes = np.concatenate([heavy, random_hashes(5000, rng)])
    queries = np.concatenate([heavy[:1], hashes[-5:]])
    widths = chunk_widths(16)
    tables = build_tables(hashes.view(np.uint64), widths, threads=1)
    plan = make_plan(widths, 31)
    hits, given_up = search(
        describe(tables, plan),
        plan,
        HashesAt(hashes.view(np.uint64)),
        queries.view(np.uint64),
        np.arange(6),
        100_000,
    )
    assert given_up is not None
    assert given_up.tolist() == [True, False, False, False, False, False]
    truth = [hit for hit in packed_truth(queries, hashes, 31) if hit >> 41 != 0]
    assert sorted(hit for hit in hits.tolist() if hit >> 41 != 0) == truth


def test_bounds_outside_the_table_are_refused() -> None:
    rng = np.random.default_rng(7)
    hashes = random_hashes(1000, rng)
    widths = chunk_widths(16)
    tables = build_tables(hashes.view(np.uint64), widths, threads=1)
    plan = make_plan(widths, 31)
    good = tables[3].offsets.copy()
    for wrong in (2**32 - 1, 1001):
        tables[3].offsets[:] = wrong
        with pytest.raises(TablesDamagedError):
            ask(tables, plan, hashes, hashes[:1], np.arange(1))
    tables[3].offsets[:] = good
    tables[5].rows[:] = 1000
    with pytest.raises(TablesDamagedError):
        ask(tables, plan, hashes, hashes[:50], np.arange(50))


def test_more_tables_than_a_search_has_room_for_are_refused() -> None:
    """Each query's chunks would lie on its sketches, and hits would be missed without a word."""
    hashes = random_hashes(50, np.random.default_rng(9))
    most, too_many = chunk_widths(64), chunk_widths(65)
    tables = build_tables(hashes.view(np.uint64), most, threads=1)
    truth = packed_truth(hashes, hashes, 70)
    assert ask(tables, make_plan(most, 70), hashes, hashes, np.arange(50)) == truth
    tables = build_tables(hashes.view(np.uint64), too_many, threads=1)
    with pytest.raises(ValueError, match="at most 64 tables"):
        describe(tables, make_plan(too_many, 70))


@given(seed=st.integers(0, 2**32 - 1), count=st.integers(0, 1100), radius=st.integers(0, 256))
@settings(max_examples=60)
def test_the_flat_scan_finds_exactly_what_brute_force_finds(
    seed: int, count: int, radius: int
) -> None:
    rng = np.random.default_rng(seed)
    hashes = clustered(count, rng)
    queries = asked_about(hashes, 3, rng)
    which = np.arange(len(queries))
    radii = np.full(len(queries), radius)
    words = queries.view(np.uint64)
    hits = scan(HashesAt(hashes.view(np.uint64)), words, which, radii)
    assert sorted(hits.tolist()) == packed_truth(queries, hashes, radius)


def test_nearest_radii_are_the_smallest_with_k_hashes() -> None:
    rng = np.random.default_rng(8)
    hashes = clustered(700, rng)
    queries = asked_about(hashes, 5, rng)
    which = np.arange(len(queries))
    at, words = HashesAt(hashes.view(np.uint64)), queries.view(np.uint64)
    table = np.sort(distances(queries, hashes), axis=1)
    assert nearest_radii(at, words, which, 7, 256).tolist() == table[:, 6].tolist()
    assert nearest_radii(at, words, which, 7, 50).tolist() == np.minimum(table[:, 6], 50).tolist()
    assert (nearest_radii(at, words, which, 701, 256) == 256).all()
