"""Practice accounts: an officer and an authority that exist in demo workspaces and nowhere else.

A demo workspace says in its mark that it is one (``clew setup --demo``). Its officer signs in by
itself, has no password and belongs to a country of its own, which no other workspace lets in.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from clew.access.acting import acting, agency
from clew.access.connections import Connection
from clew.access.errors import NotAllowedError, SignedOutError
from clew.access.models import (
    Agency,
    Authority,
    Certification,
    Country,
    Officer,
    OfficerRole,
    Role,
    Scope,
    Session,
    SessionKind,
)
from clew.access.officers import PRACTICE_COUNTRY
from clew.access.secret import digest, new_secret
from clew.access.signin import LENGTHS

_NAME, _REFERENCE = "demo", "DEMO"
_ROLES = (Role.ADMINISTRATOR, Role.SPECIALIST, Role.SUPERVISOR)
_LONG = timedelta(days=3650)
_OWNER = Connection.OWNER.value


def sign_in_for_practice(kind: SessionKind = SessionKind.COMMAND_LINE) -> str:
    """Begin a session of the demo officer, under the demo authority. For demo workspaces alone.

    Args:
        kind: what it is used through.

    Returns:
        The session's secret.

    Raises:
        NotAllowedError: the database holds officers who are no demo accounts.
    """
    with transaction.atomic(using=_OWNER):
        if Country.objects.using(_OWNER).exclude(code=PRACTICE_COUNTRY).exists():
            raise NotAllowedError(
                "This workspace is marked as one for demonstration, and its database holds real "
                "agencies: nobody is signed in by themselves. Sign in with: clew login"
            )
        officer = Officer.objects.using(_OWNER).filter(sign_in_name=_NAME).first()
        officer = officer or _make_officer()
        authority = Authority.objects.using(_OWNER).get(
            agency=officer.agency_id, reference=_REFERENCE
        )
        secret = new_secret()
        length, idle = LENGTHS[kind]
        Session.objects.using(_OWNER).create(
            digest=digest(secret),
            officer=officer,
            kind=kind,
            scopes=Scope.values,
            authority=authority,
            expires_at=timezone.now() + length,
            idle=idle,
            label="demonstration",
        )
    return secret


def _make_officer() -> Officer:
    """The demo officer with agency, roles and authority; two processes may do so at once."""
    owned = Country.objects.using(_OWNER)
    country, _ = owned.get_or_create(
        code=PRACTICE_COUNTRY, defaults={"name": "Demonstration", "organisation": True}
    )
    # Whoever comes second waits here, and finds what the first has made.
    owned.select_for_update().get(pk=country.pk)
    if found := Officer.objects.using(_OWNER).filter(sign_in_name=_NAME).first():
        return found
    until = timezone.now() + _LONG
    body = Agency.objects.using(_OWNER).create(country=country, name="Demonstration")
    officer = Officer.objects.using(_OWNER).create(
        name="Demo Officer", sign_in_name=_NAME, agency=body
    )
    for role in _ROLES:
        OfficerRole.objects.using(_OWNER).create(officer=officer, role=role)
    Certification.objects.using(_OWNER).create(officer=officer, valid_until=until)
    Authority.objects.using(_OWNER).create(
        agency=body,
        operation="Demonstration",
        legal_basis="none: practice on harmless material",
        reference=_REFERENCE,
        purpose="practice",
        valid_until=until,
        whole_agency=True,
        added_by=officer,
    )
    return officer


def refuse_practice_account() -> None:
    """See that who is signed in is no demo account. For all other workspaces.

    Raises:
        SignedOutError: it is one.
    """
    with acting():
        if Agency.objects.filter(pk=agency() or 0, country__code=PRACTICE_COUNTRY).exists():
            raise SignedOutError(
                "Demo accounts are refused here: this is no workspace for demonstration. Sign in "
                "with: clew login"
            )
