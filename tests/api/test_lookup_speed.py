"""A look-up among a million media stays quick with authority, policies and log: `make soak`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_eight_clients_for_a_minute():
    sys.path.insert(0, str(ROOT))  # for the benchmark that measures it
    from bench.api_lookup import run

    figures = run().figures
    assert not figures["errors"]
    assert figures["noted"] >= figures["requests"]  # each is in the log
    assert figures["p95"] <= 20 * figures["bare"] + 0.030
