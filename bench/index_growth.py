"""How the time of a query grows with the data: 1, 10 and 100 million hashes, FAISS flat beside.

    python -m bench index_growth

100 million need about 20 GB of memory and 14 GB of disk; with less memory free they are left out,
and the page says so. The hashes of the smaller sets are the first of the larger ones.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np

from bench.index import added_and_sealed, temporary, verdict
from bench.index_hashes import queries_about, uniform_hashes
from bench.index_timing import flat_of, one_at_a_time, seconds
from bench.results import Result, Row
from clew.index import HammingIndex, warm
from clew.index.plan import choose_widths, expected_ns

COUNTS = (10**6, 10**7, 10**8)
RADII = (31, 45)
_NEEDED = 19 << 30
_CHART = Path(__file__).resolve().parents[1] / "docs" / "index-growth.svg"


def free_memory() -> int:
    """Bytes that programs may still take, the page cache included."""
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 0


def grown(count: int) -> dict:
    """All figures of one size."""
    rng = np.random.default_rng(3)
    hashes = uniform_hashes(count, rng)
    queries = queries_about(hashes, 1000, rng)
    with temporary() as folder:
        built = added_and_sealed(folder, hashes)
        size = sum(path.stat().st_size for path in folder.iterdir())
        opened = min(seconds(lambda: HammingIndex.open(folder)) for _ in range(5))
        index = HammingIndex.open(folder, threads=1)
        index.verify()
        flat = flat_of(hashes)
        del hashes
        found = {
            f"radius {radius}": one_at_a_time(index, {"flat": flat}, queries, radius)
            for radius in RADII
        }
    kept = {
        "bytes a hash": round(size / count, 1),
        "seconds to open": round(opened, 4),
        "million hashes a second, on disk": round(count / built / 1e6, 2),
        "tables": len(choose_widths(count)),
    }
    print(f"{count:,}: {found} {kept}", flush=True)
    return found | {"storage": kept}


def on_paper(count: int) -> float:
    """What the planner expects of a query at radius 31, in microseconds."""
    return expected_ns(choose_widths(count), 31, count) / 1000


def cells(count: int, figures: dict) -> dict[str, str]:
    row = {"hashes": f"{count:,}"}
    for radius in RADII:
        one = figures[f"radius {radius}"]
        row[f"Clew, radius {radius}"] = f"{one['microseconds']['clew']:,} µs"
        row[f"FAISS flat, radius {radius}"] = (
            f"{one['microseconds']['flat']:,} µs ({one['ratio']['flat']} ×)"
        )
    kept = figures["storage"]
    return row | {
        "tables": str(kept["tables"]),
        "bytes a hash": str(kept["bytes a hash"]),
        "seconds to open": str(kept["seconds to open"]),
        "million a second built, on disk": str(kept["million hashes a second, on disk"]),
    }


def run() -> Result:
    """Measure what fits into memory."""
    warm()
    counts = [count for count in COUNTS if count < 10**8 or free_memory() >= _NEEDED]
    figures = {count: grown(count) for count in counts}
    bars = []
    for less, more in pairwise(counts):
        before, after = (figures[n]["radius 31"]["microseconds"]["clew"] for n in (less, more))
        growth = round(after / before, 1)
        bars.append(
            f"{less:,} to {more:,}, radius 31: latency grows slower than the data: "
            + verdict(growth < more / less, f"{growth} × for {more // less} ×")
        )
    if counts != list(COUNTS):
        bars.append("100,000,000: not measured, too little memory was free")
    draw(figures)
    return Result(
        title="Growth of the index",
        says=(
            "Median processor time of one query on one thread, through the public interface, on a "
            "sealed segment on disk that fits into the page cache, 20 answers of each checked "
            "against FAISS flat. "
            "Uniform hashes; half of the queries are random, half up to 40 bits from a stored "
            "hash. The curve is in [index-growth.svg](index-growth.svg); what follows for more "
            "than one machine in [decision 6](decisions/0006-the-index-over-several-machines.md). "
            f"The planner expects {on_paper(10**9):,.0f} µs at a billion in one segment."
        ),
        rows=[Row(cells=cells(count, one)) for count, one in figures.items()],
        bars=bars,
        figures={f"{count:,}": one for count, one in figures.items()},
    )


def draw(figures: dict[int, dict]) -> None:
    """The curve, both axes logarithmic."""
    lines = {
        f"{name}, radius {radius}" if key == "clew" else f"{name}, any radius": [
            (count, one[f"radius {radius}"]["microseconds"][key]) for count, one in figures.items()
        ]
        for name, key in (("Clew", "clew"), ("FAISS flat", "flat"))
        for radius in RADII
        if not (key == "flat" and radius != RADII[0])
    }
    width, height, left, bottom = 680, 360, 100, 40
    most = max(y for line in lines.values() for _, y in line)

    def at(count: float, microseconds: float) -> tuple[float, float]:
        across = (np.log10(count) - 6) / 2
        up = np.log10(max(microseconds, 1)) / np.ceil(np.log10(most))
        return left + across * (width - left - 170), height - bottom - up * (height - bottom - 20)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for power in range(int(np.ceil(np.log10(most))) + 1):
        x, y = at(10**6, 10**power)
        right = at(10**8, 1)[0]
        parts.append(f'<path d="M{x:.0f} {y:.0f}H{right:.0f}" stroke="#ddd"/>')
        parts.append(
            f'<text x="{x - 8:.0f}" y="{y + 4:.0f}" text-anchor="end">{10**power:,} µs</text>'
        )
    for count in figures:
        x, y = at(count, 1)
        parts.append(f'<text x="{x:.0f}" y="{y + 20:.0f}" text-anchor="middle">{count:,}</text>')
    for (name, line), colour in zip(lines.items(), ("#0b6e4f", "#6fb98f", "#b5523b"), strict=True):
        points = [at(*point) for point in line]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        x, y = points[-1]
        parts.append(f'<text x="{x + 8:.0f}" y="{y + 4:.0f}" fill="{colour}">{name}</text>')
    _CHART.write_text("\n".join([*parts, "</svg>"]) + "\n", encoding="utf-8")
