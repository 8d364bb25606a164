"""Grid and queue stay quick with authority, policies and log, with much in them: `make soak`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_first_page_and_scrolling():
    sys.path.insert(0, str(ROOT))  # for the benchmark that measures it
    from bench.desk_grid import run

    p95 = run().figures["p95"]
    assert p95["first page"] <= 0.150
    assert p95["scrolling"] <= 0.100
    assert p95["scrolling, deep down"] <= 0.100


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_first_page_of_decisions():
    sys.path.insert(0, str(ROOT))
    from bench.desk_queue import run

    p95 = run().figures["p95"]
    assert p95["first page"] <= 0.150
    assert p95["first page after a decision"] <= 0.150
    assert p95["what waits, at home"] <= 0.150
