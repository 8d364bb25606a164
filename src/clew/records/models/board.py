"""What a team writes on the board of a series: hypotheses with what speaks for each, and tasks.

Clues and notes are observations (:mod:`clew.records.models.entities`).
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from clew.records.models.entities import Entity
from clew.records.models.media import Media
from clew.records.models.written import Certainty, Shared, Written


class Subject(models.TextChoices):
    """What a hypothesis answers."""

    COUNTRY = "country"
    PLACE = "place"
    OTHER = "other"


class Weight(models.TextChoices):
    """How a hypothesis stands with the agency that holds it."""

    OPEN = "open"
    LIKELY = "likely"
    HELD = "held to be so"
    RULED_OUT = "ruled out"
    TAKEN_BACK = "taken back"


class Hypothesis(Shared):
    """What somebody thinks could be so, of a series or anything else; an assessment by nature.

    ``stands`` and ``steps`` follow from the history (:class:`Weighing`), by the database alone.
    """

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="hypotheses")
    subject = models.CharField(max_length=10, choices=Subject.choices)
    words = models.CharField(max_length=500)
    stands = models.CharField(max_length=20, choices=Weight.choices, default=Weight.OPEN)
    steps = models.IntegerField(default=0)

    objects: ClassVar[models.Manager[Hypothesis]]

    class Meta(Shared.Meta):
        """It says something about something known."""

        constraints: ClassVar = [
            *Shared.Meta.constraints,
            models.CheckConstraint(
                condition=~Q(words="")
                & Q(subject__in=Subject.values, stands__in=Weight.values, steps__gte=0),
                name="a_hypothesis_says_something",
            ),
        ]


class Weighing(Written):
    """How a hypothesis stands from now on, and why; by the agency that holds it."""

    hypothesis = models.ForeignKey(Hypothesis, models.PROTECT, related_name="history")
    number = models.IntegerField()
    stands = models.CharField(max_length=20, choices=Weight.choices)
    why = models.TextField()

    objects: ClassVar[models.Manager[Weighing]]

    class Meta:
        """One after the other, each with its reason."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["hypothesis", "number"], name="a_hypothesis_is_weighed_in_turn"
            ),
            models.CheckConstraint(
                condition=~Q(why="") & Q(number__gte=1, stands__in=Weight.values),
                name="a_weighing_says_why",
            ),
        ]


class Side(models.TextChoices):
    """Which way something speaks."""

    FOR = "for"
    AGAINST = "against"


class Argument(Shared):
    """What speaks for or against a hypothesis. It is replaced, never changed; both stay."""

    hypothesis = models.ForeignKey(Hypothesis, models.PROTECT, related_name="arguments")
    side = models.CharField(max_length=7, choices=Side.choices)
    words = models.TextField(blank=True)
    """Empty when what it replaces is taken back."""
    certainty = models.CharField(max_length=10, choices=Certainty.choices)
    from_media = models.ForeignKey(Media, models.PROTECT, null=True, related_name="+")
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")

    objects: ClassVar[models.Manager[Argument]]

    class Meta(Shared.Meta):
        """It speaks for or against, as fact or assessment."""

        constraints: ClassVar = [
            *Shared.Meta.constraints,
            models.CheckConstraint(
                condition=Q(side__in=Side.values, certainty__in=Certainty.values),
                name="an_argument_takes_a_side",
            ),
            models.CheckConstraint(
                condition=~Q(words="") | Q(replaces__isnull=False),
                name="only_what_was_argued_is_taken_back",
            ),
        ]


class TaskState(models.TextChoices):
    """Where a task is."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class Task(Written):
    """Something to be done for a series or anything else, within one agency.

    ``state``, ``assigned``, ``until`` and ``steps`` follow from the history (:class:`TaskStep`).
    """

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="tasks")
    words = models.CharField(max_length=500)
    state = models.CharField(max_length=10, choices=TaskState.choices, default=TaskState.OPEN)
    assigned = models.ForeignKey("access.Officer", models.PROTECT, null=True, related_name="+")
    """Whose it is; None for whoever comes to it first."""
    until = models.DateField(null=True)
    steps = models.IntegerField(default=0)

    objects: ClassVar[models.Manager[Task]]

    class Meta:
        """It says what is to be done."""

        indexes: ClassVar = [
            models.Index(fields=["assigned"], condition=Q(state="open"), name="task_open_for")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(words="") & Q(state__in=TaskState.values, steps__gte=0),
                name="a_task_says_what",
            ),
        ]


class TaskStep(Written):
    """What became of a task: given to somebody, done, dropped, open again."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="history")
    number = models.IntegerField()
    state = models.CharField(max_length=10, choices=TaskState.choices)
    assigned = models.ForeignKey("access.Officer", models.PROTECT, null=True, related_name="+")
    until = models.DateField(null=True)
    why = models.TextField(blank=True)
    """What came of it; may be empty."""

    objects: ClassVar[models.Manager[TaskStep]]

    class Meta:
        """One after the other."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["task", "number"], name="a_task_goes_step_by_step"),
            models.CheckConstraint(
                condition=Q(number__gte=1, state__in=TaskState.values),
                name="a_task_step_leads_to_a_known_state",
            ),
        ]


class Presence(models.Model):
    """That an officer has the page of something open; over after a minute without a sign.

    Written and read by ``access.present`` alone, and told to officers of the same agency.
    """

    officer = models.ForeignKey("access.Officer", models.CASCADE, related_name="+")
    agency = models.ForeignKey("access.Agency", models.CASCADE, related_name="+")
    entity = models.ForeignKey(Entity, models.CASCADE, related_name="+")
    at = models.DateTimeField()

    objects: ClassVar[models.Manager[Presence]]

    class Meta:
        """An officer is there once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["officer", "entity"], name="somebody_is_there_once")
        ]
