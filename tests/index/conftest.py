"""Makes ``brute`` importable by the tests beside it, and forces tables onto small data."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from clew.index import block, plan


@pytest.fixture
def always_tables(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the planner build and use tables from 32 hashes on, where it would scan flat."""
    monkeypatch.setattr(plan, "LEAST_ENTRIES_FOR_TABLES", 32)
    monkeypatch.setattr(
        block, "flat_is_faster", lambda widths, radius, *_: not widths or radius > 64
    )
    plan.choose_widths.cache_clear()
    yield
    plan.choose_widths.cache_clear()
