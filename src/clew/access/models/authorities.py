"""Authority: the legal basis and purpose under which officers act."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from clew.access.models.people import NOW, Agency, Officer


class Authority(models.Model):
    """An operation with its legal basis. It is revoked or runs out; its words never change."""

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="authorities")
    operation = models.CharField(max_length=200)
    legal_basis = models.CharField(max_length=500)
    reference = models.CharField(max_length=200)
    """Number of the case, warrant or order."""
    purpose = models.CharField(max_length=1000)
    valid_from = models.DateTimeField(db_default=NOW)
    valid_until = models.DateTimeField()
    whole_agency = models.BooleanField(default=False)
    """Whether every officer of the agency may act under it; otherwise only those named."""
    added_by = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField(db_default=NOW)
    revoked_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Authority]]

    class Meta:
        """Nothing that matters in an inquiry is left empty."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_until__gt=F("valid_from")), name="an_authority_lasts"
            ),
            models.CheckConstraint(
                condition=~Q(operation="") & ~Q(legal_basis="") & ~Q(reference="") & ~Q(purpose=""),
                name="an_authority_says_why",
            ),
            models.UniqueConstraint(
                fields=["agency", "reference"], name="a_reference_is_used_once"
            ),
        ]


class AuthorityOfficer(models.Model):
    """An officer who may act under an authority."""

    authority = models.ForeignKey(Authority, models.CASCADE, related_name="officers")
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="authorities")

    objects: ClassVar[models.Manager[AuthorityOfficer]]

    class Meta:
        """An officer may or may not."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["authority", "officer"], name="an_officer_is_named_once"
            )
        ]
