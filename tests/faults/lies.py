"""What a decoding process that was taken over may claim. Chosen by the name of the file."""

import hashlib
import os

import msgspec

from clew.media.kind import MediaType
from clew.signals.base import Feature
from clew.signals.confined import Digested, Done
from clew.signals.reading import Outcome, Reading, Trace
from clew.signals.registry import signals

EXACT = Trace("exact", 1, Feature(variant="whole", value=hashlib.sha256(b"").digest() + bytes(36)))
NAN, INFINITY = float("nan"), float("inf")


def looks(value: bytes = bytes(256), **feature: object) -> Trace:
    return Trace("picture", 1, Feature(**{"variant": "whole", "value": value} | feature))


def reading(**facts: object) -> Reading:
    return Reading(**{"size": 5, "type": MediaType.IMAGE, "traces": [EXACT]} | facts)


def claim(sender, **facts: object) -> None:
    sender.part(Done(reading(**facts)))


def claim_raw(sender, **facts: object) -> None:
    """What Clew's own types would not let it say."""
    told = msgspec.to_builtins(reading(), builtin_types=(bytes,)) | facts
    sender.part({"type": "Done", "reading": told})


def view(asked: int) -> Trace:
    """A view of one region, which is asked for so often."""
    value = bytes([0xB2, 0, 1, 1]) + bytes(36) + bytes(asked)
    signal = signals()["regions"]
    feature = Feature(variant="view", value=value, quality=0, start=0.0, end=1.0)
    return Trace(signal.name, signal.version, feature)


READINGS = {
    "value too short": reading(traces=[EXACT, looks(b"short")]),
    "value too long": reading(traces=[EXACT, looks(bytes(1 << 20))]),
    "view that asks for too much": reading(traces=[EXACT, view(asked=100_000)]),
    "digest too short": reading(traces=[Trace("exact", 1, Feature(variant="w", value=b"x"))]),
    "two digests": reading(traces=[EXACT, EXACT]),
    "unknown signal": reading(traces=[EXACT, Trace("x\0y", 1, EXACT.feature)]),
    "other version": reading(traces=[EXACT, Trace("picture", 40_000, looks().feature)]),
    "quality": reading(traces=[EXACT, looks(quality=70_000)]),
    "negative quality": reading(traces=[EXACT, looks(quality=-1)]),
    "variant": reading(traces=[EXACT, looks(variant="x" * 1000)]),
    "variant with NUL": reading(traces=[EXACT, looks(variant="who\0le")]),
    "start is no number": reading(traces=[EXACT, looks(start=NAN, end=1.0)]),
    "end is infinite": reading(traces=[EXACT, looks(start=0.0, end=INFINITY)]),
    "end before start": reading(traces=[EXACT, looks(start=2.0, end=1.0)]),
    "half a span": reading(traces=[EXACT, looks(start=2.0)]),
    "negative size": reading(size=-1),
    "size beyond the database": reading(size=2**63),
    "negative width": reading(width=-5),
    "height beyond the database": reading(height=2**63),
    "member with NUL": reading(member=(b"a\0b",)),
    "member without name": reading(member=(b"",)),
    "member with a long name": reading(member=(b"x" * 100_000,)),
    "member too deep": reading(member=(b"x",) * 50),
    "preview that is a page": reading(preview=b"<script>alert(1)</script>"),
    "huge preview": reading(preview=b"\xff\xd8\xff" + bytes(100 << 20)),
}
"""Answers of the right form that no honest process gives."""

MESSAGES = {
    "number beyond all": lambda s: claim_raw(s, size=2**64 - 1),
    "unknown outcome": lambda s: claim_raw(s, outcome="perfect"),
    "unknown type": lambda s: claim_raw(s, type="program"),
    "bytes for text": lambda s: claim_raw(s, format=b"\xff\xfe"),
    "nothing": lambda s: s.part(None),
    "another structure": lambda s: s.part({"type": "Done", "reading": [1, 2, 3]}),
    "never done": lambda s: None,
    "only begun": lambda s: s.part(Digested(Reading(size=5, traces=[EXACT]))),
}
"""Answers that are not even of the right form."""


def rehearse() -> None:
    """Everything here is loaded already."""


def serve(source, job, sender, limits) -> None:
    if job.name in READINGS:
        sender.part(Done(READINGS[job.name]))
        return
    if job.name in MESSAGES:
        MESSAGES[job.name](sender)
        return
    match job.name:
        case "endless beginnings":
            for number in range(100_000):
                sender.part(Digested(Reading(member=(str(number).encode(),), size=1)))
        case "endless members":
            for number in range(10_000_000):
                sender.part(Done(Reading(member=(str(number).encode(),), size=1)))
        case "told twice":
            claim(sender)
            claim(sender)
        case "member after the end":
            claim(sender)
            claim(sender, member=(b"late",))
        case "crash after the end":
            claim(sender)
            os.abort()
        case "crash in a member":
            sender.part(Digested(Reading(size=5, traces=[EXACT])))
            sender.part(Digested(Reading(member=(b"in\x1b[31m\xff",), size=3)))
            os.abort()
        case "bad manners":
            claim(
                sender,
                outcome=Outcome.PARTLY,
                notes=["\x1b]0;owned\x07\x00 \u202egnp.exe", "x" * 100_000_000, *["more"] * 10_000],
                format="f\0" * 500,
                codecs="c\n" * 500,
                duration=NAN,
                frame_rate=-INFINITY,
            )
        case _:
            claim(sender, format="honest", traces=[EXACT, looks()])
