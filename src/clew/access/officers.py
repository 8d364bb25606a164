"""What administrators do with officers of their own country. The database refuses everybody else.

Each function is for a transaction of :func:`clew.access.acting.acting`; nobody changes their own
standing.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from clew.access.connections import Connection
from clew.access.errors import NotAllowedError
from clew.access.models import (
    Agency,
    Certification,
    Country,
    Credential,
    Invitation,
    Officer,
    OfficerRole,
    Role,
    State,
    Unit,
)
from clew.access.refusing import refused_in_words
from clew.access.secret import digest, new_secret

PRACTICE_COUNTRY = "DEMO"
"""Of demo accounts, and how codes of further such countries begin.

See :mod:`clew.access.demonstration`.
"""
INVITED_FOR = timedelta(days=7)

_REFUSED = (
    "Only an administrator may do this, for officers of agencies of the same country, and nobody "
    "for themselves."
)


def first_administrator(
    *,
    country: str,
    country_name: str,
    agency: str,
    name: str,
    sign_in_name: str,
    until: datetime,
    roles: Collection[str] = (Role.ADMINISTRATOR, Role.SUPERVISOR),
) -> str:
    """Make the first administrator of a country, through the owner's connection.

    They also supervise, so that a new workspace can be given an authority. One who has not enrolled
    yet is invited anew: their invitation may be lost.

    Returns:
        The secret of the invitation.

    Raises:
        NotAllowedError: the country has an administrator already, who adds the others, or is the
            one of demo accounts.
    """
    if country.strip().upper().startswith(PRACTICE_COUNTRY):
        raise NotAllowedError(f"{PRACTICE_COUNTRY} is for practice alone: clew setup --demo")
    sign_in_name = sign_in_name.strip().lower()
    owner = Connection.OWNER.value
    with transaction.atomic(using=owner):
        home, _ = Country.objects.using(owner).get_or_create(
            code=country.upper(), defaults={"name": country_name or country.upper()}
        )
        administrators = (
            OfficerRole.objects.using(owner)
            .filter(role=Role.ADMINISTRATOR, officer__agency__country=home)
            .exclude(officer__state=State.LEFT)
        )
        enrolled = Credential.objects.using(owner).values("officer")
        invited = administrators.filter(officer__sign_in_name=sign_in_name)
        if lost := invited.exclude(officer__in=enrolled).first():
            return _invite_first(lost.officer_id)
        if administrators.exists():
            raise NotAllowedError(
                f"{home.code} has an administrator already. Further officers are added by one: "
                "clew officer add"
            )
        body, _ = Agency.objects.using(owner).get_or_create(country=home, name=agency)
        officer = Officer.objects.using(owner).create(
            name=name, sign_in_name=sign_in_name, agency=body
        )
        for role in roles:
            OfficerRole.objects.using(owner).create(officer=officer, role=role)
        Certification.objects.using(owner).create(officer=officer, valid_until=until)
        return _invite_first(officer.pk)


def _invite_first(officer: int) -> str:
    secret = new_secret()
    Invitation.objects.using(Connection.OWNER.value).update_or_create(
        officer_id=officer,
        defaults={"digest": digest(secret), "expires_at": timezone.now() + INVITED_FOR},
    )
    return secret


def add_officer(
    *,
    agency: Agency,
    name: str,
    sign_in_name: str,
    roles: Collection[str],
    until: datetime,
    unit: Unit | None = None,
) -> str:
    """Add an officer and invite them.

    Returns:
        The secret of the invitation, to be handed to the officer and nobody else.

    Raises:
        NotAllowedError: the acting officer does not administer the agency.
        NotKeptError: the sign-in name is taken.
    """
    with refused_in_words(
        _REFUSED,
        taken=f"There is an officer with the sign-in name {sign_in_name}; choose another.",
    ):
        officer = Officer.objects.create(
            name=name, sign_in_name=sign_in_name.strip().lower(), agency=agency, unit=unit
        )
        OfficerRole.objects.bulk_create(OfficerRole(officer=officer, role=role) for role in roles)
        certify(officer, until)
        return invite(officer)


def invite(officer: Officer) -> str:
    """Let an officer enrol, again if they had; an older invitation holds no more.

    Raises:
        NotAllowedError: the acting officer does not administer them.
    """
    secret = new_secret()
    until = timezone.now() + INVITED_FOR
    _ask("SELECT access.invite(%s, %s, %s)", [officer.pk, digest(secret), until])
    return secret


def certify(officer: Officer, until: datetime) -> None:
    """Say until when an officer is certified; what was said before holds no more."""
    with refused_in_words(_REFUSED):
        officer.certifications.filter(revoked_at=None).update(revoked_at=timezone.now())
        Certification.objects.create(officer=officer, valid_until=until)


def give_roles(officer: Officer, roles: Collection[str]) -> None:
    """Let an officer have these roles and no others.

    Raises:
        NotAllowedError: the acting officer does not administer them.
    """
    _ask("SELECT access.administers_officer(%s)", [officer.pk])  # else taking would do nothing
    with refused_in_words(_REFUSED):
        officer.roles.exclude(role__in=list(roles)).delete()
        had = set(officer.roles.values_list("role", flat=True))
        OfficerRole.objects.bulk_create(
            OfficerRole(officer=officer, role=role) for role in roles if role not in had
        )


def move(officer: Officer, unit: Unit | None) -> None:
    """Let an officer be of a unit of their agency, or of none.

    Raises:
        NotAllowedError: the acting officer does not administer them, or the unit is of another
            agency.
    """
    if unit is not None and unit.agency_id != officer.agency_id:
        raise NotAllowedError("An officer is of a unit of their own agency.")
    _change(officer, unit=unit)


def lock(officer: Officer) -> None:
    """Let an officer in no more until unlocked; their sessions stop answering at once."""
    _change(officer, state=State.LOCKED)


def unlock(officer: Officer) -> None:
    """Let an officer in again, also when too many failed attempts locked the name.

    Raises:
        NotAllowedError: the acting officer does not administer them.
    """
    _ask("SELECT access.administers_officer(%s)", [officer.pk])
    if officer.state == State.LOCKED:
        _change(officer, state=State.ACTIVE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT access.forget_failures(%s)", [officer.pk])


def leave(officer: Officer, successor: Officer) -> None:
    """Note that an officer has left for good, and who takes over.

    The successor may act under every authority that named the one who left.

    Raises:
        NotAllowedError: the acting officer does not administer them, or the successor is of
            another agency or not active.
    """
    if successor.agency_id != officer.agency_id or successor.state != State.ACTIVE:
        raise NotAllowedError("Work is handed over to an active officer of the same agency.")
    _change(officer, state=State.LEFT, left_at=timezone.now(), successor=successor)
    _ask("SELECT access.hand_over(%s, %s)", [officer.pk, successor.pk])


def _change(officer: Officer, **values: object) -> None:
    with refused_in_words(_REFUSED):
        if not Officer.objects.filter(pk=officer.pk).update(**values):
            raise NotAllowedError(_REFUSED)
    for name, value in values.items():
        setattr(officer, name, value)


def _ask(statement: str, values: list[int | bytes | datetime]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        (done,) = cursor.fetchone()
    if not done:
        raise NotAllowedError(_REFUSED)
