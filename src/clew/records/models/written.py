"""What officers write: whose it is, who else sees it, and that the database signs it."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func, Q

NOW = Func(function="statement_timestamp", template="%(function)s()")


class Sharing(models.TextChoices):
    """Who, beside the agency whose it is, sees something."""

    OWN_AGENCY = "own agency"
    NAMED = "named agencies"
    MEMBERS = "all members"
    ALL_EXCEPT = "all except"
    HIT_ONLY = "hit only"
    """Others learn that there is a match and whom to call, never the thing itself."""


class Certainty(models.TextChoices):
    """What kind of statement it is."""

    FACT = "fact"
    """Established: seen in the media, read in a register, proved."""
    ASSESSMENT = "assessment"
    """What somebody concludes; another may conclude otherwise."""


class Written(models.Model):
    """Something that an officer wrote. Who, for whom and when is filled in by the database."""

    officer = models.ForeignKey(
        "access.Officer",
        models.PROTECT,
        related_name="+",
        db_default=Func(function="access.officer"),
    )
    agency = models.ForeignKey(
        "access.Agency", models.PROTECT, related_name="+", db_default=Func(function="access.agency")
    )
    at = models.DateTimeField(db_default=NOW)

    class Meta:
        """A part of other models."""

        abstract = True


class Shared(Written):
    """Something written that is shared as sightings are: with the own agency, unless it says so."""

    sharing = models.CharField(
        max_length=14, choices=Sharing.choices, db_default=Sharing.OWN_AGENCY
    )
    sharing_agencies = ArrayField(models.BigIntegerField(), db_default=[])
    """With *named agencies* those it is shared with, with *all except* those it is not."""

    class Meta:
        """As for sightings."""

        abstract = True
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    sharing__in=[Sharing.NAMED, Sharing.ALL_EXCEPT], sharing_agencies__len__gt=0
                )
                | Q(
                    sharing__in=[Sharing.OWN_AGENCY, Sharing.MEMBERS, Sharing.HIT_ONLY],
                    sharing_agencies__len=0,
                ),
                name="%(class)s_sharing_names_agencies_or_not",
            ),
        ]
