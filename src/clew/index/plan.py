"""Which tables to build, which buckets to probe, and when looking at everything is cheaper.

A 256-bit hash is cut into m disjoint chunks. Give chunk c a budget t_c, so that the sum of
(t_c + 1) is radius + 1. If two hashes differ in at most ``radius`` bits, at least one chunk
differs in at most t_c (the pigeonhole principle of multi-index hashing: Norouzi, Punjani, Fleet,
"Fast search in Hamming space with multi-index hashing", CVPR 2012). More is true: going round the
ring of chunks from some chunk c, the running sum of (differences - t - 1) stays below zero at
every step (Qin, Xiao, "Pigeonring", VLDB 2018; the cycle lemma). So an entry that chunk c finds
at x differences is kept only if the bits that follow the chunk differ in at most
(t_c + 1) + (t_c+1 + 1) + ... - 1 - x places, with the budgets of all chunks these bits touch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

HASH_BITS = 256
NEAR_BITS = 16  # the bits that follow a chunk, compared 32 entries at a time
SKETCH_BITS = 32  # the near bits and as many more, looked at only where the near bits fit

# What the steps of a search take on one thread, in nanoseconds. They only steer choices between
# ways that are all exact. Fitted to searches among 0.1 to 5 million random hashes, cut into 14 to
# 28 chunks, at radii from 15 to 64, on an AMD EPYC 9005; most lie within a quarter of it. The far
# ones are those of 100 million, cut into 11 and 14.
START_NS = 2800.0
PROBE_NS = 1.6
FAR_PROBE_NS, FAR_LINE_NS = 20.0, 7.0  # where the bounds of buckets do not stay in a cache
LINE_NS = 5.9  # 32 sketches, near ones or whole ones
NEAR_SURVIVOR_NS = 4.8
SKETCH_SURVIVOR_NS = 14.0
FLAT_ENTRY_NS = 1.0
FLAT_ENTRY_IN_BATCH_NS = 0.21

DESIGN_RADII = (31, 31, 45)  # what tables are cut for: PDQ's usual threshold, and some more
_NEAR_BOUNDS_BYTES = 16 << 20
_NEAR_CHANCE_TOO_HIGH = 0.025
MOST_PROBES = 1 << 20
STRIDE = 32  # probes of one chunk that go together
LEAST_ENTRIES_FOR_TABLES = 1 << 14
_ENTRIES_THAT_MIND_MEMORY = 1 << 19
_MOST_TABLES = 32
_MOST_TABLES_FOR_MANY = 16  # 8 bytes an entry each


@dataclass(frozen=True)
class Filter:
    """What an entry found by one chunk at x differences must fulfil to survive.

    Attributes:
        near_mask: which of the next 16 bits are compared.
        near_most: their differences plus x may be at most this.
        sketch_mask: which of the next 32 bits are compared.
        sketch_most: their differences plus x may be at most this.
    """

    near_mask: int
    near_most: int
    sketch_mask: int
    sketch_most: int


@dataclass(frozen=True)
class Plan:
    """How to search a set of tables for one radius.

    Attributes:
        radius: largest Hamming distance.
        budgets: for each chunk the differences up to which it is probed; -1 for not at all.
        filters: for each chunk its ring filter.
        probes: uint64[p], ``pattern | chunk << 32 | near_most << 40 | sketch_most << 48``: the
            bits to flip in the query's chunk and what may differ after it. Ordered by chunk.
        first_probe: int64[m + 1], where each chunk's probes begin.
        strides: uint64[s, 3], the probes of each chunk in runs of up to STRIDE: chunk, first
            probe, the one after the last.
        whole_sketch: compare near and far sketch at once, because so many near ones would fit
            that fetching their far ones singly takes longer.
    """

    radius: int
    budgets: tuple[int, ...]
    filters: tuple[Filter, ...]
    probes: NDArray[np.uint64]
    first_probe: NDArray[np.int64]
    strides: NDArray[np.uint64]
    whole_sketch: bool


def _ball(bits: int, differences: int) -> int:
    """How many values of so many bits differ from a given one in at most so many places."""
    return sum(math.comb(bits, d) for d in range(min(bits, differences) + 1))


def _chance(bits: int, differences: int) -> float:
    """Chance that two random values of so many bits differ in at most so many places."""
    return _ball(bits, differences) / 2**bits if differences >= 0 else 0.0


def _budgets(widths: tuple[int, ...], radius: int) -> tuple[int, ...]:
    """Share the radius out over the chunks; what is left over goes to the widest."""
    each, left = divmod(radius + 1, len(widths))
    widest = sorted(range(len(widths)), key=lambda c: -widths[c])[:left]
    return tuple(each - 1 + (c in widest) for c in range(len(widths)))


def _strictest(
    widths: tuple[int, ...], budgets: tuple[int, ...], chunk: int, bits: int
) -> tuple[int, int]:
    """The most selective ring condition on the ``bits`` bits after a chunk: (bits used, most)."""
    best: tuple[float, int, int] | None = None
    covered, most = 0, budgets[chunk]
    for step in range(1, len(widths)):
        following = (chunk + step) % len(widths)
        covered += widths[following]
        most += budgets[following] + 1
        used = min(covered, bits)
        candidate = (_chance(used, most - budgets[chunk]), used, most)
        best = min(best, candidate) if best else candidate
        if covered >= bits:
            break
    assert best is not None
    return best[1], best[2]


def _filter(widths: tuple[int, ...], budgets: tuple[int, ...], chunk: int) -> Filter:
    near_bits, near_most = _strictest(widths, budgets, chunk, NEAR_BITS)
    sketch_bits, sketch_most = _strictest(widths, budgets, chunk, SKETCH_BITS)
    return Filter((1 << near_bits) - 1, near_most, (1 << sketch_bits) - 1, sketch_most)


def _near_chance(widths: tuple[int, ...], budgets: tuple[int, ...]) -> float:
    """Chance that a random entry of a probed bucket fits by its near sketch."""
    probes = fitting = 0.0
    for chunk, (width, budget) in enumerate(zip(widths, budgets, strict=True)):
        kept = _filter(widths, budgets, chunk)
        for flips in range(budget + 1):
            patterns = math.comb(width, flips)
            probes += patterns
            chance = _chance(kept.near_mask.bit_length(), kept.near_most - flips)
            fitting += patterns * chance
    return fitting / probes


def _compares_whole(widths: tuple[int, ...], budgets: tuple[int, ...]) -> bool:
    """Whether near and far sketches are compared at once."""
    return _near_chance(widths, budgets) > _NEAR_CHANCE_TOO_HIGH


def count_probes(widths: tuple[int, ...], radius: int) -> int:
    """How many buckets a search with these chunks looks into."""
    budgets = _budgets(widths, radius)
    return sum(
        _ball(width, budget) for width, budget in zip(widths, budgets, strict=True) if budget >= 0
    )


@lru_cache(maxsize=128)
def make_plan(widths: tuple[int, ...], radius: int) -> Plan:
    """The plan for tables cut into chunks of these widths (which sum to 256) and a radius."""
    assert sum(widths) == HASH_BITS
    budgets = _budgets(widths, radius)
    filters = tuple(_filter(widths, budgets, chunk) for chunk in range(len(widths)))
    probes: list[NDArray[np.uint64]] = []
    for chunk, (width, budget, kept) in enumerate(zip(widths, budgets, filters, strict=True)):
        # In rising order, so that neighbouring probes meet in the same cache lines.
        patterns = np.arange(1 << width if budget >= 0 else 0, dtype=np.uint64)
        flips = np.bitwise_count(patterns).astype(np.int64)
        patterns, flips = patterns[flips <= budget], flips[flips <= budget]
        near = (kept.near_most - flips).astype(np.uint64) << np.uint64(40)
        sketch = (kept.sketch_most - flips).astype(np.uint64) << np.uint64(48)
        probes.append(patterns | np.uint64(chunk << 32) | near | sketch)
    ends = np.cumsum([0, *(len(part) for part in probes)]).astype(np.int64)
    strides = [
        (chunk, first, min(first + STRIDE, int(end)))
        for chunk, (begin, end) in enumerate(pairwise(ends))
        for first in range(int(begin), int(end), STRIDE)
    ]
    return Plan(
        radius,
        budgets,
        filters,
        np.concatenate(probes),
        ends,
        np.array(strides, np.uint64).reshape(-1, 3),
        _compares_whole(widths, budgets),
    )


@lru_cache(maxsize=1024)
def expected_ns(widths: tuple[int, ...], radius: int, entries: int) -> float:
    """Time one query takes through the tables if all hashes are random, in nanoseconds."""
    budgets = _budgets(widths, radius)
    near_costs = 0.0 if _compares_whole(widths, budgets) else NEAR_SURVIVOR_NS
    bounds_bytes = 4 * sum(2**width for width in widths)
    near_bounds = bounds_bytes <= _NEAR_BOUNDS_BYTES
    probe_ns, line_ns = (PROBE_NS, LINE_NS) if near_bounds else (FAR_PROBE_NS, FAR_LINE_NS)
    total = START_NS
    for chunk, (width, budget) in enumerate(zip(widths, budgets, strict=True)):
        kept = _filter(widths, budgets, chunk)
        in_bucket = entries / 2**width
        for flips in range(budget + 1):
            probes = math.comb(width, flips)
            near = _chance(kept.near_mask.bit_length(), kept.near_most - flips)
            sketch = _chance(kept.sketch_mask.bit_length(), kept.sketch_most - flips)
            total += probes * (probe_ns + line_ns * (1 + in_bucket / 32))
            total += probes * in_bucket * (near * near_costs + sketch * SKETCH_SURVIVOR_NS)
    return total


def chunk_widths(tables: int) -> tuple[int, ...]:
    """256 bits cut as evenly as possible into so many chunks, the wider ones first."""
    each, left = divmod(HASH_BITS, tables)
    return tuple(each + (chunk < left) for chunk in range(tables))


@lru_cache(maxsize=256)
def choose_widths(entries: int) -> tuple[int, ...]:
    """The chunks to build tables for; none where the flat scan serves as well."""
    if entries < LEAST_ENTRIES_FOR_TABLES:
        return ()
    most = _MOST_TABLES_FOR_MANY if entries >= _ENTRIES_THAT_MIND_MEMORY else _MOST_TABLES
    return min(
        (chunk_widths(tables) for tables in range(10, most + 1)),
        key=lambda widths: math.prod(expected_ns(widths, r, entries) for r in DESIGN_RADII),
    )


def flat_is_faster(widths: tuple[int, ...], radius: int, entries: int, queries: int) -> bool:
    """Whether the flat scan beats the tables for a batch of so many queries."""
    if not widths or count_probes(widths, radius) > MOST_PROBES:
        return True
    return expected_ns(widths, radius, entries) > flat_ns(entries, queries)


def flat_ns(entries: int, queries: int) -> float:
    """Time the flat scan takes for each of so many queries, in nanoseconds."""
    return entries * (FLAT_ENTRY_NS if queries == 1 else FLAT_ENTRY_IN_BATCH_NS)
