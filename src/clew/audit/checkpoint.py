"""Making checkpoints, and handing them to a witness: somebody outside who keeps them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from django.db import connection, connections, transaction
from django.utils import timezone

from clew.access.connections import Connection
from clew.audit.models import Checkpoint, Link
from clew.audit.signing import NO_CHECKPOINT, ServerKey, SignedCheckpoint
from clew.settings import Settings

TIME = "%Y-%m-%dT%H:%M:%S.%fZ"
"""How times are told, in UTC."""
_MISSED = 3
"""So many intervals without a checkpoint, and somebody has to look why."""
_BY_HAND = timedelta(days=1)
"""How long entries may wait where nobody said how often checkpoints are made."""
_LAST_LINE = 65536


class WitnessError(Exception):
    """A checkpoint cannot be handed over; ``str(error)`` says why and what to do."""


def server_key(settings: Settings, folder: Path) -> ServerKey:
    """The key that a workspace's checkpoints are signed with, made when there is none.

    Raises:
        clew.audit.signing.KeyFileError: it cannot be used.
    """
    return ServerKey.at(settings.audit_key or folder / "audit" / "key.pem")


@dataclass(frozen=True)
class Confirmed:
    """How far the log is confirmed by a checkpoint.

    Attributes:
        made_at: when the last one was made; None for never.
        waiting_since: when the first entry that none confirms was written; None if all are.
    """

    made_at: datetime | None
    waiting_since: datetime | None

    def due(self, settings: Settings) -> bool:
        """Whether it is time for the next one: as often as was set, and only if there is news."""
        if settings.checkpoint_minutes == 0 or self.waiting_since is None:
            return False
        every = timedelta(minutes=settings.checkpoint_minutes)
        return self.made_at is None or timezone.now() - self.made_at >= every

    def too_old(self, settings: Settings) -> bool:
        """Whether entries wait for one that long that something must be wrong."""
        if self.waiting_since is None:
            return False
        every = timedelta(minutes=settings.checkpoint_minutes)
        return timezone.now() - self.waiting_since > (_MISSED * every or _BY_HAND)


def confirmed() -> Confirmed:
    """How far the log is confirmed, through whatever connection is used."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT made_at, waiting_since FROM audit.confirmed()")
        return Confirmed(*cursor.fetchone())


def witness_lacks(witness: Path) -> list[SignedCheckpoint]:
    """Checkpoints that a witness was not given yet, the oldest first, as the owner.

    Raises:
        WitnessError: what it has cannot be read.
    """
    later = Checkpoint.objects.using(Connection.OWNER.value).filter(number__gt=_last_in(witness))
    return [told(one) for one in later.order_by("number")]


def _last_in(witness: Path) -> int:
    """The number of the last checkpoint a witness has; 0 for none."""
    try:
        if witness.is_dir():
            names = (file.stem.removeprefix("checkpoint-") for file in witness.glob("*.json"))
            return max((int(name) for name in names if name.isdecimal()), default=0)
        with witness.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _LAST_LINE))
            lines = file.read().splitlines()
        return msgspec.json.decode(lines[-1], type=SignedCheckpoint).checkpoint if lines else 0
    except FileNotFoundError:
        return 0
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise WitnessError(
            f"What the witness {witness} has cannot be read ({error}). Let CLEW_WITNESS name a "
            "folder, or a file of checkpoints alone, that Clew may read and add to."
        ) from error


def keep_witnessed(settings: Settings, folder: Path) -> SignedCheckpoint | None:
    """Sign a checkpoint if one is due, and give the witness all that it lacks, as the owner.

    For one caller at a time, such as a job of which there is one.

    Args:
        settings: how often, with which key, for whom.
        folder: of the workspace.

    Returns:
        The checkpoint that was made now, if one was.

    Raises:
        clew.audit.signing.KeyFileError: the key cannot be used.
        WitnessError: the witness cannot be reached; what it lacks it gets with the next one.
    """
    made = None
    if confirmed().due(settings):
        made = make_checkpoint(server_key(settings, folder))
    if settings.witness is not None and settings.checkpoint_minutes:
        for signed in witness_lacks(settings.witness):
            try:
                hand_over(signed, settings.witness)
            except OSError as error:
                raise WitnessError(
                    f"Checkpoint {signed.checkpoint} was not given to {settings.witness} "
                    f"({error.strerror}); it is with the next one."
                ) from error
    return made


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
