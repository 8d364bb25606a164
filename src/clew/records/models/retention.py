"""How long things are kept: reviews, legal holds, deletion by two people, restriction."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from clew.records.models.entities import Entity
from clew.records.models.media import Media
from clew.records.models.written import Written

_ONE_THING = Q(media__isnull=True, entity__isnull=False) | Q(
    media__isnull=False, entity__isnull=True
)


class Review(Written):
    """Until when an agency keeps something without asking itself again; the last one counts.

    When the day has come a review is open. Nothing is deleted by that.
    """

    media = models.ForeignKey(Media, models.PROTECT, null=True, related_name="reviews")
    entity = models.ForeignKey(Entity, models.PROTECT, null=True, related_name="reviews")
    due = models.DateField()
    why = models.TextField()
    number = models.IntegerField()

    objects: ClassVar[models.Manager[Review]]

    class Meta:
        """One after the other, each with its reason."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["agency", "media", "entity", "number"],
                name="reviews_follow_each_other",
                nulls_distinct=False,
            ),
            models.CheckConstraint(condition=_ONE_THING, name="a_review_is_of_one_thing"),
            models.CheckConstraint(condition=~Q(why=""), name="a_review_says_why"),
        ]


class Hold(Written):
    """A legal hold on a media: it is not deleted by any agency until the hold is lifted."""

    media = models.ForeignKey(Media, models.PROTECT, related_name="holds")
    why = models.TextField()
    lifts = models.OneToOneField("self", models.PROTECT, null=True, related_name="lifted_by")
    """The hold that this row ends, None for a hold."""

    objects: ClassVar[models.Manager[Hold]]

    class Meta:
        """It says why, and so does lifting it."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(why=""), name="a_hold_says_why"),
        ]


class Deletion(Written):
    """That an officer asks for a media of the agency to be deleted; another one agrees, or not."""

    media = models.ForeignKey(Media, models.PROTECT, related_name="deletions")
    why = models.TextField()

    objects: ClassVar[models.Manager[Deletion]]

    class Meta:
        """It says why."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(why=""), name="a_deletion_says_why"),
        ]


class Tombstone(Written):
    """That another officer agreed: what the agency held is to be destroyed. Restoring obeys it."""

    deletion = models.OneToOneField(Deletion, models.PROTECT, related_name="tombstone")
    sha256 = models.BinaryField()
    """Of the media, so that a backup from before it does not bring it back."""

    objects: ClassVar[models.Manager[Tombstone]]


class DeletionEnd(Written):
    """That a request for deletion is not followed: refused by a supervisor, or taken back."""

    deletion = models.OneToOneField(Deletion, models.PROTECT, related_name="end")
    refused = models.BooleanField()
    """Otherwise it was taken back by who had asked."""
    why = models.TextField()

    objects: ClassVar[models.Manager[DeletionEnd]]

    class Meta:
        """It says why."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(why=""), name="a_deletions_end_says_why"),
        ]


class Restriction(Written):
    """That a person's record is kept and no longer worked with (Directive (EU) 2016/680, art. 16).

    Only data-protection officers of the lead agency see it until the restriction is lifted.
    """

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="restrictions")
    why = models.TextField()
    lifts = models.OneToOneField("self", models.PROTECT, null=True, related_name="lifted_by")
    """The restriction that this row ends, None for a restriction."""

    objects: ClassVar[models.Manager[Restriction]]

    class Meta:
        """It says why, and so does lifting it."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(why=""), name="a_restriction_says_why"),
        ]
