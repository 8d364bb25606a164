"""The roles of the database: there after opening, private, and too weak to pass by the rules."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import psycopg
import pytest
from django.db import connections

from clew.access.connections import Connection
from clew.access.roles import DatabaseRole, RolesError, make_roles
from clew.postgres import Server
from clew.settings import Settings
from clew.workspace import Workspace, WorkspaceError

SETTINGS = Settings.from_environment({})


def who(connection: Connection | str) -> tuple[str, bool, bool]:
    with connections[connection].cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        )
        return cursor.fetchone()


def test_each_connection_asks_as_its_role(place):
    with Workspace.open(place / "workspace", SETTINGS):
        for role in DatabaseRole:
            assert who(role.connection) == (role.value, False, False)
        assert who(Connection.OWNER)[0] == who("default")[0] == "clew"
    with Workspace.open(place / "workspace", SETTINGS, default=Connection.APPLICATION):
        assert who("default")[0] == "clew_application"


def test_their_passwords_are_private_and_differ(place):
    before = os.umask(0)
    try:
        with Workspace.open(place / "workspace", SETTINGS):
            files = [place / "workspace" / "database" / f"password.{role}" for role in DatabaseRole]
            assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
            assert len({file.read_text() for file in files}) == len(files)
    finally:
        os.umask(before)


def test_a_lost_password_is_replaced(place):
    with Workspace.open(place / "workspace", SETTINGS):
        pass
    (place / "workspace" / "database" / "password.clew_application").unlink()
    with Workspace.open(place / "workspace", SETTINGS):
        assert who(Connection.APPLICATION)[0] == "clew_application"


def test_two_databases_of_one_server_may_make_them_at_once(place):
    code = (
        "import sys, psycopg; from clew.access.roles import _MAKE\n"
        "with psycopg.connect(sys.argv[1], autocommit=True) as owner:\n"
        "    for number in range(40):\n"
        "        owner.execute(_MAKE.format(role=f'made_{number}'))\n"
    )
    with Server.open(place / "database") as server:
        command = [sys.executable, "-c", code, server.url]
        makers = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(3)]
        for maker in makers:
            _, said = maker.communicate(timeout=60)
            assert maker.returncode == 0, said.decode()


def test_none_of_them_owns_anything_or_can_become_another(place):
    with Workspace.open(place / "workspace", SETTINGS):
        for role in DatabaseRole:
            with connections[role.connection].cursor() as cursor:
                cursor.execute(
                    "SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole"
                )
                assert cursor.fetchone() == (0,)
            for attempt in (
                "SET ROLE clew",
                "SET SESSION AUTHORIZATION clew",
                "SET ROLE clew_sign_in; SET ROLE clew_worker; SET ROLE clew_application",
                "CREATE TABLE public.mine (id int)",
                "CREATE SCHEMA mine",
                "CREATE TEMP TABLE mine (id int)",
                "CREATE FUNCTION pg_temp.officer() RETURNS bigint LANGUAGE sql AS 'SELECT 1'",
                "CREATE ROLE mine",
                "ALTER ROLE clew PASSWORD 'mine'",
                "ALTER TABLE django_migrations OWNER TO CURRENT_USER",
                "SELECT pg_read_file('PG_VERSION')",
                "COPY (SELECT 1) TO PROGRAM 'true'",
                "SELECT rolpassword FROM pg_authid",
            ):
                with (
                    pytest.raises(psycopg.errors.InsufficientPrivilege),
                    psycopg.connect(url_of(role)) as connection,
                ):
                    connection.execute(attempt)


def url_of(role: DatabaseRole) -> str:
    told = connections.databases[role.connection.value]
    return psycopg.conninfo.make_conninfo(
        dbname=told["NAME"],
        user=told["USER"],
        password=told["PASSWORD"],
        host=told["HOST"],
        port=told["PORT"],
    )


def test_a_role_that_could_pass_by_the_rules_is_refused(place):
    with Workspace.open(place / "workspace", SETTINGS):
        with connections["owner"].cursor() as cursor:
            cursor.execute("ALTER ROLE clew_application CREATEROLE")
        with pytest.raises(RolesError, match="clew_application could pass by"):
            make_roles()
    with pytest.raises(WorkspaceError, match="could pass by"):
        Workspace.open(place / "workspace", SETTINGS)


@pytest.mark.soak
def test_a_database_of_your_own_wants_an_address_for_each_role(place, clew):
    with Server.open(place / "database") as server:
        environment = {"CLEW_DATABASE_URL": server.url}
        with pytest.raises(WorkspaceError, match="CLEW_WORKER_DATABASE_URL, CLEW_SIGN_IN"):
            Workspace.open(place / "workspace", Settings.from_environment(environment))
        with psycopg.connect(server.url, autocommit=True) as owner:
            for role in DatabaseRole:
                owner.execute(f"ALTER ROLE {role} PASSWORD 'theirs'")
                url = server.url.replace("clew:", f"{role}:theirs@", 1)
                environment[role.setting] = f"{url.split('@')[0]}@{url.rpartition('@')[2]}"
        with Workspace.open(place / "workspace", Settings.from_environment(environment)):
            assert who(Connection.WORKER)[0] == "clew_worker"
        told = {
            c["name"]: c for c in json.loads(clew("doctor", "--json", **environment).out)["checks"]
        }
        assert told["database: clew_worker"]["fine"]
        environment |= {
            "CLEW_WORKER_DATABASE_URL": server.url,
            "CLEW_APPLICATION_DATABASE_URL": "",
            "CLEW_SIGN_IN_DATABASE_URL": server.url.replace("clew:", "clew_sign_in:wrong"),
        }
        said = clew("doctor", "--json", **environment)
    assert said.code == 2
    told = {check["name"]: check["says"] for check in json.loads(said.out)["checks"]}
    assert told["database: owner"] == "as it must be"
    assert "not that of clew_worker" in told["database: clew_worker"]
    assert told["database: clew_application"] == "set CLEW_APPLICATION_DATABASE_URL"
    assert "password authentication failed" in told["database: clew_sign_in"]
    assert server.url.split(":")[2].split("@")[0] not in said.out
