"""A database with all its tables, copied where tests open a new workspace.

Making one runs every migration, which takes seconds; copying a stopped one takes a moment. What
the copy holds was made by the same `Workspace.open` that makes every workspace, so the tests see
no other database than people do. Commands that make a workspace in a process of their own make it
from nothing.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import clew.workspace
from clew.postgres import Server
from clew.settings import Settings
from clew.workspace import Workspace


class PreparedDatabase:
    """The template, made when it is first wanted.

    Args:
        make_place: makes a folder that PostgreSQL's user may enter.
        stop: stops the server of a workspace.
    """

    def __init__(self, make_place: Callable[[], Path], stop: Callable[[Path], None]) -> None:
        self._make_place = make_place
        self._stop = stop
        self._folder: Path | None = None

    def copy_to(self, database: Path) -> None:
        """Fill a workspace's database folder that does not exist yet."""
        if self._folder is None:
            self._folder = self._prepare()
        fresh = database.with_name("database.copied")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700, parents=True)
        for part in ("data", *(file.name for file in self._folder.glob("password*"))):
            # Owners, links and modes as they are: PostgreSQL insists on them.
            subprocess.run(["cp", "-a", self._folder / part, fresh / part], check=True)
        fresh.rename(database)

    def _prepare(self) -> Path:
        workspace = self._make_place() / "template"
        with Workspace.open(workspace, Settings.from_environment({})):
            pass
        self._stop(workspace)
        return workspace / "database"


def server_from(prepared: PreparedDatabase) -> type[Server]:
    """The server as workspaces open it, but for a new folder, which is filled first."""

    class FromTemplate(Server):
        @classmethod
        def open(cls, folder: Path, *, namespace: bool = True) -> Server:  # type: ignore[override]
            # What is filled from a backup has no mark yet, and must begin empty.
            claimed = (folder.parent / "workspace.json").exists()
            if claimed and not folder.exists() and "template" not in folder.parts:
                prepared.copy_to(folder)
            return Server.open(folder, namespace=namespace)

    return FromTemplate


def use(prepared: PreparedDatabase) -> Callable[[], None]:
    """Let workspaces that this process opens begin with a copy; returns what ends it."""
    clew.workspace.Server = server_from(prepared)  # type: ignore[misc]

    def end() -> None:
        clew.workspace.Server = Server  # type: ignore[misc]

    return end
