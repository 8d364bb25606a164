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
    officer = Officer.objects.using("owner").create(
        name=name, sign_in_name=f"{country}-{name}".lower(), agency=agency
    )
    OfficerRole.objects.using("owner").create(officer=officer, role="specialist")
    now = timezone.now()
    Certification.objects.using("owner").create(
        officer=officer, valid_from=now - timedelta(1), valid_until=now + timedelta(1)
    )
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
    secret = new_secret()
    Session.objects.using("owner").create(
        officer=officer,
        digest=digest(secret),
        kind="command line",
        scopes=["read", "contribute", "administer"],
        expires_at=now + timedelta(hours=1),
        idle=timedelta(hours=1),
        authority=held if authority else None,
    )
    return secret
