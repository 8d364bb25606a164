"""A workspace with two countries, officers in each, and their sessions."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psycopg
import pyotp
import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connections
from django.db.models import Model
from django.utils import timezone

from clew.access.acting import acting, use_authority
from clew.access.connections import Connection
from clew.access.enrolment import begin_enrolment, enrol
from clew.access.models import (
    Agency,
    Authority,
    AuthorityOfficer,
    Certification,
    Country,
    Credential,
    Invitation,
    Officer,
    OfficerRole,
    RecoveryCode,
    Session,
    SignInAttempts,
    Unit,
)
from clew.access.secret import digest, new_secret
from clew.access.signin import sign_in
from clew.settings import Settings
from clew.workspace import Workspace

PASSWORD = "seven wet umbrellas"
_EMPTIED = (
    *(Session, AuthorityOfficer, Authority, Invitation, SignInAttempts, RecoveryCode, Credential),
    *(Certification, OfficerRole, Officer, Unit, Agency, Country),
)


@pytest.fixture(scope="module", autouse=True)
def _passwords_in_little_memory() -> Iterator[None]:
    """Hash passwords as always, but over one megabyte: it is dear to guess them, and to test."""
    usual = Argon2PasswordHasher.memory_cost
    Argon2PasswordHasher.memory_cost = 1024
    yield
    Argon2PasswordHasher.memory_cost = usual


@pytest.fixture(scope="module")
def opened(make_place: Callable[[], Path]) -> Iterator[Workspace]:
    settings = Settings.from_environment({"CLEW_WORKERS": "1"})
    folder = make_place() / "workspace"
    with Workspace.open(folder, settings, default=Connection.APPLICATION) as workspace:
        yield workspace


def empty(*models: type[Model]) -> None:
    """Empty tables, as whoever owns them could after taking away what guards custody."""
    with connections["owner"].cursor() as cursor:
        tables = ", ".join(model._meta.db_table for model in models)
        cursor.execute("ALTER TABLE records_custodyentry DISABLE TRIGGER only_grows")
        cursor.execute(f"TRUNCATE {tables} CASCADE")
        cursor.execute("ALTER TABLE records_custodyentry ENABLE TRIGGER only_grows")


@pytest.fixture
def emptied() -> Callable[..., None]:
    return empty


@pytest.fixture
def workspace(opened: Workspace) -> Workspace:
    empty(*_EMPTIED)
    return opened


@dataclass
class Person:
    """An officer with what they sign in with."""

    officer: Officer
    totp: str
    codes: list[str]
    password: str = PASSWORD

    def code(self, *, late: int = 0) -> str:
        """A code not used yet: the clock of the device is put forward by so many steps."""
        Credential.objects.using("owner").filter(officer=self.officer).update(totp_step=0)
        return pyotp.TOTP(self.totp).at(int(time.time()) + 30 * late)

    def sign_in(self) -> str:
        return sign_in(self.officer.sign_in_name, self.password, self.code())


class People:
    """Makes agencies, officers, authorities and sessions, as the owner could."""

    def agency(self, country: str, name: str) -> Agency:
        home, _ = Country.objects.using("owner").get_or_create(code=country, name=country)
        made, _ = Agency.objects.using("owner").get_or_create(country=home, name=name)
        return made

    def officer(
        self, name: str, agency: Agency, *roles: str, days: float = 30, **fields: object
    ) -> Officer:
        officer = Officer.objects.using("owner").create(
            name=name, sign_in_name=name, agency=agency, **fields
        )
        for role in roles:
            OfficerRole.objects.using("owner").create(officer=officer, role=role)
        now = timezone.now()
        Certification.objects.using("owner").create(
            officer=officer,
            valid_from=now - timedelta(days=60),
            valid_until=now + timedelta(days=days),
        )
        return officer

    def enrolled(self, officer: Officer) -> Person:
        invitation = new_secret()
        Invitation.objects.using("owner").create(
            officer=officer,
            digest=digest(invitation),
            expires_at=timezone.now() + timedelta(days=1),
        )
        begun = begin_enrolment(invitation)
        code = pyotp.TOTP(begun.totp_secret).now()
        codes = enrol(invitation, PASSWORD, begun.totp_secret, code)
        return Person(officer, begun.totp_secret, codes)

    def authority(self, agency: Agency, reference: str = "Az 1", **fields: object) -> Authority:
        values: dict[str, object] = {
            "operation": "Lantern",
            "legal_basis": "§ 98 StPO",
            "purpose": "to find who is shown",
            "valid_from": timezone.now() - timedelta(days=9),
            "valid_until": timezone.now() + timedelta(days=9),
            "whole_agency": True,
        }
        return Authority.objects.using("owner").create(
            agency=agency, reference=reference, **(values | fields)
        )

    def session(
        self, officer: Officer, authority: Authority | None = None, **fields: object
    ) -> str:
        """A session as signing in makes it, without the wait for a password's hash."""
        secret = new_secret()
        values: dict[str, object] = {
            "kind": "command line",
            "scopes": ["read", "contribute", "administer"],
            "expires_at": timezone.now() + timedelta(hours=1),
            "idle": timedelta(hours=1),
        }
        Session.objects.using("owner").create(
            officer=officer, digest=digest(secret), **(values | fields)
        )
        if authority is not None:
            with acting(secret):
                use_authority(authority.pk)
        return secret


@pytest.fixture
def people(workspace: Workspace) -> People:
    return People()


@pytest.fixture
def raw(workspace: Workspace) -> Callable[[str], psycopg.Connection]:
    """Connects as a role really does, past Django; closed at the end."""
    made: list[psycopg.Connection] = []

    def connect(alias: str = "application", secret: str | None = None) -> psycopg.Connection:
        told = connections.databases[alias]
        connection = psycopg.connect(
            dbname=told["NAME"],
            user=told["USER"],
            password=told["PASSWORD"],
            host=told["HOST"],
            port=told["PORT"],
        )
        made.append(connection)
        if secret is not None:
            connection.execute("SELECT set_config('clew.session', %s, false)", [secret])
            connection.commit()
        return connection

    yield connect  # type: ignore[misc]
    for connection in made:
        connection.close()
