"""Logs made without a database, as one would be exported, and by whoever has the server's key."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clew.audit.encoding import BEFORE_THE_FIRST, Content, chained, digest
from clew.audit.lines import FORMAT, End, EntryLine, Head, HiddenLine, Line
from clew.audit.signing import NO_CHECKPOINT, ServerKey, SignedCheckpoint

KEY = ServerKey(Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"ours").digest()))
OTHER_KEY = ServerKey(Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"theirs").digest()))


def content(number: int, about: str = "") -> Content:
    """What an entry says."""
    at = f"2026-11-29T03:00:00.{number:06d}Z"
    return Content(
        *(number, at, "query", 7, 1, None, 3, 2),
        *("clew_application", about or f"media {number}", "{}", f"blind {number}"),
    )


def log(
    contents: Iterable[Content],
    checkpoints_at: Iterable[int] = (),
    hidden: Iterable[int] = (),
    key: ServerKey = KEY,
) -> list[Line]:
    """A log that fits."""
    lines: list[Line] = [Head(FORMAT, "2026-11-29T04:00:00.000000Z")]
    at, hides = list(checkpoints_at), set(hidden)
    chain, last, position = BEFORE_THE_FIRST, None, 0
    for position, one in enumerate(contents, 1):
        chain = chained(chain, position, digest(one))
        if position in hides:
            lines.append(HiddenLine(position, digest(one).hex(), chain.hex()))
        else:
            told = msgspec.structs.asdict(one)
            lines.append(EntryLine(**told, position=position, hash=chain.hex()))
        for _ in range(at.count(position)):
            last = key.sign(
                checkpoint=last.checkpoint + 1 if last else 1,
                position=position,
                chain_hash=chain,
                made_at="2026-11-29T04:00:00.000000Z",
                previous=last.digest if last else NO_CHECKPOINT,
            )
            lines.append(last)
    return [*lines, End(position, chain.hex())]


def written(lines: Iterable[Line]) -> list[bytes]:
    """A log as the lines of its file."""
    return [msgspec.json.encode(line) + b"\n" for line in lines]


def checkpoints(lines: Iterable[Line]) -> list[SignedCheckpoint]:
    """What a witness was given."""
    return [line for line in lines if isinstance(line, SignedCheckpoint)]
