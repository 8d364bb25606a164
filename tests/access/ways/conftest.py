"""One workspace for all ways of signing in: each test empties it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clew.access.connections import Connection
from clew.settings import Settings
from clew.workspace import Workspace


@pytest.fixture(scope="session")
def folder(make_place: Callable[[], Path]) -> Path:
    return make_place() / "workspace"


@pytest.fixture(scope="module")
def opened(folder: Path) -> Iterator[Workspace]:
    # Opened by each module: other tests of the same process have workspaces of their own.
    settings = Settings.from_environment({"CLEW_WORKERS": "1"})
    with Workspace.open(folder, settings, default=Connection.APPLICATION) as workspace:
        yield workspace
