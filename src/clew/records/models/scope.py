"""What is in scope of an authority: everything that was found under it, but what was left out."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Func, Q

from clew.records.models.media import Media
from clew.records.models.written import Written


class ScopeDecision(Written):
    """An officer left media out of the scope of an authority, or took them back into it.

    The last one of a media counts, under that authority alone: what is private or privileged in
    one case can be what another one is about.
    """

    authority = models.ForeignKey(
        "access.Authority",
        models.PROTECT,
        related_name="+",
        db_default=Func(function="access.authority"),
    )
    out = models.BooleanField()
    """Whether they are out of scope from then on."""
    why = models.CharField(max_length=500)
    undoes = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone_by")

    objects: ClassVar[models.Manager[ScopeDecision]]

    class Meta:
        """Each says why."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(why=""), name="a_scope_decision_says_why"),
        ]


class ScopedMedia(models.Model):
    """One media that such a decision is about: one that stood otherwise before."""

    decision = models.ForeignKey(ScopeDecision, models.PROTECT, related_name="scoped")
    media = models.ForeignKey(Media, models.PROTECT, related_name="+")

    objects: ClassVar[models.Manager[ScopedMedia]]

    class Meta:
        """A decision is about a media once."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["media", "decision"], name="a_media_is_scoped_once_a_decision"
            ),
        ]
