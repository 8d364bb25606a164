"""Grades, and a victim's way from unknown to identified and safe."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from clew.records.models.entities import Entity
from clew.records.models.media import Media
from clew.records.models.written import Certainty, Shared, Written


class Grade(Shared):
    """One officer's category for one media under one named scheme.

    It is of these bytes alone: a crop of them can be another matter in law. An officer who grades
    again adds a row with the next number; all are kept, the last one counts.
    """

    media = models.ForeignKey(Media, models.PROTECT, related_name="grades")
    scheme = models.CharField(max_length=100)
    """A number means nothing without it."""
    grade = models.IntegerField(null=True)
    """None when the officer takes back what they said."""
    words = models.CharField(max_length=200, blank=True)
    """What the number meant in the scheme when it was given."""
    why = models.TextField(blank=True)
    number = models.IntegerField()

    objects: ClassVar[models.Manager[Grade]]

    class Meta(Shared.Meta):
        """One officer has one say, however often they change it."""

        constraints: ClassVar = [
            *Shared.Meta.constraints,
            models.UniqueConstraint(
                fields=["officer", "media", "scheme", "number"],
                name="an_officer_grades_in_turn",
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1) & ~Q(scheme=""), name="a_grade_has_a_scheme"
            ),
        ]


class AskedAgain(Written):
    """An officer's second answer about a media graded before, given without seeing the first.

    It is no vote: it measures how far grading agrees with itself.
    """

    first = models.OneToOneField(Grade, models.PROTECT, related_name="asked_again")
    """The vote that was asked again."""
    grade = models.IntegerField(null=True)
    """None when the officer would rather not look again; nobody asks why."""

    objects: ClassVar[models.Manager[AskedAgain]]


class Aspect(models.TextChoices):
    """What there is to find out about a victim. None of them implies another."""

    IDENTITY = "identity"
    WHEREABOUTS = "whereabouts"
    SAFETY = "safety"


STAGES: dict[str, tuple[str, ...]] = {
    Aspect.IDENTITY: ("unknown", "lead", "proposed", "identified"),
    Aspect.WHEREABOUTS: ("unknown", "country", "region", "located"),
    Aspect.SAFETY: ("unknown", "at risk", "safeguarded", "adult now", "deceased"),
}
"""How far each can be. ``proposed`` is what one officer holds to be the identity; ``identified`` is
what another one has confirmed."""


class Finding(Written):
    """One step on a victim's way: history for the lead agency, where it stands for who sees them.

    The columns ``identity``, ``whereabouts`` and ``safety`` of the person follow from the last one.
    """

    person = models.ForeignKey(Entity, models.PROTECT, related_name="findings")
    aspect = models.CharField(max_length=11, choices=Aspect.choices)
    stage = models.CharField(max_length=20)
    certainty = models.CharField(max_length=10, choices=Certainty.choices)
    why = models.TextField()
    number = models.IntegerField()
    confirms = models.ForeignKey("self", models.PROTECT, null=True, related_name="confirmed_by")
    """For *identified*: the proposal of another officer."""

    objects: ClassVar[models.Manager[Finding]]

    class Meta:
        """One after the other, each with its reason."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "aspect", "number"], name="a_victims_way_goes_step_by_step"
            ),
            models.CheckConstraint(
                condition=Q(
                    *(
                        Q(aspect=str(aspect), stage__in=list(stages))
                        for aspect, stages in STAGES.items()
                    ),
                    _connector=Q.OR,
                ),
                name="a_finding_leads_to_a_known_stage",
            ),
            models.CheckConstraint(
                condition=~Q(why="") & Q(certainty__in=Certainty.values, number__gte=1),
                name="a_finding_says_why",
            ),
            models.CheckConstraint(
                condition=Q(stage="identified", confirms__isnull=False)
                | (~Q(stage="identified") & Q(confirms__isnull=True)),
                name="identified_confirms_a_proposal",
            ),
        ]
