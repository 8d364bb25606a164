"""How results are kept: one JSON file for each benchmark, so that figures in texts are measured."""

from __future__ import annotations

import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

FOLDER = Path(__file__).parent / "results"


class Row(msgspec.Struct, kw_only=True):
    """One line of a table: what was measured, by column name."""

    cells: dict[str, str]


class Result(msgspec.Struct, kw_only=True):
    """What one benchmark found.

    Attributes:
        title: heading of its table.
        says: one paragraph: what was measured, on what, how.
        rows: the table.
        bars: each bar that was set with whether it was met, in words.
        figures: the numbers themselves, for other programs.
    """

    title: str
    says: str
    rows: list[Row]
    bars: list[str] = []
    figures: dict[str, Any] = {}


def freeze(name: str, result: Result) -> None:
    """Write a result beside the benchmarks, with when and on what it was measured."""
    FOLDER.mkdir(exist_ok=True)
    content = {
        "measured": datetime.now(UTC).strftime("%Y-%m-%d"),
        "on": _processor(),
        **msgspec.to_builtins(result),
    }
    text = json.dumps(content, indent=1, ensure_ascii=False, sort_keys=False)
    (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def upper_limit(wrong: int, pairs: int) -> float:
    """Upper end of the two-sided 95 % interval of a rate (Clopper and Pearson, 1934)."""
    from scipy.stats import beta  # only measuring needs it, reading results does not

    return 1.0 if wrong >= pairs else float(beta.ppf(0.975, wrong + 1, pairs - wrong))


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return f"{os.cpu_count()} cores, {line.split(':')[1].strip()}"
    return f"{os.cpu_count()} cores, {platform.machine()}"
