"""A workspace: a folder with a database, a vault and index segments.

``Workspace.open`` is the one way into layers 2 to 4: it starts or joins the database, configures
Django for it, brings its tables up to date and hands out the vault and the index. A process works
with one workspace at a time.
"""

from __future__ import annotations

import contextlib
import json
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from django.core.management import call_command
from django.db import connections

from clew.access.connections import Connection, point
from clew.access.roles import RolesError, make_roles, urls
from clew.postgres import Server
from clew.records.locks import Lock, alone
from clew.settings import Settings

if TYPE_CHECKING:
    from clew.records.index_feed import FedIndex
    from clew.vault.store import Vault

FORMAT = 1
_MARK = "workspace.json"


class WorkspaceError(Exception):
    """The workspace cannot be opened; ``str(error)`` says why and what to do."""


class Workspace:
    """An open workspace. Use as a context manager.

    Attributes:
        folder: where it lies.
        settings: what the environment says.
    """

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = folder
        self.settings = settings
        self._server: Server | None = None

    @classmethod
    def open(
        cls,
        folder: Path | None = None,
        settings: Settings | None = None,
        *,
        create: bool = True,
        default: Connection = Connection.OWNER,
    ) -> Self:
        """Open a workspace, making it when it is new.

        Args:
            folder: where; by default the one that ``CLEW_WORKSPACE`` names.
            settings: by default those of the environment.
            create: whether a new one may be made.
            default: whose connection everything uses that does not name one. A face that works
                for officers names the application's.

        Raises:
            WorkspaceError: when there is none (and none may be made), it is of a later version, or
                a role of the database is missing.
            clew.postgres.PostgresError: when its database does not start.
        """
        settings = settings or Settings.from_environment()
        workspace = cls((folder or settings.workspace).expanduser().absolute(), settings)
        workspace._claim(create=create)
        try:
            workspace._connect(default)
        except BaseException:
            workspace.close()
            raise
        return workspace

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database; it stops by itself when nobody else uses it."""
        if "looks" in self.__dict__:
            self.looks.close()
        connections.close_all()
        if self._server is not None:
            self._server.close()
            self._server = None

    @cached_property
    def vault(self) -> Vault:
        """Originals and derivatives."""
        from clew.vault.store import Vault

        if self.settings.vault_url is not None:
            return Vault.at(self.settings.vault_url)
        return Vault.in_folder(self.folder / "vault")

    @cached_property
    def looks(self) -> FedIndex:
        """The index of everything that looks like something: pictures and film frames."""
        from clew.records.index_feed import FedIndex
        from clew.signals.space import PDQ

        return FedIndex(self.folder / "index" / PDQ.name, PDQ)

    def _claim(self, *, create: bool) -> None:
        """Make the folder, or see that it is a workspace of a version known here."""
        try:
            self._make_or_check(create=create)
        except OSError as error:
            raise WorkspaceError(
                f"{self.folder} cannot be used as a workspace ({error.strerror}). Name another "
                "folder with --workspace, one that you may write to."
            ) from error

    def _make_or_check(self, *, create: bool) -> None:
        mark = self.folder / _MARK
        if mark.exists():
            found = _format(mark)
            if found != FORMAT:
                raise WorkspaceError(
                    f"The workspace {self.folder} has format {found}, this Clew knows {FORMAT}. "
                    "Use the version of Clew that made it, or a newer one."
                )
            return
        if not create:
            raise WorkspaceError(
                f"There is no workspace in {self.folder}. Make one with `clew scan FOLDER`, or "
                "name another with --workspace."
            )
        fresh = mark.with_suffix(".new")
        # A mark not yet in its place is another process's, or a dead one's.
        others = self.folder.exists() and any(file != fresh for file in self.folder.iterdir())
        if others and not mark.exists():
            raise WorkspaceError(
                f"{self.folder} holds other files; a workspace wants a folder of its own. Name a "
                "new or empty one with --workspace."
            )
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        fresh.write_text(json.dumps({"format": FORMAT}) + "\n", encoding="utf-8")
        # Another process that made the same workspace at once may have moved it already.
        with contextlib.suppress(FileNotFoundError):
            fresh.replace(mark)

    def _connect(self, default: Connection) -> None:
        url = self.settings.database_url
        if url is None:
            self._server = Server.open(self.folder / "database")
            url = self._server.url
        point({Connection.OWNER: url}, Connection.OWNER)
        try:
            with alone(Lock.MIGRATE):
                further = urls(self._server, self.settings, make_roles())
                call_command("migrate", database=Connection.OWNER, verbosity=0, interactive=False)
        except RolesError as error:
            raise WorkspaceError(str(error)) from error
        point({Connection.OWNER: url, **further}, default)


def _format(mark: Path) -> object:
    try:
        return json.loads(mark.read_text(encoding="utf-8"))["format"]
    except (ValueError, KeyError, TypeError) as error:
        raise WorkspaceError(
            f"{mark} is damaged. If the folder is a workspace, write "
            f"{json.dumps({'format': FORMAT})} into that file."
        ) from error
