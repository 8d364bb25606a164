"""A database with all its tables, copied where tests open a new workspace.

Making one runs every migration, which takes seconds; copying a stopped one takes a moment. What
the copy holds was made by the same `Workspace.open` that makes every workspace, so the tests see
no other database than people do. It is made once for all processes that run tests. Commands begin
with a copy as well; those in a process from nothing make theirs from nothing.
"""

from __future__ import annotations

import fcntl
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import clew.workspace
from clew.postgres import Server
from clew.settings import Settings
from clew.workspace import Workspace
from places import stop_database


def copy_database(template: Path, database: Path) -> None:
    """Fill a workspace's database folder that does not exist yet."""
    fresh = database.with_name("database.copied")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700, parents=True)
    for part in ("data", *(file.name for file in template.glob("password*"))):
        # Owners, links and modes as they are: PostgreSQL insists on them.
        subprocess.run(["cp", "-a", template / part, fresh / part], check=True)
    fresh.rename(database)


def made_once(note: Path, place: Path, make: Callable[[Path], None]) -> Path:
    """Fill a folder; of several processes that run tests the first makes, the others copy.

    Args:
        note: where they tell each other of the first one.
        place: the folder, empty.
        make: fills it; what it leaves is not changed afterwards.
    """
    with note.open("a+") as told:
        fcntl.flock(told, fcntl.LOCK_EX)  # whoever comes second waits, and copies
        told.seek(0)
        first = Path(told.read() or "nowhere")
        if first.exists():
            subprocess.run(["cp", "-a", f"{first}/.", place], check=True)
        else:
            make(place)
            told.truncate(0)
            told.write(str(place))
    return place


def make_database(place: Path) -> None:
    """Make a workspace in a folder, and stop its database."""
    with Workspace.open(place / "template", Settings.from_environment({})):
        pass
    stop_database(place / "template")


def server_from(template: Callable[[], Path]) -> type[Server]:
    """The server as workspaces open it, but for a new folder, which is filled first."""

    class FromTemplate(Server):
        @classmethod
        def open(cls, folder: Path, *, namespace: bool = True) -> Server:  # type: ignore[override]
            # What is filled from a backup has no mark yet, and must begin empty.
            claimed = (folder.parent / "workspace.json").exists()
            if claimed and not folder.exists() and "template" not in folder.parts:
                copy_database(template(), folder)
            return Server.open(folder, namespace=namespace)

    return FromTemplate


def use(template: Callable[[], Path]) -> Callable[[], None]:
    """Let workspaces that this process opens begin with a copy; returns what ends it."""
    clew.workspace.Server = server_from(template)  # type: ignore[misc]

    def end() -> None:
        clew.workspace.Server = Server  # type: ignore[misc]

    return end
