"""Exact Hamming search beside FAISS, in the same run on the same data.

    python -m bench.index                     1 and 10 million, clustered data, disk
    python -m bench.index --size 1m           one million only
    python -m bench index                     the same as one of all benchmarks, frozen

FAISS flat is ``IndexBinaryFlat``; FAISS multi-hash is ``IndexBinaryMultiHash`` with 11 tables of
23 bits and 2 flips, which is exact up to radius 32. Each round measures both sides in turn; the
ratio is that of the medians. Before each measurement the answers to the first 20 queries (100 in
a batch) are checked to be those of the flat scan.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import faiss
import numpy as np

from bench.index_frames import generated_frames, hashes_of, real_frames
from bench.index_hashes import clustered_hashes, queries_about, uniform_hashes
from bench.index_timing import batches, flat_of, multi_hash_of, one_at_a_time, seconds
from bench.results import Result, Row, freeze
from clew.index import HammingIndex, warm

SIZES = {"1m": 10**6, "10m": 10**7}
# What the ratios ought to be: (peer, at least), by what was asked of how many.
BARS = {
    "1,000,000 uniform, radius 31": {"flat": 120, "multi-hash": 15},
    "10,000,000 uniform, radius 31": {"flat": 300},
    "10,000,000 uniform, radius 45": {"flat": 60},
    "10,000,000 uniform, radius 64": {"flat": 5},
    "10,000,000 uniform, batches": {"flat": 300},
    "1,000,000 clustered, real frames": {"flat": 1, "multi-hash": 8},
    "1,000,000 clustered, generated frames": {"flat": 1, "multi-hash": 8},
    "1,000,000 clustered, wandering frames": {"flat": 1, "multi-hash": 8},
    "1,000,000 clustered, flat picture": {"flat": 1},
    "1,000,000 clustered, uniform": {"flat": 1, "multi-hash": 8},
    "1,000,000 clustered, as it comes": {"flat": 1, "multi-hash": 8},
}
_AS_IT_COMES = "as it comes"
_COLD = "radius 31, cold caches"
MOST_BYTES, LONGEST_OPENING, LEAST_BUILT = 170, 0.1, 2.0


def report(what: str, measured: dict) -> dict:
    times = "  ".join(f"{name} {value:,}" for name, value in measured["microseconds"].items())
    ratios = "  ".join(f"{value:,} × {name}" for name, value in measured["ratio"].items())
    missed = [
        f"MISSED (bar {bar} × {peer})"
        for peer, bar in BARS.get(what, {}).items()
        if measured["ratio"][peer] < bar
    ]
    print(f"{what:<46} {times} µs   {ratios}  {' '.join(missed)}", flush=True)
    return measured


@contextmanager
def temporary(beside: Path | None = None) -> Iterator[Path]:
    """A folder that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="bench-index-", dir=beside))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def added_and_sealed(folder: Path, hashes: np.ndarray) -> float:
    """Seconds from hashes to a sealed, durable segment; two threads."""
    writer = HammingIndex.open(folder, threads=2)
    keys = np.arange(len(hashes))

    def build() -> None:
        writer.add(keys, hashes)
        writer.seal(len(hashes))

    return seconds(build)


def copied(source: Path, folder: Path) -> float:
    """Seconds to write as many bytes and have them on the disk: the physical limit."""
    content = source.read_bytes()

    def write() -> None:
        with (folder / "copy").open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    return seconds(write)


def storage(folder: Path, hashes: np.ndarray) -> dict:
    """What building, storing and opening cost; leaves the sealed index in the folder."""
    count = len(hashes)
    memory = HammingIndex(threads=2)
    memory.add(np.arange(count), hashes)
    tables = seconds(memory.seal)
    del memory
    with temporary(Path("/dev/shm")) as in_memory:
        no_disk = added_and_sealed(in_memory, hashes)
    on_disk = added_and_sealed(folder, hashes)
    size = sum(path.stat().st_size for path in folder.iterdir())
    with temporary() as elsewhere:
        limit = copied(next(folder.glob("*.segment")), elsewhere)
    opened = min(seconds(lambda: HammingIndex.open(folder)) for _ in range(5))
    return {
        "bytes a hash": round(size / count, 1),
        "seconds to open": round(opened, 4),
        "seconds to verify": round(seconds(HammingIndex.open(folder, threads=1).verify), 3),
        "million hashes a second, tables in memory": round(count / tables / 1e6, 2),
        "million hashes a second, added and sealed in a file in memory": round(
            count / no_disk / 1e6, 2
        ),
        "million hashes a second, added, sealed and on disk": round(count / on_disk / 1e6, 2),
        "million hashes a second, only writing that file to the disk": round(
            count / limit / 1e6, 2
        ),
    }


def uniform(count: int) -> dict:
    rng = np.random.default_rng(1)
    hashes = uniform_hashes(count, rng)
    queries = queries_about(hashes, 1000, rng)
    results: dict = {}
    with temporary() as folder:
        results["storage"] = storage(folder, hashes)
        for name, value in results["storage"].items():
            print(f"{count:,} uniform: {name} {value}", flush=True)
        index = HammingIndex.open(folder, threads=1)
        others: dict[str, faiss.IndexBinary] = {"flat": flat_of(hashes)}
        if count == 10**6:
            others["multi-hash"] = multi_hash_of(hashes)
        for radius in (31, 45, 64):
            asked = {n: other for n, other in others.items() if n == "flat" or radius < 33}
            measured = one_at_a_time(index, asked, queries, radius)
            results[f"radius {radius}"] = report(f"{count:,} uniform, radius {radius}", measured)
        measured = one_at_a_time(index, {"flat": others["flat"]}, queries, 31, ours_a_round=3)
        results[_COLD] = report(f"{count:,} uniform, {_COLD}", measured)
        measured = batches(index, others["flat"], queries, 31)
        results["batches"] = report(f"{count:,} uniform, batches", measured)
    return results


def clustered(count: int) -> dict:
    """A twentieth one flat picture, frames to the half, the rest uniform."""
    rng = np.random.default_rng(2)
    hashes = clustered_hashes(count, rng)
    real, made = hashes_of(real_frames()), hashes_of(generated_frames())
    first = count // 20
    assert len(real) + len(made) < count // 2 - first
    hashes[first : first + len(real)] = real
    hashes[first + len(real) : first + len(real) + len(made)] = made
    print(f"{len(real):,} of real frames, {len(made):,} of generated ones")
    kinds = {
        "real frames": real[rng.integers(0, len(real), 300)],
        "generated frames": made[rng.integers(0, len(made), 300)],
        "wandering frames": hashes[rng.integers(first + len(real) + len(made), count // 2, 300)],
        "flat picture": np.repeat(hashes[:1], 20, axis=0),
        "uniform": uniform_hashes(300, rng),
    }
    results: dict = {"made of": {"real frames": len(real), "generated frames": len(made)}}
    with temporary() as folder:
        added_and_sealed(folder, hashes)
        index = HammingIndex.open(folder, threads=1)
        others = {"flat": flat_of(hashes), "multi-hash": multi_hash_of(hashes)}
        for kind, queries in kinds.items():
            measured = one_at_a_time(index, others, queries, 31)
            results[kind] = report(f"{count:,} clustered, {kind}", measured)
    shares = {
        "real frames": len(real) / count,
        "generated frames": len(made) / count,
        "wandering frames": 0.45 - (len(real) + len(made)) / count,
        "flat picture": 0.05,
        "uniform": 0.5,
    }
    results[_AS_IT_COMES] = report(
        f"{count:,} clustered, {_AS_IT_COMES}", weighted(results, shares)
    )
    return results


def weighted(results: dict, shares: dict[str, float]) -> dict:
    """What a question costs when each kind is asked as often as the data has it."""
    times = {
        peer: round(sum(results[k]["microseconds"][peer] * n for k, n in shares.items()), 1)
        for peer in ("clew", "flat", "multi-hash")
    }
    ratios = {peer: round(times[peer] / times["clew"], 1) for peer in ("flat", "multi-hash")}
    return {"microseconds": times, "ratio": ratios}


def measure(sizes: list[int]) -> dict:
    """All figures, by what was asked of how many."""
    print(f"warm-up {seconds(warm):.2f} s")
    figures: dict = {f"{count:,} uniform": uniform(count) for count in sizes}
    if 10**6 in sizes:
        figures["1,000,000 clustered"] = clustered(10**6)
    return figures


def verdict(met: bool, value: object) -> str:
    return f"{'met' if met else 'missed'} ({value})"


def storage_bars(data: str, kept: dict) -> list[str]:
    small, opened = kept["bytes a hash"], kept["seconds to open"]
    no_disk = kept["million hashes a second, added and sealed in a file in memory"]
    return [
        f"{data}: at most {MOST_BYTES} bytes a hash: {verdict(small <= MOST_BYTES, small)}",
        f"{data}: opened in {LONGEST_OPENING} s: {verdict(opened < LONGEST_OPENING, opened)}",
        f"{data}: built at {LEAST_BUILT} million hashes a second, the disk aside: "
        + verdict(no_disk >= LEAST_BUILT, no_disk),
    ]


def result_of(figures: dict) -> Result:
    rows, bars = [], []
    for data, measured in figures.items():
        for what, one in measured.items():
            if what in ("storage", "made of"):
                continue
            name = f"{data}, {what}"
            times, ratios = one["microseconds"], one["ratio"]
            cells = {"search": name, "Clew": f"{times['clew']:,} µs"}
            for peer in ("flat", "multi-hash"):
                time_and_ratio = f"{times.get(peer, 0):,} µs ({ratios.get(peer)} ×)"
                cells[f"FAISS {peer}"] = time_and_ratio if peer in times else ""
            rows.append(Row(cells=cells))
            bars += [
                f"{name}: at least {bar} × FAISS {peer}: "
                + verdict(ratios[peer] >= bar, ratios[peer])
                for peer, bar in BARS.get(name, {}).items()
            ]
        kept = measured.get("storage", {})
        rows += [
            Row(cells={"search": f"{data}: {name}", "Clew": str(value)})
            for name, value in kept.items()
        ]
        bars += storage_bars(data, kept) if data.startswith("10,") else []
    made_of = figures.get("1,000,000 clustered", {}).get("made of", {})
    return Result(
        title="Exact Hamming search among 256-bit hashes",
        says=(
            "Median time of a query; the first 20 answers of each row (100 in a batch) checked "
            "to be those of FAISS flat. One at a time: processor time of one thread through the "
            "public interface, on a sealed segment on disk. FAISS "
            f"flat is IndexBinaryFlat of version {faiss.__version__} "
            f"({faiss.get_compile_options().strip()}), multi-hash is IndexBinaryMultiHash with "
            "11 tables of 23 bits and 2 flips. A round asks Clew up to 1,000 queries, multi-hash "
            "10 and flat 3, one after the other; with cold caches Clew is asked 3 too, "
            "each time after the flat scans. Batches are of 1,000 queries on two threads, "
            "for FAISS of 100. Half of the queries are random, half up to 40 bits from a stored "
            "hash. Clustered data: half random, 5 % one flat picture, the rest frames in all "
            "eight orientations: "
            f"{made_of.get('real frames', 0):,} hashes of the shared films, "
            f"{made_of.get('generated frames', 0):,} of made-up clips, the others wandering in "
            "hash space by 0 to 3 bits a frame; *as it comes* is the mean of these rows, each "
            "weighted by its share of the data. Radius 31 where not said."
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
