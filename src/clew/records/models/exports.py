"""What leaves Clew as a file: asked for by one officer, agreed to by another, made by the first."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Func, Q

from clew.records.models.entities import Entity
from clew.records.models.written import Written


class ExportKind(models.TextChoices):
    """What is taken out."""

    SHEET = "case sheet"
    """Of a series, as a PDF; with or without pictures of its clues."""
    FINDINGS = "findings"
    """Everything found, for other programs."""
    REPORT = "report"
    """Everything found, as a page; with or without pictures."""


class ExportAnswer(models.TextChoices):
    """What became of a request."""

    AGREED = "agreed"
    """By a supervisor who is somebody else."""
    REFUSED = "refused"
    """Likewise."""
    WITHDRAWN = "withdrawn"
    """By who had asked."""


class Export(Written):
    """That an officer asks to take something out of Clew; another one agrees, or not."""

    kind = models.CharField(max_length=10, choices=ExportKind.choices)
    entity = models.ForeignKey(Entity, models.PROTECT, null=True, related_name="exports")
    """The series whose case sheet it is."""
    pictures = models.BooleanField()
    why = models.TextField()
    authority = models.ForeignKey(
        "access.Authority",
        models.PROTECT,
        related_name="+",
        db_default=Func(function="access.authority"),
    )
    """Under which it was asked for."""
    holds = models.JSONField()
    """How much it holds, in numbers, for whoever is to agree."""
    digest = models.BinaryField()
    """SHA-256 of all that it tells: what is agreed to is what is made."""

    objects: ClassVar[models.Manager[Export]]

    class Meta:
        """It says why, and which series when it is of one."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(why=""), name="an_export_says_why"),
            models.CheckConstraint(
                condition=Q(kind=ExportKind.SHEET, entity__isnull=False)
                | Q(kind=ExportKind.REPORT, entity__isnull=True)
                | Q(kind=ExportKind.FINDINGS, entity__isnull=True, pictures=False),
                name="a_case_sheet_is_of_a_series",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["officer", "kind"], name="exports_of")]


class ExportEnd(Written):
    """That a request was agreed to, refused or taken back; once, and for good."""

    export = models.OneToOneField(Export, models.PROTECT, related_name="end")
    answer = models.CharField(max_length=9, choices=ExportAnswer.choices)
    why = models.TextField()

    objects: ClassVar[models.Manager[ExportEnd]]

    class Meta:
        """It says why."""

        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(why=""), name="an_exports_end_says_why"),
            models.CheckConstraint(
                condition=Q(answer__in=ExportAnswer.values), name="an_export_has_a_known_end"
            ),
        ]


class ExportMaking(Written):
    """That what was agreed to was made, by who had asked for it."""

    export = models.ForeignKey(Export, models.PROTECT, related_name="makings")
    digest = models.BinaryField()
    """Of what was made; it is the one that was asked for."""

    objects: ClassVar[models.Manager[ExportMaking]]
