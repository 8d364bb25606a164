"""A workspace: a folder with a database, a vault and index segments.

``Workspace.open`` is the one way into layers 2 to 4: it starts or joins the database, configures
Django for it, brings its tables up to date and hands out the vault and the index. A process works
with one workspace at a time.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from clew.access.connections import Connection, let_go, point
from clew.access.roles import RolesError, make_roles, urls
from clew.dumps import refuse_dumps
from clew.postgres import Server
from clew.records.locks import Lock, alone
from clew.settings import Settings

if TYPE_CHECKING:
    from clew.records.index_feed import FedIndex
    from clew.vault.store import Vault

FORMAT = 1
_MARK = "workspace.json"
_RESTORING = "restoring.json"
"""In a folder that is being filled from a backup, instead of the mark."""


class WorkspaceError(Exception):
    """The workspace cannot be opened; ``str(error)`` says why and what to do."""


class Workspace:
    """An open workspace. Use as a context manager.

    Attributes:
        folder: where it lies.
        settings: what the environment says.
        demo: whether it is for practice alone, with accounts that are refused everywhere else.
    """

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = folder
        self.settings = settings
        self.demo = False
        self._server: Server | None = None

    @classmethod
    def open(
        cls,
        folder: Path | None = None,
        settings: Settings | None = None,
        *,
        create: bool = True,
        default: Connection = Connection.OWNER,
        demo: bool = False,
        shared: bool = False,
    ) -> Self:
        """Open a workspace, making it when it is new.

        Args:
            folder: where; by default the one that ``CLEW_WORKSPACE`` names.
            settings: by default those of the environment.
            create: whether a new one may be made.
            default: whose connection everything uses that does not name one. A face that works
                for officers names the application's.
            demo: make it, when it is new, for practice alone; one that is not is refused.
            shared: whether threads take connections in turn, as in a process that serves.

        Raises:
            WorkspaceError: when there is none (and none may be made), it is of a later version or
                one before the first release, it is not for practice and should be, or a role of the
                database is missing.
            clew.postgres.PostgresError: when its database does not start.
        """
        refuse_dumps()  # whatever face this process has, from here on it knows case data
        settings = settings or Settings.from_environment()
        workspace = cls((folder or settings.workspace).expanduser().absolute(), settings)
        workspace._claim(create=create, demo=demo)
        try:
            workspace._connect(default, shared=shared)
        except BaseException:
            workspace.close()
            raise
        return workspace

    @classmethod
    def begin(
        cls, folder: Path, settings: Settings, source: str, fill: Callable[[str], None]
    ) -> Self:
        """Make a workspace whose database is filled from elsewhere, as from a backup.

        It cannot be opened before :meth:`complete`. Cut short, the same call goes on.

        Args:
            folder: a new or empty one.
            settings: as for :meth:`open`.
            source: what it is filled from; another call must name the same.
            fill: fills the empty database that has this address, completely or not at all.

        Raises:
            WorkspaceError: the folder or the database is not empty, or the roles are missing.
            clew.postgres.PostgresError: its database does not start.
        """
        refuse_dumps()
        workspace = cls(folder.expanduser().absolute(), settings)
        with workspace._usable():
            workspace._claim_to_fill(source)
        try:
            workspace._connect(Connection.OWNER, fill)
        except BaseException:
            workspace.close()
            raise
        return workspace

    def complete(self) -> None:
        """Say that all is there of a workspace that was begun: from now on it can be opened."""
        self._write_mark()
        (self.folder / _RESTORING).unlink()

    @property
    def database_url(self) -> str:
        """The owner's address of the database, with the password in it."""
        if self.settings.database_url is not None:
            return self.settings.database_url
        assert self._server is not None
        return self._server.url

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
        for index in self.__dict__.get("indexes", {}).values():
            index.close()
        let_go()
        if self._server is not None:
            self._server.close()
            self._server = None

    @cached_property
    def vault(self) -> Vault:
        """Originals and derivatives."""
        from clew.vault.keys import KeyFile
        from clew.vault.store import Vault

        key = KeyFile(self.settings.vault_key or self.folder / "vault.key", self.settings.vault_kms)
        if self.settings.vault_url is not None:
            return Vault.at(self.settings.vault_url, key)
        return Vault.in_folder(self.folder / "vault", key)

    @cached_property
    def indexes(self) -> dict[str, FedIndex]:
        """The index of every space that signals declare, by the space's name."""
        from clew.records.index_feed import FedIndex
        from clew.signals.registry import spaces

        return {
            name: FedIndex(self.folder / "index" / name, space) for name, space in spaces().items()
        }

    @property
    def looks(self) -> FedIndex:
        """The index of everything that looks like something: pictures and film frames."""
        return self.indexes["pdq"]

    def _claim(self, *, create: bool, demo: bool) -> None:
        """Make the folder, or see that it is a workspace of a version known here."""
        with self._usable():
            self._make_or_check(create=create, demo=demo)

    @contextlib.contextmanager
    def _usable(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise WorkspaceError(
                f"{self.folder} cannot be used as a workspace ({error.strerror}). Name another "
                "folder with --workspace, one that you may write to."
            ) from error

    def _make_or_check(self, *, create: bool, demo: bool) -> None:
        mark = self.folder / _MARK
        if mark.exists():
            found, self.demo = _marked(mark)
            if found != FORMAT:
                raise WorkspaceError(
                    f"The workspace {self.folder} has format {found}, this Clew knows {FORMAT}. "
                    "Use the version of Clew that made it, or a newer one."
                )
            if demo and not self.demo:
                raise WorkspaceError(
                    f"{self.folder} is a workspace for real work, and stays one: demo accounts are "
                    "refused in it. Name a new folder for practice with --workspace."
                )
            return
        if (self.folder / _RESTORING).exists():
            raise WorkspaceError(
                f"Restoring {self.folder} from a backup was cut short. Run the same `clew restore` "
                "again, or delete the folder."
            )
        if not create:
            raise WorkspaceError(
                f"There is no workspace in {self.folder}. Make one with `clew setup`, or "
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
        self._write_mark(demo=demo)
        _, self.demo = _marked(mark)

    def _write_mark(self, *, demo: bool = False) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        fresh = (self.folder / _MARK).with_suffix(".new")
        fresh.touch(mode=0o600)
        said = {"format": FORMAT} | ({"demo": True} if demo else {})
        fresh.write_text(json.dumps(said) + "\n", encoding="utf-8")
        # Another process that made the same workspace at once may have moved it already.
        with contextlib.suppress(FileNotFoundError):
            fresh.replace(self.folder / _MARK)

    @classmethod
    def check_new(cls, folder: Path, source: str) -> None:
        """See that :meth:`begin` may use a folder.

        Raises:
            WorkspaceError: it is not empty, or was begun from another source.
        """
        note = folder / _RESTORING
        if note.exists() and not (folder / _MARK).exists():
            begun = json.loads(note.read_text(encoding="utf-8") or "{}")
            if begun.get("source", source) != source:
                raise WorkspaceError(
                    f"{folder} was begun from another backup. Delete it, or name a new folder."
                )
        elif folder.exists() and any(folder.iterdir()):
            raise WorkspaceError(
                f"{folder} is not empty. A backup is restored into a new folder, never over "
                "what is there; name one with --workspace."
            )

    def _claim_to_fill(self, source: str) -> None:
        self.check_new(self.folder, source)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        note = self.folder / _RESTORING
        if not note.exists() or note.stat().st_size == 0:
            note.touch(mode=0o600)
            note.write_text(json.dumps({"source": source}), encoding="utf-8")

    def _connect(
        self,
        default: Connection,
        fill: Callable[[str], None] | None = None,
        *,
        shared: bool = False,
    ) -> None:
        url = self.settings.database_url
        if url is None:
            self._server = Server.open(self.folder / "database")
            url = self._server.url
        point({Connection.OWNER: url}, Connection.OWNER)
        try:
            with alone(Lock.MIGRATE, connections[Connection.OWNER]):
                further = urls(self._server, self.settings, make_roles())
                if fill is not None:
                    self._fill(url, fill)
                self._bring_up_to_date()
        except RolesError as error:
            raise WorkspaceError(str(error)) from error
        point({Connection.OWNER: url, **further}, default, shared=shared)

    def _fill(self, url: str, fill: Callable[[str], None]) -> None:
        with connections[Connection.OWNER].cursor() as cursor:
            cursor.execute("SELECT to_regclass('public.django_migrations') IS NULL")
            (empty,) = cursor.fetchone()
        note = self.folder / _RESTORING
        begun = json.loads(note.read_text(encoding="utf-8"))
        if empty:
            fill(url)
            note.write_text(json.dumps(begun | {"filled": True}), encoding="utf-8")
        elif self._server is None and not begun.get("filled"):
            raise WorkspaceError(
                "The database that CLEW_DATABASE_URL names is not empty. Make a new one for the "
                "backup: it is never restored over what is there."
            )
        # Otherwise an earlier call filled it: nobody else can have.

    def _bring_up_to_date(self) -> None:
        """Run what migrations are missing; when there are none it is found out in a moment.

        Django's own command renders all models before it sees that it has nothing to do, which
        every command of an officer would wait for.
        """
        executor = MigrationExecutor(connections[Connection.OWNER])
        self._refuse_others(executor.loader)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", database=Connection.OWNER, verbosity=0, interactive=False)

    def _refuse_others(self, loader: MigrationLoader) -> None:
        """See that the database has no tables but those that this version makes or goes on from.

        Here and not by the format: a backup or a database of the operator's own comes without.
        """
        ours, run = loader.disk_migrations.keys(), loader.applied_migrations.keys()
        if run <= ours:
            return
        if ours <= run:
            raise WorkspaceError(
                f"The database of {self.folder} was brought up to date by a newer version of Clew. "
                "Use that version, or a newer one."
            )
        raise WorkspaceError(
            f"The database of {self.folder} was made by a version of Clew before its first "
            "release, and cannot be brought up to date. Make a new workspace with `clew setup`, "
            "with a new database if CLEW_DATABASE_URL names one, and hand the files in again."
        )


def _marked(mark: Path) -> tuple[object, bool]:
    """The format of a workspace, and whether it is for practice alone."""
    try:
        said = json.loads(mark.read_text(encoding="utf-8"))
        return said["format"], said.get("demo") is True
    except (ValueError, KeyError, TypeError) as error:
        raise WorkspaceError(
            f"{mark} is damaged. If the folder is a workspace, write "
            f"{json.dumps({'format': FORMAT})} into that file."
        ) from error
