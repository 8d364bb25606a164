"""Notices: what an officer has to be told without having asked."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from clew.records.models.written import NOW


class NoticeKind(models.TextChoices):
    """Why somebody is told."""

    UNUSUAL = "unusual use"
    """A figure of an officer's conduct passed its mark: to supervisors and auditors."""
    WATCHED = "asked about what is watched"
    """To who watches, and to supervisors."""
    REVIEW = "reviews due"
    """To supervisors and data-protection officers."""
    CONTRIBUTION = "contribution failed"
    """To who handed in: nothing goes on, or it ended with files that were not stored."""
    CERTIFICATION = "certification ending"
    """To the officer, and to the administrators of the country."""
    ASKED = "decision asked for"
    """To supervisors: of a deletion, or of leading something."""
    ANSWERED = "decision answered"
    """To who asked."""


class Notice(models.Model):
    """Something for one officer; written by the database alone, and read when the officer says so.

    Numbers and words of the vocabulary, so that it may be shown before an authority is chosen:
    what it is about is looked up where the officer may see it.
    """

    officer = models.ForeignKey("access.Officer", models.CASCADE, related_name="+")
    """Who is told."""
    kind = models.CharField(max_length=40, choices=NoticeKind.choices)
    about = models.CharField(max_length=100)
    """A reference such as ``watch:4`` or ``officer:7``."""
    key = models.CharField(max_length=200)
    """What of: not told again while the officer has not read it, or soon after."""
    details = models.JSONField()
    at = models.DateTimeField(db_default=NOW)
    read_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Notice]]

    class Meta:
        """Asked for by officer."""

        indexes: ClassVar = [models.Index(fields=["officer", "kind", "key"], name="notices_of")]
