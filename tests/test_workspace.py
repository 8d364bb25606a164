"""A workspace is made once, opened by many, and never taken for something else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import connection, connections

from clew.postgres import Server
from clew.records.models import Folder
from clew.settings import Settings
from clew.workspace import FORMAT, Workspace, WorkspaceError

SETTINGS = Settings.from_environment({})


def test_it_is_private(place):
    before = os.umask(0)
    try:
        with Workspace.open(place / "a" / "workspace", SETTINGS) as workspace:
            assert workspace.folder.stat().st_mode & 0o077 == 0
    finally:
        os.umask(before)


def test_what_was_stored_is_there_when_it_is_opened_again(place):
    with Workspace.open(place / "workspace", SETTINGS):
        Folder.objects.create(path=b"/evidence")
    with Workspace.open(place / "workspace", SETTINGS, create=False):
        assert [bytes(folder.path) for folder in Folder.objects.all()] == [b"/evidence"]


def test_one_after_the_other_in_one_process_are_kept_apart(place):
    for name in ("one", "two"):
        with Workspace.open(place / name, SETTINGS):
            assert not Folder.objects.exists()
            Folder.objects.create(path=name.encode())
    with Workspace.open(place / "one", SETTINGS):
        assert bytes(Folder.objects.get().path) == b"one"


def test_what_only_a_thread_asked_leads_to_the_next_one_as_well(place):
    for name in ("one", "two"):
        with Workspace.open(place / name, SETTINGS, shared=True), ThreadPoolExecutor(1) as thread:
            in_thread = thread.submit(_where, "sign_in").result()
            assert in_thread == _where("owner")
            assert thread.submit(connections.close_all).result() is None


def _where(alias: str) -> str:
    connections[alias].ensure_connection()
    return str(connections[alias].connection.info.host)


@pytest.mark.soak
def test_several_processes_may_make_it_at_once(place):
    code = (
        "import sys; from pathlib import Path; from clew.workspace import Workspace\n"
        "with Workspace.open(Path(sys.argv[1])) as w:\n"
        "    from clew.records.models import Folder\n"
        "    Folder.objects.get_or_create(path=b'/evidence')\n"
    )
    command = [sys.executable, "-c", code, str(place / "workspace")]
    makers = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(4)]
    for maker in makers:
        _, said = maker.communicate(timeout=60)
        assert maker.returncode == 0, said.decode()
    with Workspace.open(place / "workspace", SETTINGS, create=False):
        assert Folder.objects.count() == 1


def test_a_maker_that_was_killed_leaves_nothing_in_the_way(place):
    """Its mark was written, but not yet in its place."""
    (place / "workspace").mkdir()
    (place / "workspace" / "workspace.new").write_text("{")
    with Workspace.open(place / "workspace", SETTINGS) as workspace:
        mark = json.loads((workspace.folder / "workspace.json").read_text())
        assert mark == {"format": FORMAT}


@pytest.mark.parametrize("wanted", [True, False])
def test_a_folder_of_somebody_else_stays_as_it_is(place, wanted):
    (place / "letters").mkdir()
    (place / "letters" / "to-mother.txt").write_text("Dear mother")
    with pytest.raises(WorkspaceError):
        Workspace.open(place / "letters", SETTINGS, create=wanted)
    assert [f.name for f in (place / "letters").iterdir()] == ["to-mother.txt"]


def test_a_missing_one_is_not_made_unless_wanted(place):
    with pytest.raises(WorkspaceError, match="Make one with"):
        Workspace.open(place / "nowhere", SETTINGS, create=False)
    assert list(place.iterdir()) == []


def test_the_models_and_the_tables_agree(place):
    from django.core.management import call_command

    with Workspace.open(place / "workspace", SETTINGS):
        call_command("makemigrations", check=True, dry_run=True, verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM django_migrations WHERE app = 'records'")
            assert cursor.fetchone()[0] >= 1


@pytest.mark.parametrize(
    ("other", "told"),
    [
        # Once there were other migrations, of which some had names that there are again.
        (
            "UPDATE django_migrations SET name = '0001_before' WHERE name = '0001_tables'",
            "before its first release.*Make a new workspace",
        ),
        (
            "INSERT INTO django_migrations (app, name, applied) "
            "VALUES ('records', '9999_later', now())",
            "newer version",
        ),
    ],
)
def test_a_database_of_another_version_is_refused_and_stays_as_it_is(place, other, told):
    def applied(cursor):
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
        return cursor.fetchall()

    with Workspace.open(place / "workspace", SETTINGS), connection.cursor() as cursor:
        Folder.objects.create(path=b"/evidence")
        cursor.execute(other)
        before = applied(cursor)
    with pytest.raises(WorkspaceError, match=told):
        Workspace.open(place / "workspace", SETTINGS)
    server = Server.open(place / "workspace" / "database")
    try:
        with psycopg.connect(server.url) as database, database.cursor() as cursor:
            assert applied(cursor) == before
            assert cursor.execute("SELECT count(*) FROM records_folder").fetchone() == (1,)
    finally:
        server.close()
