"""Which agency leads something, and how that changes: by an offer, and an answer to it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from clew.records.models.entities import Entity
from clew.records.models.written import Written


class LeadStep(models.TextChoices):
    """One side's word."""

    OFFERED = "offered"
    """By a supervisor of the agency that leads."""
    ACCEPTED = "accepted"
    """By a supervisor of the other one, which leads from then on."""
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    """By a supervisor of the agency that had offered it."""


class LeadChange(Written):
    """An offer to lead something, or what answers it. Both agencies agree, or nothing changes."""

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="lead_changes")
    to = models.ForeignKey("access.Agency", models.PROTECT, related_name="+")
    """To whom it is offered."""
    step = models.CharField(max_length=10, choices=LeadStep.choices)
    why = models.TextField()
    answers = models.OneToOneField("self", models.PROTECT, null=True, related_name="answer")
    """The offer; None for an offer."""

    objects: ClassVar[models.Manager[LeadChange]]

    class Meta:
        """It says why, and answers an offer or is one."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(why=""), name="a_lead_change_says_why"),
            models.CheckConstraint(
                condition=Q(step=LeadStep.OFFERED, answers=None)
                | Q(
                    step__in=[LeadStep.ACCEPTED, LeadStep.DECLINED, LeadStep.WITHDRAWN],
                    answers__isnull=False,
                ),
                name="an_offer_is_answered",
            ),
        ]
