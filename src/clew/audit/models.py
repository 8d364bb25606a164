"""Tables of the log. Rows are added by the database's own functions and never change."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Func

import clew.access  # noqa: F401 - makes Django ready

_NOW = Func(function="clock_timestamp", template="%(function)s()")


class Entry(models.Model):
    """What was done. Numbers, not foreign keys: the log stands by itself.

    An entry's number is given when it is written, so numbers of acts that were undone are missing.
    Its position in the chain is given when the act is committed, and none of those is missing.
    There is no further index: each would cost at every query.
    """

    number = models.BigAutoField(primary_key=True)
    written_at = models.DateTimeField(db_default=_NOW)
    event = models.CharField(max_length=40)
    officer = models.BigIntegerField(null=True)
    """Who acted; null for nobody who is signed in."""
    agency = models.BigIntegerField(null=True)
    """For whom they acted."""
    concerns = models.BigIntegerField(null=True)
    """The agency of the officer or authority that it is about."""
    session = models.BigIntegerField(null=True)
    authority = models.BigIntegerField(null=True)
    """The authority that held at that moment."""
    role = models.TextField()
    """The role of the database that was connected."""
    about = models.TextField()
    """A short reference, such as "media <sha256>" or "victim 12"."""
    details = models.TextField()
    """JSON, as text: what is hashed is what was written."""
    blind = models.UUIDField(db_default=Func(function="gen_random_uuid"))
    """Random, so that an entry cannot be guessed from its digest."""

    objects: ClassVar[models.Manager[Entry]]


class Link(models.Model):
    """An entry's place in the chain: ``hash = SHA-256(hash before, position, digest)``.

    At position 0, which is no entry's, the chain begins with 32 zero bytes.
    """

    position = models.BigIntegerField(primary_key=True)
    entry = models.BigIntegerField(unique=True)
    """Its number."""
    digest = models.BinaryField()
    """SHA-256 of the entry's encoding."""
    hash = models.BinaryField()

    objects: ClassVar[models.Manager[Link]]


class Checkpoint(models.Model):
    """That the chain had this hash at this position, signed with the server's key."""

    number = models.BigIntegerField(primary_key=True)
    position = models.BigIntegerField()
    hash = models.BinaryField()
    made_at = models.DateTimeField()
    key = models.BinaryField()
    """The public key, which is its own name."""
    previous = models.BinaryField()
    """SHA-256 of the checkpoint before."""
    signature = models.BinaryField()

    objects: ClassVar[models.Manager[Checkpoint]]
