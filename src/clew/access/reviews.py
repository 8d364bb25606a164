"""Whether officers still need the access they have: asked anew twice a year, by a supervisor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.utils import timezone

from clew.access.errors import NotAllowedError, NotKeptError
from clew.access.models import AccessReview, Officer, State

EVERY = timedelta(days=182)
"""After so long somebody looks again."""
_DORMANT = timedelta(days=90)
_REFUSED = "A supervisor says whether the access of other officers of the agency stays."


@dataclass(frozen=True)
class Access:
    """What an officer may do, and when somebody last looked whether they need it.

    Attributes:
        officer: number; ``name`` and ``sign_in_name`` for people.
        unit: of the agency, empty for none.
        roles: what they may do.
        authorities: references of the authorities in force that name them.
        certified_until: the day on which the certification ends, None for none.
        used: the day on which they last worked with Clew, None for never.
        last: the last review, None for none.
    """

    officer: int
    name: str
    sign_in_name: str
    unit: str
    roles: tuple[str, ...]
    authorities: tuple[str, ...]
    certified_until: date | None
    used: date | None
    last: AccessReview | None

    @property
    def due(self) -> bool:
        """Whether it is to be looked at again, or something has changed since."""
        if self.last is None or timezone.now() - self.last.at > EVERY:
            return True
        return set(self.last.roles) != set(self.roles)

    @property
    def dormant(self) -> bool:
        """Whether the officer has not worked with Clew for three months."""
        return self.used is None or timezone.now().date() - self.used > _DORMANT


def accesses() -> list[Access]:
    """Of all active officers of the agency, those first that are due.

    For its supervisors, and its auditors.

    Raises:
        NotAllowedError: the acting officer is neither.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT officer_id, used FROM access.last_used()")
        used: dict[int, date | None] = dict(cursor.fetchall())
    if not used:
        raise NotAllowedError("Who has which access is told to supervisors and auditors.")
    last: dict[int, AccessReview] = {}
    for review in AccessReview.objects.select_related("reviewer").order_by("pk"):
        last[review.officer_id] = review
    rows = Officer.objects.filter(pk__in=used).exclude(state=State.LEFT).select_related("unit")
    rows = rows.prefetch_related("roles", "certifications", "authorities__authority")
    found = [_access(one, used[one.pk], last.get(one.pk)) for one in rows.order_by("name", "pk")]
    return sorted(found, key=lambda one: not one.due)


def _access(one: Officer, used: date | None, last: AccessReview | None) -> Access:
    now = timezone.now()
    certified = [row.valid_until for row in one.certifications.all() if row.revoked_at is None]
    named = [row.authority for row in one.authorities.all()]
    return Access(
        officer=one.pk,
        name=one.name,
        sign_in_name=one.sign_in_name,
        unit=one.unit.name if one.unit is not None else "",
        roles=tuple(sorted(row.role for row in one.roles.all())),
        authorities=tuple(
            sorted(
                held.reference
                for held in named
                if held.revoked_at is None and held.valid_until > now
            )
        ),
        certified_until=max(certified).date() if certified else None,
        used=used,
        last=last,
    )


def review_access(officer: int, *, stays: bool, why: str) -> None:
    """Say whether an officer of the agency still needs their access.

    Args:
        officer: number.
        stays: otherwise an administrator is to take something away.
        why: the reason; for what is to be taken away, what.

    Raises:
        NotAllowedError: the acting officer is no supervisor of theirs, or it is themselves.
        NotKeptError: no reason was said.
    """
    if not why.strip():
        raise NotKeptError("Say why, in a few words: whoever reads it later was not there.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT access.review_access(%s, %s, %s)", [officer, stays, why.strip()])
        (done,) = cursor.fetchone()
    if not done:
        raise NotAllowedError(_REFUSED)
