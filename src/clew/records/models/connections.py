"""Connections between any two things, and the decisions of people about them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from clew.records.models.entities import Entity
from clew.records.models.media import Media, StoredMatch
from clew.records.models.written import Shared, Written


class ConnectionState(models.TextChoices):
    """How a connection stands."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class Connection(Shared):
    """A typed link between two things, as one agency sees it.

    Another agency has its own row for the same two things, with its own decisions: nobody decides
    for others. ``state`` and ``steps`` follow from the decisions and are written by the database.
    """

    type = models.CharField(max_length=50)
    """One of the vocabulary (casework/vocabularies/connections.json); for what a match says, its
    kind."""
    first_media = models.ForeignKey(Media, models.PROTECT, null=True, related_name="+")
    first_entity = models.ForeignKey(Entity, models.PROTECT, null=True, related_name="+")
    second_media = models.ForeignKey(Media, models.PROTECT, null=True, related_name="+")
    second_entity = models.ForeignKey(Entity, models.PROTECT, null=True, related_name="+")
    match = models.ForeignKey(StoredMatch, models.SET_NULL, null=True, related_name="connections")
    """What the machine said; a copy of it as it was then is in ``evidence``."""
    evidence = models.JSONField(null=True)
    state = models.CharField(
        max_length=10, choices=ConnectionState.choices, default=ConnectionState.PROPOSED
    )
    steps = models.IntegerField(default=0)

    objects: ClassVar[models.Manager[Connection]]

    class Meta(Shared.Meta):
        """Two different ends, once for each agency."""

        constraints: ClassVar = [
            *Shared.Meta.constraints,
            models.UniqueConstraint(
                fields=[
                    *("agency", "type", "first_media", "first_entity"),
                    *("second_media", "second_entity"),
                ],
                name="a_connection_is_an_agencys_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=(
                    Q(first_media__isnull=True, first_entity__isnull=False)
                    | Q(first_media__isnull=False, first_entity__isnull=True)
                )
                & (
                    Q(second_media__isnull=True, second_entity__isnull=False)
                    | Q(second_media__isnull=False, second_entity__isnull=True)
                ),
                name="a_connection_has_two_ends",
            ),
            models.CheckConstraint(
                condition=~Q(first_media=F("second_media")) & ~Q(first_entity=F("second_entity")),
                name="nothing_is_connected_with_itself",
            ),
        ]


class Decision(Written):
    """One act of one officer, with its reason, about one or many connections or entities.

    It is never changed or taken away: undoing is a further decision.
    """

    why = models.TextField()
    undoes = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone_by")

    objects: ClassVar[models.Manager[Decision]]

    class Meta:
        """Nothing is decided without a reason."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(why=""), name="a_decision_says_why"),
        ]


class Step(models.Model):
    """What a decision made of one connection.

    Steps of a connection are numbered without a gap, so two officers who decide at once cannot
    both succeed: the second is told and looks again.
    """

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="steps")
    connection = models.ForeignKey(Connection, models.PROTECT, related_name="history")
    number = models.IntegerField()
    state = models.CharField(max_length=10, choices=ConnectionState.choices)

    objects: ClassVar[models.Manager[Step]]

    class Meta:
        """One after the other."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["connection", "number"], name="a_connection_is_decided_in_turn"
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1, state__in=ConnectionState.values),
                name="a_step_leads_to_a_known_state",
            ),
        ]


class Merging(models.Model):
    """What a decision made of one entity: part of another one, or on its own again."""

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="mergings")
    entity = models.ForeignKey(Entity, models.PROTECT, related_name="mergings")
    number = models.IntegerField()
    into = models.ForeignKey(Entity, models.PROTECT, null=True, related_name="+")

    objects: ClassVar[models.Manager[Merging]]

    class Meta:
        """One after the other."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["entity", "number"], name="an_entity_is_merged_in_turn"
            ),
        ]
