"""docs/benchmarks.md, written from the frozen results so that no figure in it is typed by hand."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.table import Table

from bench.results import FOLDER

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
ORDER = (
    "scan_cost",
    "intake_cost",
    "vault_cost",
    "picture_speed",
    "reference_distance",
    "film_shots",
    "film_speed",
    "sample_clips",
    "edited_films",
    "two_cameras",
    "film_search",
    "edited_photos",
    "edited_sounds",
    "sound_index",
    "speech_found",
    "collection",
    "world",
    "calibrate",
    "hostile",
    "index",
    "index_growth",
    "audit_cost",
    "api_lookup",
    "desk_grid",
    "desk_queue",
)
"""The benchmarks in the order of the page; each is a module with ``run()``."""

_OUTDATED: dict[str, str] = {
    "world": "films were compared by an older version of their regions",
}
"""What was measured with older versions of signals than Clew has now; out with the next run."""

_HEAD = """# Benchmarks

Written by `python -m bench --page` from `bench/results/`; `make bench` measures anew and writes
both. Peers are measured in the same run on the same machine. Rates come with their numbers of
trials; an upper limit is the end of the two-sided 95 % interval of Clopper and Pearson.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *(_section(name, _result(name)) for name in ORDER if _frozen(name))])


def write_page() -> None:
    """Write the page where the other documents are."""
    PAGE.write_text(page(), encoding="utf-8")


def tables(names: Iterable[str]) -> Iterable[Table]:
    """The tables for the terminal."""
    for name in names:
        if not _frozen(name):
            continue
        result = _result(name)
        table = Table(title=result["title"], caption="\n".join(result["bars"]))
        rows = [row["cells"] for row in result["rows"]]
        for column in rows[0]:
            table.add_column(column)
        for row in rows:
            table.add_row(*row.values())
        yield table


def _frozen(name: str) -> bool:
    return (FOLDER / f"{name}.json").exists()


def _result(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return content


def _section(name: str, result: dict[str, Any]) -> str:
    rows = [row["cells"] for row in result["rows"]]
    columns = list(rows[0])
    lines = [
        f"## {result['title']}",
        "",
        result["says"],
        "",
        f"Measured {result['measured']} on {result['on']}."
        + (f" **Not on the present signals**: {_OUTDATED[name]}." if name in _OUTDATED else ""),
        "",
        "| " + " | ".join(columns) + " |",
        "|" + "---|" * len(columns),
        *("| " + " | ".join(row.get(column, "") for column in columns) + " |" for row in rows),
        "",
    ]
    if result["bars"]:
        lines += ["Bars: " + "; ".join(result["bars"]) + ".", ""]
    return "\n".join(lines)
