"""Answers that were given to requests with an idempotency key."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Func

from clew.records.models.written import NOW


class Answered(models.Model):
    """That an officer's request was done, and what was answered. Kept for a day."""

    officer = models.ForeignKey(
        "access.Officer",
        models.PROTECT,
        related_name="+",
        db_default=Func(function="access.officer"),
    )
    key_digest = models.BinaryField()
    """SHA-256 of the key."""
    request_digest = models.BinaryField()
    """SHA-256 of what was asked: another request with the same key is refused."""
    status = models.SmallIntegerField(db_default=0)
    content_type = models.CharField(max_length=100, db_default="")
    body = models.BinaryField(db_default=b"")
    at = models.DateTimeField(db_default=NOW)

    objects: ClassVar[models.Manager[Answered]]

    class Meta:
        """A key is an officer's own."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["officer", "key_digest"], name="a_key_is_used_once"),
        ]
        indexes: ClassVar = [models.Index("officer", "at", name="answered_when")]
