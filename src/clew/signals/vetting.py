"""What a confined process claims to have read, checked before anybody believes it.

A crafted file may take a decoding process over, which then says what it likes. It can lie about
that one file; it must not be able to break what others do with its answer: the database, the
comparison, the terminal and the browser. What is merely out of bounds is cut; what no honest
process says is refused whole.
"""

from __future__ import annotations

import math
from functools import lru_cache

import msgspec

from clew.media.errors import plain
from clew.media.limits import Limits
from clew.media.storyboard import MOST_SHEET_BYTES
from clew.signals.base import Feature, Signal
from clew.signals.exact.extract import MD5
from clew.signals.reading import MOST_NAME_BYTES, Reading, Trace
from clew.signals.registry import signals

MOST_NOTES = 100
MOST_NOTE = 2000
_LATEST = 1e9  # seconds, thirty years: no film lasts longer
_MOST_NUMBER = 2**62
_MOST_VALUE_BYTES = 4096
_MOST_SEARCHED_BYTES = 10_000  # a view of 255 regions
_MOST_VARIANT = 64
_MOST_FORMAT = 32
_MOST_CODECS = 100
_JPEG = b"\xff\xd8\xff"


def vetted(reading: Reading, limits: Limits) -> Reading:
    """A reading that can be stored, compared and shown.

    Raises:
        ValueError: when no honest process says this.
    """
    if len(reading.member) > limits.container_depth:
        raise ValueError("deeper than is read")
    for name in reading.member:
        if not name or b"\0" in name or len(name) > MOST_NAME_BYTES:
            raise ValueError("no name")
    for number in (reading.size, reading.width, reading.height):
        if not 0 <= number <= _MOST_NUMBER:
            raise ValueError("no size")
    for content in reading.derivatives().values():
        if not content.startswith(_JPEG) or len(content) > MOST_SHEET_BYTES:
            raise ValueError("no picture")
    for trace in reading.traces:
        _check(trace)
    if sum(trace.signal == "exact" for trace in reading.traces) > 1:
        raise ValueError("two contents")
    return msgspec.structs.replace(
        reading,
        notes=[plain(note, MOST_NOTE) for note in reading.notes[:MOST_NOTES]],
        format=plain(reading.format, _MOST_FORMAT),
        codecs=plain(reading.codecs, _MOST_CODECS),
        duration=_measured(reading.duration),
        frame_rate=_measured(reading.frame_rate),
    )


def _measured(number: float | None) -> float | None:
    """A number that can be stored and written down everywhere, or None."""
    if number is None or not math.isfinite(number) or number < 0:
        return None
    return number


def _check(trace: Trace) -> None:
    signal, feature = signals().get(trace.signal), trace.feature
    if signal is None or trace.version != signal.version:
        raise ValueError("no such signal")
    if not 0 <= feature.quality <= 100 or not _is_variant(feature.variant):
        raise ValueError("no such feature")
    if not _is_span(feature) or not _is_value(signal, feature.value):
        raise ValueError("no such value")


@lru_cache(1000)
def _is_variant(variant: str) -> bool:
    return 0 < len(variant) <= _MOST_VARIANT and plain(variant) == variant


def _is_span(feature: Feature) -> bool:
    start, end = feature.start, feature.end
    if start is None or end is None:
        return start is None and end is None
    return math.isfinite(end) and 0 <= start <= end <= _LATEST


def _is_value(signal: Signal, value: bytes) -> bool:
    if signal.space is not None:
        space = signal.space
        of_the_space = space.queries(value).shape == (len(space.orientations), space.bits // 8)
        return len(value) <= _MOST_SEARCHED_BYTES and of_the_space
    if signal.name == "exact":
        return len(value) == MD5.stop
    return len(value) <= _MOST_VALUE_BYTES
