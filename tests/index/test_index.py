"""The index as callers use it, against brute force over a plain dictionary."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path

import numpy as np
import pytest
from brute import listed, nearest, within
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from made import asked_about, clustered, flipped, random_hashes

from clew.index import HammingIndex, Hits, block, plan
from clew.index import tail as tails

RADII = (0, 7, 31, 45, 64, 100, 256)


@pytest.mark.usefixtures("always_tables")
@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(0, 300),
    sealed=st.booleans(),
    radius=st.integers(0, 64) | st.integers(65, 256),
)
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_search_is_exact(seed: int, count: int, sealed: bool, radius: int) -> None:
    rng = np.random.default_rng(seed)
    hashes = clustered(count, rng)
    keys = rng.permutation(np.arange(-count, 2 * count, 3))[:count].astype(np.int64)
    queries = asked_about(hashes, 3, rng)
    index = HammingIndex(threads=2)
    index.add(keys, hashes)
    if sealed:
        index.seal()
    assert len(index) == len(keys)
    hashes = hashes[: len(keys)]
    assert listed(index.search(queries, radius)) == within(keys, hashes, queries, radius)
    for k in (1, 4, 400):
        found = listed(index.search_nearest(queries, k, radius))
        assert found == nearest(keys, hashes, queries, k, radius)


class AgainstDictionary(RuleBasedStateMachine):
    """Two open indexes on one folder, and what they ought to hold."""

    @initialize(seed=st.integers(0, 2**32 - 1))
    def begin(self, seed: int) -> None:
        self.least, plan.LEAST_ENTRIES_FOR_TABLES = plan.LEAST_ENTRIES_FOR_TABLES, 32
        self.flat_is_faster = block.flat_is_faster
        block.flat_is_faster = lambda widths, radius, *_: not widths or radius > 64
        plan.choose_widths.cache_clear()
        self.rng = np.random.default_rng(seed)
        self.place = tempfile.TemporaryDirectory()
        self.folder = Path(self.place.name) / "index"
        self.index = HammingIndex.open(self.folder, threads=1)
        self.pool = clustered(60, self.rng)
        self.held: dict[int, bytes] = {}
        self.sealed: dict[int, bytes] = {}
        self.upto = 0

    def teardown(self) -> None:
        if hasattr(self, "place"):
            plan.LEAST_ENTRIES_FOR_TABLES, block.flat_is_faster = self.least, self.flat_is_faster
            plan.choose_widths.cache_clear()
            self.place.cleanup()

    @rule(count=st.integers(0, 50), first=st.integers(0, 150))
    def add(self, count: int, first: int) -> None:
        keys = np.array([k for k in range(first, first + count) if k not in self.held], np.int64)
        hashes = self.pool[self.rng.integers(0, len(self.pool), len(keys))]
        order = self.rng.permutation(len(keys))
        self.index.add(keys[order], hashes[order])
        self.held |= {int(k): h.tobytes() for k, h in zip(keys, hashes, strict=True)}

    @rule()
    def add_again(self) -> None:
        keys, hashes = self.rows(self.held)
        self.index.add(keys, hashes)

    @rule(which=st.integers(0, 200))
    def other_hash_is_refused(self, which: int) -> None:
        if which in self.held:
            other = 255 - np.frombuffer(self.held[which], np.uint8).reshape(1, 32)
            with pytest.raises(ValueError, match=f"key {which} "):
                self.index.add(np.array([which, 10**6]), np.concatenate([other, other]))

    @rule(first=st.integers(0, 200), count=st.integers(0, 40))
    def delete(self, first: int, count: int) -> None:
        keys = np.arange(first, first + count)
        gone = [int(k) for k in keys if int(k) in self.held]
        assert self.index.delete(keys) == len(gone)
        for key in gone:
            del self.held[key]
            self.sealed.pop(key, None)

    @rule()
    def delete_again(self) -> None:
        keys = np.array([key for key in range(250) if key not in self.held])
        assert self.index.delete(keys) == 0

    @rule()
    def seal(self) -> None:
        self.upto += 1
        self.index.seal(self.upto)
        self.sealed = dict(self.held)

    @rule(everything=st.booleans())
    def compact(self, everything: bool) -> None:
        self.index.compact(everything)

    @rule()
    def reopen(self) -> None:
        self.index = HammingIndex.open(self.folder, threads=1)
        self.held = dict(self.sealed)

    @invariant()
    def everything_is_found_and_nothing_else(self) -> None:
        if not hasattr(self, "index"):
            return
        assert len(self.index) == len(self.held)
        assert self.index.covered_upto == self.upto
        keys, hashes = self.rows(self.held)
        queries = flipped(self.pool[self.rng.integers(0, len(self.pool), 2)], 50, self.rng)
        radius = int(self.rng.choice(RADII))
        assert listed(self.index.search(queries, radius)) == within(keys, hashes, queries, radius)
        found = listed(self.index.search_nearest(queries, 3, radius))
        assert found == nearest(keys, hashes, queries, 3, radius)

    @staticmethod
    def rows(held: dict[int, bytes]) -> tuple[np.ndarray, np.ndarray]:
        hashes = np.frombuffer(b"".join(held.values()), np.uint8).reshape(-1, 32)
        return np.array(list(held), np.int64), hashes


AgainstDictionary.TestCase.settings = settings(max_examples=60, stateful_step_count=30)
TestAgainstDictionary = AgainstDictionary.TestCase


def test_clusters_far_above_a_query_budget_are_found_whole() -> None:
    rng = np.random.default_rng(1)
    flat_picture = np.repeat(random_hashes(1, rng), 2_000, axis=0)
    frames = flipped(np.repeat(random_hashes(2, rng), 9_000, axis=0), 25, rng)
    hashes = np.concatenate([random_hashes(10_000, rng), flat_picture, frames])
    keys = np.arange(len(hashes))
    queries = np.concatenate([flat_picture[:1], frames[[0, -1]], hashes[:3]])
    index = HammingIndex(threads=2)
    index.add(keys, hashes)
    index.seal()
    for radius in (0, 31, 50):
        assert listed(index.search(queries, radius)) == within(keys, hashes, queries, radius)
        for row in range(len(queries)):
            query = queries[[row]]
            assert listed(index.search(query, radius)) == within(keys, hashes, query, radius)
    assert listed(index.search_nearest(queries, 30)) == nearest(keys, hashes, queries, 30, 256)


def test_a_tail_that_grows_large_gets_tables_and_stays_exact(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tails, "MOST_FLAT_ROWS", 20_000)
    rng = np.random.default_rng(2)
    hashes = clustered(50_000, rng)
    keys = rng.permutation(len(hashes)).astype(np.int64)
    index = HammingIndex(threads=2)
    for at in range(0, len(hashes), 7_001):
        part = slice(at, at + 7_001)
        index.add(keys[part], hashes[part])
        so_far = slice(0, min(at + 7_001, len(hashes)))
        queries = asked_about(hashes[so_far], 2, rng)
        truth = within(keys[so_far], hashes[so_far], queries, 31)
        assert listed(index.search(queries, 31)) == truth
    assert any(layer.block.tables for layer in index._layers)
    assert tails.flat_rows(index._tail) < 20_000


def test_many_single_additions_make_few_layers() -> None:
    rng = np.random.default_rng(3)
    hashes = random_hashes(1000, rng)
    index = HammingIndex()
    for key in range(1000):
        index.add(np.array([key]), hashes[[key]])
        assert len(index.search(hashes[[key]], 0)) == 1
    assert len(index._layers) <= 10


def test_an_addition_is_whole_or_not_at_all() -> None:
    rng = np.random.default_rng(4)
    hashes = random_hashes(4, rng)
    index = HammingIndex()
    index.add(np.array([1]), hashes[:1])
    with pytest.raises(ValueError, match="key 1 "):
        index.add(np.array([7, 1]), hashes[1:3])
    with pytest.raises(ValueError, match="key 5 "):
        index.add(np.array([5, 5]), hashes[1:3])
    index.add(np.array([6, 6]), hashes[[3, 3]])
    assert listed(index.search(hashes, 0)) == [(0, 0, 1), (3, 0, 6)]


def test_what_a_caller_reuses_is_not_the_index() -> None:
    hashes = random_hashes(3, np.random.default_rng(5))
    keys, given_hashes = np.arange(3), hashes.copy()
    index = HammingIndex()
    index.add(keys, given_hashes)
    given_hashes[:] = 0
    keys[:] = 9
    assert listed(index.search(hashes, 0)) == [(0, 0, 0), (1, 0, 1), (2, 0, 2)]


def test_read_only_and_strided_arrays_are_welcome() -> None:
    hashes = random_hashes(6, np.random.default_rng(6))
    frozen = hashes[::2]
    frozen.flags.writeable = False
    index = HammingIndex()
    index.add(np.arange(6)[::2], frozen)
    assert listed(index.search(frozen, 0)) == [(0, 0, 0), (1, 0, 2), (2, 0, 4)]


@pytest.mark.parametrize(
    "hashes",
    [
        np.zeros((2, 31), np.uint8),
        np.zeros(32, np.uint8),
        np.zeros((2, 32), np.int64),
        np.zeros((2, 4), np.uint64),
    ],
)
def test_other_shapes_are_refused(hashes: np.ndarray) -> None:
    index = HammingIndex()
    with pytest.raises(ValueError, match="uint8"):
        index.search(hashes, 31)
    with pytest.raises(ValueError, match="uint8"):
        index.add(np.arange(2), hashes)


def test_impossible_questions_are_refused() -> None:
    index, query = HammingIndex(), np.zeros((1, 32), np.uint8)
    for radius in (-1, 257):
        with pytest.raises(ValueError, match="radius"):
            index.search(query, radius)
        with pytest.raises(ValueError, match="radius"):
            index.search_nearest(query, 1, radius)
    with pytest.raises(ValueError, match="0"):
        index.search_nearest(query, 0)
    with pytest.raises(ValueError, match="keys"):
        index.add(np.arange(3), np.zeros((2, 32), np.uint8))


def test_an_empty_index_and_no_queries() -> None:
    index, none = HammingIndex(), np.empty((0, 32), np.uint8)
    query = np.zeros((1, 32), np.uint8)
    for hits in (
        index.search(query, 256),
        index.search_nearest(query, 3),
        index.search(none, 31),
        index.search_nearest(none, 3),
    ):
        assert isinstance(hits, Hits)
        assert listed(hits) == []
    index.seal()
    assert not index.compact()
    assert index.delete(np.array([1])) == 0
    assert len(index) == 0


def test_searches_go_on_while_others_add_delete_seal_and_compact(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    hashes = random_hashes(4000, rng)
    index = HammingIndex.open(tmp_path, threads=2)
    index.add(np.arange(1000), hashes[:1000])
    wrong: list[object] = []
    over = threading.Event()

    def keep_searching() -> None:
        while not over.is_set():
            found = listed(index.search(hashes[:1000], 20))
            if found != [(key, 0, key) for key in range(1000)]:
                wrong.append(found)

    searchers = [threading.Thread(target=keep_searching) for _ in range(2)]
    for searcher in searchers:
        searcher.start()
    for at in range(1000, 4000, 250):
        index.add(np.arange(at, at + 250), hashes[at : at + 250])
        index.delete(np.arange(at, at + 50))
        index.seal(at)
        index.compact(everything=at % 500 == 0)
    over.set()
    for searcher in searchers:
        searcher.join()
    assert not wrong
    assert len(index) == 4000 - 12 * 50


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_a_million_hashes_against_brute_force(tmp_path: Path) -> None:
    rng = np.random.default_rng(8)
    hashes = clustered(1_000_000, rng, centres=200)
    keys = rng.permutation(len(hashes)).astype(np.int64)
    queries = asked_about(hashes, 30, rng)
    index = HammingIndex.open(tmp_path, threads=2)
    index.add(keys[:900_000], hashes[:900_000])
    index.seal(1)
    index.add(keys[900_000:], hashes[900_000:])
    everything = within(keys, hashes, queries, 70)
    for radius in (0, 1, 10, 15, 31, 32, 45, 64, 70):
        truth = [hit for hit in everything if hit[1] <= radius]
        assert listed(index.search(queries, radius)) == truth
        one_by_one = [index.search(queries[[row]], radius) for row in range(len(queries))]
        found = [
            (row, distance, key)
            for row, hits in enumerate(one_by_one)
            for _, distance, key in listed(hits)
        ]
        assert found == truth
    assert listed(index.search_nearest(queries, 50, 70)) == [
        hit for row in range(len(queries)) for hit in [h for h in everything if h[0] == row][:50]
    ]


def test_keys_too_far_apart_for_one_number_are_sorted_too() -> None:
    rng = np.random.default_rng(9)
    hashes = np.repeat(random_hashes(300, rng), 3, axis=0)
    keys = rng.integers(-(2**62), 2**62, len(hashes))
    queries = asked_about(hashes, 5, rng)
    index = HammingIndex(threads=1)
    index.add(keys, hashes)
    for _ in range(2):
        for radius in (0, 31, 256):
            assert listed(index.search(queries, radius)) == within(keys, hashes, queries, radius)
        index.seal()
