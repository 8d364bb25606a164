"""What supervisors do with authorities of their own agency. The database refuses everybody else."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from clew.access.acting import agency, officer
from clew.access.errors import NotAllowedError
from clew.access.models import Authority, AuthorityOfficer, Officer
from clew.access.refusing import refused_in_words

_REFUSED = "Only a supervisor may do this, for an authority of their own agency."


def add_authority(
    *,
    operation: str,
    legal_basis: str,
    reference: str,
    purpose: str,
    until: datetime,
    since: datetime | None = None,
    officers: Collection[Officer] = (),
) -> Authority:
    """Record an authority of the acting officer's agency.

    Args:
        operation: what the inquiry is called.
        legal_basis: the law or order it rests on.
        reference: number of the case, warrant or order.
        purpose: what for.
        until: when it ends.
        since: when it begins; None for now.
        officers: who may act under it; none for every officer of the agency.

    Raises:
        NotAllowedError: the acting officer is no supervisor.
        NotKeptError: the reference is taken, something is left empty, or it ends before it begins.
    """
    ours = agency()
    if ours is None:
        raise NotAllowedError(_REFUSED)
    with refused_in_words(
        _REFUSED,
        taken=f"Your agency has an authority {reference} already; say another reference.",
        unfit="An authority says operation, legal basis, reference and purpose, and ends after it "
        "begins.",
    ):
        made = Authority.objects.create(
            agency_id=ours,
            operation=operation,
            legal_basis=legal_basis,
            reference=reference,
            purpose=purpose,
            valid_from=since or timezone.now(),
            valid_until=until,
            whole_agency=not officers,
            added_by_id=officer(),
        )
        AuthorityOfficer.objects.bulk_create(
            AuthorityOfficer(authority=made, officer=one) for one in officers
        )
    return made


def revoke_authority(authority: Authority) -> None:
    """End an authority now; sessions that use it lose it with the next statement.

    Raises:
        NotAllowedError: the acting officer is no supervisor of its agency.
    """
    if not Authority.objects.filter(pk=authority.pk).update(revoked_at=timezone.now()):
        raise NotAllowedError(_REFUSED)


def usable_authorities() -> QuerySet[Authority]:
    """Those that hold now and that the acting officer may use."""
    now = timezone.now()
    return Authority.objects.filter(
        Q(whole_agency=True) | Q(officers__officer=officer()),
        agency=agency(),
        revoked_at=None,
        valid_from__lte=now,
        valid_until__gt=now,
    ).order_by("reference")
