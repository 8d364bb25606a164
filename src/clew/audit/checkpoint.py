"""Making checkpoints, and handing them to a witness: somebody outside who keeps them."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from django.db import connections, transaction

from clew.access.connections import Connection
from clew.audit.models import Checkpoint, Link
from clew.audit.signing import NO_CHECKPOINT, ServerKey, SignedCheckpoint

TIME = "%Y-%m-%dT%H:%M:%S.%fZ"
"""How times are told, in UTC."""


def make_checkpoint(key: ServerKey) -> SignedCheckpoint:
    """Sign how the chain stands now, through the owner's connection."""
    owner = Connection.OWNER.value
    with transaction.atomic(using=owner):
        with connections[owner].cursor() as cursor:
            cursor.execute("SELECT FROM audit_turn FOR UPDATE")
        link = Link.objects.using(owner).latest("position")
        before = Checkpoint.objects.using(owner).order_by("number").last()
        made_at = datetime.now(UTC)
        signed = key.sign(
            checkpoint=before.number + 1 if before is not None else 1,
            position=link.position,
            chain_hash=bytes(link.hash),
            made_at=made_at.strftime(TIME),
            previous=told(before).digest if before is not None else NO_CHECKPOINT,
        )
        Checkpoint.objects.using(owner).create(
            number=signed.checkpoint,
            position=signed.position,
            hash=bytes.fromhex(signed.hash),
            made_at=made_at,
            key=bytes.fromhex(signed.key),
            previous=bytes.fromhex(signed.previous),
            signature=bytes.fromhex(signed.signature),
        )
    return signed


def told(kept: Checkpoint) -> SignedCheckpoint:
    """A checkpoint as it was signed."""
    return SignedCheckpoint(
        checkpoint=kept.number,
        position=kept.position,
        hash=bytes(kept.hash).hex(),
        made_at=kept.made_at.astimezone(UTC).strftime(TIME),
        key=bytes(kept.key).hex(),
        previous=bytes(kept.previous).hex(),
        signature=bytes(kept.signature).hex(),
    )


def hand_over(signed: SignedCheckpoint, witness: Path) -> Path:
    """Give a checkpoint to a witness, and see that it is on the disk.

    Args:
        signed: what to give, which is in the database already.
        witness: a folder, which gets a file for each checkpoint; or a file, to which it is added.

    Returns:
        The file that was written.
    """
    line = msgspec.json.encode(signed) + b"\n"
    if witness.is_dir():
        file = witness / f"checkpoint-{signed.checkpoint:08d}.json"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    else:
        file, flags = witness, os.O_WRONLY | os.O_CREAT | os.O_APPEND
    with os.fdopen(os.open(file, flags, 0o644), "wb") as out:
        out.write(line)
        out.flush()
        os.fsync(out.fileno())
    return file
