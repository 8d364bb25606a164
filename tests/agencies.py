"""Agencies with an officer at work, made as the owner of a workspace could."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from clew.access.models import (
    Agency,
    Authority,
    Certification,
    Country,
    Officer,
    OfficerRole,
    Session,
)
from clew.access.secret import digest, new_secret


def agency_at_work(country: str, name: str, *, hours: float = 1, authority: bool = True) -> str:
    """An agency with one officer who is signed in; the secret of the session.

    Args:
        country: its code.
        name: of the agency; its officer's sign-in name has both in lower case.
        hours: for which the authority holds; negative for one that ran out.
        authority: whether one was chosen.
    """
    home, _ = Country.objects.using("owner").get_or_create(code=country, name=country)
    agency = Agency.objects.using("owner").create(
        country=home, name=name, contact=f"duty officer of {name}, +49 30 1234"
    )
    officer = _officer(agency, f"{country}-{name}".lower(), "specialist")
    now = timezone.now()
    held = Authority.objects.using("owner").create(
        agency=agency,
        operation="Lantern",
        legal_basis="§ 98 StPO",
        reference="Az 1",
        purpose="to find who is shown",
        valid_from=now - timedelta(days=9),
        valid_until=now + timedelta(hours=hours),
        whole_agency=True,
    )
    return _session(officer, held if authority else None)


def colleague(agency: str, role: str = "supervisor") -> str:
    """A further officer of an agency, signed in under its authority; the secret of the session."""
    held = Authority.objects.using("owner").get(agency__name=agency, reference="Az 1")
    return _session(_officer(held.agency, f"{agency}-{role}".lower(), role), held)


def _officer(agency: Agency, sign_in_name: str, role: str) -> Officer:
    made = Officer.objects.using("owner").create(
        name=agency.name, sign_in_name=sign_in_name, agency=agency
    )
    OfficerRole.objects.using("owner").create(officer=made, role=role)
    now = timezone.now()
    Certification.objects.using("owner").create(
        officer=made, valid_from=now - timedelta(1), valid_until=now + timedelta(1)
    )
    return made


def _session(officer: Officer, authority: Authority | None) -> str:
    secret, now = new_secret(), timezone.now()
    Session.objects.using("owner").create(
        digest=digest(secret),
        officer=officer,
        kind="command line",
        scopes=["read", "contribute", "administer"],
        expires_at=now + timedelta(hours=1),
        idle=timedelta(hours=1),
        authority=authority,
    )
    return secret
