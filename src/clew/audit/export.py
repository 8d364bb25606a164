"""The log as lines, for those who check it elsewhere. Streams: a log has no end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
from django.db import connections

from clew.access.errors import NotAllowedError
from clew.audit.checkpoint import TIME, told
from clew.audit.lines import FORMAT, End, EntryLine, Head, HiddenLine, Line
from clew.audit.models import Checkpoint, Link

_BATCH = 5000

_LINES = """
SELECT l.position, l.digest, l.hash, e.number, e.written_at, e.event, e.officer, e.agency,
       e.concerns, e.session, e.authority, e.role, e.about, e.details, e.blind::text
FROM audit_link l LEFT JOIN audit_entry e ON e.number = l.entry
WHERE l.position > %s AND l.position <= %s ORDER BY l.position LIMIT %s
"""


def exported(using: str = "default") -> Iterator[bytes]:
    """Lines of the log as it stands, within a transaction of an auditor, or of the owner.

    What an auditor may not read is told by its digest, so that the chain can be checked all the
    same.

    Raises:
        NotAllowedError: the acting officer is no auditor.
    """
    last = Link.objects.using(using).order_by("position").last()
    if last is None or Link.objects.using(using).filter(position=0).first() is None:
        raise NotAllowedError("Only an auditor may export the log.")
    encode = msgspec.json.Encoder().encode
    yield encode(Head(FORMAT, datetime.now(UTC).strftime(TIME))) + b"\n"
    checkpoints = [
        told(one)
        for one in Checkpoint.objects.using(using)
        .filter(position__lte=last.position)
        .order_by("-number")
    ]
    position = 0
    while True:
        while checkpoints and checkpoints[-1].position <= position:
            yield encode(checkpoints.pop()) + b"\n"
        batch = _batch(position, last.position, using)
        for place, line in batch:
            yield encode(line) + b"\n"
            position = place
            while checkpoints and checkpoints[-1].position <= position:
                yield encode(checkpoints.pop()) + b"\n"
        if not batch:
            break
    yield encode(End(last.position, bytes(last.hash).hex())) + b"\n"


def _batch(after: int, last: int, using: str) -> list[tuple[int, Line]]:
    with connections[using].cursor() as cursor:
        cursor.execute(_LINES, [after, last, _BATCH])
        return [(row[0], _line(*row)) for row in cursor.fetchall()]


def _line(
    position: int,
    digest: bytes,
    chain_hash: bytes,
    number: int | None,
    written_at: datetime,
    *fields: object,
) -> Line:
    if number is None:
        return HiddenLine(position, bytes(digest).hex(), bytes(chain_hash).hex())
    at = written_at.astimezone(UTC).strftime(TIME)
    return EntryLine(number, at, *fields, position=position, hash=bytes(chain_hash).hex())  # type: ignore[arg-type]
