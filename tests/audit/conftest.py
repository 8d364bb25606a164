"""A workspace with officers, as in the tests of access, and what was written to its log."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from clew.audit.models import Entry
from clew.workspace import Workspace

sys.path.insert(0, str(Path(__file__).parent))

_found = importlib.util.spec_from_file_location(
    "people_at_work", Path(__file__).parent.parent / "access" / "conftest.py"
)
assert _found is not None
assert _found.loader is not None
_people = importlib.util.module_from_spec(_found)
sys.modules[_found.name] = _people  # dataclasses look there
_found.loader.exec_module(_people)
opened, workspace, people, raw = _people.opened, _people.workspace, _people.people, _people.raw


@pytest.fixture(scope="module")
def make_people() -> Callable[[], object]:
    """Who makes officers and their sessions, for fixtures that last longer than one test."""
    return _people.People


Written = Callable[[], list[Entry]]


@pytest.fixture
def written(workspace: Workspace) -> Written:
    """What was written to the log since the test began."""
    last = Entry.objects.using("owner").order_by("number").last()
    before = last.number if last is not None else 0

    def since() -> list[Entry]:
        return list(Entry.objects.using("owner").filter(number__gt=before).order_by("number"))

    return since
