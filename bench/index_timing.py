"""Timing searches side by side: each round asks every side in turn, answers are compared."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import faiss
import numpy as np

from clew.index import HammingIndex

ROUNDS = 9


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def processor_seconds(work: Callable[[], object]) -> float:
    """Time on the processor of this thread alone, so that others on the machine disturb less."""
    started = time.thread_time()
    work()
    return time.thread_time() - started


def pairs_of_faiss(index: faiss.IndexBinary, queries: np.ndarray, radius: int) -> set:
    limits, _, found = index.range_search(queries, radius + 1)  # FAISS excludes the radius
    rows = np.repeat(np.arange(len(queries)), np.diff(limits.astype(np.int64)))
    return set(zip(rows.tolist(), found.tolist(), strict=True))


def check_same(index: HammingIndex, flat: faiss.IndexBinary, queries: np.ndarray, radius: int):
    hits = index.search(queries, radius)
    ours = set(zip(hits.query.tolist(), hits.key.tolist(), strict=True))
    assert ours == pairs_of_faiss(flat, queries, radius), "answers differ"


def one_at_a_time(
    index: HammingIndex,
    others: dict[str, faiss.IndexBinary],
    queries: np.ndarray,
    radius: int,
    ours_a_round: int | None = None,
) -> dict:
    """Microseconds of processor time a query, each side asked one query after the other.

    The peers come last in each round and leave the caches full of their own: the fewer queries
    Clew is asked in a row, the less of the index lies in a cache.
    """
    faiss.omp_set_num_threads(1)
    singles = [queries[[row]] for row in range(len(queries))]
    if ours_a_round is None:
        ours_a_round = 1000 if radius < 40 else 100 if radius < 60 else 20
    check_same(index, others["flat"], queries[:20], radius)
    index.search(singles[0], radius)
    times: dict[str, list[float]] = {"clew": [], **{name: [] for name in others}}
    at = 0
    for _ in range(ROUNDS):
        part = [singles[(at + step) % len(singles)] for step in range(ours_a_round)]
        at += ours_a_round
        spent = processor_seconds(lambda part=part: [index.search(query, radius) for query in part])
        times["clew"].append(spent / len(part))
        for name, other in others.items():
            few = part[: 3 if name == "flat" else 10]
            spent = processor_seconds(
                lambda few=few, other=other: [other.range_search(q, radius + 1) for q in few]
            )
            times[name].append(spent / len(few))
    return summary(times)


def batches(index: HammingIndex, flat: faiss.IndexBinary, queries: np.ndarray, radius: int) -> dict:
    """Microseconds a query in batches of 1,000 on two threads; the flat scan's of 100."""
    faiss.omp_set_num_threads(2)
    index.threads = 2
    check_same(index, flat, queries[:100], radius)
    times: dict[str, list[float]] = {"clew": [], "flat": []}
    for _ in range(5):
        times["clew"].append(seconds(lambda: index.search(queries, radius)) / len(queries))
        few = queries[:100]
        times["flat"].append(seconds(lambda few=few: flat.range_search(few, radius + 1)) / len(few))
    faiss.omp_set_num_threads(1)
    return summary(times)


def summary(times: dict[str, list[float]]) -> dict:
    medians = {name: statistics.median(values) for name, values in times.items()}
    return {
        "microseconds": {name: round(value * 1e6, 1) for name, value in medians.items()},
        "best": {name: round(min(values) * 1e6, 1) for name, values in times.items()},
        "ratio": {
            name: round(value / medians["clew"], 1)
            for name, value in medians.items()
            if name != "clew"
        },
    }


def flat_of(hashes: np.ndarray) -> faiss.IndexBinaryFlat:
    flat = faiss.IndexBinaryFlat(256)
    flat.add(hashes)
    return flat


def multi_hash_of(hashes: np.ndarray) -> faiss.IndexBinaryMultiHash:
    index = faiss.IndexBinaryMultiHash(256, 11, 23)
    index.nflip = 2
    index.add(hashes)
    return index
