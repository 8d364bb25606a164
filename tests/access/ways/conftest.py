"""One workspace for all ways of signing in: each test empties it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clew.access.connections import Connection
from clew.settings import Settings
from clew.workspace import Workspace


@pytest.fixture(scope="package")
def opened(make_place: Callable[[], Path]) -> Iterator[Workspace]:
    settings = Settings.from_environment({"CLEW_WORKERS": "1"})
    folder = make_place() / "workspace"
    with Workspace.open(folder, settings, default=Connection.APPLICATION) as workspace:
        yield workspace
