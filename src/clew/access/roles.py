"""The roles of the database: what they are, making them, and finding out what is wrong with them.

Roles belong to the whole server, not to one database in it, and cannot be made by a migration:
policies and grants of migrations name them, so they are there before.
"""

from __future__ import annotations

import secrets
from enum import StrEnum

import psycopg
from django.db import DatabaseError, connections

from clew.access.connections import Connection
from clew.postgres import Server
from clew.settings import Settings, without_password


class DatabaseRole(StrEnum):
    """Who the database can be asked as, beside its owner. None of them owns anything."""

    APPLICATION = "clew_application"
    WORKER = "clew_worker"
    SIGN_IN = "clew_sign_in"

    @property
    def connection(self) -> Connection:
        """The connection that asks as this role."""
        return Connection(self.value.removeprefix("clew_"))

    @property
    def setting(self) -> str:
        """The setting with its address, for a PostgreSQL that is not the embedded one."""
        return f"CLEW_{self.connection.upper()}_DATABASE_URL"


class RolesError(Exception):
    """The roles of the database are not as they must be; ``str(error)`` says what to do."""


_MAKE = """
DO $$ BEGIN
    CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""
"""Two processes may make it at once, also in two databases of one server, where no lock helps."""

_TOO_STRONG = """
SELECT rolname FROM pg_roles
WHERE rolname = ANY(%s)
  AND (rolsuper OR rolbypassrls OR rolcreaterole
       OR pg_has_role(oid, (SELECT oid FROM pg_roles WHERE rolname = current_user), 'MEMBER'))
"""


def make_roles() -> set[str]:
    """Make the roles that are missing, through the owner's connection.

    Returns:
        The names of those that were missing.

    Raises:
        RolesError: the owner may not make them, or one of them has rights that defeat the policies.
    """
    names = [role.value for role in DatabaseRole]
    with connections[Connection.OWNER].cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [names])
        there = {name for (name,) in cursor.fetchall()}
        missing = set(names) - there
        for name in sorted(missing):
            try:
                cursor.execute(_MAKE.format(role=name))
            except DatabaseError as error:
                raise RolesError(
                    f"The database has no role {name}, and the role of CLEW_DATABASE_URL may not "
                    f"make it. Have its administrator run: CREATE ROLE {name} LOGIN"
                ) from error
        cursor.execute(_TOO_STRONG, [names])
        if strong := sorted(name for (name,) in cursor.fetchall()):
            raise RolesError(
                f"{', '.join(strong)} could pass by the rules of who sees what: it must be no "
                "superuser, not bypass row-level security, make no roles and not be a member of "
                "the owner's role. Have the database's administrator take that away."
            )
    return missing


def urls(server: Server | None, settings: Settings, fresh: set[str]) -> dict[Connection, str]:
    """Where each role reaches the database.

    Args:
        server: the embedded one, whose roles are given passwords here; None for another.
        settings: with the addresses for another one.
        fresh: roles made just now, which have no password yet.

    Raises:
        RolesError: an address is missing.
    """
    if server is not None:
        return {role.connection: _embedded(server, role, role in fresh) for role in DatabaseRole}
    set_ = {role: getattr(settings, f"{role.connection}_database_url") for role in DatabaseRole}
    if missing := [role.setting for role, url in set_.items() if url is None]:
        raise RolesError(
            f"CLEW_DATABASE_URL is set, and {', '.join(missing)} is not. A database of your own "
            "needs an address for each of its roles; the operator's guide shows them."
        )
    return {role.connection: url for role, url in set_.items() if url is not None}


def _embedded(server: Server, role: DatabaseRole, fresh: bool) -> str:
    """The address of a role of the embedded server, which gets a password when it has none."""
    url = server.url_of(role)
    if url is not None and not fresh:
        return url
    password = secrets.token_urlsafe(32)
    owner = connections[Connection.OWNER]
    owner.ensure_connection()
    # What the server is sent, and might log, is not the password but what verifies it.
    verifier = owner.connection.pgconn.encrypt_password(
        password.encode(), role.encode(), b"scram-sha-256"
    ).decode()
    with owner.cursor() as cursor:
        cursor.execute(f"ALTER ROLE {role} PASSWORD '{verifier}'")
    # First the role's, then the file: a file that is there fits.
    server.keep_password(role, password)
    return server.url_of(role) or ""


_ASKS_AS = """
SELECT pg_has_role(current_user, %(role)s, 'USAGE'),
       (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user),
       current_setting('track_activities') = 'on'
"""


def complaints(settings: Settings) -> list[tuple[str, str]]:
    """What is wrong with a PostgreSQL that is not the embedded one.

    Returns:
        What was looked at, and what is wrong with it; empty for nothing.
    """
    found = [("database: owner", _reach(settings.database_url or "", None))]
    for role in DatabaseRole:
        url = getattr(settings, f"{role.connection}_database_url")
        found.append((f"database: {role}", _reach(url, role) if url else f"set {role.setting}"))
    return found


def _reach(url: str, role: DatabaseRole | None) -> str:
    """What is wrong with one address."""
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            if role is None:
                return ""
            row = connection.execute(_ASKS_AS, {"role": role.value}).fetchone()
    except psycopg.Error as error:
        return without_password(str(error).strip().partition("\n")[0])
    is_it, passes_by, told = row if row is not None else (False, False, False)
    if not is_it:
        return f"the address is not that of {role}, or of a member of it"
    if passes_by:
        return "its user passes by row-level security: name another, or take that right away"
    if told:
        return (
            "officers' questions can be read in pg_stat_activity: have its administrator run "
            f"ALTER ROLE {role} SET track_activities = off"
        )
    return ""
