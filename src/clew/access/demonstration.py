"""Practice accounts: officers and authorities that exist in demo workspaces and nowhere else.

A demo workspace says in its mark that it is one (``clew setup --demo``). Its officers sign in by
themselves, have no password and belong to countries of their own, which no other workspace lets in.
"""

from __future__ import annotations

from dataclasses import dataclass
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

_ROLES = (Role.ADMINISTRATOR, Role.SPECIALIST, Role.SUPERVISOR)
_REFERENCE = "DEMO"
_LONG = timedelta(days=3650)
_OWNER = Connection.OWNER.value


@dataclass(frozen=True)
class Practising:
    """Whose practice account: an officer of an agency of a country that practises.

    Attributes:
        country: its code, which begins with :data:`clew.access.officers.PRACTICE_COUNTRY`.
        country_name: what it is called.
        agency: the officer's.
        officer: their name.
        sign_in_name: by which they are known.
    """

    country: str
    country_name: str
    agency: str
    officer: str
    sign_in_name: str


DEMO = Practising(PRACTICE_COUNTRY, "Demonstration", "Demonstration", "Demo Officer", "demo")
"""Who signs in where nobody is named."""
SECOND = Practising(PRACTICE_COUNTRY, "Demonstration", "Demonstration", "Demo Supervisor", "second")
"""A colleague of theirs, for what takes two people."""


def sign_in_for_practice(
    who: Practising = DEMO, kind: SessionKind = SessionKind.COMMAND_LINE
) -> str:
    """Begin a session of a demo officer, under the demo authority. For demo workspaces alone.

    Args:
        who: the officer, who is made with country and agency when they are not there yet.
        kind: what it is used through.

    Returns:
        The session's secret.

    Raises:
        NotAllowedError: the database holds officers who are no demo accounts, or this is none.
    """
    if not who.country.startswith(PRACTICE_COUNTRY):
        raise NotAllowedError(f"{who.country} is no country for practice")
    with transaction.atomic(using=_OWNER):
        if Country.objects.using(_OWNER).exclude(code__startswith=PRACTICE_COUNTRY).exists():
            raise NotAllowedError(
                "This workspace is marked as one for demonstration, and its database holds real "
                "agencies: nobody is signed in by themselves. Sign in with: clew login"
            )
        named = Officer.objects.using(_OWNER).filter(sign_in_name=who.sign_in_name)
        officer = named.first() or _make_officer(who)
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


def practising() -> list[Practising]:
    """Who can sign in for practice: the accounts made for it, the first made first, and a second.

    The second of the first one's agency is made when they first sign in.
    """
    with transaction.atomic(using=_OWNER):
        made = Officer.objects.using(_OWNER).filter(
            pk__in=Authority.objects.using(_OWNER)
            .filter(reference=_REFERENCE, agency__country__code__startswith=PRACTICE_COUNTRY)
            .values("added_by")
        )
        found = [
            Practising(
                country=one.agency.country.code,
                country_name=one.agency.country.name,
                agency=one.agency.name,
                officer=one.name,
                sign_in_name=one.sign_in_name,
            )
            for one in made.select_related("agency__country").order_by("pk")
            if one.sign_in_name != SECOND.sign_in_name
        ]
    return [*(found or [DEMO]), SECOND]


def _make_officer(who: Practising) -> Officer:
    """A demo officer with roles, and agency and authority where they are not there yet.

    Two processes may do so at once.
    """
    owned = Country.objects.using(_OWNER)
    country, _ = owned.get_or_create(
        code=who.country,
        defaults={"name": who.country_name, "organisation": who.country == PRACTICE_COUNTRY},
    )
    # Whoever comes second waits here, and finds what the first has made.
    owned.select_for_update().get(pk=country.pk)
    if found := Officer.objects.using(_OWNER).filter(sign_in_name=who.sign_in_name).first():
        return found
    until = timezone.now() + _LONG
    body, _ = Agency.objects.using(_OWNER).get_or_create(
        country=country,
        name=who.agency,
        defaults={"contact": f"duty officer of {who.agency}"},
    )
    officer = Officer.objects.using(_OWNER).create(
        name=who.officer, sign_in_name=who.sign_in_name, agency=body
    )
    for role in _ROLES:
        OfficerRole.objects.using(_OWNER).create(officer=officer, role=role)
    Certification.objects.using(_OWNER).create(officer=officer, valid_until=until)
    Authority.objects.using(_OWNER).get_or_create(
        agency=body,
        reference=_REFERENCE,
        defaults={
            "operation": "Demonstration",
            "legal_basis": "none: practice on harmless material",
            "purpose": "practice",
            "valid_until": until,
            "whole_agency": True,
            "added_by": officer,
        },
    )
    return officer


def refuse_practice_account() -> None:
    """See that who is signed in is no demo account. For all other workspaces.

    Raises:
        SignedOutError: it is one.
    """
    with acting():
        if Agency.objects.filter(
            pk=agency() or 0, country__code__startswith=PRACTICE_COUNTRY
        ).exists():
            raise SignedOutError(
                "Demo accounts are refused here: this is no workspace for demonstration. Sign in "
                "with: clew login"
            )
