"""Exact Hamming search beside FAISS, in the same run on the same data.

    python -m bench.index                     1 and 10 million, clustered data, disk
    python -m bench.index --size 1m           one million only
    python -m bench.index --size 100m         adds 100 million (needs about 25 GB of free memory)
    python -m bench index                     the same as one of all benchmarks, frozen

FAISS flat is ``IndexBinaryFlat``; FAISS multi-hash is ``IndexBinaryMultiHash`` with 11 tables of
23 bits and 2 flips, which is exact up to radius 32. Each round measures both sides in turn; the
ratio is that of the medians. Every answer compared is checked to be the same on both sides.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import faiss
import numpy as np

from bench.index_hashes import clustered_hashes, queries_about, uniform_hashes
from bench.results import Result, Row, freeze
from clew.index import HammingIndex, warm

SIZES = {"1m": 10**6, "10m": 10**7, "100m": 10**8}
ROUNDS = 9
# What the ratios ought to be, by (size, radius) and by name.
BARS = {
    (10**7, 31): 300,
    (10**7, 45): 60,
    (10**7, 64): 5,
    (10**6, 31): 120,
}


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
    index: HammingIndex, others: dict[str, faiss.IndexBinary], queries: np.ndarray, radius: int
) -> dict:
    """Microseconds of processor time a query, each side asked one query after the other."""
    faiss.omp_set_num_threads(1)
    singles = [queries[[row]] for row in range(len(queries))]
    ours_a_round = 100 if radius < 40 else 40 if radius < 60 else 10
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
    """Microseconds a query in batches of 1,000 on two threads."""
    faiss.omp_set_num_threads(2)
    index.threads = 2
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


def report(what: str, measured: dict, bar: float | None = None) -> dict:
    times = "  ".join(f"{name} {value:,}" for name, value in measured["microseconds"].items())
    ratios = "  ".join(f"{value:,} × {name}" for name, value in measured["ratio"].items())
    verdict = ""
    if bar is not None:
        measured["bar"] = bar
        verdict = "" if measured["ratio"]["flat"] >= bar else f"  MISSED (bar {bar} ×)"
    print(f"{what:<46} {times} µs   {ratios}{verdict}", flush=True)
    return measured


def building(folder: Path, hashes: np.ndarray) -> tuple[float, float, float]:
    """Seconds to add, to seal on disk, and to build the same tables in memory; two threads."""
    keys = np.arange(len(hashes))
    memory = HammingIndex(threads=2)
    memory.add(keys, hashes)
    built = seconds(memory.seal)
    del memory
    writer = HammingIndex.open(folder, threads=2)
    added = seconds(lambda: writer.add(keys, hashes))
    return added, seconds(lambda: writer.seal(len(hashes))), built


def uniform(count: int) -> dict:
    rng = np.random.default_rng(1)
    hashes = uniform_hashes(count, rng)
    queries = queries_about(hashes, 1000, rng)
    results: dict = {}
    folder = Path(tempfile.mkdtemp(prefix="bench-index-"))
    try:
        added, sealed, built = building(folder, hashes)
        size = sum(path.stat().st_size for path in folder.iterdir())
        opened = min(seconds(lambda: HammingIndex.open(folder)) for _ in range(5))
        index = HammingIndex.open(folder, threads=1)
        verified = seconds(index.verify)
        results["storage"] = {
            "bytes a hash": round(size / count, 1),
            "seconds to open": round(opened, 4),
            "seconds to verify": round(verified, 3),
            "million hashes a second, tables in memory": round(count / built / 1e6, 2),
            "million hashes a second, added, sealed and on disk": round(
                count / (added + sealed) / 1e6, 2
            ),
        }
        for name, value in results["storage"].items():
            print(f"{count:,} uniform: {name} {value}", flush=True)
        others: dict[str, faiss.IndexBinary] = {"flat": flat_of(hashes)}
        if count == 10**6:
            others["multi-hash"] = multi_hash_of(hashes)
        for radius in (31, 45, 64):
            asked = {n: other for n, other in others.items() if n == "flat" or radius < 33}
            measured = one_at_a_time(index, asked, queries, radius)
            bar = BARS.get((count, radius))
            what = f"{count:,} uniform, radius {radius}, one at a time"
            results[f"radius {radius}"] = report(what, measured, bar)
        measured = batches(index, others["flat"], queries, 31)
        what = f"{count:,} uniform, radius 31, batches, 2 threads"
        results["batches"] = report(what, measured, 300 if count == 10**7 else None)
    finally:
        shutil.rmtree(folder)
    return results


def clustered(count: int) -> dict:
    rng = np.random.default_rng(2)
    hashes = clustered_hashes(count, rng)
    index = HammingIndex(threads=1)
    index.add(np.arange(count), hashes)
    index.seal()
    others = {"flat": flat_of(hashes), "multi-hash": multi_hash_of(hashes)}
    results = {}
    flat_picture = hashes[:1]
    kinds = {
        "frames": hashes[rng.integers(count // 20, count // 2, 300)],
        "flat picture": np.repeat(flat_picture, 20, axis=0),
        "uniform": uniform_hashes(300, rng),
    }
    for kind, queries in kinds.items():
        asked = dict(others)
        if kind == "flat picture":
            del asked["multi-hash"]  # takes seconds a query
            started = time.perf_counter()
            others["multi-hash"].range_search(queries[:1], 32)
            print(f"(multi-hash needs {time.perf_counter() - started:.2f} s for the flat picture)")
        measured = one_at_a_time(index, asked, queries, 31)
        what = f"{count:,} clustered, radius 31, asked for {kind}"
        results[kind] = report(what, measured, 1)
    return results


def measure(sizes: list[int]) -> dict:
    """All figures, by what was asked of how many."""
    print(f"warm-up {seconds(warm):.2f} s")
    figures: dict = {f"{count:,} uniform": uniform(count) for count in sizes}
    if 10**6 in sizes:
        figures["1,000,000 clustered"] = clustered(10**6)
    return figures


def result_of(figures: dict) -> Result:
    rows, bars = [], []
    for data, measured in figures.items():
        for what, one in measured.items():
            if what == "storage":
                continue
            name = f"{data}, {what}"
            times, ratios = one["microseconds"], one["ratio"]
            cells = {"search": name, "Clew": f"{times['clew']:,} µs"}
            for peer in ("flat", "multi-hash"):
                time_and_ratio = f"{times.get(peer, 0):,} µs ({ratios.get(peer)} ×)"
                cells[f"FAISS {peer}"] = time_and_ratio if peer in times else ""
            rows.append(Row(cells=cells))
            if "bar" in one:
                verdict = "met" if ratios["flat"] >= one["bar"] else "missed"
                bars.append(f"{name}: at least {one['bar']} × FAISS flat: {verdict}")
        storage = measured.get("storage", {})
        rows += [
            Row(cells={"search": f"{data}: {name}", "Clew": str(value)})
            for name, value in storage.items()
        ]
    return Result(
        title="Exact Hamming search among 256-bit hashes",
        says=(
            "Median time of a query, answers checked to be the same. One at a time: processor "
            "time of one thread through the public interface, on a sealed segment. FAISS flat is "
            f"IndexBinaryFlat of version {faiss.__version__} "
            f"({faiss.get_compile_options().strip()}), multi-hash is IndexBinaryMultiHash with "
            "11 tables of 23 bits and 2 flips. Half of the queries are random, half up to 40 "
            "bits from a stored hash. Clustered data: half random, 45 % frames of made-up films, "
            "5 % one flat picture. Radius 31 where not said."
        ),
        rows=rows,
        bars=bars,
        figures=figures,
    )


def run() -> Result:
    """For ``python -m bench``: one and ten million."""
    return result_of(measure([10**6, 10**7]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", choices=[*SIZES, "all"], default="all")
    parser.add_argument("--freeze", action="store_true", help="write bench/results/index.json")
    options = parser.parse_args()
    sizes = [10**6, 10**7] if options.size == "all" else [SIZES[options.size]]
    result = result_of(measure(sizes))
    if options.freeze:
        freeze("index", result)


if __name__ == "__main__":
    main()
