"""No figure in the benchmarks page is typed by hand, and every signal has figures."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module", autouse=True)
def _bench_importable() -> None:
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))


def test_the_page_is_what_the_frozen_results_say() -> None:
    from bench.page import page

    written = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert written == page(), "run `python -m bench --page`"


def test_what_officers_are_told_of_false_matches_is_the_frozen_measurement() -> None:
    shipped = json.loads((ROOT / "src/clew/compare/calibration.json").read_text())["false matches"]
    frozen = json.loads((ROOT / "bench/results/calibrate.json").read_text())["rows"]
    told = {
        (row["cells"]["kind"], row["cells"]["threshold (bits)"]): row["cells"]["held-out half"]
        for row in frozen
    }
    for kind, table in shipped.items():
        for threshold, figures in table.items():
            assert told[kind, threshold] == f"{figures['wrong']} of {figures['pairs']:,}"


def test_what_officers_are_told_of_false_sound_matches_is_the_frozen_measurement() -> None:
    shipped = json.loads((ROOT / "src/clew/compare/calibration_sound.json").read_text())
    result = json.loads((ROOT / "bench/results/edited_sounds.json").read_text())
    measured = result["figures"]["false matches, held-out part"]
    widest = max(shipped["false matches"]["sound"].values(), key=lambda row: row["threshold"])
    assert (widest["pairs"], widest["wrong"]) == (measured["pairs"], measured["wrong"])
    assert widest["upper"] == measured["upper"]


@pytest.mark.parametrize(
    "name",
    [
        "edited_sounds",
        "sound_index",
        "picture_speed",
        "reference_distance",
        "edited_photos",
        "sample_clips",
        "scan_cost",
        "vault_cost",
        "hostile",
    ],
)
def test_every_bar_of_a_frozen_result_says_whether_it_was_met(name: str) -> None:
    result = json.loads((ROOT / f"bench/results/{name}.json").read_text())
    assert result["bars"]
    assert all("met" in bar or "missed" in bar for bar in result["bars"])
